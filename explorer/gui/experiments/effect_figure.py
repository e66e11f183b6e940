"""EffectFigure: one image, and the probabilities of its most likely classes before and after a change, as bars."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import percent
from explorer.runs.questions.blocks import Example

_GAP = theme.RHYTHM
_MIN_BARS = 40  # pixels
_ROWS = 5


class EffectFigure(QWidget):
    """Draws what `show_example` was given; the name of the true class is in bold."""

    def __init__(self, before: str, after: str) -> None:
        """Call the two sides `before` and `after` in the legend."""
        super().__init__()
        self.setObjectName("effect")
        self.setAccessibleName(self.tr("Probabilities {before} and {after}").format(before=before, after=after))
        self._sides = before, after
        self._picture = QImage()
        self._example: Example | None = None
        self._names: Sequence[str] = ()
        self.setFont(theme.figures_font(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_example(self, picture: QImage, example: Example, names: Sequence[str]) -> None:
        """Show an image and its classes, which have the `names`."""
        self._picture, self._example, self._names = picture, example, names
        self.setAccessibleDescription(
            "; ".join(f"{name} {share}" for name, share in zip(names, self._shares(example), strict=True))
        )
        self.updateGeometry()
        self.update()

    def _shares(self, example: Example) -> list[str]:
        """Return the two probabilities of each class as text."""
        pairs = zip(example.before, example.after, strict=True)
        return [f"{percent(before, 0)} → {percent(after, 0)}" for before, after in pairs]

    def _row_height(self) -> float:
        return 1.4 * self.fontMetrics().lineSpacing()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 50, self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        height = round(_ROWS * self._row_height()) + self.fontMetrics().lineSpacing() + _GAP
        return QSize(self.fontMetrics().averageCharWidth() * 36, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        example = self._example
        if example is None:
            return
        painter = QPainter(self)
        side = min(_ROWS * self._row_height(), self.width() * 0.24)
        self._paint_picture(painter, QRectF(0, 0, side, side))
        bold = QFont(self.font())
        bold.setBold(True)
        shares = self._shares(example)
        left, share_width = side + 2 * _GAP, max(map(self.fontMetrics().horizontalAdvance, shares)) + _GAP
        room = self.width() - left - share_width
        widest = max(map(QFontMetrics(bold).horizontalAdvance, self._names)) + 2 * _GAP
        name_width = max(0, min(widest, room - _MIN_BARS))
        bars = QRectF(left + name_width, 0, room - name_width, self._row_height())
        for row, (number, name) in enumerate(zip(example.classes, self._names, strict=True)):
            top = row * self._row_height()
            painter.setFont(bold if number == example.label else self.font())
            self._write(painter, QRectF(left, top, name_width - _GAP, self._row_height()), name)
            self._paint_bars(painter, bars.translated(0, top), (example.before[row], example.after[row]))
            painter.setFont(self.font())
            place = QRectF(bars.right() + _GAP, top, share_width, self._row_height())
            self._write(painter, place, shares[row])
        self._paint_legend(painter, QPointF(left, _ROWS * self._row_height() + _GAP / 2))
        painter.end()

    def _paint_picture(self, painter: QPainter, box: QRectF) -> None:
        """Draw the image with sharp pixels, in its own proportions."""
        picture = self._picture
        scale = min(box.width() / max(1, picture.width()), box.height() / max(1, picture.height()))
        size = QRectF(0, 0, picture.width() * scale, picture.height() * scale)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        painter.drawImage(size, picture)

    def _paint_bars(self, painter: QPainter, box: QRectF, shares: tuple[float, float]) -> None:
        tall = 0.32 * box.height()
        painter.setPen(Qt.PenStyle.NoPen)
        for number, (share, colour) in enumerate(zip(shares, self._colours(), strict=True)):
            top = box.center().y() - tall + number * tall
            painter.fillRect(QRectF(box.left(), top, max(1.0, share * box.width()), tall - 1), colour)

    def _colours(self) -> tuple[QColor, QColor]:
        return QColor(theme.colours().neutral), QColor(theme.colours().accent)

    def _paint_legend(self, painter: QPainter, place: QPointF) -> None:
        line = self.fontMetrics().lineSpacing()
        square = 0.6 * line
        for text, colour in zip(self._sides, self._colours(), strict=True):
            painter.fillRect(QRectF(place.x(), place.y() + (line - square) / 2, square, square), colour)
            width = self.fontMetrics().horizontalAdvance(text)
            self._write(painter, QRectF(place.x() + square + _GAP / 2, place.y(), width + _GAP, line), text, quiet=True)
            place += QPointF(square + width + 3 * _GAP, 0)

    def _write(self, painter: QPainter, box: QRectF, text: str, quiet: bool = False) -> None:
        painter.setPen(QColor(theme.colours().quiet if quiet else theme.colours().text))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)
