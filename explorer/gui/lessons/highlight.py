"""The highlight: a frame around the control that a lesson points at."""

from PySide6.QtCore import QEvent, QMargins, QObject, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDockWidget, QScrollArea, QWidget

from explorer.gui.widgets import theme

GAP, _LINE, _SHINE = 2, 2, 4  # pixels, from the control outwards
HALO = GAP + _LINE + _SHINE
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.ParentChange)


class Highlight(QWidget):
    """The frame, which lies over the window, lets every click through, and moves with its control."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.target: QWidget | None = None
        self.watched: list[QWidget] = []
        self.settled = QTimer(self, interval=0, singleShot=True)  # place the frame after the layouts have settled
        self.settled.timeout.connect(self.place)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("Control that the lesson points to"))
        self.hide()

    def follow(self, target: QWidget | None) -> None:
        """Frame `target` from now on, or nothing if it is None."""
        if target is self.target:
            return
        for widget in self.watched:
            widget.removeEventFilter(self)
        if self.target:
            self.target.destroyed.disconnect(self.forget)
        self.target = target
        self.watched = [] if target is None else list(_ancestry(target))
        for widget in self.watched:
            widget.installEventFilter(self)
        if target:
            target.destroyed.connect(self.forget)
        self.settled.start()

    def forget(self) -> None:
        """Hide the frame after its control was destroyed."""
        self.target, self.watched = None, []
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
        if self.parentWidget() is not self.target.window():
            self.setParent(self.target.window())  # a floating dock is a window of its own
        self.setGeometry((seen + QMargins(HALO, HALO, HALO, HALO)) & self.target.window().rect())
        self.show()
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shine = QColor(theme.colours().accent)
        for width, inset, opacity in ((_SHINE, _SHINE / 2, 0.2), (_LINE, _SHINE + _LINE / 2, 1.0)):
            shine.setAlphaF(opacity)
            painter.setPen(QPen(shine, width))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 5, 5)


def _ancestry(widget: QWidget) -> list[QWidget]:
    """Return the widget and its parents, up to its window."""
    widgets = [widget]
    while not widgets[-1].isWindow() and (parent := widgets[-1].parentWidget()):
        widgets.append(parent)
    return widgets


def seen_of(widget: QWidget) -> QRect:
    """Return the part of a widget that its parents do not clip, in pixels of its window; empty if it is hidden."""
    if not widget.isVisible():
        return QRect()
    child, *parents = _ancestry(widget)
    seen = child.rect()
    for parent in parents:
        seen = seen.translated(child.pos()) & parent.rect()
        child = parent
    return seen


def reveal(widget: QWidget) -> None:
    """Bring a control into view if a closed dock or a scroll area hides it."""
    for parent in _ancestry(widget):
        if isinstance(parent, QDockWidget) and parent.isHidden():
            parent.show()
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
