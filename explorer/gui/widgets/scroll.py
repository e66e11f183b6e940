"""Scroll: a widget in a scroll area without a frame, which the keyboard focus passes by."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class Scroll(QScrollArea):
    """Shows `whole`, at least as wide as that needs, and scrolls up and down what has no room.

    The area itself has no focus: what is in it has, and is then scrolled into view.
    """

    def __init__(self, whole: QWidget | None = None) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if whole:
            self.setWidget(whole)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()  # what it shows may need another width
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        found, whole = super().minimumSizeHint(), self.widget()
        if whole is None:
            return found
        return QSize(whole.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width(), found.height())
