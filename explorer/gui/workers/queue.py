"""Queue: the runs that wait for a device, in the order in which they will begin. No widgets."""

from PySide6.QtCore import QObject, Signal

from explorer.runs.commands import Train


class Queue(QObject):
    """`changed` when other orders wait, or in another order, or when none is to begin by itself any more."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.orders: tuple[Train, ...] = ()
        self.held = False

    def keep(self, orders: tuple[Train, ...], held: bool) -> None:
        """Let these wait; where nothing waits, nothing is held."""
        before = self.orders, self.held
        self.orders, self.held = orders, held and bool(orders)
        if (self.orders, self.held) != before:
            self.changed.emit()

    def add(self, order: Train) -> None:
        self.keep((*self.orders, order), self.held)

    def remove(self, place: int) -> Train:
        """The order at `place`, counted from 0, which waits no more."""
        order = self.orders[place]
        self.keep((*self.orders[:place], *self.orders[place + 1 :]), self.held)
        return order

    def move(self, place: int, by: int) -> int:
        """Let the order at `place` wait `by` places later, or as far as there are places; where it is then."""
        orders = list(self.orders)
        target = min(max(place + by, 0), len(orders) - 1)
        orders.insert(target, orders.pop(place))
        self.keep(tuple(orders), self.held)
        return target

    def hold(self) -> None:
        """Nothing begins by itself until `release`."""
        self.keep(self.orders, True)

    def release(self) -> None:
        self.keep(self.orders, False)
