"""The rows of the table of runs: filtered and sorted here, so that a thousand runs answer each key at once."""

from math import isnan
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor

from explorer.gui.runs.run_history import RunHistory
from explorer.gui.runs.run_row import COLUMNS, NAME, STAR, TAGS, RunRow, run_row, tags_of, unreadable_row
from explorer.gui.runs.runs_view import RunsView
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.dot import dot
from explorer.gui.widgets.text.language import say
from explorer.runs.folder.run import Run
from explorer.runs.folder.run_values import run_filter
from explorer.runs.index.filter import BadFilter, Predicate

_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_ACCURACY = 2  # column of the curves
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RunTableModel(QAbstractTableModel):
    """The runs of `history` that match the filter of `view`, sorted as it says, those that cannot be read last.

    `remarked` carries a run, the name of a remark and its value, when that has been typed. `wrong` is why the text of
    the filter cannot be read, None if it can.
    """

    remarked = Signal(object, str, object)

    def __init__(self, history: RunHistory, view: RunsView) -> None:
        super().__init__()
        self._history, self._view = history, view
        self._known: dict[str, RunRow] = {}  # every row, by the run's id
        self._places: dict[str, int] = {}
        self._best: dict[str, float] = {}  # accuracy so far of each current run
        self._matches: Predicate = lambda values: True
        self.wrong: BadFilter | None = None
        self.rows: list[RunRow] = []
        self.cell = QSize()  # least size of a cell
        self._read_filter()

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
        """Show only the runs that match `text`; while that cannot be read, those that are shown."""
        self._view.filter = text
        self._read_filter()
        if not self.wrong:
            self._show_rows()

    def _read_filter(self) -> None:
        try:
            self._matches, self.wrong = run_filter(self._view.filter), None
        except BadFilter as bad:
            self.wrong = bad

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
        view = self._view
        rows = [row for row in self._known.values() if self._matches(row.value)]
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
            case _Role.AccessibleTextRole if section == STAR:
                return self.tr("Star")
            case _Role.InitialSortOrderRole:  # the best, the longest or the newest first
                return (Qt.SortOrder.DescendingOrder if column.figure else Qt.SortOrder.AscendingOrder).value
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if self.run_at(index.row()) is None:
            return flags & ~Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() in (NAME, TAGS) else flags

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        match role:
            case _Role.DisplayRole | _Role.EditRole:
                return COLUMNS[column].text(row)
            case _Role.ToolTipRole:
                return row.tip
            case _Role.TextAlignmentRole:
                return _RIGHT if COLUMNS[column].figure else Qt.AlignmentFlag.AlignCenter if column == STAR else None
            case _Role.DecorationRole if column == NAME and row.run:
                return dot(QColor(self._history.colour(row.id)))
            case _Role.AccessibleTextRole if column == STAR:
                return self.tr("starred") if row.starred else self.tr("not starred")
            case _Role.ForegroundRole if row.run is None or row.run.hidden:
                return QColor(theme.colours().quiet)
            case _Role.SizeHintRole:
                return self.cell
        return None

    def setData(self, index: _Index, value: Any, role: int = _Role.EditRole) -> bool:
        run, row, text = self.run_at(index.row()), self.rows[index.row()], str(value).strip()
        tags = tags_of(text)
        if run is None or (tags == row.tags if index.column() == TAGS else text == row.name):
            return False
        if index.column() == TAGS:
            self.remarked.emit(run, "tags", tags)
        else:
            self.remarked.emit(run, "name", text)
        return True
