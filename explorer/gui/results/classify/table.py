"""ClassifyTable: the images that were classified, each with its picture and its likeliest classes."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QKeySequence, QPainter, QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from explorer.gui.data.thumbnails.cell import paint_picture
from explorer.gui.data.thumbnails.pictures import PictureSource, ThumbnailPictures
from explorer.gui.results.classify.model import CLASS, CONFIDENCE, IMAGE, OTHERS, ClassifyModel
from explorer.gui.results.classify.state import ClassifiedBy, ClassifyState
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.table import style_table
from explorer.gui.widgets.text.clipboard import copy_table
from explorer.gui.widgets.text.language import percent, say
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.data.catalogue import CATALOGUE

_LINES = 2.5  # of text: the height of a row
_BLOCK = 24  # files whose pictures are asked for together
_NARROW, _WIDE = 12, 22  # characters: of the name of an image, and of what comes after the likeliest class
_MEASURED = 50  # rows
_CLASSES = 0.3  # share of the width that the names of classes have at most


class ClassifyTable(QTableView):
    """The table; `copied` tells that rows were copied."""

    copied = Signal()

    def __init__(self, state: ClassifyState, pool: WorkerPool) -> None:
        super().__init__()
        self._shown: ClassifiedBy | None = None
        self.images = ClassifyModel(state)
        self.pictures = ThumbnailPictures(pool)
        for part in (self.images, self.pictures):
            part.setParent(self)
        self.setModel(self.images)
        self.setItemDelegateForColumn(IMAGE, _PictureCell(self.images, self.pictures, self))
        style_table(self)
        high = int(_LINES * self.fontMetrics().lineSpacing())
        self.images.cell = QSize(0, high)
        self.verticalHeader().setDefaultSectionSize(high)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Classified images"))
        header = self.horizontalHeader()
        header.setSortIndicator(
            state.column, Qt.SortOrder.DescendingOrder if state.descending else Qt.SortOrder.AscendingOrder
        )
        header.sortIndicatorChanged.connect(self.images.sort)
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._ask)
        self.verticalScrollBar().valueChanged.connect(self._soon.start)
        self.images.modelReset.connect(self._soon.start)
        self.pictures.arrived.connect(self.viewport().update)
        add_keys(self, self.tr("Copy the selected rows, or all of them"), self.copy, QKeySequence.StandardKey.Copy)

    def show_found(self, found: ClassifiedBy | None) -> None:
        """Show what images were taken for."""
        if found is self._shown:
            return
        self._shown = found
        if found is None:
            self.images.show_images((), ())
            return
        names = found.made.class_names
        self.pictures.use(PictureSource(found.run.design, found.run.recipe, found))
        is_named = found.run.recipe.data in CATALOGUE
        self.images.show_images(found.made.images, tuple(map(say, names)) if is_named else names)
        self._share_width()
        self.scrollToTop()

    def copy(self) -> None:
        """Copy the selected rows, or all of them if none is selected, as TSV and as an HTML table."""
        rows = self.images.rows
        places = sorted(index.row() for index in self.selectionModel().selectedRows()) or range(len(rows))
        headings = [column.heading for column in self.images.columns]
        copy_table([headings, *(self.images.texts(rows[place]) for place in places)])
        self.copied.emit()

    def _ask(self) -> None:
        """Ask for the pictures of the rows in view, and of the next page; for none while they are hidden."""
        high = self.verticalHeader().defaultSectionSize()
        first, count = self.rowAt(0), self.viewport().height() // high + 1
        files = [each.file for each in self.images.rows if each.likely] if self.isVisible() and first >= 0 else []
        start = max(0, first) // _BLOCK * _BLOCK
        stop = min(len(files), first + 2 * count)
        blocks = [tuple(files[place : place + _BLOCK]) for place in range(start, stop, _BLOCK)]
        self.pictures.want(blocks, int((high - 4) * self.devicePixelRatioF()))

    def _share_width(self) -> None:
        """Give the figures what they need, the classes what they need up to a share, and the rest to the others.

        Where there is little room, what comes after the likeliest class is in the tool tip alone.
        """
        room, metrics, margin = self.viewport().width(), self.fontMetrics(), 2 * theme.RHYTHM
        columns, letter = self.images.columns, metrics.averageCharWidth()
        confidence = margin + max(map(metrics.horizontalAdvance, (f"{columns[CONFIDENCE].heading} ▾", percent(1.0))))
        longest = sorted(self.images.names, key=len)[-20:]  # measuring thousands takes long
        words = (f"{columns[CLASS].heading} ▾", self.tr("no image"), *longest)
        classes = min(max(map(metrics.horizontalAdvance, words)) + margin, int(_CLASSES * room))
        least = self.verticalHeader().defaultSectionSize() + _NARROW * letter + margin
        left = room - confidence - classes - least
        has_others = left >= _WIDE * letter
        self.setColumnHidden(OTHERS, not has_others)
        texts = (self.images.texts(each)[OTHERS] for each in self.images.rows[:_MEASURED])
        widest = max(map(metrics.horizontalAdvance, texts), default=0) + margin
        others = min(widest, left) if has_others else 0
        for column, width in ((CLASS, classes), (CONFIDENCE, confidence), (OTHERS, others)):
            self.setColumnWidth(column, width)
        self.setColumnWidth(IMAGE, max(least, room - classes - confidence - others))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_width()
        self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._soon.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._soon.start()


class _PictureCell(QStyledItemDelegate):
    """Paints the picture of an image and its name beside it."""

    def __init__(self, images: ClassifyModel, pictures: ThumbnailPictures, parent: QTableView) -> None:
        super().__init__(parent)
        self._images, self._pictures = images, pictures

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        name, option.text = option.text, ""
        option.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        room = option.rect.adjusted(theme.RHYTHM // 2, 2, -theme.RHYTHM // 2, -2)
        square = QRect(room.topLeft(), QSize(room.height(), room.height()))
        picture = self._pictures.picture(self._images.rows[index.row()].file)
        if picture and picture.pixmap:
            paint_picture(painter, square, picture.pixmap)
        else:
            painter.fillRect(square, QColor(theme.colours().raised))
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if is_selected else QPalette.ColorRole.Text
        painter.setPen(option.palette.color(role))
        beside = option.rect.adjusted(square.width() + 2 * theme.RHYTHM, 0, -theme.RHYTHM // 2, 0)
        elided = option.fontMetrics.elidedText(name, Qt.TextElideMode.ElideMiddle, beside.width())
        painter.drawText(beside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)
