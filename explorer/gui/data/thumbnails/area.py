"""ThumbnailArea: the pictures of files in rows, of which those in view are asked for and painted."""

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QDrag,
    QGuiApplication,
    QHideEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygon,
    QRegion,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QToolTip

from explorer.gui.data.thumbnails.cell import PAD, Shown, ThumbnailCell
from explorer.gui.data.thumbnails.layout import ThumbnailLayout
from explorer.gui.data.thumbnails.model import Index, ThumbnailModel
from explorer.gui.data.thumbnails.pictures import ThumbnailPictures
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say
from explorer.gui.widgets.text.spoken import speak

_BLOCK = 24  # files that are asked for together, always the same ones: of the network they are a batch
_STEPS = 3  # of the wheel or of an arrow of the scroll bar, per row
_INSET = 2  # pixels between the edge of the outer cells of a group and its frame
_Move = QAbstractItemView.CursorAction


class ThumbnailArea(QAbstractItemView):
    """The pictures of a model's files; files that belong together stand in a frame.

    They are selected by mouse, rubber band and keyboard. Enter or a double click opens a file in the system's viewer.
    `selection_changed` also when files that were selected are shown no more.
    """

    selection_changed = Signal()

    def __init__(self, model: ThumbnailModel, pictures: ThumbnailPictures) -> None:
        super().__init__()
        self._files, self._pictures = model, pictures
        self._layout, self._groups = ThumbnailLayout((), 1), model.groups
        self._cell = ThumbnailCell(self.fontMetrics(), 1)
        self._band = QRect()  # that the user draws, in pixels of the viewport
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._ask)
        self.setModel(model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Images"))
        pictures.arrived.connect(self.viewport().update)
        model.dataChanged.connect(self.updateGeometries)
        self.doubleClicked.connect(self.open)
        add_keys(self, self.tr("Open the image"), lambda: self.open(self.currentIndex()), "Return", "Enter")
        add_keys(self, self.tr("Copy the selected files"), self.copy, QKeySequence.StandardKey.Copy)

    # Places

    def reset(self) -> None:
        super().reset()
        self.updateGeometries()  # at once: nothing must be painted in the places of other files

    def updateGeometries(self) -> None:
        """Lay the pictures out in as many columns as there is room for; the uppermost one stays where it is."""
        super().updateGeometries()
        bar, before, groups = self.verticalScrollBar(), self._cell.size.height(), self._files.groups
        self._cell = ThumbnailCell(self.fontMetrics(), self._files.line_count)
        columns, high = max(1, self.viewport().width() // self._cell.size.width()), self._cell.size.height()
        first, hidden = self._layout.nearest(bar.value() // before, 0), bar.value() % before
        if columns != self._layout.columns or groups is not self._groups:
            self._layout, self._groups = ThumbnailLayout(map(len, groups), columns), groups
        top = self._layout.place(first)[0] * high + hidden * high // before if first < len(self._layout) else 0
        bar.setSingleStep(high // _STEPS)
        bar.setPageStep(self.viewport().height() - high // _STEPS)
        bar.setRange(0, max(0, self._layout.rows * high - self.viewport().height()))
        bar.setValue(top)
        self._soon.start()
        self.viewport().update()

    def _cell_rect(self, row: int, column: int) -> QRect:
        columns, width = self._layout.columns, self.viewport().width()
        left, high = column * width // columns, self._cell.size.height()
        return QRect(left, row * high - self.verticalOffset(), (column + 1) * width // columns - left, high)

    def _rows(self, area: QRect) -> tuple[int, int]:
        """Return the first and the last row that `area` of the viewport touches."""
        high = self._cell.size.height()
        return (area.top() + self.verticalOffset()) // high, (area.bottom() + self.verticalOffset()) // high

    def _column(self, x: int) -> int:
        return x * self._layout.columns // max(1, self.viewport().width())

    def visualRect(self, index: Index) -> QRect:
        if not index.isValid() or index.row() >= len(self._layout):
            return QRect()
        return self._cell.content(self._cell_rect(*self._layout.place(index.row())))

    def indexAt(self, point: QPoint) -> QModelIndex:
        column = self._column(point.x())
        for picture in self._layout.between(self._rows(QRect(point, point))[0], column, column):
            index = self._files.index(picture)
            if self.visualRect(index).contains(point):
                return index
        return QModelIndex()

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid():
            return
        cell, bar = self._cell_rect(*self._layout.place(index.row())), self.verticalScrollBar()
        if cell.top() < 0:
            bar.setValue(bar.value() + cell.top())
        elif cell.bottom() > self.viewport().height():
            bar.setValue(bar.value() + cell.bottom() - self.viewport().height())

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        return False

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        return QRegion(self.viewport().rect())

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        if not len(self._layout):
            return QModelIndex()
        index = self.currentIndex()
        if not index.isValid():
            return self._files.index(0)
        picture, last = index.row(), len(self._layout) - 1
        row, column = self._layout.place(picture)
        page = max(1, self.viewport().height() // self._cell.size.height())
        match action:
            case _Move.MoveLeft | _Move.MovePrevious:
                picture -= 1
            case _Move.MoveRight | _Move.MoveNext:
                picture += 1
            case _Move.MoveUp if row:
                picture = self._layout.nearest(row - 1, column)
            case _Move.MoveDown if row < self._layout.rows - 1:
                picture = self._layout.nearest(row + 1, column)
            case _Move.MovePageUp:
                picture = self._layout.nearest(max(0, row - page), column)
            case _Move.MovePageDown:
                picture = self._layout.nearest(min(self._layout.rows - 1, row + page), column)
            case _Move.MoveHome:
                picture = 0
            case _Move.MoveEnd:
                picture = last
        return self._files.index(max(0, min(picture, last)))

    # Selection

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select what a rubber band touches, else what lies between the pictures at both ends of `rect`."""
        found = QItemSelection()
        if self.state() is QAbstractItemView.State.DragSelectingState:
            self._band = rect.normalized()
            first, last = self._rows(self._band)
            left, right = self._column(self._band.left()), self._column(self._band.right())
            for row in range(first, last + 1):
                touched = [
                    picture
                    for picture in self._layout.between(row, left, right)
                    if self.visualRect(self._files.index(picture)).intersects(self._band)
                ]
                if touched:
                    found.select(self._files.index(touched[0]), self._files.index(touched[-1]))
            self.viewport().update()
        else:
            ends = sorted(self._nearest(point) for point in (rect.topLeft(), rect.bottomRight()))
            if len(self._layout):
                found.select(self._files.index(ends[0]), self._files.index(ends[-1]))
        self.selectionModel().select(found, command)

    def _nearest(self, point: QPoint) -> int:
        return self._layout.nearest(self._rows(QRect(point, point))[0], self._column(point.x()))

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.viewport().update()
        self.selection_changed.emit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid():
            speak(self, str(current.data(Qt.ItemDataRole.AccessibleTextRole)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._band = QRect()
        self.viewport().update()

    # What to do with files

    def open(self, index: Index) -> None:
        """Show a file in the system's viewer, which gets it to read."""
        path = self._files.viewable(self._files.files[index.row()]) if index.isValid() else None
        if path and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            place = self.viewport().mapToGlobal(self.visualRect(index).center())
            QToolTip.showText(place, self.tr("No program was found that shows this image."), self)

    def copy(self) -> None:
        if selected := self.selectedIndexes():
            QGuiApplication.clipboard().setMimeData(self._files.mimeData(selected))

    def startDrag(self, supportedActions: Qt.DropAction) -> None:  # noqa: N803
        """Let the selected files be dropped elsewhere, as copies."""
        drag = QDrag(self)
        drag.setMimeData(self._files.mimeData(self.selectedIndexes()))
        picture = self._pictures.picture(self._files.files[self.currentIndex().row()])
        if picture and picture.pixmap:
            drag.setPixmap(picture.pixmap)
        drag.exec(Qt.DropAction.CopyAction)

    # What is seen

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._soon.start()
        self.viewport().update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._soon.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._soon.start()

    def _ask(self) -> None:
        """Ask for the pictures in view, and for those of the next page; for none while they are hidden."""
        first, last = self._rows(self.viewport().rect())
        pictures = self._layout.in_rows(first, 2 * last - first) if self.isVisible() else range(0)
        files = self._files.files
        blocks = [
            files[start : start + _BLOCK] for start in range(pictures.start // _BLOCK * _BLOCK, pictures.stop, _BLOCK)
        ]
        self._pictures.want(blocks, int(self._cell.side * self.devicePixelRatioF()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, cell = QPainter(self.viewport()), self._cell
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pictures = self._layout.in_rows(*self._rows(event.rect()))
        if len(self._files.groups) > 1:
            for group in self._layout.groups_of(pictures):
                if len(group) > 1:
                    self._paint_frame(painter, group)
        for picture in pictures:
            cell.paint(painter, self._cell_rect(*self._layout.place(picture)), self._shown(picture))
        if self._pictures.refusal:
            self._paint_refusal(painter)
        if self._band:
            band = QColor(theme.colours().accent)
            painter.setPen(QPen(band, 1))
            band.setAlphaF(0.15)
            painter.setBrush(band)
            painter.drawRect(self._band)
        painter.end()

    def _shown(self, place: int) -> Shown:
        file, index, model = self._files.files[place], self._files.index(place), self._files
        picture = self._pictures.picture(file)
        return Shown(
            picture=picture,
            lines=model.lines(file),
            trouble=model.trouble(file) if picture and picture.pixmap is None else "",
            mark=model.mark(file),
            is_left_out=model.is_left_out(file),
            is_selected=self.selectionModel().isSelected(index),
            is_current=self.hasFocus() and index == self.currentIndex(),
        )

    def _paint_frame(self, painter: QPainter, group: range) -> None:
        """Draw a thin line around the cells of a group; one of several rows begins a row, and may end within one."""
        start, end = (self._cell_rect(*self._layout.place(picture)) for picture in (group[0], group[-1]))
        widest = self._cell_rect(0, self._layout.columns - 1) if start.top() != end.top() else end
        left, top, right = start.left() + _INSET, start.top() + _INSET, widest.right() - _INSET
        edge, step, bottom = end.right() - _INSET, end.top() + _INSET, end.bottom() - _INSET
        corners = [(left, top), (right, top), (right, step), (edge, step), (edge, bottom), (left, bottom)]
        painter.setPen(QPen(QColor(theme.colours().border), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolygon(QPolygon([QPoint(*corner) for corner in corners]))

    def _paint_refusal(self, painter: QPainter) -> None:
        """Say over the squares that wait why no picture comes."""
        words, room = say(self._pictures.refusal), self.viewport().rect().adjusted(PAD, PAD, -PAD, -PAD)
        flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        box = painter.boundingRect(room, flags, words).adjusted(-PAD, -PAD, PAD, PAD)
        painter.setPen(QPen(QColor(theme.colours().border), 1))
        painter.setBrush(QColor(theme.colours().surface))
        painter.drawRect(box)
        painter.setPen(QColor(theme.colours().bad))
        painter.drawText(box, flags | Qt.AlignmentFlag.AlignVCenter, words)
