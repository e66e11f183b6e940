"""NeighbourStrip: the training images that are nearest to an image, each with its class below."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say
from explorer.gui.widgets.text.spoken import speak
from explorer.sentences import translatable

_GAP = theme.RHYTHM
_SIDE = 3  # lines of text: a picture
_WIDTH = 8  # characters: a place at least


@dataclass(frozen=True, slots=True)
class NeighbourCell:
    """A training image, None while it has not come or where it has gone; `is_alike`: of the class in question."""

    picture: QImage | None
    class_name: str
    tip: str
    is_alike: bool


class NeighbourStrip(QWidget):
    """Draws as many of the images as have room, the nearest first; the class in question is in bold."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("neighbours")
        self.setAccessibleName(self.tr("Nearest training images"))
        self._cells: Sequence[NeighbourCell] = ()
        self._are_there = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_cells(self, cells: Sequence[NeighbourCell], are_there: bool) -> None:
        """Show these images; those without a picture cannot be read once `are_there` says that all have come."""
        self._cells, self._are_there = cells, are_there
        speak(self, "; ".join(f"{cell.class_name}, {cell.tip}" for cell in cells))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(6 * self._least_width(), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._least_width(), (_SIDE + 1) * self.fontMetrics().lineSpacing() + _GAP // 2)

    def _least_width(self) -> int:
        metrics = self.fontMetrics()
        return max(_SIDE * metrics.lineSpacing(), _WIDTH * metrics.averageCharWidth()) + _GAP

    def _places(self) -> list[QRect]:
        count = max(1, min(len(self._cells), (self.width() + _GAP) // self._least_width()))
        width = min((self.width() + _GAP) // count, 2 * self._least_width())
        return [QRect(number * width, 0, width - _GAP, self.height()) for number in range(min(count, len(self._cells)))]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, side = QPainter(self), _SIDE * self.fontMetrics().lineSpacing()
        for cell, place in zip(self._cells, self._places(), strict=False):
            square = QRectF(place.left(), 0, side, side)
            if cell.picture:
                self._paint_picture(painter, square, cell.picture)
            else:
                painter.fillRect(square, QColor(theme.colours().raised))
                if self._are_there:
                    painter.setPen(QColor(theme.colours().bad))
                    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                    painter.drawText(square, flags, say(translatable("cannot be read")))
            font = QFont(self.font())
            font.setBold(cell.is_alike)
            painter.setFont(font)
            painter.setPen(QColor(theme.colours().text))
            room = QRectF(place.left(), side + _GAP // 2, place.width(), self.height() - side)
            words = painter.fontMetrics().elidedText(cell.class_name, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, words)
        painter.end()

    def _paint_picture(self, painter: QPainter, square: QRectF, picture: QImage) -> None:
        """Draw a picture in its own proportions, a small one with sharp pixels."""
        scale = square.width() / max(picture.width(), picture.height())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        size = QRectF(0, 0, picture.width() * scale, picture.height() * scale)
        size.moveCenter(square.center())
        painter.drawImage(size, picture)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cells = zip(self._cells, self._places(), strict=False)
            tip = next((cell.tip for cell, place in cells if place.contains(event.pos())), "")
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)
