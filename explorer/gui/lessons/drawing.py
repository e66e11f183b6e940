"""A drawing of a lesson: an SVG that takes the colour of the text, so that it is readable on light and dark."""

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from explorer.gui.widgets import theme
from explorer.resources import resource


class Drawing(QWidget):
    """Shows one file of resources/lessons in its own proportions, or hides."""

    def __init__(self) -> None:
        super().__init__()
        self.svg = ""
        self.setAccessibleName(self.tr("Drawing"))

    def show_file(self, name: str) -> None:
        self.svg = resource("lessons", name).read_text(encoding="utf-8") if name else ""
        self.setVisible(bool(name))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ink = theme.colours().text
        renderer = QSvgRenderer(QByteArray(self.svg.replace("currentColor", ink).encode()))
        renderer.setAspectRatioMode(Qt.AspectRatioMode.KeepAspectRatio)
        renderer.render(QPainter(self))
