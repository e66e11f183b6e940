"""Matrix: the confusion matrix, painted: which classes are taken for which."""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip

from explorer.gui.results.choice_words import choice_words
from explorer.gui.results.matrix.cells import MAX_CLASSES, MatrixCells
from explorer.gui.results.matrix.layout import PAD, MatrixLayout, Spot
from explorer.gui.results.matrix.shades import draw_picture, readable_on, shade
from explorer.gui.results.results_state import ShownResults
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.clipboard import copy_table
from explorer.gui.widgets.text.spoken import speak
from explorer.runs.results.choice import ImageChoice

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_BELOW = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
_ARROWS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}


class Matrix(QAbstractScrollArea):
    """A row per true class, a column per class that is answered; of very many classes a picture without numbers.

    `chosen` carries the images of the cell or the name that was clicked, or that Enter was pressed on; `copied` tells
    that the numbers were copied.
    """

    chosen = Signal(object)
    copied = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._results: ShownResults | None = None
        self._cells: MatrixCells | None = None
        self._choice = ImageChoice()
        self._current: Spot = (0, 0)
        self._layout = MatrixLayout(1, QSize(1, 1), 0, 0, QSize(1, 1))
        self._picture: tuple[int, QImage] | None = None  # with the pixels that it has room for
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFont(theme.figures_font(self.font()))
        self.setAccessibleName(self.tr("Confusion matrix"))
        self.viewport().setMouseTracking(True)
        add_keys(self, self.tr("Show the images of the cell"), self._choose_current, "Return", "Enter", "Space")
        add_keys(self, self.tr("Copy the confusion matrix"), self.copy, QKeySequence.StandardKey.Copy)

    def show_cells(self, results: ShownResults, cells: MatrixCells, choice: ImageChoice) -> None:
        """Show these cells, and which of them are chosen."""
        is_other = self._cells is None or self._cells.classes != cells.classes
        self._results, self._cells, self._picture = results, cells, None
        self.show_choice(choice)
        if is_other:
            self._current = self._spot_of(choice) or (0, 0)
        self._arrange()

    def show_choice(self, choice: ImageChoice) -> None:
        """Mark the cell or the name whose images are shown."""
        self._choice = choice
        self.viewport().update()

    @property
    def is_picture(self) -> bool:
        """Whether there are too many classes for numbers."""
        return self._cells is not None and len(self._cells.classes) > MAX_CLASSES

    # Places

    def minimumSizeHint(self) -> QSize:
        line = self.fontMetrics().lineSpacing()
        return QSize(12 * line, 8 * line)

    def _arrange(self) -> None:
        """Lay names and cells out, and scroll what has no room."""
        if self._cells is None:
            return
        room, bars = self.maximumViewportSize(), (self.verticalScrollBar(), self.horizontalScrollBar())
        self._layout = self._laid_out(room)
        if self._layout.size.height() > room.height():  # then the cells share the width that the scroll bar leaves
            room.setWidth(room.width() - bars[0].sizeHint().width())
            self._layout = self._laid_out(room)
        whole, cell = self._layout.size, self._layout.cell
        if whole.width() > room.width():
            room.setHeight(room.height() - bars[1].sizeHint().height())
        lengths = (cell.height(), whole.height(), room.height()), (cell.width(), whole.width(), room.width())
        for bar, (step, length, there) in zip(bars, lengths, strict=True):
            bar.setRange(0, max(0, length - there))
            bar.setPageStep(there)
            bar.setSingleStep(step)
        self.viewport().update()

    def _laid_out(self, room: QSize) -> MatrixLayout:
        assert self._cells
        if self.is_picture:
            return MatrixLayout.of_picture(room, self.fontMetrics(), len(self._cells.classes))
        return MatrixLayout.of_cells(room, self.fontMetrics(), self._labels(), self._axes(), self._cells.longest)

    def _labels(self) -> list[str]:
        assert self._cells
        assert self._results
        return [self._results.names[number] for number in self._cells.classes]

    def _axes(self) -> tuple[str, str]:
        return self.tr("Class ↓"), self.tr("taken for →")

    def _scrolled(self) -> QPoint:
        return QPoint(self.horizontalScrollBar().value(), self.verticalScrollBar().value())

    def cell_rect(self, row: int, column: int) -> QRect:
        """Return where a cell is in the viewport; −1 stands for the names."""
        return self._layout.rect((row, column), self._scrolled())

    def _inside(self) -> QRect:
        """Return where in the viewport cells are seen."""
        return self.viewport().rect().adjusted(self._layout.names, self._layout.head, 0, 0)

    def _spot_at(self, point: QPoint) -> Spot | None:
        return self._layout.spot_at(point, self._scrolled()) if self._cells else None

    def _spot_of(self, choice: ImageChoice) -> Spot | None:
        """Return where a choice of images is shown, None if it is not."""
        assert self._cells
        classes = self._cells.classes
        if choice == ImageChoice() or not {choice.truth, choice.predicted} <= {None, *classes}:
            return None
        row, column = (-1 if each is None else classes.index(each) for each in (choice.truth, choice.predicted))
        return row, column

    def _choice_at(self, spot: Spot) -> ImageChoice:
        assert self._cells
        truth, predicted = (None if place < 0 else self._cells.classes[place] for place in spot)
        return ImageChoice(truth, predicted)

    # Choosing

    def mousePressEvent(self, event: QMouseEvent) -> None:
        spot = self._spot_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and spot:
            self._current = spot
            self._choose_current()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_over = self._spot_at(event.position().toPoint()) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_over else Qt.CursorShape.ArrowCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is None or self._cells is None:
            super().keyPressEvent(event)
            return
        last = len(self._cells.classes) - 1
        row, column = (max(-1, min(place + by, last)) for place, by in zip(self._current, step, strict=True))
        if (row, column) != (-1, -1):
            self._current = row, column
            self._scroll_to(self.cell_rect(row, column))
        assert self._results
        speak(self, choice_words(self._results, self._choice_at(self._current)))
        self.viewport().update()

    def _scroll_to(self, cell: QRect) -> None:
        """Scroll so that a cell is seen beside the names."""
        if self.is_picture:
            return
        room = self._inside()
        for bar, start, end, low, high in (
            (self.horizontalScrollBar(), cell.left(), cell.right(), room.left(), room.right()),
            (self.verticalScrollBar(), cell.top(), cell.bottom(), room.top(), room.bottom()),
        ):
            if start < low and end <= high:
                bar.setValue(bar.value() + start - low)
            elif end > high:
                bar.setValue(bar.value() + end - high)

    def _choose_current(self) -> None:
        if self._cells and self._results:
            choice = self._choice_at(self._current)
            speak(self, choice_words(self._results, choice))
            self.chosen.emit(choice)

    def copy(self) -> None:
        """Copy the numbers of the shown classes, with their names, as TSV and as an HTML table."""
        if self._cells is None or self._results is None:
            return
        labels, cells = self._labels(), self._cells
        places = range(len(labels))
        rows = [[label, *(cells.text(row, column) or "0" for column in places)] for row, label in enumerate(labels)]
        copy_table([[" ".join(self._axes()), *labels], *rows])
        self.copied.emit()

    # What is seen

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            spot = self._spot_at(event.pos())
            if spot and self._results:
                QToolTip.showText(event.globalPos(), self._tip(spot), self.viewport(), self.cell_rect(*spot))
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def _tip(self, spot: Spot) -> str:
        assert self._results
        return choice_words(self._results, self._choice_at(spot))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange) and hasattr(self, "_picture"):
            self._picture = None
            self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        if self._cells:
            if self.is_picture:
                self._paint_picture(painter)
            else:
                self._paint_cells(painter, event.rect())
                self._paint_names(painter)
            self._paint_marks(painter)
        painter.end()

    def _paint_cells(self, painter: QPainter, area: QRect) -> None:
        assert self._cells
        cells, places = self._cells, range(len(self._cells.classes))
        painter.setClipRect(self._inside())
        for row in places:
            for column in places:
                place = self.cell_rect(row, column)
                if not place.intersects(area):
                    continue
                colour = shade(float(cells.strengths[row, column]), is_hit=row == column)
                place.adjust(0, 0, -1, -1)  # a line of the ground between cells
                painter.fillRect(place, colour)
                if text := cells.text(row, column):
                    painter.setPen(readable_on(colour))
                    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)
        painter.setClipping(False)

    def _paint_names(self, painter: QPainter) -> None:
        """Write the names beside the rows and above the columns; those of what is chosen are bold."""
        colours, inside = theme.colours(), self._inside()
        beside = QRect(0, inside.top(), inside.left(), inside.height())
        above = QRect(inside.left(), 0, inside.width(), inside.top())
        chosen = self._spot_of(self._choice) or (None, None)
        bold = QFont(self.font())
        bold.setBold(True)
        for place, label in enumerate(self._labels()):
            for room, is_chosen, write, cell in (
                (beside, place == chosen[0], self._paint_row_name, self.cell_rect(place, -1)),
                (above, place == chosen[1], self._paint_column_name, self.cell_rect(-1, place)),
            ):
                if room.intersects(cell):
                    painter.setClipRect(room)
                    painter.setFont(bold if is_chosen else self.font())
                    painter.setPen(QColor(colours.text if is_chosen else colours.quiet))
                    write(painter, cell, label)
        painter.setClipping(False)
        self._paint_axes(painter)

    def _paint_row_name(self, painter: QPainter, cell: QRect, label: str) -> None:
        _write(painter, cell.adjusted(0, 0, -PAD, 0), label, _RIGHT)

    def _paint_column_name(self, painter: QPainter, cell: QRect, label: str) -> None:
        if not self._layout.is_upright:
            _write(painter, cell.adjusted(1, 0, -1, -PAD // 2), label, _BELOW)
            return
        painter.save()
        painter.translate(cell.left(), cell.bottom())
        painter.rotate(-90)
        _write(painter, QRect(PAD, 0, self._layout.head - 2 * PAD, cell.width()), label, _LEFT)
        painter.restore()

    def _paint_axes(self, painter: QPainter) -> None:
        """Say in the corner what rows and columns are."""
        painter.setFont(self.font())
        painter.setPen(QColor(theme.colours().quiet))
        line = self.fontMetrics().lineSpacing()
        for number, words in enumerate(self._axes(), start=1):
            top = self._layout.head - PAD // 2 - number * line
            _write(painter, QRect(PAD, top, self._layout.names - 2 * PAD, line), words, _RIGHT)

    def _paint_marks(self, painter: QPainter) -> None:
        """Frame the cell whose images are shown, and the one that the keys are at."""
        colours, chosen = theme.colours(), self._spot_of(self._choice)
        spots = [(chosen, colours.text)]
        if self.hasFocus() and self._current != chosen:
            spots.append((self._current, colours.accent))
        for spot, colour in spots:
            if spot is None:
                continue
            cell, inside = self.cell_rect(*spot), self._inside()
            inside.setLeft(inside.left() if spot[1] >= 0 else 0)
            inside.setTop(inside.top() if spot[0] >= 0 else 0)
            painter.setClipRect(inside.adjusted(-2, -2, 2, 2))
            painter.setPen(QPen(QColor(colour), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(cell.adjusted(-2, -2, 1, 1) if self.is_picture else cell.adjusted(0, 0, -2, -2))

    def _paint_picture(self, painter: QPainter) -> None:
        """Paint all classes without numbers."""
        assert self._cells
        square = self._layout.square
        side = int(square.width() * self.devicePixelRatioF())
        if self._picture is None or self._picture[0] != side:
            self._picture = side, draw_picture(self._cells.strengths, side)
        painter.drawImage(square, self._picture[1])
        painter.setPen(QColor(theme.colours().quiet))
        room = QRect(square.left(), 0, self.viewport().width() - square.left(), self._layout.head)
        _write(painter, room, "   ".join(self._axes()), _LEFT)


def _write(painter: QPainter, room: QRect, text: str, place: Qt.AlignmentFlag) -> None:
    """Write a text into a room, without its middle if it is too long."""
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room.width())
    painter.drawText(room, place, shown)
