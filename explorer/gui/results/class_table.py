"""ClassTable: how well each class is recognised; a click on one shows its images."""

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from explorer.gui.results.results_state import ShownResults
from explorer.gui.results.results_view import ResultsView
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.table import row_size, style_table
from explorer.gui.widgets.text.clipboard import copy_table
from explorer.gui.widgets.text.language import percent, whole
from explorer.runs.results.confusion import ClassResult
from explorer.runs.results.seeds import SeedSpread

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_F1 = 2  # the place of the figure
_TENTH = 0.0995  # which is written as 10.0 %
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Column(NamedTuple):
    """A column of figures: its heading, what it means, the figure, and how that is written."""

    heading: str
    tip: str
    figure: Callable[[ClassResult], float]
    write: Callable[[float], str]


class ClassResultsModel(QAbstractTableModel):
    """A row per class, in the order that `view` says; `rows` are the classes, by their places."""

    def __init__(self, view: ResultsView) -> None:
        super().__init__()
        self._view = view
        self._results: ShownResults | None = None
        self._spread: SeedSpread | None = None
        self.rows: list[int] = []
        self.cell = QSize()  # least size of a cell
        self.columns = (
            _Column(
                self.tr("Precision"),
                self.tr("Of the images that are taken for the class, the share that is of it"),
                lambda result: result.precision,
                percent,
            ),
            _Column(
                self.tr("Recall"),
                self.tr("Of the images of the class, the share that is taken for it"),
                lambda result: result.recall,
                percent,
            ),
            _Column(
                self.tr("F1"),
                self.tr("The harmonic mean of precision and recall; ± is how far runs with other seeds lie apart"),
                lambda result: result.f1,
                percent,
            ),
            _Column(
                self.tr("Images"),
                self.tr("How many images are of the class"),
                lambda result: result.support,
                lambda figure: whole(int(figure)),
            ),
        )

    def show_results(self, results: ShownResults, spread: SeedSpread | None) -> None:
        """Show how well each class is recognised, and how far that is apart for other seeds."""
        self._results, self._spread = results, spread
        self._arrange()

    def _arrange(self) -> None:
        """Put the rows in order; the model is reset only if they change places."""
        results, view = self._results, self._view
        rows: list[int] = []
        if results:
            names, classes = results.names, results.classes
            rows = sorted(range(len(names)), key=lambda number: names[number].casefold())
            if view.column:
                figure = self.columns[view.column - 1].figure
                rows.sort(key=lambda number: figure(classes[number]), reverse=view.descending)
            elif view.descending:
                rows.reverse()
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns)))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._view.column, self._view.descending = column, order == Qt.SortOrder.DescendingOrder
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns))
        self._arrange()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns) + 1

    def heading(self, column: int) -> str:
        return self.columns[column - 1].heading if column else self.tr("Class")

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        match role:
            case _Role.DisplayRole:
                arrow = ("▾" if self._view.descending else "▴") if section == self._view.column else ""
                return f"{self.heading(section)} {arrow}".rstrip()
            case _Role.ToolTipRole:
                return self.columns[section - 1].tip if section else None
            case _Role.TextAlignmentRole:
                return _RIGHT if section else _LEFT
        return None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        match role:
            case _Role.DisplayRole:
                return self.texts(index.row())[index.column()]
            case _Role.ToolTipRole | _Role.AccessibleTextRole:
                return self.words(index.row())
            case _Role.TextAlignmentRole:
                return _RIGHT if index.column() else None
            case _Role.SizeHintRole:
                return self.cell
        return None

    def texts(self, row: int) -> list[str]:
        """Return what stands in the cells of a row."""
        assert self._results
        number = self.rows[row]
        result = self._results.classes[number]
        figures = [column.write(column.figure(result)) for column in self.columns]
        if self._spread:
            figures[_F1] = self.tr("{figure} ± {deviation}").format(
                figure=figures[_F1], deviation=percent(self._spread.f1[number].deviation)
            )
        return [self._results.names[number], *figures]

    @property
    def widest_f1(self) -> str:
        """The widest text of an F1 figure."""
        if self._spread is None:
            return "100.0 %"
        is_wide = any(each.deviation >= _TENTH for each in self._spread.f1)
        return "100.0 % ± 10.0 %" if is_wide else "100.0 % ± 1.0 %"

    def words(self, row: int) -> str:
        """Return what a row shows in words."""
        name, precision, recall, f1, images = self.texts(row)
        return self.tr("{name}: precision {precision}, recall {recall}, F1 {f1}, images: {images}").format(
            name=name, precision=precision, recall=recall, f1=f1, images=images
        )


class ClassTable(QTableView):
    """The table; `chosen` carries the place of the class whose row is selected, `copied` tells that it was copied."""

    chosen = Signal(int)
    copied = Signal()

    def __init__(self, view: ResultsView) -> None:
        super().__init__()
        self._is_showing = False
        self.classes = ClassResultsModel(view)
        self.classes.cell = row_size(self)
        self.setModel(self.classes)
        style_table(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAccessibleName(self.tr("Results by class"))
        header = self.horizontalHeader()
        header.setSortIndicator(
            view.column, Qt.SortOrder.DescendingOrder if view.descending else Qt.SortOrder.AscendingOrder
        )
        header.sortIndicatorChanged.connect(self._sort)
        self.selectionModel().selectionChanged.connect(self._choose)
        add_keys(self, self.tr("Copy the results by class"), self.copy, QKeySequence.StandardKey.Copy)

    def show_results(self, results: ShownResults, spread: SeedSpread | None, chosen: int | None) -> None:
        """Show how well each class is recognised, and select the one whose images are shown."""
        self._is_showing = True
        try:
            self.classes.show_results(results, spread)
            self._share_width()
        finally:
            self._is_showing = False
        self.show_choice(chosen)

    def show_choice(self, chosen: int | None) -> None:
        """Select the class whose images are shown, or none."""
        self._is_showing = True
        try:
            if chosen is None or chosen not in self.classes.rows:
                self.clearSelection()
            else:
                self.selectRow(self.classes.rows.index(chosen))
        finally:
            self._is_showing = False

    def _sort(self, column: int, order: Qt.SortOrder) -> None:
        chosen = {self.classes.rows[index.row()] for index in self.selectionModel().selectedRows()}
        self._is_showing = True
        try:
            self.classes.sort(column, order)
        finally:
            self._is_showing = False
        self.show_choice(next(iter(chosen), None))

    def _choose(self) -> None:
        """Tell of a row that the user has selected; the one that gets the focus first is only the current one."""
        chosen = [self.classes.rows[index.row()] for index in self.selectionModel().selectedRows()]
        if chosen and not self._is_showing:
            self.chosen.emit(chosen[0])

    def copy(self) -> None:
        """Copy all classes as TSV and as an HTML table."""
        headings = [self.classes.heading(column) for column in range(self.classes.columnCount())]
        copy_table([headings, *(self.classes.texts(row) for row in range(len(self.classes.rows)))])
        self.copied.emit()

    def _share_width(self) -> None:
        """Give the figures the width that they need, and the names the rest."""
        room, metrics = self.viewport().width(), self.fontMetrics()
        count = len(self.classes.columns)
        widest = ["100.0 %" for _ in self.classes.columns]
        widest[_F1] = self.classes.widest_f1
        needed = [
            max(map(metrics.horizontalAdvance, (f"{column.heading} ▾", text))) + 3 * theme.RHYTHM // 2
            for column, text in zip(self.classes.columns, widest, strict=True)
        ]
        for column in range(count):
            self.setColumnWidth(column + 1, needed[column])
        self.setColumnWidth(0, max(room - sum(needed), 6 * metrics.averageCharWidth()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()
