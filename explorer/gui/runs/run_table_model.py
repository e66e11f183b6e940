"""The rows of the table of runs: filtered and sorted here, so that a thousand runs answer each key at once."""

from math import isnan
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor

from explorer.gui.runs.run_history import RunHistory
from explorer.gui.runs.run_row import COLUMNS, NAME, RunRow, run_row, unreadable_row
from explorer.gui.runs.runs_view import RunsView
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.dot import dot
from explorer.gui.widgets.text.language import say
from explorer.runs.folder.run import Run

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_ACCURACY = 2  # column of the curves
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RunTableModel(QAbstractTableModel):
    """The runs of `history` that match the filter of `view`, sorted as it says, those that cannot be read last.

    `renamed` carries a run and its new name, when that has been typed.
    """

    renamed = Signal(object, str)

    def __init__(self, history: RunHistory, view: RunsView) -> None:
        super().__init__()
        self._history, self._view = history, view
        self._known: dict[str, RunRow] = {}  # every row, by the run's id
        self._places: dict[str, int] = {}
        self._best: dict[str, float] = {}  # accuracy so far of each current run
        self.rows: list[RunRow] = []
        self.cell = QSize()  # least size of a cell

    @property
    def total(self) -> int:
        """The number of runs with those that the filter leaves out."""
        return len(self._known)

    def show_runs(self) -> None:
        """Show the runs as they are now; the model is reset only if rows come, go or change places."""
        self._best = self._best_now()
        self._known = {row.id: row for row in self._made_rows()}
        self._show_rows()

    def has_progress(self) -> bool:
        """Whether a current run has been validated since the runs were shown."""
        return self._best_now() != self._best

    def _best_now(self) -> dict[str, float]:
        spans = {live.id: live.curves.validation.span(_ACCURACY) for live in self._history.live}
        return {run_id: best for run_id, (_, best) in spans.items() if not isnan(best)}

    def use_filter(self, text: str) -> None:
        """Show only the runs in which every word of `text` occurs."""
        self._view.filter = text
        self._show_rows()

    def _made_rows(self) -> list[RunRow]:
        """Return the row of every run; one that is as it was is not made again."""
        history, rows = self._history, []
        by_id = {run.id: run for run in history.runs}
        for run, older in zip(history.runs, (*history.runs[1:], None), strict=False):
            before = by_id.get(run.again.run if run.again else run.parent or "", older)
            values = run, before, history.state_of(run), self._best.get(run.id, run.best_accuracy)
            row = self._known.get(run.id)
            is_same = row is not None and (row.run, row.before, row.state, row.best) == values
            rows.append(row if row and is_same else run_row(*values))
        return [*rows, *map(unreadable_row, history.unreadable)]

    def _show_rows(self) -> None:
        before = self.rows
        rows = self._wanted_rows()
        if [row.id for row in rows] == [row.id for row in before]:
            self.rows = rows
            changed = [place for place, (new, old) in enumerate(zip(rows, before, strict=True)) if new is not old]
            if changed:
                self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(COLUMNS) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self._places = {row.id: place for place, row in enumerate(rows)}
        self.endResetModel()

    def _wanted_rows(self) -> list[RunRow]:
        view, words = self._view, self._view.filter.casefold().split()
        rows = [row for row in self._known.values() if all(word in row.words for word in words)]
        rows.sort(key=COLUMNS[view.column].key, reverse=view.descending)
        return sorted(rows, key=lambda row: row.run is None)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Show the rows in the order of a column; its heading says so."""
        self._view.column, self._view.descending = column, order == Qt.SortOrder.DescendingOrder
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        self._show_rows()

    def place_of(self, run_id: str) -> int | None:
        """Return the number of the row of a run, None if it is not shown."""
        return self._places.get(run_id)

    def run_at(self, place: int) -> Run | None:
        """Return the run in row `place`; None if it cannot be read or there is no such row."""
        return self.rows[place].run if 0 <= place < len(self.rows) else None

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        match role:
            case _Role.DisplayRole if section == self._view.column:
                return f"{say(column.heading)} {'▾' if self._view.descending else '▴'}"
            case _Role.DisplayRole:
                return say(column.heading)
            case _Role.TextAlignmentRole:
                return _RIGHT if column.figure else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            case _Role.InitialSortOrderRole:  # the best, the longest or the newest first
                return (Qt.SortOrder.DescendingOrder if column.figure else Qt.SortOrder.AscendingOrder).value
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if self.run_at(index.row()) is None:
            return flags & ~Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NAME else flags

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        match role:
            case _Role.DisplayRole | _Role.EditRole:
                return COLUMNS[column].text(row)
            case _Role.ToolTipRole:
                return row.tip
            case _Role.TextAlignmentRole:
                return _RIGHT if COLUMNS[column].figure else None
            case _Role.DecorationRole if column == NAME and row.run:
                return dot(QColor(self._history.colour(row.id)))
            case _Role.ForegroundRole if row.run is None or row.run.hidden:
                return QColor(theme.colours().quiet)
            case _Role.SizeHintRole:
                return self.cell
        return None

    def setData(self, index: _Index, value: Any, role: int = _Role.EditRole) -> bool:
        run, name = self.run_at(index.row()), str(value).strip()
        if run is None or name == self.rows[index.row()].name:
            return False
        self.renamed.emit(run, name)
        return True
