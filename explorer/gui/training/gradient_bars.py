"""GradientBars: the norm of the gradient in each part of the network, one bar per part, on a logarithmic axis."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QTextDocumentFragment
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.gui.training.plotted_run import Line
from explorer.gui.widgets import theme
from explorer.gui.widgets.spoken import speak
from explorer.runs.events import Gradients

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MIN_DECADES = 2  # decades on the axis at least, so that nearly equal bars look equal


@dataclass(frozen=True, slots=True)
class RunBars:
    """The gradient bars of one run."""

    name: str
    colour: QColor
    gradients: Gradients


def rows_of(lines: list[Line]) -> list[RunBars]:
    """Return the bars that can be compared: those of live runs with the same parts as the last live run."""
    rows = [RunBars(line.name, line.colour, found) for line in lines if line.live and (found := line.curves.gradients)]
    return [row for row in rows if row.gradients.names == rows[-1].gradients.names]


def decades(rows: list[RunBars]) -> tuple[int, int]:
    """Return the powers of ten below the shortest bar and above the longest one, at least `_MIN_DECADES` apart."""
    norms = [norm for row in rows for norm in row.gradients.norms if norm]
    if not norms:
        return -_MIN_DECADES, 0
    top = math.ceil(math.log10(max(norms)))
    return min(math.floor(math.log10(min(norms))), top - _MIN_DECADES), top


class GradientBars(QWidget):
    """The bars with a heading; twins have theirs side by side, and the text at the right tells the values there.

    The pointer and the arrow keys choose the part whose values are told.
    """

    def __init__(self, name_of: Callable[[str], str]) -> None:
        super().__init__()
        self.setObjectName("gradients")
        self.name_of = name_of
        self.rows: list[RunBars] = []
        self.part: int | None = None
        self.has_room = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        heading, self.reading = QLabel(self.tr("Gradient norm by depth")), QLabel()
        self.setAccessibleName(heading.text())
        theme.make_heading(heading)
        theme.make_secondary(self.reading)
        self.reading.setFont(theme.figures_font(self.reading.font()))
        self.bars = Bars()
        self.bars.pointed.connect(self.read_at)
        self.setToolTip(self.tr("Norm of the loss gradient in the stem, each block and the head at the latest step"))
        head = QHBoxLayout()
        head.addWidget(heading)
        head.addStretch(1)
        head.addWidget(self.reading)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 4)
        column.addLayout(head)
        column.addWidget(self.bars, stretch=1)

    def show_lines(self, lines: list[Line]) -> None:
        """Draw the gradients of these runs, if they are new."""
        rows, ends = rows_of(lines), (self.name_of("stem"), self.name_of("head"))
        if rows != self.rows or ends != self.bars.ends:
            self.rows = rows
            self.bars.show_rows(rows, ends)
            self.read_at(self.part)

    def show_bars(self, has_room: bool) -> None:
        """Show the bars if there are any and there is room; the heading stays, else with the reason."""
        self.has_room = has_room
        shown = has_room and bool(self.rows)
        self.bars.setVisible(shown)
        vertical = QSizePolicy.Policy.Preferred if shown else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)
        self.read_at(self.part)

    def read_at(self, part: int | None) -> None:
        """Show the norms of a part, or without one the step at which they were measured."""
        self.part = part
        self.bars.mark(part)
        if not self.rows:
            self.reading.setText(self.tr("not measured yet"))
        elif not self.has_room:
            self.reading.setText(self.tr("window too low"))
        elif part is None or part >= len(self.rows[-1].gradients.names):
            self.reading.setText(self.tr("at step {n}").format(n=self.rows[-1].gradients.step))
        else:
            values = [
                f"<span style='color: {row.colour.name()}'>●</span> {_norm_text(row.gradients.norms[part])}"
                for row in self.rows
            ]
            name = self.name_of(self.rows[-1].gradients.names[part])
            self.reading.setText(f"{name}: {' · '.join(values)}")
        self.describe()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        count = len(self.rows[-1].gradients.names) if self.rows else 0
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if step and count:
            self.read_at(0 if self.part is None else max(0, min(self.part + step, count - 1)))
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.read_at(None)

    def describe(self) -> None:
        """Describe the bars in words, for screen readers: the values of the chosen part, else the ends of each run."""
        if self.rows and (self.part is None or not self.hasFocus()):
            speak(self, "\n".join(map(self.summary, self.rows)))
        else:
            speak(self, QTextDocumentFragment.fromHtml(self.reading.text()).toPlainText())

    def summary(self, row: RunBars) -> str:
        """Return the bars of one run in words, for screen readers."""
        norms = row.gradients.norms
        return self.tr("{name}: gradient norm {first} in the stem, {last} in the head, at step {n}").format(
            name=row.name, first=_norm_text(norms[0]), last=_norm_text(norms[-1]), n=row.gradients.step
        )


class Bars(QWidget):
    """The bars alone; `pointed` carries the number of the part under the cursor, or None."""

    pointed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[RunBars] = []
        self.ends = ("", "")
        self.marked: int | None = None
        self.setMouseTracking(True)

    def show_rows(self, rows: list[RunBars], ends: tuple[str, str]) -> None:
        self.rows, self.ends = rows, ends
        self.update()

    def mark(self, part: int | None) -> None:
        """Mark the part whose values are told."""
        self.marked = part
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(20 * self.fontMetrics().averageCharWidth(), 6 * self.fontMetrics().height())

    def frame(self) -> QRectF:
        """Return the rectangle of the bars: right of the axis labels, above the names."""
        metrics = self.fontMetrics()
        left, above, below = metrics.horizontalAdvance("0.0000"), metrics.ascent() / 2, metrics.height()
        return QRectF(left, above, max(self.width() - left - 1, 1), max(self.height() - above - below, 1))

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.rows:
            return
        painter, frame, (low, high) = QPainter(self), self.frame(), decades(self.rows)
        painter.fillRect(self.rect(), QColor(theme.colours().surface))
        self._paint_axis(painter, frame, low, high)
        self._paint_stages(painter, frame)
        slot = frame.width() / len(self.rows[-1].gradients.names)
        width = slot * (0.8 if slot > 4 else 1.0) / len(self.rows)
        for number, row in enumerate(self.rows):
            for part, norm in enumerate(row.gradients.norms):
                if norm:
                    height = frame.height() * (math.log10(norm) - low) / (high - low)
                    x = frame.left() + part * slot + number * width
                    painter.fillRect(QRectF(x, frame.bottom() - height, max(width, 1.0), height), row.colour)
        if self.marked is not None:
            painter.setPen(QColor(theme.colours().text))
            painter.drawRect(QRectF(frame.left() + self.marked * slot, frame.top(), slot, frame.height()))

    def _paint_axis(self, painter: QPainter, frame: QRectF, low: int, high: int) -> None:
        """Draw a line and a power of ten for each decade, or for every so many that the labels have room."""
        metrics = self.fontMetrics()
        spacing = max(1, math.ceil((high - low) * metrics.height() / max(frame.height(), 1)))
        for decade in range(low, high + 1, spacing):
            y = frame.bottom() - frame.height() * (decade - low) / (high - low)
            painter.setPen(QColor(theme.colours().line))
            painter.drawLine(round(frame.left()), round(y), round(frame.right()), round(y))
            painter.setPen(QColor(theme.colours().quiet))
            label = QRectF(0, y - metrics.height() / 2, frame.left() - metrics.averageCharWidth(), metrics.height())
            painter.drawText(label, Qt.AlignmentFlag.AlignRight, power(decade))

    def _paint_stages(self, painter: QPainter, frame: QRectF) -> None:
        """Draw a line before each stage and the head, and the names of both ends."""
        names = self.rows[-1].gradients.names
        painter.setPen(QColor(theme.colours().line))
        sections = [name.partition(".")[0] for name in names]
        for done in range(1, len(names)):
            if sections[done] == sections[done - 1]:
                continue
            x = round(frame.left() + frame.width() * done / len(names))
            painter.drawLine(x, round(frame.top()), x, round(frame.bottom()))
        painter.setPen(QColor(theme.colours().quiet))
        words = QRectF(frame.left(), frame.bottom(), frame.width(), self.fontMetrics().height())
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, self.ends[0])
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, self.ends[1])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        frame = self.frame()
        count = len(self.rows[-1].gradients.names) if self.rows else 0
        part = math.floor((event.position().x() - frame.left()) / frame.width() * count)
        self.pointed.emit(part if 0 <= part < count else None)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)


def power(exponent: int) -> str:
    """Return ten to the power of `exponent` as text: 10⁻³."""
    return "10" + str(exponent).translate(_SUPERSCRIPTS)


def _norm_text(norm: float | None) -> str:
    """Return a norm in two significant digits, or a dash for None, which stands for one that was not finite."""
    return "–" if norm is None else f"{norm:.2g}"
