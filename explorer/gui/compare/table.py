"""The table of a comparison: a row for each figure, a column for each network, with a button that removes it."""

from functools import lru_cache, partial

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QWidget,
)

from explorer.gui.compare.cells import Cell, Row, rows_of
from explorer.gui.compare.compare_state import CompareState
from explorer.gui.widgets.buttons import sign_button
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.style import TARGET
from explorer.gui.widgets.text.clipboard import copy_table
from explorer.gui.widgets.text.language import say

_MARGIN = theme.RHYTHM // 2
_NARROWEST, _WIDE = 20, 32  # characters of a column: the fewest, and so many that its two texts have room side by side
_QUIET = 0.45  # of a wide column is for the quiet text
_LINES, _MOST_LINES = 1, 3  # that say in a heading what known network it is, in wide columns and in narrow ones
_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_WRAPPED = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap


class _ColumnsModel(QAbstractTableModel):
    """The cells and headings as they were at the last update: Qt asks for them when the state may be another."""

    def __init__(self, state: CompareState) -> None:
        super().__init__()
        self._state = state
        self.rows: list[Row] = []
        self.titles: list[str] = []
        self.explanations: list[str] = []
        self.update()

    def update(self) -> None:
        """Show the state as it is now; the rows and columns are kept if they are the same."""
        state = self._state
        rows, titles = rows_of(state), [state.title(subject) for subject in state.subjects]
        is_other = titles != self.titles or [row.label for row in rows] != [row.label for row in self.rows]
        if is_other:
            self.beginResetModel()
        self.rows, self.titles = rows, titles
        columns = [(subject, state.column(subject)) for subject in state.subjects]
        self.explanations = [say(column.known if column else state.reason(subject)) for subject, column in columns]
        if is_other:
            self.endResetModel()
            return
        self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(titles) - 1))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(titles) - 1)

    def cell(self, index: _Index) -> Cell:
        return self.rows[index.row()].cells[index.column()]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.titles)

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> str | None:
        match role:
            case _Role.DisplayRole | _Role.AccessibleTextRole:
                return self.cell(index).spoken
            case _Role.ToolTipRole:
                return self.cell(index).tip
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> str | None:
        is_row = orientation is Qt.Orientation.Vertical
        match role:
            case _Role.DisplayRole | _Role.AccessibleTextRole:
                return self.rows[section].label if is_row else self.titles[section]
            case _Role.ToolTipRole:
                return self.rows[section].tip if is_row else self.heading(section)
        return None

    def heading(self, section: int) -> str:
        """Return a column's title and, below it, what known network it is or why it has no figures."""
        return f"{self.titles[section]}\n{self.explanations[section]}"


class _Headings(QHeaderView):
    """The headings of the columns, each with a button that removes it."""

    removed = Signal(int)

    def __init__(self, columns: _ColumnsModel) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._columns = columns
        self._buttons: list[QToolButton] = []
        self.lines = _LINES
        self.sectionResized.connect(self.place_buttons)
        columns.modelReset.connect(self.make_buttons)

    def sizeHint(self) -> QSize:
        height = (1 + self.lines) * self.fontMetrics().lineSpacing() + 3 * _MARGIN
        return QSize(super().sizeHint().width(), max(TARGET, height))

    def make_buttons(self) -> None:
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = []
        titles = self._columns.titles
        for number, name in enumerate(titles if len(titles) > 1 else ()):
            button = sign_button("x", self.tr("Remove {name}").format(name=name), partial(self.removed.emit, number))
            button.setParent(self)
            button.setIconSize(QSize(14, 14))
            button.show()
            self._buttons.append(button)
        self.place_buttons()

    def place_buttons(self) -> None:
        for number, button in enumerate(self._buttons):
            right = self.sectionViewportPosition(number) + self.sectionSize(number)
            place = QRect(right - TARGET, 0, TARGET, TARGET)
            if button.geometry() != place:
                button.setGeometry(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        self.place_buttons()  # sections that share the width move without a signal
        painter, colours, height = QPainter(self.viewport()), theme.colours(), self.height()
        painter.fillRect(self.viewport().rect(), self.palette().base())
        painter.setPen(QColor(colours.line))
        painter.drawLine(0, height - 1, self.viewport().width(), height - 1)
        bold = self.font()
        bold.setBold(True)
        metrics, line = QFontMetrics(bold), self.fontMetrics().lineSpacing()
        for number in range(self.count()):
            box = QRect(
                self.sectionViewportPosition(number) + _MARGIN,
                _MARGIN,
                self.sectionSize(number) - 2 * _MARGIN,
                height - 2 * _MARGIN,
            )
            title = self._columns.titles[number]
            room = box.width() - (TARGET if self._buttons else 0)
            painter.setFont(bold)
            painter.setPen(QColor(colours.text))
            shown = metrics.elidedText(title, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRect(box.left(), box.top(), room, line), _RIGHT, shown)
            painter.setFont(self.font())
            painter.setPen(QColor(colours.quiet))
            below = box.adjusted(0, line + _MARGIN, 0, 0)
            painter.drawText(below, _WRAPPED, _fitted(self._columns.explanations[number], below.size(), self.font()))
        painter.end()


@lru_cache(maxsize=64)
def _fitted(text: str, room: QSize, font: QFont) -> str:
    """Return the text, cut where it does not fit into the lines of `room`."""
    metrics, box, kept = QFontMetrics(font), QRect(QPoint(), room), text
    while kept and metrics.boundingRect(box, _WRAPPED, text).height() > room.height():
        kept = kept[:-1]
        text = f"{kept.rstrip()} …"
    return text


class _CellDelegate(QStyledItemDelegate):
    """Paints a cell: its text, and a quieter one below."""

    def __init__(self, columns: _ColumnsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._columns = columns

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        cell, colours, metrics = self._columns.cell(index), theme.colours(), option.fontMetrics
        if self._columns.rows[index.row()].begins:
            painter.setPen(QColor(colours.line))
            painter.drawLine(option.rect.topLeft(), option.rect.topRight())
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_chosen:
            painter.fillRect(option.rect, option.palette.highlight())
        box = option.rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        painter.setFont(option.font)
        for text, colour, place in zip(
            (cell.text, cell.quiet), (colours.text, colours.quiet), _places(box, bool(cell.quiet), metrics), strict=True
        ):
            painter.setPen(QColor(colours.on_accent if is_chosen else colour))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, _RIGHT, shown)


def _is_wide(width: int, metrics: QFontMetrics) -> bool:
    return width >= _WIDE * metrics.averageCharWidth()


def _places(box: QRect, has_quiet: bool, metrics: QFontMetrics) -> tuple[QRect, QRect]:
    """Return where in a cell its text and its quiet text stand: side by side if there is room, else one below other."""
    if _is_wide(box.width() + 2 * _MARGIN, metrics):
        quiet = box.adjusted(box.width() - int(_QUIET * box.width()), 0, 0, 0)
        return box.adjusted(0, 0, -quiet.width(), 0), quiet
    if not has_quiet:
        return box, QRect()
    line = metrics.lineSpacing()
    top = box.top() + (box.height() - 2 * line) // 2
    return QRect(box.left(), top, box.width(), line), QRect(box.left(), top + line, box.width(), line)


class ColumnsTable(QTableView):
    """The table; `copied` is emitted when cells were copied."""

    copied = Signal()

    def __init__(self, state: CompareState) -> None:
        super().__init__()
        self._state = state
        self.columns = _ColumnsModel(state)
        self.setModel(self.columns)
        self.setFont(theme.figures_font(self.font()))
        self.setItemDelegate(_CellDelegate(self.columns, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setAccessibleName(self.tr("Comparison"))
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.headings = headings = _Headings(self.columns)
        self.setHorizontalHeader(headings)
        headings.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        headings.setMinimumSectionSize(_NARROWEST * self.fontMetrics().averageCharWidth())
        headings.removed.connect(lambda number: state.remove(state.subjects[number]))
        self.horizontalScrollBar().valueChanged.connect(headings.place_buttons)
        headings.make_buttons()
        labels = self.verticalHeader()
        labels.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        labels.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        theme.apply_style(self, "columns")
        self.setCornerButtonEnabled(False)
        add_keys(self, self.tr("Copy the selected cells, or all of them"), self.copy, QKeySequence.StandardKey.Copy)
        add_keys(self, self.tr("Remove the column"), self._remove_current, "Delete")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size_rows()

    def _size_rows(self) -> None:
        """Give the rows one line, or two where the columns are narrow."""
        metrics = self.fontMetrics()
        is_wide = _is_wide(self.headings.sectionSize(0), metrics)
        height = max(TARGET, (1 if is_wide else 2) * metrics.lineSpacing() + _MARGIN)
        if self.verticalHeader().defaultSectionSize() == height:
            return
        self.headings.lines = _LINES if is_wide else _MOST_LINES
        self.updateGeometries()
        self.verticalHeader().setDefaultSectionSize(height)

    def update_cells(self) -> None:
        self.columns.update()
        self._size_rows()

    def _remove_current(self) -> None:
        if self.currentIndex().isValid():
            self._state.remove(self._state.subjects[self.currentIndex().column()])

    def copy(self) -> None:
        """Copy the selected columns and rows, or all if nothing is selected, with their headings."""
        chosen = self.selectionModel().selectedIndexes()
        columns = sorted({index.column() for index in chosen}) or list(range(self.columns.columnCount()))
        numbers = sorted({index.row() for index in chosen}) or list(range(self.columns.rowCount()))
        headings = [self.columns.titles[number] for number in columns]
        rows = [self.columns.rows[number] for number in numbers]
        copy_table([["", *headings], *([row.label, *(row.cells[each].spoken for each in columns)] for row in rows)])
        self.copied.emit()
