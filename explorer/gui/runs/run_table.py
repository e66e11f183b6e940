"""The table of runs: what is selected in it is chosen everywhere; rows can be copied, names typed."""

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from explorer.gui.runs.run_history import RunHistory
from explorer.gui.runs.run_row import COLUMNS, NAME, SPARE, STATE
from explorer.gui.runs.run_table_model import RunTableModel
from explorer.gui.runs.runs_view import RunsView
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.table import row_size, style_table
from explorer.gui.widgets.text.clipboard import copy_table
from explorer.gui.widgets.text.language import say
from explorer.runs.folder.run import RunState
from explorer.sentences import translatable

_SHARE = 4  # characters for each share of a column


class RunTable(QTableView):
    """The table; `copied` is emitted when rows were copied, `shared` when other columns fit than before.

    The user's selection is `history.chosen`, the current row first.
    """

    copied = Signal()
    shared = Signal()

    def __init__(self, history: RunHistory, view: RunsView) -> None:
        super().__init__()
        self._history, self._view = history, view
        self._is_selecting = False
        self.runs = RunTableModel(history, view)
        self.runs.cell = row_size(self)
        self.setModel(self.runs)
        style_table(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAccessibleName(self.tr("Runs"))
        header = self.horizontalHeader()
        header.setSortIndicator(view.column, _order(view))
        header.sortIndicatorChanged.connect(self.runs.sort)
        self.runs.modelReset.connect(self.show_choice)
        self.selectionModel().selectionChanged.connect(self._choose)
        self.selectionModel().currentRowChanged.connect(self._put_first)
        add_keys(self, self.tr("Copy the selected rows, or all of them"), self.copy, QKeySequence.StandardKey.Copy)

    def sort_by(self, column: int) -> None:
        """Sort by a column, or the other way round if that is what the rows are sorted by."""
        orders = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        wanted = not self._view.descending if column == self._view.column else COLUMNS[column].figure
        self.horizontalHeader().setSortIndicator(column, orders[wanted])

    @property
    def is_edited(self) -> bool:
        """Whether the user is typing a name or tags."""
        return self.state() == QAbstractItemView.State.EditingState

    def can_edit(self, column: int) -> bool:
        """Whether the user can type in a column."""
        return self.isVisible() and not self.isColumnHidden(column)

    def edit_cell(self, column: int) -> None:
        """Let the user type another name, or other tags, of the run that orders concern."""
        if run := self._history.current:
            place = self.runs.place_of(run.id)
            if place is not None:
                self.edit(self.runs.index(place, column))

    def show_choice(self) -> None:
        """Select the chosen runs that are in the table; the row that was at the top stays there."""
        places = [place for run_id in self._history.chosen if (place := self.runs.place_of(run_id)) is not None]
        last, selection = len(COLUMNS) - 1, QItemSelection()
        for place in places:
            selection.select(self.runs.index(place, 0), self.runs.index(place, last))
        if self._selected_places() == places:
            return
        top, flags = self.verticalScrollBar().value(), QItemSelectionModel.SelectionFlag
        self._is_selecting = True
        try:
            if places and self.currentIndex().row() != places[0]:
                self.selectionModel().setCurrentIndex(self.runs.index(places[0], NAME), flags.NoUpdate)
                self.verticalScrollBar().setValue(top)
            self.selectionModel().select(selection, flags.ClearAndSelect)
        finally:
            self._is_selecting = False

    def _choose(self) -> None:
        if self._is_selecting:
            return
        self._history.choose(run.id for place in self._selected_places() if (run := self.runs.run_at(place)))

    def _put_first(self, current: QModelIndex) -> None:
        """Let orders concern the current run, if it is among the selected ones: the focus alone selects none."""
        run, chosen = self.runs.run_at(current.row()), self._history.chosen
        if run and run.id in chosen and not self._is_selecting:
            self._history.choose((run.id, *(run_id for run_id in chosen if run_id != run.id)))

    def _selected_places(self) -> list[int]:
        """Return the numbers of the selected rows, the current one first."""
        first = self.currentIndex().row()
        return sorted(
            (index.row() for index in self.selectionModel().selectedRows()), key=lambda row: (row != first, row)
        )

    def copy(self) -> None:
        """Copy the selected rows, or all of them if none is selected, as TSV and as an HTML table."""
        places = sorted(index.row() for index in self.selectionModel().selectedRows()) or range(len(self.runs.rows))
        lines = [[column.text(self.runs.rows[place]) for column in COLUMNS] for place in places]
        copy_table([[say(column.heading) for column in COLUMNS], *lines])
        self.copied.emit()

    @property
    def missing(self) -> list[str]:
        """The headings of the columns that there is no room for."""
        return [say(column.heading) for number, column in enumerate(COLUMNS) if self.isColumnHidden(number)]

    def show_all_columns(self, shown: bool) -> None:
        """Show every column, beside each other as far as they fit, or only those that fit."""
        self._view.has_all_columns = shown
        self._share_width()

    def _share_width(self) -> None:
        """Hide columns that can be spared until the others fit, and share what is left."""
        least, room = self._least_widths(), self.viewport().width()
        shown = set(range(len(COLUMNS)))
        for number in SPARE:
            if self._view.has_all_columns or sum(least[each] for each in shown) <= room:
                break
            shown.remove(number)
        rest = room - sum(least[number] for number in shown)
        if self._view.has_all_columns:
            rest = max(0, rest)  # what does not fit is reached by scrolling
        shares = sum(COLUMNS[number].share for number in shown)
        for number, column in enumerate(COLUMNS):
            self.setColumnHidden(number, number not in shown)
            if number in shown:
                self.setColumnWidth(number, least[number] + rest * column.share // shares)
        self.shared.emit()

    def _least_widths(self) -> list[int]:
        """Return the least width of each column in pixels, so that no tick of a figure moves a column."""
        metrics, margin = self.fontMetrics(), 2 * theme.RHYTHM
        states = [say(state) for state in (*RunState, translatable("unreadable"))]
        texts = [(*states, "") if number == STATE else (column.widest,) for number, column in enumerate(COLUMNS)]
        return [
            max(
                max(map(metrics.horizontalAdvance, widest)),
                metrics.averageCharWidth() * _SHARE * column.share,
                metrics.horizontalAdvance(f"{say(column.heading)} ▾"),
            )
            + margin
            for widest, column in zip(texts, COLUMNS, strict=True)
        ]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "runs"):
            self._share_width()


def _order(view: RunsView) -> Qt.SortOrder:
    return Qt.SortOrder.DescendingOrder if view.descending else Qt.SortOrder.AscendingOrder
