"""The diagram of a design as a picture in a file, by the same drawing as in the window."""

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QRectF, QSize
from PySide6.QtGui import QColor, QPainter

from explorer.architecture.design import Design
from explorer.gui.diagram.diagram import Diagram
from explorer.gui.document import Document
from explorer.gui.widgets.look import theme

_SIZE = QSize(1200, 420)  # pixels; a deep network is wider


def svg(design: Design, vocabulary: str) -> str:
    """Return an SVG file of the diagram, in the colours of the window."""
    from PySide6.QtSvg import QSvgGenerator

    document = Document(design)
    document.use_names(vocabulary)
    diagram = Diagram(document, set())
    diagram.resize(_SIZE)
    diagram.draw()
    bounds, content, file = diagram.bounds, QBuffer(), QSvgGenerator()
    file.setOutputDevice(content)
    file.setResolution(diagram.logicalDpiX())  # for which the fonts are laid out
    file.setTitle(document.title)
    file.setSize(bounds.size().toSize())
    file.setViewBox(QRectF(0, 0, bounds.width(), bounds.height()))
    painter = QPainter(file)
    painter.fillRect(file.viewBoxF(), QColor(theme.colours().surface))
    painter.translate(-bounds.topLeft())
    diagram.paint_shapes(painter)
    painter.end()
    return bytes(content.data().data()).decode("utf-8")


WRITERS: dict[str, Callable[[Design, str], str]] = {"svg": svg}  # by the name of an export format
