"""FeatureMapStrip: the feature maps of an image, one column per section, and one row per network with its verdict."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, sqrt
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from explorer.architecture.layers import Shape, shape_text
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import whole
from explorer.runs.questions.pictures import sent_size

GAP = theme.RHYTHM  # pixels between columns and between rows
_HAIR = 2  # pixels between the maps of a sheet
ROWS = 2  # rows to keep room for
SIDES = (40, 80, 160)  # pixels: the smallest square that a sheet is drawn in, the usual one, the largest
_PALE = 0.35  # opacity of maps that are out of date


class MapColumn(NamedTuple):
    """The column of a section: its path and title, its output's shape, and the number of its hue."""

    path: str
    title: str
    shape: Shape
    hue: int


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """The row of one network: its feature maps as `sheets` by path, and its `verdict` in two lines."""

    title: str
    verdict: tuple[str, str] = ("", "")
    sheets: Mapping[str, QImage] = field(default_factory=dict)
    pale: bool = False


class FeatureMapStrip(QWidget):
    """Rows drawn as large as there is room; `chosen` carries the path of a column, by a click or the arrow keys."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.columns: list[MapColumn] = []
        self.rows: list[NetworkRow] = []
        self.captions: list[int] = []  # their widths in pixels
        self.words = 0  # width in pixels of the widest verdict
        self.selection = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Feature maps"))
        add_keys(self, self.tr("Select the part before"), lambda: self._walk(-1), "Left")
        add_keys(self, self.tr("Select the next part"), lambda: self._walk(1), "Right")

    def show_rows(self, columns: list[MapColumn], rows: list[NetworkRow], selection: str) -> None:
        if (columns, rows, selection) == (self.columns, self.rows, self.selection):
            return
        self.columns, self.rows, self.selection = columns, rows, selection
        words = (" ".join((row.title, *row.verdict)).strip() for row in rows)
        sections = (f"{column.title} {shape_text(column.shape)}" for column in columns)
        self.setAccessibleDescription("; ".join((", ".join(sections), *words)))
        self.measure()

    def measure(self) -> None:
        """Measure the captions and the verdicts, and set the least size."""
        wide = self.fontMetrics().horizontalAdvance
        self.captions = [max(wide(column.title), wide(shape_text(column.shape))) for column in self.columns]
        self.words = max((wide(text) for row in self.rows for text in (row.title, *row.verdict)), default=0) + GAP
        self.setMinimumSize(self.needed(SIDES[0], beside=False, rows=len(self.rows)))
        self.updateGeometry()
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.measure()

    def sizeHint(self) -> QSize:
        return self.needed(SIDES[1], beside=True, rows=ROWS)

    def needed(self, side: int, beside: bool, rows: int) -> QSize:
        """Return the size needed for sheets in squares of `side` pixels, with the verdicts `beside` them or above."""
        gap = GAP if beside else GAP // 2
        width = sum(max(side, caption) + gap for caption in self.captions) + gap
        words = 0 if beside else self.fontMetrics().lineSpacing()
        return QSize(width + beside * self.words, rows * (side + words + GAP) + self._caption_height())

    def arrangement(self) -> tuple[int, bool]:
        """Return the largest side of a sheet that there is room for, and whether the verdicts fit beside the sheets."""
        room, rows = self.size(), len(self.rows)
        beside = self.needed(SIDES[0], beside=True, rows=rows).width() <= room.width()
        for side in range(SIDES[2], SIDES[0], -1):
            needed = self.needed(side, beside, rows)
            if needed.width() <= room.width() and needed.height() <= room.height():
                return side, beside
        return SIDES[0], beside

    def _caption_height(self) -> int:
        return 2 * self.fontMetrics().lineSpacing() + theme.RHYTHM

    def places(self) -> list[QRect]:
        """Return the rectangle of each column with its caption."""
        side, beside = self.arrangement()
        gap, needed = GAP if beside else GAP // 2, self.needed(side, beside, len(self.rows))
        left, found = gap, []
        spread = gap + max(0, self.width() - needed.width()) // max(1, len(self.columns))
        for caption in self.captions:
            width = max(side, caption)
            found.append(QRect(left, 0, width, needed.height()))
            left += width + spread
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        (side, beside), places, line = self.arrangement(), self.places(), self.fontMetrics().lineSpacing()
        top = 0
        for row in self.rows:
            words = (row.title, *row.verdict)
            if beside:
                left, middle = self.width() - self.words, top + (side - len(words) * line) // 2
                for number, text in enumerate(words):
                    self.write(painter, QPoint(left, middle + number * line), text, quiet=number == 0)
            else:
                verdict = QPoint(GAP + self.fontMetrics().horizontalAdvance(row.title), top)
                self.write(painter, QPoint(GAP // 2, top), row.title, quiet=True)
                self.write(painter, verdict, " ".join(row.verdict), quiet=False)
                top += line
            painter.setOpacity(_PALE if row.pale else 1.0)
            for column, place in zip(self.columns, places, strict=True):
                box = QRectF(place.left() + (place.width() - side) / 2, top, side, side)
                self._paint_sheet(painter, box, row.sheets.get(column.path), column.shape)
            painter.setOpacity(1.0)
            top += side + GAP
        for column, place in zip(self.columns, places, strict=True):
            self._paint_caption(painter, column, place)
        painter.end()

    def _paint_sheet(self, painter: QPainter, box: QRectF, sheet: QImage | None, shape: Shape) -> None:
        """Draw the maps of one section in a square grid, enlarged with sharp pixels to show how few they have."""
        if sheet is None:
            painter.setPen(QColor(theme.colours().border))
            painter.drawRect(box)
            return
        tall, wide = sheet.height(), sent_size(shape)[1]
        count = max(1, sheet.width() // wide)
        grid = ceil(sqrt(count))
        room = (box.width() - (grid - 1) * _HAIR) / grid
        scale = room / max(tall, wide)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        for number in range(count):
            row, column = divmod(number, grid)
            left = box.left() + column * (room + _HAIR) + (room - wide * scale) / 2
            top = box.top() + row * (room + _HAIR) + (room - tall * scale) / 2
            painter.drawImage(
                QRectF(left, top, wide * scale, tall * scale), sheet, QRectF(number * wide, 0, wide, tall)
            )

    def write(self, painter: QPainter, place: QPoint, text: str, quiet: bool) -> None:
        painter.setPen(QColor(theme.colours().quiet if quiet else theme.colours().text))
        painter.drawText(place + QPoint(0, self.fontMetrics().ascent()), text)

    def _paint_caption(self, painter: QPainter, column: MapColumn, place: QRect) -> None:
        line = self.fontMetrics().lineSpacing()
        font = QFont(self.font())
        font.setBold(self.is_chosen(column))
        painter.setFont(font)
        painter.setPen(QColor(theme.colours().text))
        top = place.bottom() - 2 * line
        painter.fillRect(QRect(place.left(), top - 4, place.width(), 2), theme.stage_colour(column.hue))
        painter.drawText(QRect(place.left(), top, place.width(), line), Qt.AlignmentFlag.AlignHCenter, column.title)
        painter.setFont(theme.figures_font(self.font()))
        painter.setPen(QColor(theme.colours().quiet))
        shape = QRect(place.left(), top + line, place.width(), line)
        painter.drawText(shape, Qt.AlignmentFlag.AlignHCenter, shape_text(column.shape))

    def is_chosen(self, column: MapColumn) -> bool:
        return bool(self.selection) and f"{self.selection}.".startswith(f"{column.path}.")

    def _walk(self, step: int) -> None:
        """Choose the column that is `step` places from the chosen one."""
        place = next((number for number, column in enumerate(self.columns) if self.is_chosen(column)), 0)
        if self.columns:
            self.chosen.emit(self.columns[max(0, min(place + step, len(self.columns) - 1))].path)

    def column_at(self, point: QPoint) -> MapColumn | None:
        found = (column for column, place in zip(self.columns, self.places(), strict=True) if place.contains(point))
        return next(found, None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if column := self.column_at(event.position().toPoint()):
            self.chosen.emit(column.path)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            column = self.column_at(event.pos())
            QToolTip.showText(event.globalPos(), self.explain(column) if column else "", self)
            return True
        return super().event(event)

    def explain(self, column: MapColumn) -> str:
        """Return what the maps of a section show, for its tooltip."""
        channels, height, width = column.shape
        if not column.path:
            return self.tr("The image as the network receives it: {shape}").format(shape=shape_text(column.shape))
        text = self.tr(
            "The most active of {channels} channels, {height}×{width} positions each.\n"
            "Black is no response, white the channel's own maximum."
        )
        return text.format(channels=whole(channels), height=height, width=width)
