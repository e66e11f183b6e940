"""ClassModel: the classes with the numbers of their images, sorted by either."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt

from explorer.gui.data.data_view import DataView
from explorer.gui.widgets.text.language import whole

NAME, IMAGES = 0, 1  # columns
_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class with the images of each part; `drawn` is how many an epoch draws, None if it draws each once."""

    name: str  # by which the scan knows it
    label: str
    train: int
    validation: int
    test: int
    drawn: int | None = None

    @property
    def images(self) -> int:
        return self.train + self.validation + self.test


class ClassModel(QAbstractTableModel):
    """The rows in the order that `view` says; `longest` is the greatest number that a bar shows."""

    def __init__(self, view: DataView) -> None:
        super().__init__()
        self._view = view
        self.rows: list[ClassRow] = []
        self.longest = 1
        self.cell = QSize()  # least size of a cell
        self._places: dict[str, int] = {}

    def show_rows(self, rows: list[ClassRow]) -> None:
        """Show these classes; the model is reset only if rows come, go or change places."""
        view = self._view
        key = (lambda row: row.images) if view.column == IMAGES else (lambda row: row.label.casefold())
        rows = sorted(rows, key=key, reverse=view.descending)
        self.longest = max((max(row.images, row.drawn or 0) for row in rows), default=1) or 1
        if [row.name for row in rows] == [row.name for row in self.rows]:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, IMAGES))
            return
        self.beginResetModel()
        self.rows = rows
        self._places = {row.name: place for place, row in enumerate(rows)}
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._view.column, self._view.descending = column, order == Qt.SortOrder.DescendingOrder
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, IMAGES)
        self.show_rows(self.rows)

    def place_of(self, name: str) -> int | None:
        """Return the number of the row of a class, None if there is no such class."""
        return self._places.get(name)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else IMAGES + 1

    def headings(self) -> list[str]:
        return [self.tr("Class"), self.tr("Images")]

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        match role:
            case _Role.DisplayRole:
                arrow = ("▾" if self._view.descending else "▴") if section == self._view.column else ""
                return f"{self.headings()[section]} {arrow}".rstrip()
            case _Role.TextAlignmentRole:
                return _RIGHT if section == IMAGES else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            case _Role.InitialSortOrderRole:  # the largest first
                return (Qt.SortOrder.DescendingOrder if section == IMAGES else Qt.SortOrder.AscendingOrder).value
        return None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        row = self.rows[index.row()]
        match role:
            case _Role.DisplayRole:
                return whole(row.images) if index.column() == IMAGES else row.label
            case _Role.ToolTipRole | _Role.AccessibleTextRole:
                return self.words(row)
            case _Role.TextAlignmentRole:
                return _RIGHT if index.column() == IMAGES else None
            case _Role.SizeHintRole:
                return self.cell
        return None

    def words(self, row: ClassRow) -> str:
        """Return what a row shows in words."""
        words = self.tr("{name}: {train} to train, {validation} to validate, {test} to test").format(
            name=row.label, train=whole(row.train), validation=whole(row.validation), test=whole(row.test)
        )
        if row.drawn is None:
            return words
        return self.tr("{words}; an epoch draws {n}").format(words=words, n=whole(row.drawn))
