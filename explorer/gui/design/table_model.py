"""The rows of the layer table: a tree of sections, blocks and layers, with repeats collapsed to ×N.

The model keeps its nodes while the shape of the tree stays, so that a tick repaints rows instead of making them again.
A new column is one entry of `COLUMNS`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, QSize, Qt

from explorer.architecture.layers import Layer, shape_text
from explorer.architecture.plan import Section
from explorer.gui.design.outline import (
    Broken,
    Gone,
    Pair,
    RepeatedBlocks,
    pairs,
    repeats,
    top_pairs,
    top_parts,
    type_text,
)
from explorer.gui.document import Document
from explorer.gui.widgets.text.language import memory, say, short, signed, whole
from explorer.sentences import translatable

Index = QModelIndex | QPersistentModelIndex


class _Node:
    """A row: a part of the plan at its path; its children and its texts are made when they are first shown.

    `before` is the part of the baseline in the place of `part`, None if there is none.
    """

    __slots__ = ("before", "below", "level", "parent", "part", "path", "row", "texts")

    def __init__(self, pair: Pair, row: int, parent: "_Node | None") -> None:
        part, self.before = pair
        self.part = part
        self.row = row
        self.parent = parent
        self.level: int = parent.level + 1 if parent else 0
        loose = parent is not None and isinstance(parent.part, Section) and bool(parent.part.loose)
        self.path: str = f"{parent.path}.{part.name}" if parent and loose else part.name
        self.below: list[_Node] | None = None
        self.texts: list[str] = []

    def children(self) -> "list[_Node]":
        if self.below is None:
            self.below = [_Node(pair, row, self) for row, pair in enumerate(pairs(self.part, self.before))]
        return self.below

    def _adopt(self, pair: Pair) -> None:
        """Make the row stand for another part."""
        self.part, self.before = pair
        self.texts = []


def _same_row(node: _Node, pair: Pair) -> bool:
    """Whether the row of `node` may stand for the part of `pair`."""
    part, _ = pair
    return type(node.part) is type(part) and node.part.name == part.name


def _number_rows(nodes: list[_Node]) -> None:
    for row, node in enumerate(nodes):
        node.row = row


class _Column(NamedTuple):
    """One column: its heading, the widest text expected, and the text of a cell, made from a part and its name.

    `figure` is the attribute that is compared with the baseline, and `wording` turns a difference into text. `hint`
    explains the heading. Where not all columns fit, those of the highest `spare` are left out first.
    """

    heading: str
    widest: str
    text: Callable[[Any, str], str]
    figure: str = ""
    wording: Callable[[float], str] = short
    hint: str = ""
    spare: int = 0


COLUMNS = (
    _Column(heading=translatable("Layer"), widest="▾ ▸ layer1.1…  ×199", text=lambda part, name: name + repeats(part)),
    _Column(heading=translatable("Type"), widest="projection shortcut", text=lambda part, _: type_text(part), spare=1),
    _Column(
        heading=translatable("Output"),
        widest="1024×112×112",
        text=lambda part, _: shape_text(part.output),
        hint=translatable("Channels × height × width of the output"),
    ),
    _Column(
        heading=translatable("Params"),
        widest="44,549,160",
        text=lambda part, _: whole(part.params),
        figure="params",
        hint=translatable("Parameters"),
    ),
    _Column(
        heading=translatable("MACs"),
        widest="11,513,626,624",
        text=lambda part, _: whole(part.macs),
        figure="macs",
        hint=translatable("Multiply–accumulates of convolutions and linear layers per image"),
    ),
    _Column(
        heading=translatable("Field"),
        widest="12,345",
        text=lambda part, _: whole(part.receptive_field) if part.receptive_field else "",
        figure="receptive_field",
        wording=lambda number: whole(int(number)),
        hint=translatable("Receptive field: input pixels that one position sees, per side"),
        spare=2,
    ),
    _Column(
        heading=translatable("Memory"),
        widest="123.4 MiB",
        text=lambda part, _: memory(part.activation_bytes),
        figure="activation_bytes",
        wording=memory,
        hint=translatable("Layer outputs per image, in float32"),
        spare=2,
    ),
)
FIRST_FIGURE = 2
SPARE = sorted(range(1, len(COLUMNS)), key=lambda number: (COLUMNS[number].spare, number), reverse=True)
_BAD = ("bad",) * len(COLUMNS)
GONE = ("quiet",) * len(COLUMNS)
PLAIN = ("text", "quiet", *["text"] * (len(COLUMNS) - 2))
_STAGES = tuple((f"stage {number}", *PLAIN[1:]) for number in range(10))  # by the row of the section


class LayerModel(QAbstractItemModel):
    """The tree of rows for the document's plan; `cell` is the size hint of every cell."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.nodes: list[_Node] = []
        self.cell = QSize()

    def show_plan(self) -> bool:
        """Update the rows to the document's plan, and return whether rows were inserted or removed."""
        plan, base = self.document.plan, self.document.baseline
        parts = top_pairs(plan, base) if base else tuple((part, None) for part in top_parts(plan))
        changed = self._reconcile(QModelIndex(), None, self.nodes, parts)
        self.dataChanged.emit(self.index(0, 0), self.index(len(self.nodes) - 1, len(COLUMNS) - 1))
        return changed

    def _reconcile(self, above: QModelIndex, parent: _Node | None, nodes: list[_Node], parts: tuple[Pair, ...]) -> bool:
        """Make `nodes`, the rows below `above`, stand for `parts`, and return whether rows were inserted or removed.

        Rows that differ between the equal ones at the start and at the end are replaced, the others stay.
        """
        common = min(len(nodes), len(parts))
        start = next((row for row in range(common) if not _same_row(nodes[row], parts[row])), common)
        rest = common - start
        end = next((back for back in range(rest) if not _same_row(nodes[-1 - back], parts[-1 - back])), rest)
        changed = False
        if start < len(nodes) - end:
            self.beginRemoveRows(above, start, len(nodes) - end - 1)
            del nodes[start : len(nodes) - end]
            _number_rows(nodes)
            self.endRemoveRows()
            changed = True
        if start < len(parts) - end:
            self.beginInsertRows(above, start, len(parts) - end - 1)
            nodes[start:start] = [_Node(pair, 0, parent) for pair in parts[start : len(parts) - end]]
            _number_rows(nodes)
            self.endInsertRows()
            changed = True
        for node, pair in zip(nodes, parts, strict=True):
            node._adopt(pair)
            if node.below is not None:
                changed |= self._reconcile(self.createIndex(node.row, 0, node), node, node.below, pairs(*pair))
        return changed

    def node(self, index: Index) -> _Node:
        node = index.internalPointer()
        assert isinstance(node, _Node)
        return node

    def _children_of(self, index: Index) -> list[_Node]:
        return self.node(index).children() if index.isValid() else self.nodes

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        nodes = self._children_of(parent)
        return self.createIndex(row, column, nodes[row]) if 0 <= row < len(nodes) else QModelIndex()

    def parent(self, index: Index = QModelIndex()) -> Any:  # noqa: B008
        above = self.node(index).parent if index.isValid() else None
        return self.createIndex(above.row, 0, above) if above else QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(self._children_of(parent)) if parent.column() <= 0 else 0

    def hasChildren(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008
        if not parent.isValid():
            return bool(self.nodes)
        part = self.node(parent).part
        return not isinstance(part, Layer | Broken | Gone) and (
            not isinstance(part, Section) or bool(part.loose or part.count)
        )

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return say(COLUMNS[section].heading)
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            return say(COLUMNS[section].hint)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.texts(self.node(index))[index.column()]
        if role == Qt.ItemDataRole.SizeHintRole:
            return self.cell
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(part := self.node(index).part, Broken):
            return say(part.reason)
        return None

    def sibling(self, row: int, column: int, index: Index) -> QModelIndex:
        """Return another cell, quickly if it is in the same row: the view asks for those most often."""
        if row == index.row():
            return self.createIndex(row, column, index.internalPointer())
        return super().sibling(row, column, index)

    def texts(self, node: _Node) -> list[str]:
        """Return the text of each column of a row; the texts are made when the row is first shown."""
        if not node.texts:
            node.texts = self._make_texts(node)
        return node.texts

    def _make_texts(self, node: _Node) -> list[str]:
        part, base = node.part, self.document.baseline
        name = self.document.name_of(node.path, base if isinstance(part, Gone) else None)
        if isinstance(part, Broken):
            return [self.tr("{name}: {reason}").format(name=name, reason=say(part.reason))] + [""] * (len(COLUMNS) - 1)
        texts = [column.text(part, name) for column in COLUMNS]
        if base:
            texts = [
                text + _difference_text(node, column) if column.figure else text
                for text, column in zip(texts, COLUMNS, strict=True)
            ]
        return texts

    def colour_names(self, node: _Node) -> tuple[str, ...]:
        """Return the name of the colour that each cell of a row is written in."""
        if isinstance(node.part, Broken):
            return _BAD
        if isinstance(node.part, Gone):
            return GONE
        return _STAGES[node.row] if not node.level and node.part.name.startswith("layer") else PLAIN

    def find(self, path: str) -> QModelIndex:
        """Return the row at `path`, making the rows that lead to it; the index is invalid if there is no such row."""
        nodes: list[_Node] | None = self.nodes
        while nodes:
            for node in nodes:
                if node.path == path:
                    return self.createIndex(node.row, 0, node)
            nodes = next((node.children() for node in nodes if _leads_to(node, path)), None)
        return QModelIndex()


def _leads_to(node: _Node, path: str) -> bool:
    if isinstance(node.part, RepeatedBlocks):
        return True  # the row of repeated blocks comes last, after the first block
    return path.startswith(f"{node.path}.")


def difference(node: _Node, figure: str) -> int | None:
    """Return how far a row's figure is from the baseline's, or None if one of the two has no such figure.

    A part that the baseline has not is compared with zero.
    """
    now, before = (getattr(part, figure) for part in (node.part, node.before or Gone(node.part)))
    return None if now is None or before is None else now - before


def _difference_text(node: _Node, column: _Column) -> str:
    number = difference(node, column.figure)
    return f"  ({signed(column.wording(abs(number)), number)})" if number else ""
