"""The curves of one run, appended to preallocated arrays that double when full. No Qt."""

from collections.abc import Iterable

import numpy as np

from explorer.gui.workers.peaks import Pyramid
from explorer.runs.events import Epoch, Event, Gradients, Started, Step

FIRST = 1024  # rows that a new series has room for


class Series:
    """Columns of numbers to which rows are appended; column 0 has the steps, in ascending order.

    A resumed run goes back to an earlier step, so what it had after that step is cut first.
    """

    def __init__(self, columns: int) -> None:
        self.rows = np.empty((columns, FIRST))
        self.count = 0
        self._pyramids = [Pyramid() for _ in range(columns)]

    def append(self, *values: float | None) -> None:
        """Append one row; None becomes NaN."""
        if self.count == self.rows.shape[1]:
            self.rows = np.concatenate([self.rows, np.empty_like(self.rows)], axis=1)
        self.rows[:, self.count] = [np.nan if value is None else value for value in values]
        self.count += 1

    def cut(self, last: float) -> None:
        """Drop the rows after step `last`."""
        self.count = int(np.searchsorted(self.rows[0, : self.count], last, side="right"))
        for pyramid in self._pyramids:
            pyramid.cut(self.count)

    def column(self, number: int) -> np.ndarray:
        return self.rows[number, : self.count]

    def visible(self, number: int, first: float, last: float, pixels: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the steps and the values to draw of column `number` from step `first` to `last` on so many `pixels`.

        However long the series, these are a few points per pixel, each of them in the series, and no peak is lost. The
        nearest point beyond either end is among them, so that lines cross the edges of the plot where they should.
        """
        steps, values = self.column(0), self.column(number)
        start = max(int(np.searchsorted(steps, first)) - 1, 0)
        end = min(int(np.searchsorted(steps, last, side="right")) + 1, self.count)
        places = self._pyramids[number].places(values, start, end, 2 * max(pixels, 1))
        return steps[places], values[places]

    def span(self, number: int) -> tuple[float, float]:
        """Return the least and the greatest value of column `number`, both NaN if it has none."""
        values = self.column(number)
        found = values[self._pyramids[number].places(values, 0, self.count, 1)]
        found = found[~np.isnan(found)]
        return (float(found.min()), float(found.max())) if len(found) else (np.nan, np.nan)


class Curves:
    """The curves of one run, `train` by step and `validation` by epoch, and its latest gradients.

    The columns of both series are step, loss and accuracy.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.train = Series(3)
        self.validation = Series(3)
        self.gradients: Gradients | None = None
        for event in events:
            self.apply_event(event)

    def apply_event(self, event: Event) -> None:
        match event:
            case Started(step=step):
                self.train.cut(step)
                self.validation.cut(step)
            case Step():
                self.train.append(event.step, event.loss, event.accuracy)
            case Epoch():
                self.validation.append(event.step, event.validation_loss, event.validation_accuracy)
            case Gradients():
                self.gradients = event
