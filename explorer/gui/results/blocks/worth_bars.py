"""WorthBars: how much accuracy a network loses without each block, one bar a block, and its twin's behind them."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import percent

_LEAST_TOP = 0.05  # of the axis: small losses shall look small
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)  # between two lines
_LINES = 5
_SHARE = 0.8  # of a block's place, for its bars


class WorthBars(QWidget):
    """Draws losses of accuracy; `pointed` carries the place of the block that pointer or keys choose, or None."""

    pointed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("worth_bars")
        self.setAccessibleName(self.tr("What each block is worth"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFont(theme.figures_font(self.font()))
        self._names: Sequence[str] = ()
        self._losses: Sequence[float] = ()
        self._twins: Sequence[float] = ()
        self._marked: int | None = None

    def show_losses(self, names: Sequence[str], losses: Sequence[float], twins: Sequence[float]) -> None:
        """Draw the losses of the blocks called `names`, and those of the twin's blocks if there are any."""
        self._names, self._losses, self._twins = names, losses, twins
        if self._marked is not None and self._marked >= len(names):
            self._marked = None
        self.update()

    def mark(self, place: int | None) -> None:
        """Mark the block whose loss is told."""
        self._marked = place
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(30 * self.fontMetrics().averageCharWidth(), 12 * self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(20 * self.fontMetrics().averageCharWidth(), 6 * self.fontMetrics().height())

    def bar_rect(self, place: int, is_twin: bool = False) -> QRectF:
        """Return where the bar of a block is; it grows downwards from the axis where accuracy is gained."""
        frame, (low, high) = self._frame(), self._limits()
        slot = frame.width() / max(1, len(self._names))
        width = slot * _SHARE / (2 if self._twins else 1)
        value = (self._twins if is_twin else self._losses)[place]
        unit = frame.height() / (high - low)
        left = frame.left() + (place + (1 - _SHARE) / 2) * slot + (width if is_twin else 0)
        top, bottom = (frame.bottom() - (each - low) * unit for each in (max(value, 0), min(value, 0)))
        return QRectF(left, top, max(width, 1), max(bottom - top, 1))

    def _frame(self) -> QRectF:
        """Return the rectangle of the bars: right of the axis labels, above the names of the stages."""
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance("−100 %") + metrics.averageCharWidth()
        above, below = metrics.height() / 2, 1.2 * metrics.height()
        return QRectF(left, above, max(self.width() - left - 1, 1), max(self.height() - above - below, 1))

    def _limits(self) -> tuple[float, float]:
        values = [*self._losses, *self._twins, 0.0]
        step = self._step()
        return math.floor(min(values) / step) * step, math.ceil(max(*values, _LEAST_TOP) / step) * step

    def _step(self) -> float:
        values = [*self._losses, *self._twins, 0.0]
        reach = max(*values, _LEAST_TOP) - min(values)
        return next((step for step in _STEPS if reach / step <= _LINES), _STEPS[-1])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.colours().surface))
        if not self._names:
            return
        frame = self._frame()
        self._paint_axis(painter, frame)
        self._paint_stages(painter, frame)
        for place, name in enumerate(self._names):
            painter.fillRect(self.bar_rect(place), theme.stage_colour(_stage_of(name)))
            if self._twins:
                twin = self.bar_rect(place, is_twin=True)
                painter.fillRect(twin, QColor(theme.colours().raised))
                painter.setPen(QColor(theme.colours().border))
                painter.drawRect(twin.adjusted(0.5, 0.5, -0.5, -0.5))
        if self._marked is not None:
            slot = frame.width() / len(self._names)
            painter.setPen(QColor(theme.colours().text))
            painter.drawRect(QRectF(frame.left() + self._marked * slot, frame.top(), slot, frame.height()))

    def _paint_axis(self, painter: QPainter, frame: QRectF) -> None:
        metrics, step, (low, high) = self.fontMetrics(), self._step(), self._limits()
        for number in range(round(low / step), round(high / step) + 1):
            value = number * step
            y = frame.bottom() - frame.height() * (value - low) / (high - low)
            painter.setPen(QColor(theme.colours().line if number else theme.colours().border))
            painter.drawLine(round(frame.left()), round(y), round(frame.right()), round(y))
            painter.setPen(QColor(theme.colours().quiet))
            label = QRectF(0, y - metrics.height() / 2, frame.left() - metrics.averageCharWidth(), metrics.height())
            painter.drawText(label, Qt.AlignmentFlag.AlignRight, percent(value, 0))

    def _paint_stages(self, painter: QPainter, frame: QRectF) -> None:
        """Draw a line before each stage, and below its blocks its name where that has room."""
        stages = [name.partition(".")[0] for name in self._names]
        slot = frame.width() / len(stages)
        for stage in dict.fromkeys(stages):
            first, count = stages.index(stage), stages.count(stage)
            x = frame.left() + first * slot
            painter.setPen(QColor(theme.colours().line))
            if first:
                painter.drawLine(round(x), round(frame.top()), round(x), round(frame.bottom()))
            painter.setPen(QColor(theme.colours().quiet))
            room = QRectF(x, frame.bottom(), count * slot, self.height() - frame.bottom())
            if painter.fontMetrics().horizontalAdvance(stage) <= room.width():
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, stage)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        frame, count = self._frame(), len(self._names)
        place = math.floor((event.position().x() - frame.left()) / frame.width() * count)
        self.pointed.emit(place if 0 <= place < count else None)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and self._names:
            place = 0 if self._marked is None else self._marked + step
            self.pointed.emit(min(max(place, 0), len(self._names) - 1))
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.pointed.emit(None)


def _stage_of(block: str) -> int:
    return int(block.partition(".")[0].removeprefix("layer"))
