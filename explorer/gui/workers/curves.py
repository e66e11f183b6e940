"""The curves of one run, appended to preallocated arrays that double when full. No Qt."""

from collections.abc import Iterable

import numpy as np

from explorer.gui.workers.moving_mean import MovingMean
from explorer.gui.workers.peaks import Pyramid
from explorer.runs.events import Epoch, Event, Gradients, Signals, Started, Step
from explorer.runs.folder.log import Steps

FIRST = 1024  # rows that a new series has room for


class Series:
    """Columns of numbers to which rows are appended; column 0 has the steps, in ascending order.

    A resumed run goes back to an earlier step, so what it had after that step is cut first.
    """

    def __init__(self, columns: int) -> None:
        self.rows = np.empty((columns, FIRST))
        self.count = 0
        self._pyramids = [Pyramid() for _ in range(columns)]
        self._means = [MovingMean() for _ in range(columns)]

    def append(self, *values: float | None) -> None:
        """Append one row; None becomes NaN."""
        if self.count == self.rows.shape[1]:
            self.rows = np.concatenate([self.rows, np.empty_like(self.rows)], axis=1)
        self.rows[:, self.count] = [np.nan if value is None else value for value in values]
        self.count += 1

    def extend(self, rows: np.ndarray) -> None:
        """Append rows, one below the other: shape (rows, columns)."""
        while self.count + len(rows) > self.rows.shape[1]:
            self.rows = np.concatenate([self.rows, np.empty_like(self.rows)], axis=1)
        self.rows[:, self.count : self.count + len(rows)] = rows.T
        self.count += len(rows)

    def cut(self, last: float) -> None:
        """Drop the rows after step `last`."""
        self.count = int(np.searchsorted(self.rows[0, : self.count], last, side="right"))
        for pyramid, means in zip(self._pyramids, self._means, strict=True):
            pyramid.cut(self.count)
            means.cut(self.count)

    def column(self, number: int) -> np.ndarray:
        return self.rows[number, : self.count]

    def visible(self, number: int, first: float, last: float, pixels: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the steps and the values to draw of column `number` from step `first` to `last` on so many `pixels`.

        However long the series, these are a few points per pixel, each of them in the series, and no peak is lost. The
        nearest point beyond either end is among them, so that lines cross the edges of the plot where they should.
        """
        start, end = self._part(first, last)
        values = self.column(number)
        places = self._pyramids[number].places(values, start, end, 2 * max(pixels, 1))
        return self.column(0)[places], values[places]

    def smoothed(
        self, number: int, first: float, last: float, pixels: int, share: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return what `visible` does, smoothed: each value is the mean of a `share` of the visible points around it.

        At both ends, the mean is of those that there are.
        """
        start, end = self._part(first, last)
        count = end - start
        places = start + np.linspace(0, max(count - 1, 0), min(count, 2 * max(pixels, 1))).astype(int)
        return self.column(0)[places], self._means[number].at(self.column(number), places, round(share * count / 2))

    def _part(self, first: float, last: float) -> tuple[int, int]:
        """Return the rows from step `first` to `last` and one beyond either end, as a start and an end."""
        steps = self.column(0)
        start = max(int(np.searchsorted(steps, first)) - 1, 0)
        return start, min(int(np.searchsorted(steps, last, side="right")) + 1, self.count)

    def span(self, number: int) -> tuple[float, float]:
        """Return the least and the greatest value of column `number`, both NaN if it has none."""
        values = self.column(number)
        found = values[self._pyramids[number].places(values, 0, self.count, 1)]
        found = found[~np.isnan(found)]
        return (float(found.min()), float(found.max())) if len(found) else (np.nan, np.nan)


class Curves:
    """The curves of one run, `train` by step and `validation` by epoch, and its first and latest measurements by depth.

    The columns of both series are step, loss and accuracy; `validation` also has the training loss of the epoch.
    """

    def __init__(self, events: Iterable[Event | Steps] = ()) -> None:
        self.train = Series(3)
        self.validation = Series(4)
        self.steps_per_epoch = 1.0
        self.first_gradients: Gradients | None = None
        self.gradients: Gradients | None = None
        self.first_signals: Signals | None = None
        self.signals: Signals | None = None
        for event in events:
            self.apply_event(event)

    def apply_event(self, event: Event | Steps) -> None:
        match event:
            case Steps(rows):
                if rows:
                    self.train.extend(np.array(rows, dtype=float))
            case Started(step=step):
                self.steps_per_epoch = event.steps_per_epoch
                self.train.cut(step)
                self.validation.cut(step)
            case Step():
                self.train.append(event.step, event.loss, event.accuracy)
            case Epoch():
                self.steps_per_epoch = event.step / event.epoch  # which the start of a damaged file does not tell
                self.validation.append(event.step, event.validation_loss, event.validation_accuracy, event.train_loss)
            case Gradients():
                self.gradients, self.first_gradients = event, self.first_gradients or event
            case Signals():
                first = self.first_signals
                self.signals, self.first_signals = event, first if first and first.names == event.names else event
