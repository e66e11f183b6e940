"""Loss and accuracy, live: training by step as a thin line, validation by epoch as dots, earlier runs faint behind.

The only module that imports pyqtgraph; the window imports it after its first paint.
"""

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.gui import theme
from explorer.gui.curves import Curves

pg.setConfigOptions(antialias=False, exitCleanup=False)

REDRAW = 33  # milliseconds
RECENT = 64  # points at the end of a curve that may be new


@dataclass(frozen=True, slots=True)
class Line:
    """A run on the plots: `live` is drawn in full, the others faint."""

    name: str
    colour: QColor
    curves: Curves
    live: bool
    steps: int = 0  # of the whole run, 0 if not known


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
        self.heading.setProperty("heading", True)
        self.reading.setProperty("quiet", True)
        self.reading.setFont(theme.figures_font(self.reading.font()))
        self.plot = pg.PlotWidget()
        self.plot.setMinimumHeight(self.fontMetrics().height() * 4)
        item = self.plot.getPlotItem()
        item.setDownsampling(auto=True, mode="peak")
        item.setClipToView(True)
        item.setMenuEnabled(False)
        item.hideButtons()
        item.getAxis("left").setWidth(self.fontMetrics().horizontalAdvance("0.0000"))
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
        """Show `lines`; unless `renewed`, only the live one has changed and only its points are set."""
        self.lines = lines
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
        for side in ("left", "bottom"):
            axis = self.plot.getPlotItem().getAxis(side)
            axis.setPen(pg.mkPen(chosen.line))
            axis.setTextPen(pg.mkPen(chosen.quiet))
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
        """The values of the live run under the cursor."""
        box = self.plot.getPlotItem().vb
        inside = self.plot.sceneBoundingRect().contains(position)
        line = next((each for each in self.lines if each.live and each.curves.train.count), None)
        self.hair.setVisible(inside and line is not None)
        if not inside or line is None:
            self.reading.setText(self.legend)
            return
        steps = line.curves.train.column(0)
        at = min(int(np.searchsorted(steps, box.mapSceneToView(position).x())), len(steps) - 1)
        self.hair.setPos(steps[at])
        text = f"{steps[at]:.0f}: {line.curves.train.column(self.row)[at]:.4f}"
        known = int(np.searchsorted(line.curves.validation.column(0), steps[at], side="right"))
        if known:
            text += f" · {self.tr('validation')} {line.curves.validation.column(self.row)[known - 1]:.4f}"
        self.reading.setText(text)

    def summary(self) -> str:
        """The live curve in words, for those who cannot see it."""
        for line in self.lines:
            series = line.curves.train
            if line.live and series.count:
                values = series.column(self.row)
                text = self.tr("{title} from {first:.3f} to {last:.3f} over {steps:.0f} steps").format(
                    title=self.title, first=values[0], last=values[-1], steps=series.column(0)[-1]
                )
                points = line.curves.validation.column(self.row)
                if len(points):
                    text += self.tr("; validation {values}").format(
                        values=", ".join(f"{value:.3f}" for value in points)
                    )
                return text
        return self.tr("{title}: nothing yet").format(title=self.title)


def set_points(curve: pg.PlotDataItem, x: np.ndarray, y: np.ndarray) -> None:
    if len(x):
        curve.setData(x, y)


class Plots(QWidget):
    """Both plots over one axis of steps, drawn at most 30 times a second and only while visible."""

    def __init__(self) -> None:
        super().__init__()
        self.loss = CurvePlot(self.tr("Loss"), 1)
        self.accuracy = CurvePlot(self.tr("Accuracy"), 2, most=1.0)
        self.accuracy.plot.setXLink(self.loss.plot)
        self.accuracy.plot.setLabel("bottom", self.tr("step"))
        self.logarithmic = QCheckBox(self.tr("log"))
        self.logarithmic.setToolTip(self.tr("Loss on a logarithmic axis"))
        self.logarithmic.toggled.connect(self.use_logarithm)
        self.loss.head.addWidget(self.logarithmic)
        self.lines: list[Line] = []
        self.renewed = True
        self.timer = QTimer(self, interval=REDRAW, singleShot=True)
        self.timer.timeout.connect(self.redraw)
        self.hint = QLabel(self.tr("Loss and accuracy appear here, step by step, once a run has started."))
        self.hint.setProperty("quiet", True)
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addWidget(self.hint, stretch=1)
        column.addWidget(self.loss, stretch=1)
        column.addWidget(self.accuracy, stretch=1)
        self.redraw()

    def use_logarithm(self, on: bool) -> None:
        self.loss.plot.setLogMode(y=on)
        self.loss.fit(renewed=True)

    def describe(self) -> None:
        """Put the curves into words, for those who cannot see them."""
        for plot in (self.loss, self.accuracy):
            plot.setAccessibleDescription(plot.summary())

    def show_lines(self, lines: list[Line]) -> None:
        """Put these runs on the plots, the live one last."""
        self.lines, self.renewed = lines, True
        self.refresh()

    def refresh(self) -> None:
        """The live run has new points."""
        if not self.timer.isActive():
            self.timer.start()

    def redraw(self) -> None:
        if not self.isVisible() and not self.renewed:
            return
        empty = not any(line.curves.train.count for line in self.lines)
        self.hint.setVisible(empty)
        self.loss.setVisible(not empty)
        self.accuracy.setVisible(not empty)
        self.loss.draw(self.lines, self.renewed)
        self.accuracy.draw(self.lines, self.renewed)
        self.renewed = False
        self.describe()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "timer"):
            self.renewed = True
            self.refresh()
