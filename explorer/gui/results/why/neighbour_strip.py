"""NeighbourStrip: the training images that are nearest to an image, each with its class below."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say
from explorer.gui.widgets.text.spoken import speak
from explorer.sentences import translatable

_GAP = theme.RHYTHM
_SIDE = 3  # lines of text: a picture at least
_WIDTH = 12  # characters: the longest name that makes a place wider


@dataclass(frozen=True, slots=True)
class NeighbourCell:
    """A training image, None while it has not come or where it has gone; `is_alike`: of the class in question."""

    picture: QImage | None
    class_name: str
    tip: str
    is_alike: bool


class NeighbourStrip(QWidget):
    """Draws as many of the images as have room, in one or two rows, the nearest first.

    The name of the class in question is in bold.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("neighbours")
        self.setAccessibleName(self.tr("Nearest training images"))
        self._cells: Sequence[NeighbourCell] = ()
        self._are_there = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_cells(self, cells: Sequence[NeighbourCell], are_there: bool) -> None:
        """Show these images; those without a picture cannot be read once `are_there` says that all have come."""
        self._cells, self._are_there = cells, are_there
        speak(self, "; ".join(f"{cell.class_name}, {cell.tip}" for cell in cells))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(6 * self._least_width(), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        line = self.fontMetrics().lineSpacing()
        return QSize(_SIDE * line, _SIDE * line + self._words_height())

    def _words_height(self) -> int:
        return self.fontMetrics().lineSpacing() + _GAP // 2

    def _least_width(self) -> int:
        """Return the width of a place in which the names of the classes can be read."""
        metrics = self.fontMetrics()
        bold = QFont(self.font())
        bold.setBold(True)
        longest = max((QFontMetrics(bold).horizontalAdvance(cell.class_name) for cell in self._cells), default=0)
        name = min(longest, _WIDTH * metrics.averageCharWidth())
        return max(_SIDE * metrics.lineSpacing(), name) + _GAP

    def _arrangement(self) -> tuple[int, list[QPoint]]:
        """Return the side of the pictures, and the place of each that has room: of one row or two, the larger ones."""
        room, found = self.width() + _GAP, list[tuple[int, int, int]]()
        for rows in (1, 2):
            columns = max(1, min(-(-len(self._cells) // rows), room // self._least_width()))
            tall = (self.height() + _GAP) // rows - _GAP - self._words_height()
            found.append((min(tall, room // columns - _GAP), rows, columns))
        side, rows, columns = max(found, key=lambda each: (each[0], -each[1]))
        wide, high = room // columns, side + self._words_height() + _GAP
        count = min(len(self._cells), rows * columns)
        return side, [QPoint(number % columns * wide, number // columns * high) for number in range(count)]

    def places(self) -> list[QRect]:
        """Return the place of each image that is shown, with the name of its class."""
        side, corners = self._arrangement()
        return [QRect(corner, QSize(side, side + self._words_height())) for corner in corners]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        side, corners = self._arrangement()
        wide = corners[1].x() - _GAP if len(corners) > 1 and corners[1].x() else self.width()
        for cell, corner in zip(self._cells, corners, strict=False):
            square = QRectF(corner, QSize(side, side))
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
            room = QRectF(corner.x(), square.bottom() + _GAP // 2, wide, self._words_height())
            words = painter.fontMetrics().elidedText(cell.class_name, Qt.TextElideMode.ElideRight, wide)
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
            cells = zip(self._cells, self.places(), strict=False)
            tip = next((cell.tip for cell, place in cells if place.contains(event.pos())), "")
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)
