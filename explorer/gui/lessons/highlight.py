"""The highlight: a frame around the control that a lesson points at."""

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QDockWidget, QScrollArea, QWidget

from explorer.gui.widgets.input.form import Form
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.frame import GAP, LINE, Frame, ancestry

_SHINE = 4  # pixels around the line
HALO = GAP + LINE + _SHINE


class Highlight(Frame):
    """The frame with a shine around it."""

    halo = HALO

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAccessibleName(self.tr("Control that the lesson points to"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shine = QColor(theme.colours().accent)
        shine.setAlphaF(0.2)
        self.paint_line(painter, _SHINE, _SHINE / 2, shine)
        self.paint_line(painter, LINE, _SHINE + LINE / 2, theme.colours().accent)
        painter.end()


def reveal(widget: QWidget) -> None:
    """Bring a control into view if a closed dock, a form or a scroll area hides it."""
    for parent in ancestry(widget):
        if isinstance(parent, Form):
            parent.unfold(widget.objectName())
        if isinstance(parent, QDockWidget) and parent.isHidden():
            parent.show()
        if isinstance(parent, QDockWidget):
            parent.raise_()  # it may share its place with another one
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
