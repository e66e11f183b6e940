"""CurvePlot: one quantity, live: training by step as a thin line, validation by epoch as dots, earlier runs faint.

Modules that import pyqtgraph, as this one does, are imported after the window's first paint.
"""

from collections.abc import Callable
from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPalette, QResizeEvent, QTextDocumentFragment
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.gui.training.plotted_run import Line, nearest
from explorer.gui.training.published_band import band_text, edge, lay_band
from explorer.gui.widgets import theme
from explorer.gui.widgets.language import say, whole
from explorer.gui.widgets.spoken import speak
from explorer.runs.published import Reference

pg.setConfigOptions(antialias=False, exitCleanup=False)

_MAX_SAID = 20  # validations that a description lists one by one
_NAME = 16  # characters of a run's name in the legend
NAMED, _NOTED = 8, 6  # least heights of a plot, in lines of text, for a name at its axis and for a note in it
_WAYS = {  # to the right and upwards
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_ZOOMS = {Qt.Key.Key_Plus: 0.7, Qt.Key.Key_Equal: 0.7, Qt.Key.Key_Minus: 1 / 0.7}
_DOT = 4  # pixels per dot; with less room no dots are drawn


class CurvePlot(QWidget):
    """One quantity over steps; `row` is its column in the curves, `most` its greatest possible value if it has one.

    However long a run, only its visible points are set, so `moved` tells when another part of it is in view, and
    `handled` carries whether the user chose that part or wants to see everything. Where `compared`, a band behind the
    curves shows the published runs that they may be compared with.

    Ranges change only when a point would fall outside: drawing an axis again costs more than drawing the curves. Once
    the user has zoomed or moved the view, it stays as it is until a double click or Home.

    The pointer and the arrow keys move a cross-hair, at which the values are shown, written by `form`.
    """

    moved = Signal()
    handled = Signal(bool)

    def __init__(
        self,
        title: str,
        row: int,
        form: Callable[[float], str],
        most: float | None = None,
        compared: bool = False,
    ) -> None:
        super().__init__()
        self.title, self.row, self.form, self.most, self.compared = title, row, form, most, compared
        self.step: float | None = None  # where the cross-hair is
        self.by_hand = False
        self.seen = (0.0, 0.0, 0)  # first step, last step and pixels between them when points were last set
        self.lines: list[Line] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.key = self.tr("— training   ● validation")
        self.heading, self.legend, self.reading = QLabel(title), QLabel(self.key), QLabel()
        keys = self.tr(
            "Arrow keys read values, + and − zoom, Shift and arrow keys move the view, Home shows everything"
        )
        self.legend.setToolTip(f"{self.key}\n{keys}")
        theme.make_heading(self.heading)
        theme.make_secondary(self.legend)
        self.reading.setFont(theme.figures_font(self.reading.font()))
        self.plot = _Canvas()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.left.connect(self._stop_reading)
        self.plot.setMinimumHeight(self.fontMetrics().height() * 4)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # as high as there is room
        item = self.plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.vb.disableAutoRange()
        item.vb.sigRangeChangedManually.connect(lambda: self.handled.emit(True))
        item.vb.sigXRangeChanged.connect(self.moved)
        item.vb.sigResized.connect(self.moved)
        self._hair = pg.InfiniteLine(angle=90)
        self._hair.hide()
        self.plot.scene().sigMouseMoved.connect(self.read_at)
        self.note = QLabel()
        theme.make_secondary(self.note)
        self.corner = QVBoxLayout(self.plot)  # a rising accuracy leaves the lower right empty
        for label, side in ((self.reading, Qt.AlignmentFlag.AlignTop), (self.note, Qt.AlignmentFlag.AlignBottom)):
            label.setBackgroundRole(QPalette.ColorRole.Base)  # the curves behind would make it hard to read
            label.setAutoFillBackground(True)
            label.hide()
            self.corner.addWidget(label, alignment=Qt.AlignmentFlag.AlignRight | side)
        head = QHBoxLayout()
        head.setSpacing(2 * theme.RHYTHM)
        head.addWidget(self.heading)
        head.addStretch(1)
        head.addWidget(self.legend)
        self.head = head
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 4)
        column.addLayout(head)
        column.addWidget(self.plot, stretch=1)

    def draw(self, lines: list[Line], renewed: bool) -> None:
        """Show `lines`; unless `renewed`, they are the same ones and only the live ones have new points."""
        self.lines = lines
        item = self.plot.getPlotItem()
        if renewed:
            self.legend.setText(self._legend_of(lines))
            item.clear()
            self.apply_palette()
            if reference := self.reference():
                lay_band(self.plot, reference)
            self.curves = [(self._train_curve(line), self._validation_curve(line)) for line in lines]
            item.addItem(self._hair, ignoreBounds=True)
        self.fit(renewed)
        self._set_points(renewed)
        self.compare()
        self.describe()

    def _set_points(self, renewed: bool) -> None:
        """Set the visible points of each curve."""
        box = self.plot.getPlotItem().vb
        seen = (*box.viewRange()[0], round(box.width() * self.devicePixelRatioF()))
        everything, self.seen = renewed or seen != self.seen, seen
        for line, (train, validation) in zip(self.lines, self.curves, strict=True):
            if everything or line.live:
                if line.live or not line.curves.validation.count:  # one line is enough of an earlier run
                    train.setData(*line.curves.train.visible(self.row, *seen))
                dots = line.curves.validation.visible(self.row, *seen)
                # pyqtgraph renders all dots again whenever they are set
                if everything or not _same_points(dots, validation.getOriginalDataset()):
                    validation.setData(*dots, symbol="o" if len(dots[0]) * _DOT <= seen[-1] else None)

    def reference(self) -> Reference | None:
        """Return the published runs that the last comparable live run may be compared with, or None."""
        found = (line.reference for line in reversed(self.lines) if line.live and line.reference)
        return next(found, None) if self.compared else None

    def compare(self) -> None:
        """Label the band, and say how the last run that may be compared ranks among the published ones."""
        reference = self.reference()
        self.note.setVisible(reference is not None and self.has_room(_NOTED))
        if reference is None:
            self.heading.setToolTip("")
            return
        words = [self._standing_of(line) for line in self.lines]
        said = next(filter(None, reversed(words)), self.tr("{n} published runs").format(n=len(reference.accuracies)))
        self.note.setText(f"<span style='color: {edge().name()}'>■</span> {escape(said)}")
        self.note.setToolTip(band_text(reference))
        self.heading.setToolTip(f"{said}\n{band_text(reference)}")

    def has_room(self, lines: int) -> bool:
        return bool(self.plot.height() >= lines * self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what a low plot has no room for."""
        super().resizeEvent(event)
        axis = self.plot.getPlotItem().getAxis("bottom")
        axis.showLabel(bool(axis.labelText) and self.has_room(NAMED))
        half = None if self.has_room(_NOTED) or not self.most else self.most / 2  # more ticks would overlap
        self.plot.getPlotItem().getAxis("left").setTickSpacing(half, half)
        self.compare()

    def _standing_of(self, line: Line) -> str:
        """Return where a run ranks among published ones; empty if it may not be compared or was not validated."""
        values = line.curves.validation.column(self.row)
        if not (self.compared and line.live and line.reference and len(values)):
            return ""
        return say(line.reference.standing(float(values[-1])))

    def _legend_of(self, lines: list[Line]) -> str:
        """Return the legend: what lines and dots are, or with several live runs the colour of each."""
        full = [line for line in lines if line.live]
        if len(full) < 2:
            return self.key
        width = _NAME * self.fontMetrics().averageCharWidth()
        names = [self.fontMetrics().elidedText(line.name, Qt.TextElideMode.ElideRight, width) for line in full]
        return "&nbsp;&nbsp; ".join(
            f"<span style='color: {line.colour.name()}'>●</span> {escape(name)}"
            for line, name in zip(full, names, strict=True)
        )

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        self.handled.emit(False)

    def fit(self, renewed: bool) -> None:
        """Bring every point into view, unless the user has chosen the view."""
        series = [part for line in self.lines for part in (line.curves.train, line.curves.validation) if part.count]
        if self.by_hand or not series:
            return
        box, logarithmic = self.plot.getPlotItem().vb, self.plot.getPlotItem().ctrl.logYCheck.isChecked()
        last = max(max(line.steps for line in self.lines), max(part.column(0)[-1] for part in series))
        (_, right), (low, high) = box.viewRange()
        if renewed or last > right:
            box.setXRange(0, last, padding=0.02)
        if self.most is None:
            values = [value for part in series for value in part.span(self.row) if not np.isnan(value)]
        else:
            values = [0.0, self.most]
        if not values:
            return
        least, most = min(values), max(values)
        if logarithmic:
            if least <= 0:  # which has no place on the axis, and would stretch it without end
                least = min(_least_positive(part.column(self.row)) for part in series)
            if most <= 0:
                return
            least, most = np.log10(min(least, most)), np.log10(most)
        if renewed or least < low or most > high:
            box.setYRange(least if renewed else min(least, low), most if renewed else max(most, high), padding=0.05)

    def apply_palette(self) -> None:
        chosen = theme.colours()
        self.plot.setBackground(chosen.surface)
        item, height = self.plot.getPlotItem(), self.fontMetrics().height()
        item.layout.setContentsMargins(0, height // 2, 0, 0)  # room for the upper half of the highest figure
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(chosen.border))
            axis.setTextPen(pg.mkPen(chosen.quiet))
            axis.setTickFont(self.font())
            axis.label.setFont(self.font())
        below = round(item.getAxis("bottom").height())
        self.corner.setContentsMargins(0, 0, theme.RHYTHM, below + theme.RHYTHM // 4)
        item.getAxis("left").setWidth(self.fontMetrics().horizontalAdvance("0.0000"))
        self._hair.setPen(pg.mkPen(chosen.quiet))

    def _train_curve(self, line: Line) -> pg.PlotDataItem:
        return self.plot.plot(pen=pg.mkPen(line.ink, width=1), connect="finite")

    def _validation_curve(self, line: Line) -> pg.PlotDataItem:
        curve = self.plot.plot(
            pen=pg.mkPen(line.ink, width=2 if line.live else 1),
            symbol="o",
            symbolSize=7 if line.live else 4,
            symbolPen=None,
            connect="finite",
        )
        curve.setSymbolBrush(line.ink)
        return curve

    def read_at(self, position: QPointF) -> None:
        """Show the values of the live runs at the step under the pointer."""
        if self.plot.sceneBoundingRect().contains(position):
            self.read_step(self.plot.getPlotItem().vb.mapSceneToView(position).x())
        else:
            self._stop_reading()

    def read_step(self, wanted: float) -> None:
        """Move the cross-hair to the known step that is nearest to `wanted`, and show the values there."""
        if not (live := self._live()):
            self._stop_reading()
            return
        self.step = nearest(live[0].curves.train.column(0), wanted)
        self._hair.setPos(self.step)
        self._hair.show()
        values = [self._values_at(line, self.step) for line in live]
        if len(live) > 1:
            values = [
                f"<span style='color: {line.colour.name()}'>●</span> {escape(line.name)} {value}"
                for line, value in zip(live, values, strict=True)
            ]
        step = self.tr("step {n}").format(n=whole(round(self.step)))
        self.reading.setText(f"{step}<br>{'<br>'.join(values)}")
        self.reading.show()

    def _stop_reading(self) -> None:
        self.step = None
        self._hair.hide()
        self.reading.hide()

    def _live(self) -> list[Line]:
        return [line for line in self.lines if line.live and line.curves.train.count]

    def _values_at(self, line: Line, step: float) -> str:
        """Return the training value at `step` and the last validation until then, as text."""
        text = self.tr("training {value}").format(value=self.form(line.value_at(self.row, step)))
        if (value := line.validation_at(self.row, step)) is not None:
            text += " · " + self.tr("validation {value}").format(value=self.form(value))
        return text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Read, zoom and move with the keys that `legend` names in its tool tip."""
        key, way = event.key(), _WAYS.get(Qt.Key(event.key()))
        if way and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._move_view(*way)
        elif way and way[0]:
            self._read_next(int(way[0]))
        elif key in _ZOOMS:
            self._zoom(_ZOOMS[Qt.Key(key)])
        elif key == Qt.Key.Key_Home:
            self.handled.emit(False)
        elif key == Qt.Key.Key_Escape and self.step is not None:
            self._stop_reading()
            self.describe()
        else:
            super().keyPressEvent(event)

    def _read_next(self, by: int) -> None:
        """Read the next point to the right or left; the view follows the cross-hair."""
        if not (live := self._live()):
            return
        steps, box = live[0].curves.train.column(0), self.plot.getPlotItem().vb
        left, right = box.viewRange()[0]
        # a point that is drawn at the same pixel would look like no move
        pixel = (right - left) / max(1.0, box.width())
        wanted = right if self.step is None else self.step + by * pixel
        place = int(np.searchsorted(steps, wanted, side="left" if by > 0 else "right")) - (by < 0)
        self.read_step(steps[max(0, min(place, len(steps) - 1))])
        if self.step is not None and not left <= self.step <= right:
            self._move_view(by, 0)
        self.describe()

    def _move_view(self, right: float, up: float) -> None:
        """Move the view by a quarter of its width and height in these directions."""
        box = self.plot.getPlotItem().vb
        (left, end), (low, high) = box.viewRange()
        box.translateBy(x=right * (end - left) / 4, y=up * (high - low) / 4)
        self.handled.emit(True)

    def _zoom(self, factor: float) -> None:
        """Show `factor` times as many steps, around the cross-hair or the middle."""
        box = self.plot.getPlotItem().vb
        (left, right), (low, high) = box.viewRange()
        middle = (left + right) / 2 if self.step is None else self.step
        box.scaleBy(x=factor, y=1, center=(middle, (low + high) / 2))
        self.handled.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._stop_reading()
        self.describe()

    def describe(self) -> None:
        """Describe the curves in words, for screen readers: the values at the cross-hair, else how the runs went."""
        if self.step is None or not self.hasFocus():
            speak(self, self.summary())
        else:
            speak(self, QTextDocumentFragment.fromHtml(self.reading.text()).toPlainText().replace("\n", ", "))

    def summary(self) -> str:
        """Return the live curves in words, for screen readers."""
        live = self._live()
        if not live:
            return self.tr("{title}: no data yet").format(title=self.title)
        if len(live) == 1:
            return self._summary_of(live[0], self.title)
        return "\n".join(
            self._summary_of(line, self.tr("{title}, {name}:").format(title=self.title, name=line.name))
            for line in live
        )

    def _summary_of(self, line: Line, title: str) -> str:
        values = line.curves.train.column(self.row)
        text = self.tr("{title} from {first:.3f} to {last:.3f} over {steps:.0f} steps").format(
            title=title, first=values[0], last=values[-1], steps=line.curves.train.column(0)[-1]
        )
        points = line.curves.validation.column(self.row)
        if len(points) > _MAX_SAID:
            least, most = line.curves.validation.span(self.row)
            text += self.tr("; validation {last:.3f} after {n} epochs, between {least:.3f} and {most:.3f}").format(
                last=points[-1], n=len(points), least=least, most=most
            )
        elif len(points):
            text += self.tr("; validation {values}").format(values=", ".join(f"{value:.3f}" for value in points))
        standing = self._standing_of(line)
        return f"{text}; {standing}" if standing else text


def _least_positive(values: np.ndarray) -> float:
    """Return the least value above 0; infinite if there is none."""
    return float(np.min(values[values > 0], initial=np.inf))


class _Canvas(pg.PlotWidget):
    """A plot that tells when the pointer has left it."""

    left = Signal()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()


def _same_points(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray | None, np.ndarray | None]) -> bool:
    """Whether two curves have the same steps and values."""
    return all(b is not None and np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other, strict=True))
