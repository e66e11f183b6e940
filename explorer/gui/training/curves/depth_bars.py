"""DepthBars: gradients or signals in each part of the network, one bar per part, on a logarithmic axis."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QTextDocumentFragment
from PySide6.QtWidgets import QLabel, QSizePolicy, QTabBar, QVBoxLayout, QWidget

from explorer.gui.training.curves.plot_view import Depth, PlotView
from explorer.gui.training.curves.plotted_run import Line
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.spoken import speak
from explorer.runs.events import Gradients, Signals

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MIN_DECADES = 2  # decades on the axis at least, so that nearly equal bars look equal
_OUTLINED = 5  # pixels of a bar in which a filled one is seen inside an outlined one


@dataclass(frozen=True, slots=True)
class RunBars:
    """The bars of one run: the values of its parts at `epoch`, and those at the start."""

    name: str
    colour: QColor
    parts: tuple[str, ...]
    values: tuple[float | None, ...]
    start: tuple[float | None, ...]
    epoch: float


def rows_of(lines: Sequence[Line], depth: Depth) -> list[RunBars]:
    """Return the bars that can be compared: those of seen runs in full with the same parts as the last of them."""
    full = (line for line in lines if line.live and line.is_seen)
    rows = [row for line in full if (row := _row_of(line, depth))]
    return [row for row in rows if row.parts == rows[-1].parts]


def _row_of(line: Line, depth: Depth) -> RunBars | None:
    curves = line.curves
    now, first = (
        (curves.gradients, curves.first_gradients)
        if depth is Depth.GRADIENTS
        else (curves.signals, curves.first_signals)
    )
    if now is None or first is None:
        return None
    epoch = now.step / curves.steps_per_epoch
    return RunBars(line.name, line.colour, now.names, values_of(now), values_of(first), epoch)


def values_of(measured: Gradients | Signals) -> tuple[float | None, ...]:
    """Return a gradient's norms, or what each block adds as a share of what its shortcut passes on."""
    if isinstance(measured, Gradients):
        return measured.norms
    pairs = zip(measured.branches, measured.shortcuts, strict=True)
    return tuple(branch / shortcut if branch is not None and shortcut else None for branch, shortcut in pairs)


def decades(rows: list[RunBars]) -> tuple[int, int]:
    """Return the powers of ten below the shortest bar and above the longest one, at least `_MIN_DECADES` apart."""
    values = [value for row in rows for value in (*row.values, *row.start) if value]
    if not values:
        return -_MIN_DECADES, 0
    top = math.ceil(math.log10(max(values)))
    return min(math.floor(math.log10(min(values))), top - _MIN_DECADES), top


class DepthBars(QWidget):
    """The bars below a switch between what they show; the runs of a pair have theirs side by side.

    The pointer and the arrow keys choose the part whose values are told below.
    """

    def __init__(self, name_of: Callable[[str], str], view: PlotView) -> None:
        """`name_of` turns the path of a part of the network into words; `view` is kept up to date."""
        super().__init__()
        self.setObjectName("gradients")
        self.name_of, self._view = name_of, view
        self._lines: list[Line] = []
        self.rows: list[RunBars] = []
        self.part: int | None = None
        self.has_room = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Gradients and signals by depth"))
        self.switch = QTabBar()
        self.switch.setDrawBase(False)
        self.switch.setExpanding(False)
        self.switch.setAccessibleName(self.tr("What is shown by depth"))
        for text, tip in (
            (self.tr("Gradients"), self.tr("Norm of the loss gradient in the stem, each block and the head")),
            (
                self.tr("Signal"),
                self.tr("What each block adds as a share of what passes it unchanged: ‖F(x)‖ / ‖x‖ of a batch"),
            ),
        ):
            self.switch.setTabToolTip(self.switch.addTab(text), tip)
        self.switch.setCurrentIndex(list(Depth).index(view.depth))
        self.switch.currentChanged.connect(self._use_depth)
        self.reading = QLabel()
        self.reading.setWordWrap(True)
        theme.make_secondary(self.reading)
        self.reading.setFont(theme.figures_font(self.reading.font()))
        self.bars = Bars()
        self.bars.pointed.connect(self.read_at)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 4)
        column.addWidget(self.switch)
        column.addWidget(self.bars, stretch=1)
        column.addWidget(self.reading)

    def _use_depth(self, number: int) -> None:
        self._view.depth = list(Depth)[number]
        self.part = None
        self.show_lines(self._lines)
        self.show_bars(self.has_room)

    def show_lines(self, lines: list[Line]) -> None:
        """Draw the bars of these runs, if they are new."""
        self._lines = lines
        rows, ends = rows_of(lines, self._view.depth), (self.name_of("stem"), self.name_of("head"))
        if self._view.depth is Depth.SIGNALS and rows:
            ends = (self.name_of(rows[-1].parts[0]), self.name_of(rows[-1].parts[-1]))
        if rows != self.rows or ends != self.bars.ends:
            self.rows = rows
            self.bars.show_rows(rows, ends)
            self.read_at(self.part)
        elif not rows:  # for a reason that may be another one
            self.read_at(None)

    def show_bars(self, has_room: bool) -> None:
        """Show the bars if there are any and there is room; the switch stays, else with the reason."""
        self.has_room = has_room
        shown = has_room and bool(self.rows)
        self.bars.setVisible(shown)
        vertical = QSizePolicy.Policy.Preferred if shown else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)
        self.read_at(self.part)

    def read_at(self, part: int | None) -> None:
        """Show the values of a part, or without one what the bars are."""
        self.part = part
        self.bars.mark(part)
        if not self.rows:
            self.reading.setText(self._reason())
        elif not self.has_room:
            self.reading.setText(self.tr("Make the page higher to see the bars."))
        elif part is None or part >= len(self.rows[-1].parts):
            self.reading.setText("<br>".join(map(self.summary, self.rows[-1:])))
        else:
            values = [
                f"<span style='color: {row.colour.name()}'>●</span> {self._values_at(row, part)}" for row in self.rows
            ]
            self.reading.setText(f"{self.name_of(self.rows[-1].parts[part])}: {' · '.join(values)}")
        self.describe()

    def _reason(self) -> str:
        """Return why there are no bars."""
        full = [line for line in self._lines if line.live and line.is_seen]
        if not full:
            return self.tr("Shown for runs under way, and for those chosen on the page Runs.")
        if self._view.depth is Depth.SIGNALS and all(line.design.plain for line in full):
            return self.tr("A plain network has no shortcuts: nothing passes a block unchanged.")
        return self.tr("Not measured yet.")

    def _values_at(self, row: RunBars, part: int) -> str:
        """Return the value of a part now and at the start."""
        now, start = _short(row.values[part]), _short(row.start[part])
        if self._view.depth is Depth.GRADIENTS:
            return self.tr("{now}, at the start {start}").format(now=now, start=start)
        return self.tr("adds {now} of what passes, at the start {start}").format(now=now, start=start)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        count = len(self.rows[-1].parts) if self.rows else 0
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
        """Return the bars of one run in words: both ends of the gradients, or the blocks that add least and most."""
        if self._view.depth is Depth.GRADIENTS:
            return self.tr(
                "{name}: gradient norm {first} in the stem, {last} in the head; outlined: {first_start} and "
                "{last_start} at the start"
            ).format(
                name=row.name,
                first=_short(row.values[0]),
                last=_short(row.values[-1]),
                first_start=_short(row.start[0]),
                last_start=_short(row.start[-1]),
            )
        known = [(value, part) for part, value in zip(row.parts, row.values, strict=True) if value is not None]
        if not known:
            return self.tr("Not measured yet.")
        (least, weakest), (most, strongest) = min(known), max(known)
        return self.tr("{name}: {weakest} adds least, {least} of what passes, {strongest} most, {most}").format(
            name=row.name,
            weakest=self.name_of(weakest),
            least=_short(least),
            strongest=self.name_of(strongest),
            most=_short(most),
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
        slot = frame.width() / len(self.rows[-1].parts)
        width = slot * (0.8 if slot > 4 else 1.0) / len(self.rows)

        def bar(part: int, number: int, value: float) -> QRectF:
            height = frame.height() * (math.log10(value) - low) / (high - low)
            return QRectF(frame.left() + part * slot + number * width, frame.bottom() - height, max(width, 1), height)

        for number, row in enumerate(self.rows):
            for part, (value, start) in enumerate(zip(row.values, row.start, strict=True)):
                inset = 2 if width >= _OUTLINED and start else 0
                if value:
                    painter.fillRect(bar(part, number, value).adjusted(inset, 0, -inset, 0), row.colour)
                if start and inset:
                    painter.setPen(row.colour)
                    painter.drawRect(bar(part, number, start).adjusted(0.5, 0.5, -0.5, 0))
                elif start:  # too thin for an outline: its upper edge
                    painter.setPen(QColor(theme.colours().text))
                    edge = bar(part, number, start)
                    painter.drawLine(edge.topLeft(), edge.topRight())
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
        names = self.rows[-1].parts
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
        count = len(self.rows[-1].parts) if self.rows else 0
        part = math.floor((event.position().x() - frame.left()) / frame.width() * count)
        self.pointed.emit(part if 0 <= part < count else None)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(None)


def power(exponent: int) -> str:
    """Return ten to the power of `exponent` as text: 10⁻³."""
    return "10" + str(exponent).translate(_SUPERSCRIPTS)


def _short(value: float | None) -> str:
    """Return a value in two significant digits, or a dash for None, which stands for one that was not finite."""
    return "–" if value is None else f"{value:.2g}"
