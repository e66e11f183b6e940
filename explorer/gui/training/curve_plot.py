"""CurvePlot: one quantity, live: training by step as a thin line, validation by epoch as dots, earlier runs faint.

Modules that import pyqtgraph, as this one does, are imported after the window's first paint.
"""

from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.gui.training.plotted_run import Line, mixed, nearest
from explorer.gui.training.published_band import HALF, band_text, faded, lay_band
from explorer.gui.widgets import theme
from explorer.gui.widgets.language import say
from explorer.runs.published import Reference

pg.setConfigOptions(antialias=False, exitCleanup=False)

_MAX_SAID = 20  # validations that a description lists one by one
_NAME = 16  # characters of a run's name in the legend
NAMED, _NOTED = 8, 6  # least heights of a plot, in lines of text, for a name at its axis and for a note in it
_DOT = 4  # pixels per dot; with less room no dots are drawn


class CurvePlot(QWidget):
    """One quantity over steps; `row` is its column in the curves, `most` its greatest possible value if it has one.

    However long a run, only its visible points are set, so `moved` tells when another part of it is in view, and
    `handled` carries whether the user chose that part or wants to see everything. Where `compared`, a band behind the
    curves shows the published runs that they may be compared with.

    Ranges change only when a point would fall outside: drawing an axis again costs more than drawing the curves. Once
    the user has zoomed or moved the view, it stays as it is until a double click.
    """

    moved = Signal()
    handled = Signal(bool)

    def __init__(self, title: str, row: int, most: float | None = None, compared: bool = False) -> None:
        super().__init__()
        self.title, self.row, self.most, self.compared = title, row, most, compared
        self.by_hand = False
        self.seen = (0.0, 0.0, 0)  # first step, last step and pixels between them when points were last set
        self.lines: list[Line] = []
        self.legend = self.tr("— training   ● validation")
        self.heading, self.reading = QLabel(title), QLabel(self.legend)
        self.reading.setToolTip(self.legend)
        theme.make_heading(self.heading)
        theme.make_secondary(self.reading)
        self.reading.setFont(theme.figures_font(self.reading.font()))
        self.plot = pg.PlotWidget()
        self.plot.setMinimumHeight(self.fontMetrics().height() * 4)
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
        self.note.hide()
        self.corner = QVBoxLayout(self.plot)  # a rising accuracy leaves the lower right empty
        self.corner.addWidget(self.note, alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        head = QHBoxLayout()
        head.setSpacing(2 * theme.RHYTHM)
        head.addWidget(self.heading)
        head.addStretch(1)
        head.addWidget(self.reading)
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
            self.reading.setText(self._legend_of(lines))
            item.clear()
            self.apply_palette()
            if reference := self.reference():
                lay_band(self.plot, reference)
            self.curves = [(self._train_curve(line), self._validation_curve(line)) for line in lines]
            item.addItem(self._hair, ignoreBounds=True)
        self.fit(renewed)
        self._set_points(renewed)
        self.compare()

    def _set_points(self, renewed: bool) -> None:
        """Set the visible points of each curve."""
        box = self.plot.getPlotItem().vb
        seen = (*box.viewRange()[0], round(box.width() * self.devicePixelRatioF()))
        everything, self.seen = renewed or seen != self.seen, seen
        for line, (train, validation) in zip(self.lines, self.curves, strict=True):
            if everything or line.live:
                train.setData(*line.curves.train.visible(self.row, *seen))
                dots = line.curves.validation.visible(self.row, *seen)
                # pyqtgraph renders all dots again whenever they are set
                if everything or not same_points(dots, validation.getOriginalDataset()):
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
        words = [self.standing_of(line) for line in self.lines]
        said = next(filter(None, reversed(words)), self.tr("{n} published runs").format(n=len(reference.accuracies)))
        self.note.setText(f"<span style='color: {faded(HALF).name()}'>■</span> {escape(said)}")
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

    def standing_of(self, line: Line) -> str:
        """Return where a run ranks among published ones; empty if it may not be compared or was not validated."""
        values = line.curves.validation.column(self.row)
        if not (self.compared and line.live and line.reference and len(values)):
            return ""
        return say(line.reference.standing(float(values[-1])))

    def _legend_of(self, lines: list[Line]) -> str:
        """Return the legend: what lines and dots are, or with several live runs the colour of each."""
        full = [line for line in lines if line.live]
        if len(full) < 2:
            return self.legend
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
            axis.setPen(pg.mkPen(chosen.line))
            axis.setTextPen(pg.mkPen(chosen.quiet))
            axis.setTickFont(self.font())
            axis.label.setFont(self.font())
        below = round(item.getAxis("bottom").height())
        self.corner.setContentsMargins(0, 0, theme.RHYTHM, below + theme.RHYTHM // 4)
        item.getAxis("left").setWidth(self.fontMetrics().horizontalAdvance("0.0000"))
        self._hair.setPen(pg.mkPen(chosen.quiet))

    def _train_curve(self, line: Line) -> pg.PlotDataItem:
        return self.plot.plot(pen=pg.mkPen(mixed(line.colour, 0.55 if line.live else 0.2), width=1), connect="finite")

    def _validation_curve(self, line: Line) -> pg.PlotDataItem:
        colour = mixed(line.colour, 1.0 if line.live else 0.35)
        curve = self.plot.plot(
            pen=pg.mkPen(colour, width=1),
            symbol="o",
            symbolSize=7 if line.live else 4,
            symbolPen=None,
            connect="finite",
        )
        curve.setSymbolBrush(colour)
        return curve

    def read_at(self, position: QPointF) -> None:
        """Show the values of the live runs at the step under the cursor."""
        box = self.plot.getPlotItem().vb
        inside = self.plot.sceneBoundingRect().contains(position)
        live = [line for line in self.lines if line.live and line.curves.train.count]
        self._hair.setVisible(inside and bool(live))
        if not inside or not live:
            self.reading.setText(self._legend_of(self.lines))
            return
        steps = live[0].curves.train.column(0)
        step = nearest(steps, box.mapSceneToView(position).x())
        self._hair.setPos(step)
        if len(live) == 1:
            self.reading.setText(f"{step:.0f}: {self._values_at(live[0], step)}")
            return
        values = [
            f"<span style='color: {line.colour.name()}'>{line.value_at(self.row, step):.4f}</span>" for line in live
        ]
        self.reading.setText(f"{step:.0f}: {' · '.join(values)}")

    def _values_at(self, line: Line, step: float) -> str:
        """Return the training value at `step` and the last validation until then, as text."""
        text = f"{line.value_at(self.row, step):.4f}"
        if (value := line.validation_at(self.row, step)) is not None:
            text += self.tr(" · validation {value:.4f}").format(value=value)
        return text

    def summary(self) -> str:
        """Return the live curves in words, for screen readers."""
        live = [line for line in self.lines if line.live and line.curves.train.count]
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
        standing = self.standing_of(line)
        return f"{text}; {standing}" if standing else text


def _least_positive(values: np.ndarray) -> float:
    """Return the least value above 0; infinite if there is none."""
    return float(np.min(values[values > 0], initial=np.inf))


def same_points(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray | None, np.ndarray | None]) -> bool:
    """Whether two curves have the same steps and values."""
    return all(b is not None and np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other, strict=True))
