"""A dot in the colour of a run."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from explorer.gui.widgets.look import theme


def dot(colour: QColor) -> QPixmap:
    """Return a dot with a rim, which sets it off from a selected row of the same colour."""
    size = 12
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(theme.colours().surface))
    painter.setBrush(colour)
    painter.drawEllipse(1, 1, size - 3, size - 3)
    painter.end()
    return pixmap
