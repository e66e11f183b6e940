"""CostStrip: what the whole network would cost with 1 … 8 blocks in one of its stages, to be read and to be chosen."""

from collections.abc import Iterable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from explorer.architecture.layers import Cost
from explorer.gui.widgets.input.typed import commit_typed
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.style import TARGET
from explorer.gui.widgets.text.language import in_one_unit, signed, whole

_USUAL = range(1, 9)  # numbers of blocks
_PAD = 4  # pixels beside the words of a cell


class _Cell(NamedTuple):
    """One number of blocks with the words for what it costs."""

    blocks: int
    words: tuple[str, str, str]


class CostStrip(QWidget):
    """A row of cells, the present number marked; `chosen` carries the number that is clicked or dragged to.

    `pressed` and `released` are emitted before and after the numbers that one drag goes through.
    """

    chosen = Signal(int)
    pressed = Signal()
    released = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.present = 0
        self.costs: dict[int, Cost] = {}
        self.cells: list[_Cell] = []
        self._labels = ("", "", "")  # of the rows
        self._cell_width, self._label_width = 0, 0
        self._room = 0  # pixels of width that there are
        self._pointed = 0  # the number under the pointer
        self.setObjectName("cost strip")
        self.setAccessibleName(self.tr("What other numbers of blocks would cost"))
        self.setAutoFillBackground(True)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def counts(self, present: int) -> tuple[int, ...]:
        """Return the numbers of blocks to show: 1 … 8, and the present one if it is larger.

        While the pointer is here they stay as they are.
        """
        if self.costs and self.underMouse() and self.isVisible():
            return tuple(self.costs)
        return (*_USUAL, present) if present > _USUAL[-1] else tuple(_USUAL)

    def show_costs(self, counts: Iterable[int], costs: Iterable[Cost], present: int, room: int) -> None:
        """Show the costs of so many blocks in at most `room` pixels, with the `present` number marked."""
        shown = dict(zip(counts, costs, strict=True))
        if (shown, present, room) == (self.costs, self.present, self._room):
            return
        self.costs, self.present, self._room = shown, present, room
        if not (self.underMouse() and self.isVisible()):
            self._fit(room)
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._room = 0  # so that the costs are written again

    def sizeHint(self) -> QSize:
        high = 3 * self.fontMetrics().lineSpacing() + theme.RHYTHM // 2
        return QSize(self._label_width + len(self.cells) * self._cell_width, high)

    def _fit(self, room: int) -> None:
        """Write labels and cells; without room, labels get shorter, then the farthest numbers are left out."""
        advance = self.fontMetrics().horizontalAdvance
        params_unit, params = in_one_unit(cost.params for cost in self.costs.values())
        macs_unit, macs = in_one_unit(cost.macs for cost in self.costs.values())
        self.cells = list(map(_Cell, self.costs, zip(map(whole, self.costs), params, macs, strict=True)))
        full = (
            self.tr("blocks"),
            self.tr("{unit} params").format(unit=params_unit).strip(),
            self.tr("{unit} MACs").format(unit=macs_unit).strip(),
        )
        self._cell_width = max(TARGET, *(advance(text) + 2 * _PAD for cell in self.cells for text in cell.words))
        for self._labels in (full, ("", params_unit, macs_unit)):
            self._label_width = max(map(advance, self._labels)) + theme.RHYTHM
            if self.sizeHint().width() <= room:
                break
        while len(self.cells) > 1 and self.sizeHint().width() > room:
            self.cells.remove(max(self.cells, key=lambda cell: abs(cell.blocks - self.present)))
        self.resize(self.sizeHint())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, chosen = QPainter(self), theme.colours()
        painter.setFont(theme.figures_font(self.font()))
        centre, line = Qt.AlignmentFlag.AlignCenter, self.fontMetrics().lineSpacing()
        top = theme.RHYTHM // 4
        painter.setPen(QColor(chosen.quiet))
        for row, text in enumerate(self._labels):
            box = QRectF(0, top + row * line, self._label_width - theme.RHYTHM // 2, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        for number, cell in enumerate(self.cells):
            left = self._label_width + number * self._cell_width
            is_present = cell.blocks == self.present
            if is_present or cell.blocks == self._pointed:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(chosen.accent if is_present else chosen.raised))
                painter.drawRoundedRect(QRectF(left, 0, self._cell_width, self.height()), 4, 4)
            painter.setPen(QColor(chosen.on_accent if is_present else chosen.text))
            for row, text in enumerate(cell.words):
                painter.drawText(QRectF(left, top + row * line, self._cell_width, line), centre, text)
        painter.end()

    def place_of(self, count: int) -> QPoint:
        """Return the middle of the cell of a number of blocks."""
        number = [cell.blocks for cell in self.cells].index(count)
        return QPoint(self._label_width + number * self._cell_width + self._cell_width // 2, self.height() // 2)

    def _count_at(self, x: float) -> int:
        """Return the number of blocks at a place, or at the nearest end."""
        number = int((x - self._label_width) // self._cell_width)
        return self.cells[max(0, min(number, len(self.cells) - 1))].blocks

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            commit_typed()
            self.pressed.emit()
            self.chosen.emit(self._count_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        count = self._count_at(event.position().x())
        if count != self._pointed:
            self._pointed = count
            self.update()
            if event.buttons() & Qt.MouseButton.LeftButton:
                self.chosen.emit(count)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.released.emit()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointed = 0
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.explain(self._count_at(event.pos().x())), self)
            return True
        return super().event(event)

    def explain(self, count: int) -> str:
        """Return what so many blocks would cost, in full, and how far that is from the present costs."""
        cost, now = self.costs[count], self.costs.get(self.present)
        text = self.tr("{count} blocks: {params} parameters, {macs} MACs")
        words = (self.tr("1 block: {params} parameters, {macs} MACs") if count == 1 else text).format(
            count=whole(count), params=whole(cost.params), macs=whole(cost.macs)
        )
        if now is None or now == cost:
            return words
        params, macs = cost.params - now.params, cost.macs - now.macs
        change = self.tr("{params} parameters, {macs} MACs").format(
            params=signed(whole(abs(params)), params), macs=signed(whole(abs(macs)), macs)
        )
        return f"{words}\n{change}"
