"""ClassList: the classes with their images as bars; a click on one shows its images."""

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from explorer.gui.data.classes.class_bar import ClassBar
from explorer.gui.data.classes.class_model import IMAGES, NAME, ClassModel, ClassRow
from explorer.gui.data.data_view import DataView
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.table import row_size, style_table
from explorer.gui.widgets.text.clipboard import copy_table
from explorer.gui.widgets.text.language import whole

_NAMES = 0.42  # share of the width that the names have at most


class ClassList(QTableView):
    """The table; `chosen` carries the name of the class whose row is selected, `copied` tells that rows were copied."""

    chosen = Signal(str)
    copied = Signal()

    def __init__(self, view: DataView) -> None:
        super().__init__()
        self._view = view
        self._is_showing = False
        self.classes = ClassModel(view)
        self.classes.cell = row_size(self)
        self.setModel(self.classes)
        self._bar = ClassBar(self.classes)
        self.setItemDelegateForColumn(IMAGES, self._bar)
        style_table(self)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Classes"))
        header = self.horizontalHeader()
        header.setSortIndicator(
            view.column, Qt.SortOrder.DescendingOrder if view.descending else Qt.SortOrder.AscendingOrder
        )
        header.sortIndicatorChanged.connect(self._sort)
        self.selectionModel().currentRowChanged.connect(self._choose)
        add_keys(self, self.tr("Sort by name, or the other way round"), lambda: self.sort_by(NAME), "Alt+N")
        add_keys(self, self.tr("Sort by the number of images"), lambda: self.sort_by(IMAGES), "Alt+I")
        add_keys(self, self.tr("Copy the table of classes"), self.copy, QKeySequence.StandardKey.Copy)

    def show_rows(self, rows: list[ClassRow]) -> None:
        """Show these classes; the one whose images are shown stays selected, and the row at the top stays there."""
        self._is_showing = True
        try:
            self.classes.show_rows(rows)
            self._share_width()
        finally:
            self._is_showing = False
        self.show_choice()

    def show_choice(self) -> None:
        """Select the class whose images are shown, or none."""
        place = self.classes.place_of(self._view.shown_class) if self._view.shown_class else None
        flags = QItemSelectionModel.SelectionFlag
        self._is_showing = True
        try:
            if place is None:
                self.selectionModel().clear()
            else:
                index = self.classes.index(place, NAME)
                self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        finally:
            self._is_showing = False

    def whole_height(self) -> int:
        """Return how high the list must be to show every class."""
        return self.horizontalHeader().height() + len(self.classes.rows) * self.classes.cell.height()

    def sort_by(self, column: int) -> None:
        """Sort by a column, or the other way round if that is what the rows are sorted by."""
        orders = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
        wanted = not self._view.descending if column == self._view.column else column == IMAGES
        self.horizontalHeader().setSortIndicator(column, orders[wanted])

    def _sort(self, column: int, order: Qt.SortOrder) -> None:
        self._is_showing = True
        try:
            self.classes.sort(column, order)
        finally:
            self._is_showing = False
        self.show_choice()

    def _choose(self, current: QModelIndex) -> None:
        if current.isValid() and not self._is_showing:
            self.chosen.emit(self.classes.rows[current.row()].name)

    def copy(self) -> None:
        """Copy all classes, with the images of each part, as TSV and as an HTML table."""
        heading = [self.tr("Class"), self.tr("training"), self.tr("validation"), self.tr("test")]
        rows = ([row.label, *map(whole, (row.train, row.validation, row.test))] for row in self.classes.rows)
        copy_table([heading, *rows])
        self.copied.emit()

    def _share_width(self) -> None:
        """Let the names be as wide as they need, up to a share of the width, and the bars have the rest."""
        room, metrics = self.viewport().width(), self.fontMetrics()
        longest = sorted((row.label for row in self.classes.rows), key=len)[-20:]  # measuring thousands takes long
        needed = (
            max(map(metrics.horizontalAdvance, (f"{self.classes.headings()[NAME]} ▾", *longest))) + 2 * theme.RHYTHM
        )
        names = min(needed, int(_NAMES * room))
        self.setColumnWidth(NAME, names)
        self.setColumnWidth(IMAGES, room - names)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "classes"):
            self._share_width()
