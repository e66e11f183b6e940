"""A frame that lies over a window, around one of its controls, and moves with it."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QMargins, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from explorer.gui.widgets.look import theme

GAP, LINE = 2, 2  # pixels between a control and its frame, and the width of that
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.ParentChange)


class Frame(QWidget):
    """The frame, which lets every click through; `halo` is how many pixels it needs around its control."""

    halo = GAP + LINE

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.target: QWidget | None = None
        self._watched: list[QWidget] = []
        self.settled = QTimer(self, interval=0, singleShot=True)  # place the frame after the layouts have settled
        self.settled.timeout.connect(self.place)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def follow(self, target: QWidget | None) -> None:
        """Frame `target` from now on, or nothing if it is None."""
        if target is self.target:
            return
        for widget in self._watched:
            widget.removeEventFilter(self)
        if self.target:
            self.target.destroyed.disconnect(self.forget)
        self.target = target
        self._watched = [] if target is None else list(ancestry(target))
        for widget in self._watched:
            widget.installEventFilter(self)
        if target:
            target.destroyed.connect(self.forget)
        self.settled.start()

    def forget(self) -> None:
        """Hide the frame after its control was destroyed."""
        self.target, self._watched = None, []
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES:
            self.settled.start()
        return False

    def place(self) -> None:
        """Place the frame around the visible part of its control and inside the window, or hide it if none is."""
        seen = seen_of(self.target) if self.target else QRect()
        if self.target is None or seen.isEmpty():
            self.hide()
            return
        window = self.target.window()
        if self.parentWidget() is not window:
            self.setParent(window)  # a floating dock is a window of its own
        self.setGeometry((seen + QMargins(*[self.halo] * 4)) & window.rect())
        inside = seen.translated(-self.pos())
        self.setMask(QRegion(self.rect()) - QRegion(inside))  # so that the control is not painted again with the frame
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_line(painter, LINE, LINE / 2, theme.colours().accent)
        painter.end()

    def paint_line(self, painter: QPainter, width: float, inset: float, colour: QColor | str) -> None:
        painter.setPen(QPen(QColor(colour), width))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(inset, inset, -inset, -inset), 5, 5)


def ancestry(widget: QWidget) -> Iterator[QWidget]:
    """Yield the widget and its parents, up to its window."""
    yield widget
    while not widget.isWindow() and (parent := widget.parentWidget()):
        widget = parent
        yield widget


def seen_of(widget: QWidget) -> QRect:
    """Return the part of a widget that its parents do not clip, in pixels of its window; empty if it is hidden."""
    if not widget.isVisible():
        return QRect()
    child, *parents = ancestry(widget)
    seen = child.rect()
    for parent in parents:
        seen = seen.translated(child.pos()) & parent.rect()
        child = parent
    return seen
