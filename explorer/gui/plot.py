"""One quantity, live: training by step as a thin line, validation by epoch as dots, earlier runs faint behind.

The only module that imports pyqtgraph; the window imports it after its first paint.
"""

from dataclasses import dataclass
from html import escape

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.gui import theme
from explorer.gui.curves import Curves

pg.setConfigOptions(antialias=False, exitCleanup=False)

NAME = 16  # characters of a run's name in the legend
RECENT = 64  # points at the end of a curve that may be new


@dataclass(frozen=True, slots=True)
class Line:
    """A run on the plots: `live` is drawn in full, the others faint."""

    name: str
    colour: QColor
    curves: Curves
    live: bool
    steps: int = 0  # of the whole run, 0 if not known


def nearest(steps: np.ndarray, wanted: float) -> float:
    """That of the ascending `steps` which is closest to `wanted`."""
    after = min(int(np.searchsorted(steps, wanted)), len(steps) - 1)
    before = max(after - 1, 0)
    return float(steps[before] if wanted - steps[before] < steps[after] - wanted else steps[after])


def mixed(colour: QColor, share: float) -> QColor:
    """`colour` thinned towards the background; opaque, for transparent pens are slow."""
    ground = QColor(theme.colours().surface)
    parts = ((colour.red(), ground.red()), (colour.green(), ground.green()), (colour.blue(), ground.blue()))
    return QColor(*(round(share * ink + (1 - share) * paper) for ink, paper in parts))


class CurvePlot(QWidget):
    """One quantity over steps; `row` is its row in the curves, `most` its greatest value if there is one.

    Ranges move only when a point would fall outside: an axis that is drawn anew costs more than the curves. Once a
    person has zoomed or moved the view, it stays where they put it until a double click.
    """

    def __init__(self, title: str, row: int, most: float | None = None) -> None:
        super().__init__()
        self.title, self.row, self.most = title, row, most
        self.by_hand = False
        self.lines: list[Line] = []
        self.legend = self.tr("— training   ● validation")
        self.heading, self.reading = QLabel(title), QLabel(self.legend)
        self.reading.setToolTip(self.legend)
        theme.make_heading(self.heading)
        theme.make_quiet(self.reading)
        self.reading.setFont(theme.figures_font(self.reading.font()))
        self.plot = pg.PlotWidget()
        self.plot.setMinimumHeight(self.fontMetrics().height() * 4)
        item = self.plot.getPlotItem()
        item.setDownsampling(auto=True, mode="peak")
        item.setClipToView(True)
        item.setMenuEnabled(False)
        item.hideButtons()
        item.vb.disableAutoRange()
        item.vb.sigRangeChangedManually.connect(self.let_be)
        self.hair = pg.InfiniteLine(angle=90)
        self.hair.hide()
        self.plot.scene().sigMouseMoved.connect(self.read_at)
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
        """Show `lines`; unless `renewed`, only the live ones have changed and only their points are set."""
        self.lines = lines
        if renewed:
            self.reading.setText(self.legend_of(lines))
        item = self.plot.getPlotItem()
        if renewed:
            item.clear()
            self.dress()
            self.curves = [(self.train_curve(line), self.validation_curve(line)) for line in lines]
            item.addItem(self.hair, ignoreBounds=True)
        for line, (train, validation) in zip(lines, self.curves, strict=True):
            if renewed or line.live:
                set_points(train, line.curves.train.column(0), line.curves.train.column(self.row))
                set_points(validation, line.curves.validation.column(0), line.curves.validation.column(self.row))
        self.fit(renewed)

    def legend_of(self, lines: list[Line]) -> str:
        """What is a line and what a dot; where several runs are drawn in full, which colour is which instead."""
        full = [line for line in lines if line.live]
        if len(full) < 2:
            return self.legend
        width = NAME * self.fontMetrics().averageCharWidth()
        names = [self.fontMetrics().elidedText(line.name, Qt.TextElideMode.ElideRight, width) for line in full]
        return "&nbsp;&nbsp; ".join(
            f"<span style='color: {line.colour.name()}'>●</span> {escape(name)}"
            for line, name in zip(full, names, strict=True)
        )

    def let_be(self) -> None:
        self.by_hand = True

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        self.by_hand = False
        self.fit(renewed=True)

    def fit(self, renewed: bool) -> None:
        """See to it that every point is in view."""
        series = [part for line in self.lines for part in (line.curves.train, line.curves.validation) if part.count]
        if self.by_hand or not series:
            return
        box, logarithmic = self.plot.getPlotItem().vb, self.plot.getPlotItem().ctrl.logYCheck.isChecked()
        last = max(max(line.steps for line in self.lines), max(part.column(0)[-1] for part in series))
        (_, right), (low, high) = box.viewRange()
        if renewed or last > right:
            box.setXRange(0, last, padding=0.02)
        values = [part.column(self.row)[-RECENT:] if not renewed else part.column(self.row) for part in series]
        least, most = min(map(np.nanmin, values)), max(map(np.nanmax, values))
        if self.most is not None:
            least, most = 0.0, self.most
        if logarithmic:
            least, most = np.log10(max(least, 1e-9)), np.log10(max(most, 1e-9))
        if renewed or least < low or most > high:
            box.setYRange(least if renewed else min(least, low), most if renewed else max(most, high), padding=0.05)

    def dress(self) -> None:
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
        item.getAxis("left").setWidth(self.fontMetrics().horizontalAdvance("0.0000"))
        self.hair.setPen(pg.mkPen(chosen.quiet))

    def train_curve(self, line: Line) -> pg.PlotDataItem:
        return self.plot.plot(pen=pg.mkPen(mixed(line.colour, 0.55 if line.live else 0.2), width=1), connect="finite")

    def validation_curve(self, line: Line) -> pg.PlotDataItem:
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
        """The values of the live runs under the cursor."""
        box = self.plot.getPlotItem().vb
        inside = self.plot.sceneBoundingRect().contains(position)
        live = [line for line in self.lines if line.live and line.curves.train.count]
        self.hair.setVisible(inside and bool(live))
        if not inside or not live:
            self.reading.setText(self.legend_of(self.lines))
            return
        steps = live[0].curves.train.column(0)
        step = nearest(steps, box.mapSceneToView(position).x())
        self.hair.setPos(step)
        if len(live) == 1:
            self.reading.setText(f"{step:.0f}: {self.values_at(live[0], step)}")
            return
        values = [
            f"<span style='color: {each.colour.name()}'>{value_at(each, self.row, step):.4f}</span>" for each in live
        ]
        self.reading.setText(f"{step:.0f}: {' · '.join(values)}")

    def values_at(self, line: Line, step: float) -> str:
        """Training at `step`, and the last validation until then."""
        text = f"{value_at(line, self.row, step):.4f}"
        known = int(np.searchsorted(line.curves.validation.column(0), step, side="right"))
        if known:
            value = line.curves.validation.column(self.row)[known - 1]
            text += self.tr(" · validation {value:.4f}").format(value=value)
        return text

    def summary(self) -> str:
        """The live curves in words, for those who cannot see them."""
        live = [line for line in self.lines if line.live and line.curves.train.count]
        if not live:
            return self.tr("{title}: nothing yet").format(title=self.title)
        if len(live) == 1:
            return self.summary_of(live[0], self.title)
        return "\n".join(
            self.summary_of(line, self.tr("{title}, {name}:").format(title=self.title, name=line.name)) for line in live
        )

    def summary_of(self, line: Line, title: str) -> str:
        values = line.curves.train.column(self.row)
        text = self.tr("{title} from {first:.3f} to {last:.3f} over {steps:.0f} steps").format(
            title=title, first=values[0], last=values[-1], steps=line.curves.train.column(0)[-1]
        )
        points = line.curves.validation.column(self.row)
        if len(points):
            text += self.tr("; validation {values}").format(values=", ".join(f"{value:.3f}" for value in points))
        return text


def value_at(line: Line, row: int, step: float) -> float:
    """The training value at `step`, or at the last point if there is none so late."""
    steps = line.curves.train.column(0)
    return float(line.curves.train.column(row)[min(int(np.searchsorted(steps, step)), len(steps) - 1)])


def set_points(curve: pg.PlotDataItem, x: np.ndarray, y: np.ndarray) -> None:
    if len(x):
        curve.setData(x, y)
