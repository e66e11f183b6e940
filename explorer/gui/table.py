"""The layer table as a person sees it: what was opened stays open, one selection with everyone else, rows to copy."""

from collections.abc import Iterator
from functools import cache, lru_cache

from PySide6.QtCore import QMimeData, QModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QResizeEvent, QStaticText
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QStyleOptionViewItem, QTreeView

from explorer.architecture.blocks import Block
from explorer.gui import theme
from explorer.gui.document import Document
from explorer.gui.language import say
from explorer.gui.rows import COLUMNS, FIRST_FIGURE, Index, LayerModel

MARGIN = theme.RHYTHM // 2


@cache
def table_inks(colours: theme.Colours) -> dict[str, QColor]:
    """The colours that the table writes in; stages a little darker on light paper, where thin letters pale."""
    darker = 100 if colours is theme.DARK else 125
    stages = {f"stage {number}": QColor(theme.stage_colour(number)).darker(darker) for number in range(1, 9)}
    inks = {"text": colours.text, "quiet": colours.quiet, "bad": colours.bad, "chosen": colours.on_accent}
    return stages | {name: QColor(colour) for name, colour in inks.items()}


class LayerTable(QTreeView):
    """Shows the model, keeps what was opened open, and shares the document's selection."""

    block_opened = Signal()

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.layers = LayerModel(document)
        self.layers.cell = QSize(0, int(1.5 * self.fontMetrics().height()))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setModel(self.layers)
        self.setFont(theme.figures_font(self.font()))
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setExpandsOnDoubleClick(False)
        self.doubleClicked.connect(self.open_or_unfold)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Layers"))
        self.shaped = lru_cache(maxsize=4096)(self.shape_text)
        self.opened = {part.name for part in document.plan.sections}
        self.expanded.connect(lambda index: self.opened.add(self.layers.node(index).path))
        self.collapsed.connect(lambda index: self.opened.discard(self.layers.node(index).path))
        document.changed.connect(self.show_plan)
        document.selection_changed.connect(self.show_selection)
        document.vocabulary_changed.connect(self.show_plan)
        self.size_columns()
        self.show_plan()
        self.selectionModel().currentRowChanged.connect(self.select)

    def size_columns(self) -> None:
        """Widths from the font and the widest texts expected, so that no tick moves a column."""
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(self.fontMetrics().averageCharWidth() * 5)
        self.widths = [self.fontMetrics().horizontalAdvance(each.widest) + 3 * theme.RHYTHM for each in COLUMNS]
        for number, width in enumerate(self.widths):
            header.resizeSection(number, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for all columns, the last ones give way."""
        room = self.viewport().width()
        for number in range(1, len(COLUMNS)):
            self.setColumnHidden(number, sum(self.widths[: number + 1]) > room)
        super().resizeEvent(event)

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """A row with few calls a cell. The view's own way asks the model and the style dozens of times for each."""
        node, top, height = self.layers.node(index), option.rect.top(), option.rect.height()
        indent = self.indentation() * (node.level + 1)
        inks, chosen = self.inks(), self.selectionModel().isSelected(index)
        if chosen:
            painter.fillRect(option.rect, self.palette().highlight())
        self.drawBranches(painter, QRect(0, top, indent, height), index)
        for column, (left, width) in enumerate(self.places()):
            painter.setPen(inks["chosen" if chosen else self.layers.ink(node, column)])
            shaped, wide, tall = self.shaped(self.layers.text(node, column))
            start = left + width - wide - MARGIN if column >= FIRST_FIGURE else left + MARGIN
            painter.drawStaticText(QPointF(start + (0 if column else indent), top + (height - tall) / 2), shaped)

    def shape_text(self, text: str) -> tuple[QStaticText, float, float]:
        """A text ready to be drawn, its width and its height; most texts come again with the next tick."""
        shaped = QStaticText(text)
        shaped.setTextFormat(Qt.TextFormat.PlainText)
        shaped.prepare(font=self.font())
        return shaped, shaped.size().width(), shaped.size().height()

    def places(self) -> list[tuple[int, int]]:
        """Left edge and width of each visible column; those without room are the last."""
        header = self.header()
        shown = [each for each in range(len(COLUMNS)) if not self.isColumnHidden(each)]
        return [(header.sectionViewportPosition(each), header.sectionSize(each)) for each in shown]

    def inks(self) -> dict[str, QColor]:
        return table_inks(theme.colours())

    def show_plan(self) -> None:
        if self.layers.show_plan():
            self.viewport().update()
            return
        for path in sorted(self.opened, key=len):
            index = self.layers.find(path)
            if index.isValid():
                self.setExpanded(index, True)
        self.show_selection()

    def show_selection(self) -> None:
        index = self.layers.find(self.document.selection) if self.document.selection else QModelIndex()
        if index != self.currentIndex().siblingAtColumn(0):
            self.setCurrentIndex(index)

    def select(self, current: QModelIndex) -> None:
        if current.isValid():
            self.document.select(self.layers.node(current).path)

    def open_or_unfold(self, index: QModelIndex) -> None:
        """A double click opens a block, and unfolds what is no block."""
        if isinstance(self.layers.node(index).part, Block):
            self.block_opened.emit()
        else:
            self.setExpanded(index.siblingAtColumn(0), not self.isExpanded(index.siblingAtColumn(0)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """The selected rows, or all that are open, as TSV and as an HTML table."""
        rows = sorted(self.selectionModel().selectedRows(), key=self.position) or list(self.visible_rows())
        lines = [[say(column.heading) for column in COLUMNS]]
        lines += [[self.layers.text(self.layers.node(row), number) for number in range(len(COLUMNS))] for row in rows]
        data = QMimeData()
        data.setText("\n".join("\t".join(line) for line in lines))
        cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in line)}</tr>" for line in lines)
        data.setHtml(f"<table>{cells}</table>")
        QGuiApplication.clipboard().setMimeData(data)

    def position(self, index: QModelIndex) -> int:
        return self.visualRect(index).top()

    def visible_rows(self) -> Iterator[QModelIndex]:
        index = self.layers.index(0, 0)
        while index.isValid():
            yield index
            index = self.indexBelow(index)
