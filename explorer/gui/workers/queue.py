"""Queue: the runs that wait for a device, in the order in which they will start. No widgets."""

from PySide6.QtCore import QObject, Signal

from explorer.runs.commands import Train


class Queue(QObject):
    """The waiting runs as `orders`; while `held`, none starts by itself. `changed` when either is different."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.orders: tuple[Train, ...] = ()
        self.held = False

    def keep(self, orders: tuple[Train, ...], held: bool) -> None:
        """Set the waiting orders and whether they are held; an empty queue is never held."""
        before = self.orders, self.held
        self.orders, self.held = orders, held and bool(orders)
        if (self.orders, self.held) != before:
            self.changed.emit()

    def add(self, order: Train) -> None:
        self.keep((*self.orders, order), self.held)

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
