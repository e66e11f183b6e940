"""MatrixLayout: where the cells of a confusion matrix are, and the names beside and above them. No widgets."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QFontMetrics

from explorer.gui.widgets.look import theme

PAD = theme.RHYTHM // 2  # pixels around a text
_NAMES = 0.34  # share of the width and of the height that the names of classes have at most
_WIDEST = 3.2  # a cell may be so many times as wide as the least
Spot = tuple[int, int]  # row and column of a cell; −1 for the names


@dataclass(frozen=True, slots=True)
class MatrixLayout:
    """The places of `count` classes in a `room`, in pixels.

    `names` is the width of the names beside the rows, `head` the height of those above the columns, which are turned if
    they are `is_upright`. A cell has the size `cell`; as a picture, all cells share the square that has room.
    """

    count: int
    room: QSize
    names: int
    head: int
    cell: QSize
    is_upright: bool = False
    is_picture: bool = False

    @classmethod
    def of_cells(
        cls, room: QSize, metrics: QFontMetrics, labels: Sequence[str], axes: Sequence[str], longest: str
    ) -> "MatrixLayout":
        """Give names and cells as much of the room as they need; `longest` is the longest text of a cell."""
        count, line = len(labels), metrics.lineSpacing()
        name, axis = (max(map(metrics.horizontalAdvance, texts), default=0) + 2 * PAD for texts in (labels, axes))
        names = min(max(name, axis), int(_NAMES * room.width()))
        least = max(map(metrics.horizontalAdvance, (longest, "00"))) + PAD
        wide = min(max(least, (room.width() - names) // max(1, count)), int(_WIDEST * least))
        is_upright = name > wide
        head = max(min(name, int(_NAMES * room.height())) if is_upright else 0, 2 * line + PAD)
        high = min(max(line, (room.height() - head) // max(1, count)), 2 * (line + PAD))
        return cls(count, room, names, head, QSize(wide, high), is_upright=is_upright)

    @classmethod
    def of_picture(cls, room: QSize, metrics: QFontMetrics, count: int) -> "MatrixLayout":
        """Give the picture all of the room but a line."""
        return cls(count, room, PAD, metrics.lineSpacing() + PAD, QSize(0, 0), is_picture=True)

    @property
    def size(self) -> QSize:
        """The size of all of it, which may be larger than the room."""
        return QSize(self.names, self.head) + self.cell * self.count

    @property
    def square(self) -> QRect:
        """Where the picture of all classes is."""
        room = QRect(QPoint(), self.room).adjusted(self.names, self.head, -PAD, -PAD)
        side = max(1, min(room.width(), room.height()))
        return QRect(room.topLeft(), QSize(side, side))

    def rect(self, spot: Spot, scrolled: QPoint) -> QRect:
        """Return where a cell or a name is, after the cells have been `scrolled` by so many pixels."""
        row, column = spot
        if self.is_picture:
            square = self.square
            top, bottom = (square.top() + place * square.height() // self.count for place in (row, row + 1))
            left, right = (square.left() + place * square.width() // self.count for place in (column, column + 1))
            return QRect(left, top, max(1, right - left), max(1, bottom - top))
        left = self.names + column * self.cell.width() - scrolled.x()
        top = self.head + row * self.cell.height() - scrolled.y()
        if row < 0:
            return QRect(left, 0, self.cell.width(), self.head)
        return QRect(0, top, self.names, self.cell.height()) if column < 0 else QRect(QPoint(left, top), self.cell)

    def spot_at(self, point: QPoint, scrolled: QPoint) -> Spot | None:
        """Return the cell or the name at a point; None if there is none."""
        if self.is_picture:
            square, away = self.square, point - self.square.topLeft()
            if not square.contains(point):
                return None
            return away.y() * self.count // square.height(), away.x() * self.count // square.width()
        column = row = -1
        if point.x() >= self.names:
            column = (point.x() - self.names + scrolled.x()) // self.cell.width()
        if point.y() >= self.head:
            row = (point.y() - self.head + scrolled.y()) // self.cell.height()
        return (row, column) if max(row, column) < self.count and (row, column) != (-1, -1) else None
