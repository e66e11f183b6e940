"""The mark: a calm frame around the control that a lesson speaks of."""

from PySide6.QtCore import QEvent, QMargins, QObject, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDockWidget, QScrollArea, QWidget

from explorer.gui.widgets import theme

GAP, _LINE, _SHINE = 2, 2, 4  # pixels, from the control outwards
HALO = GAP + _LINE + _SHINE
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.ParentChange)


class Highlight(QWidget):
    """Lies over the window, lets every click through, and stays around its control wherever that goes."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.target: QWidget | None = None
        self.watched: list[QWidget] = []
        self.settled = QTimer(self, interval=0, singleShot=True)  # after a move the layouts have their say first
        self.settled.timeout.connect(self.place)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("What the lesson points at"))
        self.hide()

    def follow(self, target: QWidget | None) -> None:
        """Stand around `target` from now on, or around nothing."""
        if target is self.target:
            return
        for each in self.watched:
            each.removeEventFilter(self)
        if self.target:
            self.target.destroyed.disconnect(self.forget)
        self.target = target
        self.watched = [] if target is None else list(_line_of(target))
        for each in self.watched:
            each.installEventFilter(self)
        if target:
            target.destroyed.connect(self.forget)
        self.settled.start()

    def forget(self) -> None:
        """The control is no more."""
        self.target, self.watched = None, []
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES:
            self.settled.start()
        return False

    def place(self) -> None:
        """Around what can be seen of the control; nowhere if nothing can."""
        seen = seen_of(self.target) if self.target else QRect()
        if self.target is None or seen.isEmpty():
            self.hide()
            return
        if self.parentWidget() is not self.target.window():
            self.setParent(self.target.window())  # a dock that floats is a window of its own
        self.setGeometry(seen + QMargins(HALO, HALO, HALO, HALO))
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


def _line_of(widget: QWidget) -> list[QWidget]:
    """The widget and what it is in, up to its window."""
    line = [widget]
    while not line[-1].isWindow() and (outer := line[-1].parentWidget()):
        line.append(outer)
    return line


def seen_of(widget: QWidget) -> QRect:
    """The part of a widget that nothing it is in cuts off, in the pixels of its window; empty if it is hidden."""
    if not widget.isVisible():
        return QRect()
    inner, *outer = _line_of(widget)
    seen = inner.rect()
    for each in outer:
        seen = seen.translated(inner.pos()) & each.rect()
        inner = each
    return seen


def reveal(widget: QWidget) -> None:
    """Bring a control into sight where only a closed dock or a scroll bar hides it."""
    for each in _line_of(widget):
        if isinstance(each, QDockWidget) and each.isHidden():
            each.show()
        if isinstance(each, QScrollArea):
            each.ensureWidgetVisible(widget)
