"""ClassifyModel: the images that were classified, sorted as the user wants, with the likeliest classes of each."""

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor

from explorer.gui.results.classify.state import ClassifyState
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import percent, say
from explorer.runs.questions.results import ClassifiedImage, Likely
from explorer.sentences import translatable

IMAGE, CLASS, CONFIDENCE, OTHERS = range(4)  # columns
_Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class _Column(NamedTuple):
    """A column: its heading, and by what of the likeliest classes its images are sorted."""

    heading: str
    key: Callable[[Likely], Any]


class ClassifyModel(QAbstractTableModel):
    """A row per image; what could not be read comes last, with the reason."""

    def __init__(self, state: ClassifyState) -> None:
        super().__init__()
        self._state = state
        self.rows: list[ClassifiedImage] = []
        self.names: tuple[str, ...] = ()
        self.cell = QSize()  # least size of a cell
        self._places: dict[str, int] = {}  # of the images in the order in which they were asked for
        self.columns = (
            _Column(self.tr("Image"), lambda likely: 0),
            _Column(self.tr("Class"), lambda likely: self.names[likely.classes[0]].casefold()),
            _Column(self.tr("Confidence"), lambda likely: likely.probabilities[0]),
            _Column(self.tr("Then"), lambda likely: likely.probabilities[1:]),
        )

    def show_images(self, images: tuple[ClassifiedImage, ...], names: tuple[str, ...]) -> None:
        """Show these images; `names` are what the window calls the classes."""
        self.beginResetModel()
        self.names, self._places = names, {each.file: place for place, each in enumerate(images)}
        self.rows = self._sorted(list(images))
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._state.column, self._state.descending = column, order == Qt.SortOrder.DescendingOrder
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, OTHERS)
        self.beginResetModel()
        self.rows = self._sorted(self.rows)
        self.endResetModel()

    def _sorted(self, rows: list[ClassifiedImage]) -> list[ClassifiedImage]:
        column, descending = self._state.column, self._state.descending
        rows = sorted(rows, key=lambda each: self._places[each.file], reverse=column == IMAGE and descending)
        key = self.columns[column].key
        likely = [each for each in rows if each.likely]
        if column != IMAGE:
            likely.sort(key=lambda each: key(each.likely) if each.likely else 0, reverse=descending)
        return likely + [each for each in rows if not each.likely]

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        match role:
            case _Role.DisplayRole:
                arrow = ("▾" if self._state.descending else "▴") if section == self._state.column else ""
                return f"{self.columns[section].heading} {arrow}".rstrip()
            case _Role.TextAlignmentRole:
                return _RIGHT if section == CONFIDENCE else _LEFT
            case _Role.InitialSortOrderRole:  # the surest first
                figures = section in (CONFIDENCE, OTHERS)
                return (Qt.SortOrder.DescendingOrder if figures else Qt.SortOrder.AscendingOrder).value
        return None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> Any:
        image = self.rows[index.row()]
        match role:
            case _Role.DisplayRole:
                return self.texts(image)[index.column()]
            case _Role.ToolTipRole:
                return "\n".join((image.file, *self._lines(image)))
            case _Role.AccessibleTextRole:
                return say(translatable(", ")).join(filter(None, self.texts(image)))
            case _Role.TextAlignmentRole:
                return _RIGHT if index.column() == CONFIDENCE else _LEFT
            case _Role.ForegroundRole if not image.likely and index.column() != IMAGE:
                return QColor(theme.colours().bad)
            case _Role.SizeHintRole:
                return self.cell
        return None

    def texts(self, image: ClassifiedImage) -> tuple[str, ...]:
        """Return what stands in the cells of a row."""
        name = image.file.replace("\\", "/").rpartition("/")[2]
        if image.likely is None:
            return name, self.tr("no image"), "", say(image.reason)
        (label, share), *others = zip(image.likely.classes, image.likely.probabilities, strict=True)
        rest = say(translatable(" · ")).join(f"{self.names[other]} {percent(less)}" for other, less in others)
        return name, self.names[label], percent(share), rest

    def _lines(self, image: ClassifiedImage) -> list[str]:
        """Return the likeliest classes in a line each, or why there are none."""
        if image.likely is None:
            return [say(image.reason)]
        pairs = zip(image.likely.classes, image.likely.probabilities, strict=True)
        return [f"{percent(share, 2)} {self.names[label]}" for label, share in pairs]
