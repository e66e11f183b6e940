"""ThumbnailCell: how one picture is drawn, with its name below it and what has been decided about it."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap

from explorer.gui.data.thumbnails.pictures import Picture
from explorer.gui.widgets.look import theme

PAD = theme.RHYTHM  # pixels between the edge of a cell and what stands in it, where a rubber band can begin
_LINES = 7  # of text: the side of the square that a picture has
_ROUND = 3  # pixels, of corners
_PALE = 0.3  # opacity of an image that is left out


@dataclass(frozen=True, slots=True)
class Shown:
    """What a cell shows; of the `lines` below the picture the second says what it is of, if not all are alike.

    Without a `picture` a calm square waits for it; `trouble` says why there will be none.
    """

    picture: Picture | None
    lines: tuple[str, ...]
    trouble: str = ""
    mark: str = ""
    is_left_out: bool = False
    is_selected: bool = False
    is_current: bool = False


class ThumbnailCell:
    """The measures of a cell by the size of the text, with so many lines below the picture."""

    def __init__(self, metrics: QFontMetrics, lines: int) -> None:
        self._metrics = metrics
        self.side = _LINES * metrics.lineSpacing()
        self.size = QSize(self.side + 2 * PAD, self.side + PAD // 2 + lines * metrics.lineSpacing() + 2 * PAD)

    def content(self, cell: QRect) -> QRect:
        """Return what of a cell is pointed at: its picture with the lines below."""
        return cell.adjusted(PAD, PAD, -PAD, -PAD)

    def paint(self, painter: QPainter, cell: QRect, shown: Shown) -> None:
        colours, content = theme.colours(), self.content(cell)
        frame = content.adjusted(*(each * PAD // 2 for each in (-1, -1, 1, 1)))
        painter.setPen(Qt.PenStyle.NoPen)
        if shown.is_selected:
            painter.setBrush(QColor(colours.accent))
            painter.drawRoundedRect(frame, _ROUND, _ROUND)
        if shown.is_current:
            painter.setPen(QPen(QColor(colours.text if shown.is_selected else colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(frame, _ROUND, _ROUND)
        square = QRect(content.left() + (content.width() - self.side) // 2, content.top(), self.side, self.side)
        painter.setOpacity(_PALE if shown.is_left_out else 1.0)
        if shown.picture and shown.picture.pixmap:
            paint_picture(painter, square, shown.picture.pixmap)
        else:
            self._paint_square(painter, square, shown.trouble)
        painter.setOpacity(1.0)
        if shown.mark:
            self._paint_mark(painter, square, shown.mark)
        high = self._metrics.lineSpacing()
        for number, line in enumerate(shown.lines):
            quiet = colours.quiet if number else colours.text
            painter.setPen(QColor(colours.on_accent if shown.is_selected else quiet))
            room = QRect(content.left(), square.bottom() + PAD // 2 + number * high, content.width(), high)
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, self._elided(line, room.width()))

    def _elided(self, line: str, width: int) -> str:
        return self._metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, width)

    def _paint_square(self, painter: QPainter, square: QRect, trouble: str) -> None:
        """Draw what stands for a picture that has not come yet, or will not."""
        colours = theme.colours()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.raised))
        painter.drawRoundedRect(square, _ROUND, _ROUND)
        painter.setPen(QColor(colours.bad))
        painter.drawText(square, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, trouble)

    def _paint_mark(self, painter: QPainter, square: QRect, mark: str) -> None:
        """Write what has been decided over the lower end of the picture."""
        colours, words = theme.colours(), self._elided(mark, square.width() - PAD)
        label = QRect(0, 0, self._metrics.horizontalAdvance(words) + PAD, self._metrics.lineSpacing() + 2)
        label.moveBottomLeft(square.bottomLeft())
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(QColor(colours.surface))
        painter.drawRoundedRect(label, _ROUND, _ROUND)
        painter.setPen(QColor(colours.text))
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, words)


def paint_picture(painter: QPainter, square: QRect, pixmap: QPixmap) -> None:
    """Draw a picture in the middle of a square; a small one enlarged by a whole number, with sharp pixels."""
    ratio = painter.device().devicePixelRatioF()
    scale = square.width() * ratio / max(pixmap.width(), pixmap.height())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)  # one that was made for other cells
    size = QSizeF(pixmap.size()) * ((int(scale) if scale > 1 else scale) / ratio)
    place = QRectF(QPointF(), size)
    place.moveCenter(QRectF(square).center())
    painter.drawPixmap(QRectF(place.topLeft().toPoint(), size), pixmap, QRectF(pixmap.rect()))
