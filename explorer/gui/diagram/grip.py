"""Grip: a place of the diagram that can be dragged, whose pointer and bar say so. A click goes on to the diagram."""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from explorer.gui.widgets.input.typed import commit_typed
from explorer.gui.widgets.look import theme

_BAR, _LENGTH = 4, 22  # pixels of the bar that marks a grip


class Grip(QWidget):
    """Emits `begun`, then `dragged` with how far the pointer has moved and where it is in the parent, then `ended`.

    `clicked` and `double_clicked` are for the widget below; they carry a place in the parent.
    """

    begun = Signal()
    dragged = Signal(QPointF, QPointF)
    ended = Signal()
    clicked = Signal(QPointF)
    double_clicked = Signal()

    def __init__(self, parent: QWidget, cursor: Qt.CursorShape, tip: str, bar: Qt.Edge | None = None) -> None:
        """`bar` is the edge along which the mark is drawn, None for a grip without one."""
        super().__init__(parent)
        self._cursor, self._bar = cursor, bar
        self._from = QPointF()  # on the screen, where the button was pressed
        self._is_pressed, self._is_dragged = False, False
        self.setCursor(cursor)
        self.setToolTip(tip)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._bar is None:
            return
        box = QRectF(self.rect())
        if self._bar == Qt.Edge.TopEdge:
            bar = QRectF(box.center().x() - _LENGTH / 2, 2, _LENGTH, _BAR)
        else:
            bar = QRectF(box.right() - 2 - _BAR, box.center().y() - _LENGTH / 2, _BAR, _LENGTH)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.colours().surface))  # a border, so that it is seen on every hue
        painter.setBrush(QColor(theme.colours().accent))
        painter.drawRoundedRect(bar.adjusted(-0.5, -0.5, 0.5, 0.5), _BAR / 2, _BAR / 2)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            commit_typed()
            self._from = event.globalPosition()
            self._is_pressed, self._is_dragged = True, False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._is_pressed:
            return
        moved = event.globalPosition() - self._from
        if not self._is_dragged:
            if moved.manhattanLength() < QApplication.startDragDistance():
                return
            self._is_dragged = True
            if self.cursor().shape() == Qt.CursorShape.OpenHandCursor:
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.begun.emit()
        self.dragged.emit(moved, self.mapToParent(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        was_pressed, self._is_pressed = self._is_pressed, False
        if self._is_dragged:
            self._is_dragged = False
            self.setCursor(self._cursor)
            self.ended.emit()
        elif was_pressed:
            self.clicked.emit(self.mapToParent(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.double_clicked.emit()

    def hideEvent(self, event: QEvent) -> None:
        self._is_pressed = self._is_dragged = False
