"""The view of the layer table: unfolded rows stay unfolded, the selection is the document's, rows can be copied."""

from collections.abc import Iterator
from functools import cache, lru_cache

from PySide6.QtCore import QModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPolygonF,
    QResizeEvent,
    QStaticText,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QStyleOptionViewItem, QToolButton, QTreeView

from explorer.architecture.blocks import Block
from explorer.gui.design.table_model import COLUMNS, FIRST_FIGURE, SPARE, Index, LayerModel
from explorer.gui.document import Document
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.style import TARGET
from explorer.gui.widgets.text.clipboard import copy_table
from explorer.gui.widgets.text.language import say

MARGIN = theme.RHYTHM // 2
_ALL_COLUMNS = "columns"
_FIXED, _STRETCH = QHeaderView.ResizeMode.Fixed, QHeaderView.ResizeMode.Stretch
_CLOSED, _OPENED = (  # the arrow of a row
    QPolygonF([QPointF(x, y) for x, y in points])
    for points in (((-2, -4), (2, 0), (-2, 4)), ((-4, -2), (4, -2), (0, 2)))
)
_CHOSEN = ("chosen",) * len(COLUMNS)
_DIFFERENCE = "  (+999.9 MiB)"  # the widest text that a comparison with the baseline adds to a figure


@cache
def _table_colours(colours: theme.Colours) -> dict[str, QColor]:
    """Return the colours of the table's texts by name; stages are darker on a light background, to stay legible."""
    darker = 100 if colours is theme.DARK else 125
    stages = {f"stage {number}": QColor(theme.stage_colour(number)).darker(darker) for number in range(1, 9)}
    others = {"text": colours.text, "quiet": colours.quiet, "bad": colours.bad, "chosen": colours.on_accent}
    return stages | {name: QColor(colour) for name, colour in others.items()}


class _Headings(QHeaderView):
    """The column headings, painted directly: the widget style would take as long for them as for all rows."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), max(TARGET, int(1.8 * self.fontMetrics().height())))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colours, room = QPainter(self.viewport()), theme.colours(), self.viewport().rect()
        painter.fillRect(room, self.palette().base())
        painter.setPen(QColor(colours.line))
        painter.drawLine(room.bottomLeft(), room.bottomRight())
        painter.setPen(QColor(colours.quiet))
        for number, column in enumerate(COLUMNS):
            left, width = self.sectionViewportPosition(number), self.sectionSize(number)
            side = Qt.AlignmentFlag.AlignRight if number >= FIRST_FIGURE else Qt.AlignmentFlag.AlignLeft
            box = QRect(left + MARGIN, 0, width - 2 * MARGIN, room.height())
            if width:
                painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, say(column.heading))
        painter.end()


class LayerTable(QTreeView):
    """Shows the layers of the document's plan, keeps unfolded rows unfolded, and shares the document's selection.

    `copied` is emitted when rows were copied.
    """

    copied = Signal()

    def __init__(self, document: Document, opened: set[str], open_forms: set[str]) -> None:
        """Show the plan of `document`; `opened` holds the paths of the unfolded rows and is changed in place.

        So is `open_forms`, which has a name in it while the columns that do not fit are shown too.
        """
        super().__init__()
        self.document = document
        self.layers = LayerModel(document)
        self.layers.cell = QSize(0, max(TARGET, int(1.5 * self.fontMetrics().height())))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHeader(_Headings())
        self.setModel(self.layers)
        self.setFont(theme.figures_font(self.font()))
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setExpandsOnDoubleClick(False)
        self.doubleClicked.connect(self._open_or_unfold)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Layers"))
        self._shaped = lru_cache(maxsize=4096)(self.shape_text)
        self.opened, self._open_forms = opened, open_forms
        self.more = QToolButton(self.header(), autoRaise=True)
        self.more.setCheckable(True)
        self.more.setChecked(_ALL_COLUMNS in open_forms)
        self.more.toggled.connect(self._show_all)
        self.expanded.connect(lambda index: self.opened.add(self.layers.node(index).path))
        self.collapsed.connect(lambda index: self.opened.discard(self.layers.node(index).path))
        document.changed.connect(self.show_plan)
        document.selection_changed.connect(self.show_selection)
        document.vocabulary_changed.connect(self.show_plan)
        self._size_columns()
        self.show_plan()
        self.selectionModel().currentRowChanged.connect(self.select)

    def _size_columns(self) -> None:
        """Set the column widths from the font and the widest texts expected, so that no tick moves a column."""
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(self.fontMetrics().averageCharWidth() * 5)
        self.compared = self.document.baseline is not None
        widest = [column.widest + (_DIFFERENCE if self.compared and column.figure else "") for column in COLUMNS]
        self.widths = [self.fontMetrics().horizontalAdvance(text) + 3 * theme.RHYTHM for text in widest]
        for number, width in enumerate(self.widths):
            header.resizeSection(number, width)
        self._hide_columns()

    def _hide_columns(self) -> None:
        """Hide the columns that can be spared while there is no room for all; a button says so and shows them."""
        wanted = excess = sum(self.widths) - self.viewport().width()
        for number in SPARE:
            self.setColumnHidden(number, excess > 0 and not self.more.isChecked())
            excess -= self.widths[number]
        self.header().setSectionResizeMode(0, _FIXED if wanted > 0 and self.more.isChecked() else _STRETCH)
        self._say_hidden(is_narrow=wanted > 0)

    def _say_hidden(self, is_narrow: bool) -> None:
        names = [say(COLUMNS[number].heading) for number in sorted(SPARE) if self.isColumnHidden(number)]
        words = self.tr("{columns} do not fit: show them").format(columns=self.tr(", ").join(names))
        self.more.setText(f"+{len(names)} ▸" if names else "◂")
        self.more.setToolTip(words if names else self.tr("Show only the columns that fit"))
        self.more.setAccessibleName(self.more.toolTip())
        self.more.setVisible(is_narrow)
        self.more.adjustSize()
        left = self.header().sectionViewportPosition(0) + self.header().sectionSize(0) - self.more.width()
        self.more.move(left, (self.header().height() - self.more.height()) // 2)

    def _show_all(self, shown: bool) -> None:
        if shown:
            self._open_forms.add(_ALL_COLUMNS)
        else:
            self._open_forms.discard(_ALL_COLUMNS)
        for number, width in enumerate(self.widths):
            self.header().resizeSection(number, width)
        self._hide_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._hide_columns()
        super().resizeEvent(event)
        self._hide_columns()  # the button stands at the end of the first column, which is as wide as it is only now

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows; the colours and places that all of them need are looked up once."""
        self.colours, self.places = _table_colours(theme.colours()), self.column_places()
        super().paintEvent(event)

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a row with few calls per cell; Qt's own painting asks model and style dozens of times per cell."""
        node, room = self.layers.node(index), option.rect
        top, height = room.top(), room.height()
        indent = self.indentation() * (node.level + 1)
        chosen = self.selectionModel().isSelected(index)
        if chosen:
            painter.fillRect(room, self.palette().highlight())
        names = _CHOSEN if chosen else self.layers.colour_names(node)
        if self.layers.hasChildren(index):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.colours[names[1]])
            place = QPointF(room.left() + indent - self.indentation() / 2, top + height / 2)
            painter.drawPolygon((_OPENED if self.isExpanded(index) else _CLOSED).translated(place))
        last = ""
        texts = self.layers.texts(node)
        for column, left, right in self.places:
            if names[column] != last:
                last = names[column]
                painter.setPen(self.colours[last])
            shaped, wide, tall = self._shaped(texts[column])
            start = right - wide if right else left + indent
            indent = 0
            painter.drawStaticText(QPointF(start, top + (height - tall) / 2), shaped)

    def shape_text(self, text: str) -> tuple[QStaticText, float, float]:
        """Return a text prepared for drawing, with its width and height in pixels.

        Prepared texts are cached, as most of them are drawn again at the next tick.
        """
        shaped = QStaticText(text)
        shaped.setTextFormat(Qt.TextFormat.PlainText)
        shaped.prepare(font=self.font())
        return shaped, shaped.size().width(), shaped.size().height()

    def column_places(self) -> list[tuple[int, int, int]]:
        """Return each visible column with the x coordinates where its text begins and, for a figure, ends; else 0."""
        header, places = self.header(), []
        for column in range(len(COLUMNS)):
            if not self.isColumnHidden(column):
                left = header.sectionViewportPosition(column)
                right = left + header.sectionSize(column) - MARGIN if column >= FIRST_FIGURE else 0
                places.append((column, left + MARGIN, right))
        return places

    def show_plan(self) -> None:
        if self.compared != (self.document.baseline is not None):
            self._size_columns()
        if self.layers.show_plan():
            self._expand_opened()
            self.executeDelayedItemsLayout()  # otherwise the layout would follow after this frame and cause another
            self.show_selection()

    def _expand_opened(self) -> None:
        for path in sorted(self.opened, key=len):
            index = self.layers.find(path)
            if index.isValid():
                self.setExpanded(index, True)

    def show_selection(self) -> None:
        index = self.layers.find(self.document.selection) if self.document.selection else QModelIndex()
        if index != self.currentIndex().siblingAtColumn(0):
            self.setCurrentIndex(index)

    def select(self, current: QModelIndex) -> None:
        if current.isValid():
            self.document.select(self.layers.node(current).path)

    def _open_or_unfold(self, index: QModelIndex) -> None:
        """Open the view of a block, or unfold a row that is no block, after a double click or Return."""
        if not index.isValid():
            return
        if isinstance(self.layers.node(index).part, Block):
            self.document.open_block()
        else:
            self.setExpanded(index.siblingAtColumn(0), not self.isExpanded(index.siblingAtColumn(0)))

    def listen_to_keys(self) -> None:
        """Let keys copy and open; apart from the constructor, as the first paint does not wait for them."""
        from explorer.gui.widgets.input.keys import add_keys

        add_keys(self, self.tr("Copy the selected rows, or all of them"), self.copy, QKeySequence.StandardKey.Copy)
        opening = self.tr("Open the block, or unfold the row")
        add_keys(self, opening, lambda: self._open_or_unfold(self.currentIndex()), "Return", "Enter")

    def copy(self) -> None:
        """Copy the selected rows, or all visible ones if none is selected, as TSV and as an HTML table."""

        rows = sorted(self.selectionModel().selectedRows(), key=self.position) or list(self._visible_rows())
        lines = [[say(column.heading) for column in COLUMNS]]
        lines += [self.layers.texts(self.layers.node(row)) for row in rows]
        copy_table(lines)
        self.copied.emit()

    def position(self, index: QModelIndex) -> int:
        return self.visualRect(index).top()

    def _visible_rows(self) -> Iterator[QModelIndex]:
        index = self.layers.index(0, 0)
        while index.isValid():
            yield index
            index = self.indexBelow(index)
