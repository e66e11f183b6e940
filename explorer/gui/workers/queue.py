"""Queue: what waits for a device: runs in the order in which they will start, and after them studies. No widgets."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from explorer.runs.commands import Train


class Queue(QObject):
    """The waiting runs as `orders`, and the folders of `studies` whose trials start where no run waits.

    While `held`, nothing starts by itself. `changed` when any of this is different.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.orders: tuple[Train, ...] = ()
        self.studies: tuple[Path, ...] = ()
        self.held = False

    def keep(self, orders: tuple[Train, ...], held: bool, studies: tuple[Path, ...] | None = None) -> None:
        """Set the waiting orders, whether they are held, and the studies if given; an empty queue is never held."""
        before = self.orders, self.held, self.studies
        self.orders, self.studies = orders, self.studies if studies is None else studies
        self.held = held and bool(self.orders or self.studies)
        if (self.orders, self.held, self.studies) != before:
            self.changed.emit()

    def add(self, order: Train) -> None:
        self.keep((*self.orders, order), self.held)

    def add_study(self, study: Path) -> None:
        self.keep(self.orders, self.held, tuple(dict.fromkeys((*self.studies, study))))

    def remove_study(self, study: Path) -> None:
        self.keep(self.orders, self.held, tuple(each for each in self.studies if each != study))

    def remove(self, place: int) -> Train:
        """Remove the order at `place`, counted from 0, and return it."""
        order = self.orders[place]
        self.keep((*self.orders[:place], *self.orders[place + 1 :]), self.held)
        return order

    def move(self, place: int, by: int) -> int:
        """Move the order at `place` by so many places, at most to an end of the queue; return its new place."""
        orders = list(self.orders)
        target = min(max(place + by, 0), len(orders) - 1)
        orders.insert(target, orders.pop(place))
        self.keep(tuple(orders), self.held)
        return target

    def hold(self) -> None:
        """Start nothing by itself until `release`."""
        self.keep(self.orders, True)

    def release(self) -> None:
        self.keep(self.orders, False)
