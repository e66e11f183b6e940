"""Matrix: the confusion matrix, painted: which classes are taken for which."""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
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

from explorer.gui.results.matrix_cells import MAX_CLASSES, MatrixCells, choice_words
from explorer.gui.results.results_state import ShownResults
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.contrast import contrast, mixed
from explorer.gui.widgets.text.clipboard import copy_table
from explorer.gui.widgets.text.spoken import speak
from explorer.runs.results.choice import ImageChoice

_PAD = theme.RHYTHM // 2  # pixels around a text
_NAMES = 0.34  # share of the width and of the height that the names of classes have at most
_WIDEST = 3.2  # a cell may be so many times as wide as the least
_FAINT = 0.12  # of its colour that the least mistake has
_CALM = 0.55  # of its colour that a class has that is always recognised
_ARROWS = {
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
}
_Spot = tuple[int, int]  # row and column of a cell; −1 for the names


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
        self._current: _Spot = (0, 0)
        self._cell, self._names, self._head = QSize(1, 1), 0, 0
        self._is_upright = False  # whether the names above the columns are turned
        self._picture: QImage | None = None
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
        self._measure()

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

    def _measure(self) -> None:
        """Give names and cells as much of the room as they need, and scroll what has none."""
        if self._cells is None:
            return
        room, bars = self.maximumViewportSize(), (self.verticalScrollBar(), self.horizontalScrollBar())
        needed = self._laid_out(room)
        if needed.height() > room.height():  # then the cells share the width that the scroll bar leaves
            room.setWidth(room.width() - bars[0].sizeHint().width())
            needed = self._laid_out(room)
        if needed.width() > room.width():
            room.setHeight(room.height() - bars[1].sizeHint().height())
        lengths = (needed.height(), room.height()), (needed.width(), room.width())
        for bar, step, (length, there) in zip(bars, (self._cell.height(), self._cell.width()), lengths, strict=True):
            bar.setRange(0, max(0, length - there))
            bar.setPageStep(there)
            bar.setSingleStep(step)
        self.viewport().update()

    def _laid_out(self, room: QSize) -> QSize:
        """Choose the sizes of names and cells for a room, and return that of all."""
        assert self._cells
        metrics, count = self.fontMetrics(), len(self._cells.classes)
        line = metrics.lineSpacing()
        if self.is_picture:
            self._names, self._head, self._cell = _PAD, line + _PAD, QSize(0, 0)
            return QSize(0, 0)
        longest = max(map(metrics.horizontalAdvance, self._labels()), default=0) + 2 * _PAD
        corner = max(map(metrics.horizontalAdvance, self._axes())) + 2 * _PAD
        self._names = min(max(longest, corner), int(_NAMES * room.width()))
        least = max(map(metrics.horizontalAdvance, (self._cells.longest, "00"))) + _PAD
        wide = min(max(least, (room.width() - self._names) // max(1, count)), int(_WIDEST * least))
        self._is_upright = longest > wide
        self._head = max(min(longest, int(_NAMES * room.height())) if self._is_upright else 0, 2 * line + _PAD)
        high = min(max(line, (room.height() - self._head) // max(1, count)), 2 * (line + _PAD))
        self._cell = QSize(wide, high)
        return QSize(self._names + count * wide, self._head + count * high)

    def _labels(self) -> list[str]:
        assert self._cells
        assert self._results
        return [self._results.names[number] for number in self._cells.classes]

    def _axes(self) -> tuple[str, str]:
        return self.tr("Class ↓"), self.tr("taken for →")

    def _square(self) -> QRect:
        """Return where the picture of all classes is painted."""
        room = self.viewport().rect().adjusted(self._names, self._head, -_PAD, -_PAD)
        side = max(1, min(room.width(), room.height()))
        return QRect(room.topLeft(), QSize(side, side))

    def cell_rect(self, row: int, column: int) -> QRect:
        """Return where a cell is in the viewport; −1 stands for the names."""
        assert self._cells
        if self.is_picture:
            square, count = self._square(), len(self._cells.classes)
            top, bottom = (square.top() + place * square.height() // count for place in (row, row + 1))
            left, right = (square.left() + place * square.width() // count for place in (column, column + 1))
            return QRect(left, top, max(1, right - left), max(1, bottom - top))
        left = self._names + column * self._cell.width() - self.horizontalScrollBar().value()
        top = self._head + row * self._cell.height() - self.verticalScrollBar().value()
        if row < 0:
            return QRect(left, 0, self._cell.width(), self._head)
        return QRect(0, top, self._names, self._cell.height()) if column < 0 else QRect(QPoint(left, top), self._cell)

    def _spot_at(self, point: QPoint) -> _Spot | None:
        if self._cells is None:
            return None
        count = len(self._cells.classes)
        if self.is_picture:
            square = self._square()
            if not square.contains(point):
                return None
            away = point - square.topLeft()
            return away.y() * count // square.height(), away.x() * count // square.width()
        column = row = -1
        if point.x() >= self._names:
            column = (point.x() - self._names + self.horizontalScrollBar().value()) // self._cell.width()
        if point.y() >= self._head:
            row = (point.y() - self._head + self.verticalScrollBar().value()) // self._cell.height()
        return (row, column) if row < count and column < count and (row, column) != (-1, -1) else None

    def _spot_of(self, choice: ImageChoice) -> _Spot | None:
        """Return where a choice of images is shown, None if it is not."""
        assert self._cells
        classes = self._cells.classes
        if choice == ImageChoice() or not {choice.truth, choice.predicted} <= {None, *classes}:
            return None
        row, column = (-1 if each is None else classes.index(each) for each in (choice.truth, choice.predicted))
        return row, column

    def _choice_at(self, spot: _Spot) -> ImageChoice:
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
        room = self.viewport().rect().adjusted(self._names, self._head, 0, 0)
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

    def _tip(self, spot: _Spot) -> str:
        assert self._results
        return choice_words(self._results, self._choice_at(spot))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.PaletteChange) and hasattr(self, "_picture"):
            self._picture = None
            self._measure()

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
        cells, colours, count = self._cells, theme.colours(), len(self._cells.classes)
        ground, quiet = QColor(colours.surface), QColor(colours.line)
        texts = QColor(colours.text), QColor(colours.on_accent)
        painter.setClipRect(self.viewport().rect().adjusted(self._names, self._head, 0, 0))
        for row in range(count):
            if not self.cell_rect(row, 0).adjusted(0, 0, 99999, 0).intersects(area):
                continue
            for column in range(count):
                place = self.cell_rect(row, column)
                if not place.intersects(area):
                    continue
                colour = self._colour(float(cells.strengths[row, column]), row == column, ground)
                painter.fillRect(place.adjusted(0, 0, -1, -1), colour)
                if text := cells.text(row, column):
                    painter.setPen(max((contrast(each, colour), each.name()) for each in texts)[1])
                    painter.drawText(place.adjusted(0, 0, -1, -1), Qt.AlignmentFlag.AlignCenter, text)
        painter.setPen(quiet)
        painter.setClipping(False)

    def _colour(self, strength: float, is_hit: bool, ground: QColor) -> QColor:
        colours = theme.colours()
        if is_hit:
            return mixed(QColor(colours.neutral), ground, _CALM * strength)
        return mixed(QColor(colours.accent), ground, _FAINT + (1 - _FAINT) * strength) if strength else _pale(ground)

    def _paint_names(self, painter: QPainter) -> None:
        colours, metrics = theme.colours(), self.fontMetrics()
        chosen = self._spot_of(self._choice) or (None, None)
        bold = QFont(self.font())
        bold.setBold(True)
        for place, label in enumerate(self._labels()):
            for is_row in (True, False):
                is_chosen = place == chosen[0 if is_row else 1]
                painter.setFont(bold if is_chosen else self.font())
                painter.setPen(QColor(colours.text if is_chosen else colours.quiet))
                cell = self.cell_rect(place, -1) if is_row else self.cell_rect(-1, place)
                if is_row:
                    painter.setClipRect(0, self._head, self._names, self.viewport().height())
                    room = cell.adjusted(0, 0, -_PAD, 0)
                    text = metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, room.width())
                    painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
                else:
                    painter.setClipRect(self._names, 0, self.viewport().width(), self._head)
                    self._paint_column_name(painter, cell, label, metrics)
        painter.setClipping(False)
        self._paint_axes(painter, metrics)

    def _paint_column_name(self, painter: QPainter, cell: QRect, label: str, metrics: QFontMetrics) -> None:
        if not self._is_upright:
            room = cell.adjusted(1, 0, -1, -_PAD // 2)
            text = metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom, text)
            return
        painter.save()
        painter.translate(cell.left(), cell.bottom())
        painter.rotate(-90)
        room = QRect(_PAD, 0, self._head - 2 * _PAD, cell.width())
        text = metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()

    def _paint_axes(self, painter: QPainter, metrics: QFontMetrics) -> None:
        """Say in the corner what rows and columns are."""
        painter.setFont(self.font())
        painter.setPen(QColor(theme.colours().quiet))
        corner = QRect(0, 0, self._names, self._head).adjusted(_PAD, 0, -_PAD, -_PAD // 2)
        line = metrics.lineSpacing()
        for number, words in enumerate(reversed(self._axes())):
            room = QRect(corner.left(), corner.bottom() - (2 - number) * line, corner.width(), line)
            text = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_marks(self, painter: QPainter) -> None:
        """Frame the cell whose images are shown, and the one that the keys are at."""
        colours = theme.colours()
        spots = [(self._spot_of(self._choice), colours.text)]
        if self.hasFocus():
            spots.append((self._current, colours.accent if self._current != spots[0][0] else colours.text))
        for spot, colour in spots:
            if spot:
                cell = self.cell_rect(*spot)
                if self.is_picture:
                    cell = cell.adjusted(-2, -2, 2, 2)
                painter.setClipRect(
                    self.viewport()
                    .rect()
                    .adjusted(0 if spot[1] < 0 else self._names, 0 if spot[0] < 0 else self._head, 0, 0)
                    .adjusted(-3, -3, 3, 3)
                )
                painter.setPen(QPen(QColor(colour), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(cell.adjusted(0, 0, -2, -2))

    def _paint_picture(self, painter: QPainter) -> None:
        """Paint all classes without numbers; where several share a pixel the worst of them shows."""
        square = self._square()
        ratio = self.devicePixelRatioF()
        side = int(square.width() * ratio)
        if self._picture is None or self._picture.text("side") != str(side):
            self._picture = self._drawn(side)
        painter.drawImage(square, self._picture)
        painter.setPen(QColor(theme.colours().quiet))
        line = self.fontMetrics().lineSpacing()
        room = QRect(square.left(), 0, self.viewport().width() - square.left(), line)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, "   ".join(self._axes()))

    def _drawn(self, side: int) -> QImage:
        import numpy as np

        assert self._cells
        colours, strengths = theme.colours(), self._cells.strengths
        count = len(strengths)
        hits = np.zeros_like(strengths)
        np.fill_diagonal(hits, strengths.diagonal())
        mistakes = strengths - hits
        if count > side:  # the worst of the classes that share a pixel
            starts = np.arange(side) * count // side
            hits, mistakes = (
                np.maximum.reduceat(np.maximum.reduceat(each, starts, 0), starts, 1) for each in (hits, mistakes)
            )
        ground, accent, neutral = (_rgb(each) for each in (colours.surface, colours.accent, colours.neutral))
        share = np.where(mistakes > 0, _FAINT + (1 - _FAINT) * mistakes, _CALM * hits)[..., None]
        front = np.where((mistakes > 0)[..., None], accent, neutral)
        rgb = np.ascontiguousarray(np.round(share * front + (1 - share) * ground).astype(np.uint8))
        high, wide, _ = rgb.shape
        image = QImage(rgb.data, wide, high, 3 * wide, QImage.Format.Format_RGB888).copy()
        image.setText("side", str(side))
        return image


def _pale(ground: QColor) -> QColor:
    """Return the colour of a cell without images."""
    return mixed(QColor(theme.colours().raised), ground, 0.5)


def _rgb(colour: str) -> tuple[int, int, int]:
    chosen = QColor(colour)
    return chosen.red(), chosen.green(), chosen.blue()
