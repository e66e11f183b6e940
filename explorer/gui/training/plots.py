"""Plots: loss and accuracy over one axis of steps, and the gradients of the latest step."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from explorer.gui.training.curve_plot import CurvePlot
from explorer.gui.training.gradient_bars import GradientBars
from explorer.gui.training.plot_view import PlotView, Range
from explorer.gui.training.plotted_run import Line
from explorer.gui.widgets import theme
from explorer.gui.widgets.language import percent

_REDRAW = 33  # milliseconds
_ROOM = 24  # least height of all plots, in lines of text, at which the gradients are shown


class Plots(QWidget):
    """Both plots over one axis of steps, drawn at most 30 times per second and only while visible."""

    def __init__(self, name_of: Callable[[str], str], view: PlotView) -> None:
        """`name_of` turns the path of a part of the network into words; `view` is kept up to date."""
        super().__init__()
        self.view = view
        self.setObjectName("plots")
        self.loss = CurvePlot(self.tr("Loss"), 1, "{:.4f}".format)
        self.loss.plot.viewport().setObjectName("curves")
        self.accuracy = CurvePlot(self.tr("Accuracy"), 2, percent, most=1.0, compared=True)
        self.accuracy.plot.setXLink(self.loss.plot)
        self.accuracy.plot.setLabel("bottom", self.tr("step"))
        self.logarithmic = QCheckBox(self.tr("log"))
        theme.apply_style(self.logarithmic, "check")
        self.logarithmic.setToolTip(self.tr("Show the loss on a logarithmic axis"))
        self.logarithmic.setChecked(view.is_logarithmic)
        self.logarithmic.toggled.connect(self._use_logarithm)
        self.loss.head.addWidget(self.logarithmic)
        self.gradients = GradientBars(name_of)
        self.lines: list[Line] = []
        self.renewed = True
        self.timer = QTimer(self, interval=_REDRAW, singleShot=True)
        self.timer.timeout.connect(self.redraw)
        for plot in (self.loss, self.accuracy):
            plot.moved.connect(self.refresh)
            plot.handled.connect(self.hand_over)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addWidget(self.loss, stretch=1)
        column.addWidget(self.accuracy, stretch=1)
        column.addWidget(self.gradients, stretch=1)
        self.loss.plot.setLogMode(y=view.is_logarithmic)
        if view.ranges:
            self._show_ranges(*view.ranges)
        self.redraw()

    def _use_logarithm(self, on: bool) -> None:
        self.view.is_logarithmic = on
        self.loss.plot.setLogMode(y=on)
        self.loss.fit(renewed=True)

    def hand_over(self, by_hand: bool) -> None:
        """Keep the view that the user has chosen in either plot, for both share the steps, or show everything again."""
        for plot in (self.loss, self.accuracy):
            plot.by_hand = by_hand
            plot.fit(renewed=True)
        steps, losses = self.loss.plot.viewRange()
        self.view.ranges = (steps, losses, self.accuracy.plot.viewRange()[1]) if by_hand else ()

    def _show_ranges(self, steps: Range, losses: Range, accuracies: Range) -> None:
        """Show the ranges that the user has chosen."""
        for plot, values in ((self.loss, losses), (self.accuracy, accuracies)):
            plot.by_hand = True
            plot.plot.setRange(xRange=steps, yRange=values, padding=0)

    def show_lines(self, lines: list[Line]) -> None:
        """Put these runs on the plots, the live ones last."""
        self.lines, self.renewed = lines, True
        self.refresh()

    def refresh(self) -> None:
        """Draw soon: the live runs have new points, or another part of them is in view."""
        if not self.timer.isActive():
            self.timer.start()

    def redraw(self) -> None:
        if not self.isVisible() and not self.renewed:
            return
        self.loss.draw(self.lines, self.renewed)
        self.accuracy.draw(self.lines, self.renewed)
        self.renewed = False
        self.gradients.show_lines(self.lines)
        self._show_gradients()

    def _show_gradients(self) -> None:
        """Show the gradients only where they leave the curves enough room, else why they are not shown."""
        self.gradients.show_bars(self.height() >= _ROOM * self.fontMetrics().height())

    def showEvent(self, event: QShowEvent) -> None:
        """Draw the points that came while the plots were hidden."""
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_gradients()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "timer"):
            self.renewed = True
            self.refresh()
