"""The curves of one run, appended to preallocated arrays that double when full."""

from collections.abc import Iterable

import numpy as np

from explorer.runs.events import Epoch, Event, Gradients, Started, Step

FIRST = 1024


class Series:
    """Columns of numbers that grow by rows; steps never go back, but a resume starts again from an earlier one."""

    def __init__(self, columns: int) -> None:
        self.rows = np.empty((columns, FIRST))
        self.count = 0

    def append(self, *values: float | None) -> None:
        if self.count == self.rows.shape[1]:
            self.rows = np.concatenate([self.rows, np.empty_like(self.rows)], axis=1)
        self.rows[:, self.count] = [np.nan if value is None else value for value in values]
        self.count += 1

    def cut(self, last: float) -> None:
        """Forget what came after step `last`."""
        self.count = int(np.searchsorted(self.rows[0, : self.count], last, side="right"))

    def column(self, number: int) -> np.ndarray:
        return self.rows[number, : self.count]


class Curves:
    """Training by step: step, loss, accuracy. Validation by epoch: step, loss, accuracy. The latest gradients."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.train = Series(3)
        self.validation = Series(3)
        self.gradients: Gradients | None = None
        for event in events:
            self.take(event)

    def take(self, event: Event) -> None:
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
