"""The curves as a picture in a file, SVG or PNG: both plots as they are on the screen, with the names of the runs.

pyqtgraph's own export to SVG fails since Qt 6.11 (pyqtgraph#3485).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QBuffer, QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap

from explorer.gui.training.curves.curve_plot import CurvePlot
from explorer.gui.training.curves.plots import Plots
from explorer.gui.widgets.look import theme

_SCALE = 2  # pixels of a PNG file per pixel of the screen
_DOT = 0.6  # of the height of a line


def _svg(plots: Plots) -> bytes:
    from PySide6.QtSvg import QSvgGenerator

    size, content, file = _size(plots), QBuffer(), QSvgGenerator()
    file.setOutputDevice(content)
    file.setResolution(plots.logicalDpiX())  # for which the fonts are laid out
    file.setTitle(plots.tr("Loss and accuracy"))
    file.setSize(size)
    file.setViewBox(QRectF(0, 0, size.width(), size.height()))
    painter = QPainter(file)
    _paint(painter, plots)
    painter.end()
    return bytes(content.data().data())


def _png(plots: Plots) -> bytes:
    picture, content = QPixmap(_size(plots) * _SCALE), QBuffer()
    picture.setDevicePixelRatio(_SCALE)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint(painter, plots)
    painter.end()
    picture.save(content, "PNG")
    return bytes(content.data().data())


WRITERS: dict[str, Callable[[Plots], bytes]] = {".svg": _svg, ".png": _png}  # by the suffix of the file


def _parts(plots: Plots) -> tuple[CurvePlot, CurvePlot]:
    return plots.loss, plots.accuracy


def _size(plots: Plots) -> QSize:
    """Return the size of the picture: the plots side by side, a heading above them, a line per run below."""
    width = sum(part.plot.width() + theme.RHYTHM for part in _parts(plots)) + theme.RHYTHM
    height = max(part.plot.height() for part in _parts(plots))
    return QSize(width, height + (2 + len(_runs(plots))) * _line(plots) + 2 * theme.RHYTHM)


def _line(plots: Plots) -> int:
    return plots.fontMetrics().lineSpacing() + theme.RHYTHM // 2


def _runs(plots: Plots) -> list[tuple[str, QColor]]:
    """Return name and colour of each run that is drawn, those in full first."""
    lines = sorted((line for line in plots.lines if line.is_seen), key=lambda line: not line.live)
    return [(line.name, line.ink) for line in lines]


def _paint(painter: QPainter, plots: Plots) -> None:
    colours, line = theme.colours(), _line(plots)
    painter.setFont(plots.font())
    painter.fillRect(QRectF(0, 0, _size(plots).width(), _size(plots).height()), QColor(colours.surface))
    ascent, left = plots.fontMetrics().ascent(), float(theme.RHYTHM)
    for part in _parts(plots):
        painter.setPen(QColor(colours.text))
        painter.drawText(QPointF(left, theme.RHYTHM + ascent), part.title)
        place = QRectF(left, theme.RHYTHM + line, part.plot.width(), part.plot.height())
        with _as_shapes(part):
            part.plot.render(painter, place, part.plot.viewport().rect())
        left += part.plot.width() + theme.RHYTHM
    top = _size(plots).height() - theme.RHYTHM - (1 + len(_runs(plots))) * line
    painter.setPen(QColor(colours.quiet))
    painter.drawText(QPointF(theme.RHYTHM, top + ascent), plots.accuracy.legend.text())
    dot = _DOT * plots.fontMetrics().height()
    for number, (name, colour) in enumerate(_runs(plots), 1):
        middle = QPointF(theme.RHYTHM + dot / 2, top + number * line + plots.fontMetrics().height() / 2)
        painter.setPen(colour)
        painter.setBrush(colour)
        painter.drawEllipse(middle, dot / 2, dot / 2)
        painter.setPen(QColor(colours.text))
        painter.drawText(QPointF(2 * theme.RHYTHM + dot, top + number * line + ascent), name)


@contextmanager
def _as_shapes(part: CurvePlot) -> Iterator[None]:
    """Let pyqtgraph draw dots as shapes, not as copies of one picture, and lines without steps."""
    items = [item for item in part.plot.scene().items() if hasattr(item, "setExportMode")]
    for item in items:
        item.setExportMode(True, {"antialias": True})
    try:
        yield
    finally:
        for item in items:
            item.setExportMode(False)
