"""A watch that tells when widgets have been painted, for work after the first paint and for the benches."""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget


class PaintWatch(QObject):
    """Emits `painted` from the event loop once all `widgets` have painted since the last call of `arm`."""

    painted = Signal()

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__(widgets[0])
        self.widgets = widgets
        self.left: set[QWidget] = set()
        for widget in widgets:
            widget.installEventFilter(self)
        self.arm()

    def arm(self) -> None:
        self.left = set(self.widgets)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and watched in self.left:
            self.left.discard(watched)
            if not self.left:
                QTimer.singleShot(0, self, self.painted.emit)
        return False
