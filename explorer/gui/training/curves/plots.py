"""Plots: loss and accuracy by epoch, the runs they show, what they say in words, and gradients and signals by depth."""

from collections.abc import Callable
from functools import partial
from html import escape

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QPalette, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from explorer.gui.training.curves.curve_plot import CurvePlot
from explorer.gui.training.curves.curve_words import curve_words, values_at
from explorer.gui.training.curves.depth_bars import DepthBars
from explorer.gui.training.curves.plot_view import PlotView, Range, Smoothing
from explorer.gui.training.curves.plotted_run import ACCURACY, LOSS, Line, named_apart
from explorer.gui.training.curves.run_key import RunKey
from explorer.gui.widgets.input.boxes import watch_box
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import percent
from explorer.gui.widgets.text.spoken import speak

_REDRAW = 33  # milliseconds
_BARS_ROOM = 17  # least height, in lines of text, of the column in which the bars by depth are shown
_WIDE, _LOW = (
    75,
    32,
)  # least width, in characters, for a column beside the curves; least height, in lines, for one below
_BESIDE = 1.4  # least width of both plots side by side, in their height
_SIDE, _MIN_SIDE, _MAX_SIDE = 0.3, 24, 44  # width of the column beside the curves: share, bounds in characters
_WORDS = 0.3  # greatest share of the height for the words
_OFFSET = 12  # pixels between the cross-hair and the values there
_DOWN, _RIGHT = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight


class Plots(QWidget):
    """Both plots over one axis of epochs, drawn at most 30 times per second and only while visible.

    `seen` carries a run's id and whether the user wants to see its curves, `picked` the id of a run that is clicked.
    """

    seen = Signal(str, bool)
    picked = Signal(str)

    def __init__(self, name_of: Callable[[str], str], view: PlotView) -> None:
        """`name_of` turns the path of a part of the network into words; `view` is kept up to date."""
        super().__init__()
        self.view = view
        self.setObjectName("plots")
        self.loss = CurvePlot(self.tr("Loss"), LOSS, "{:.3f}".format)
        self.loss.plot.viewport().setObjectName("curves")
        self.accuracy = CurvePlot(self.tr("Accuracy"), ACCURACY, percent, most=1.0, compared=True)
        self.accuracy.plot.setXLink(self.loss.plot)
        self.logarithmic = QCheckBox(self.tr("log"))
        self.logarithmic.setToolTip(self.tr("Show the loss on a logarithmic axis"))
        self.logarithmic.setChecked(view.is_logarithmic)
        self.smoothing, self.other_data = QComboBox(), QCheckBox(self.tr("Other data"))
        self.other_data.setToolTip(self.tr("Show runs on other data on the same axes too"))
        self.other_data.setChecked(view.other_data)
        for box in (self.logarithmic, self.other_data):
            theme.apply_style(box, "check")
        self.key, self.gradients = RunKey(), DepthBars(name_of, view)
        self.words, self.reading = QLabel(), QLabel(self)
        self.all_lines: list[Line] = []
        self.lines: list[Line] = []  # without those on other data
        self._told: list[tuple[Line, int, bool]] = []  # what the words below the curves are of
        self.renewed = True
        self.timer = QTimer(self, interval=_REDRAW, singleShot=True)
        self.timer.timeout.connect(self.redraw)
        self._make_labels()
        self._fill_smoothing()
        self._lay_out()
        self._connect()
        self.loss.plot.setLogMode(y=view.is_logarithmic)
        if view.ranges:
            self._show_ranges(*view.ranges)
        self.redraw()

    def _make_labels(self) -> None:
        """Prepare the words below the curves, and the values at the pointer."""
        self.words.setObjectName("curve words")
        self.words.setWordWrap(True)
        self.words.setAccessibleName(self.tr("How the runs learn"))
        self.words.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.reading.setFont(theme.figures_font(self.reading.font()))
        self.reading.setBackgroundRole(QPalette.ColorRole.Base)  # the curves behind would make it hard to read
        self.reading.setAutoFillBackground(True)
        self.reading.setMargin(theme.RHYTHM // 2)
        self.reading.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.reading.hide()

    def _fill_smoothing(self) -> None:
        texts = {
            Smoothing.OFF: self.tr("not smoothed"),
            Smoothing.LIGHT: self.tr("smoothed"),
            Smoothing.STRONG: self.tr("smoothed more"),
        }
        for value, text in texts.items():
            self.smoothing.addItem(text, value)
        self.smoothing.setAccessibleName(self.tr("Smoothing"))
        tip = self.tr("Training values are means over {light:.0%} or {strong:.0%} of the visible steps")
        self.smoothing.setToolTip(tip.format(light=Smoothing.LIGHT.share, strong=Smoothing.STRONG.share))
        self.smoothing.setCurrentIndex(self.smoothing.findData(self.view.smoothing))
        watch_box(self.smoothing)
        for plot in (self.loss, self.accuracy):
            plot.smooth(self.view.smoothing.share)

    def _lay_out(self) -> None:
        self.loss.head.addWidget(self.smoothing)
        self.loss.head.addWidget(self.logarithmic)
        self.loss.legend.hide()  # that of the accuracy is enough
        self._align_plots()
        self._pair, self._whole = QBoxLayout(_DOWN), QBoxLayout(_DOWN, self)
        self._pair.setSpacing(theme.RHYTHM)
        self._pair.addWidget(self.loss, stretch=1)
        self._pair.addWidget(self.accuracy, stretch=1)
        curves = QVBoxLayout()
        curves.addLayout(self._pair, stretch=1)
        curves.addWidget(self.words)
        self.side = QWidget()
        side = QVBoxLayout(self.side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(theme.RHYTHM // 2)
        side.addWidget(self.key, stretch=2)
        self.orders = QHBoxLayout()
        self.orders.addWidget(self.other_data)
        self.orders.addStretch(1)
        side.addLayout(self.orders)
        side.addWidget(self.gradients, stretch=3)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(theme.RHYTHM)
        self._whole.addLayout(curves, stretch=2)
        self._whole.addWidget(self.side, stretch=1)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # the text may have become larger
            self._align_plots()
        return super().event(event)

    def _align_plots(self) -> None:
        """Let both plots begin at one height, fixed since a label never hints at less than its last minimum."""
        self.accuracy.heading.setFixedHeight(self.loss.head.sizeHint().height())

    def _connect(self) -> None:
        self.logarithmic.toggled.connect(self._use_logarithm)
        self.smoothing.activated.connect(self._use_smoothing)
        self.other_data.toggled.connect(self._use_other_data)
        self.key.seen.connect(self.seen)
        self.key.picked.connect(self.picked)
        self.key.hovered.connect(self.mark)
        for plot in (self.loss, self.accuracy):
            plot.moved.connect(self.refresh)
            plot.handled.connect(self.hand_over)
            plot.pointed.connect(partial(self.read, plot))
            plot.hovered.connect(self.mark)
            plot.picked.connect(self.picked)

    def _use_logarithm(self, on: bool) -> None:
        self.view.is_logarithmic = on
        self.loss.plot.setLogMode(y=on)
        self.loss.fit(renewed=True)

    def _use_smoothing(self) -> None:
        self.view.smoothing = Smoothing(self.smoothing.currentData())
        for plot in (self.loss, self.accuracy):
            plot.smooth(self.view.smoothing.share)
        self.renewed = True
        self.refresh()

    def _use_other_data(self, on: bool) -> None:
        self.view.other_data = on
        self.show_lines(self.all_lines)

    def hand_over(self, by_hand: bool) -> None:
        """Keep the view that the user has chosen in either plot, for both share the epochs, or show everything."""
        for plot in (self.loss, self.accuracy):
            plot.by_hand = by_hand
            plot.fit(renewed=True)
        epochs, losses = self.loss.plot.viewRange()
        self.view.ranges = (epochs, losses, self.accuracy.plot.viewRange()[1]) if by_hand else ()

    def _show_ranges(self, epochs: Range, losses: Range, accuracies: Range) -> None:
        """Show the ranges that the user has chosen."""
        for plot, values in ((self.loss, losses), (self.accuracy, accuracies)):
            plot.by_hand = True
            plot.plot.setRange(xRange=epochs, yRange=values, padding=0)

    def show_lines(self, lines: list[Line]) -> None:
        """Put these runs on the plots, the live ones last; those on other data only if asked."""
        self.all_lines, self.renewed = lines, True
        newest = next((line for line in reversed(lines) if line.live), lines[-1] if lines else None)
        data = newest.recipe.data if newest else ""
        same = [line for line in lines if line.recipe.data == data]
        self.other_data.setEnabled(len(same) < len(lines))
        self.lines = named_apart(lines if self.view.other_data else same)
        self.refresh()

    def mark(self, run: str) -> None:
        """Highlight the curves and the row of a run, or of none."""
        for plot in (self.loss, self.accuracy):
            plot.mark(run)
        self.key.mark(run)

    def read(self, plot: CurvePlot, wanted: float | None) -> None:
        """Show the values of the runs in full at the epoch `wanted`, beside the cross-hair in `plot`, or none."""
        full = [line for line in self.lines if line.live and line.is_seen and line.curves.train.count]
        epoch = None if wanted is None or not full else full[0].nearest_epoch(wanted)
        words = [] if epoch is None else [values_at(line, epoch) for line in full]
        for each in (self.loss, self.accuracy):
            each.show_hair(epoch, ", ".join(words))
        self.reading.setVisible(epoch is not None)
        if epoch is None:
            return
        dots = (f"<span style='color: {line.colour.name()}'>●</span> " for line in full)
        self.reading.setText("<br>".join(dot + escape(text) for dot, text in zip(dots, words, strict=True)))
        self.reading.adjustSize()
        canvas = plot.plot
        hair = canvas.mapFromScene(canvas.getPlotItem().vb.mapViewToScene(QPointF(epoch, 0.0))).x()
        place = canvas.mapTo(self, QPoint(hair + _OFFSET, _OFFSET))
        if place.x() + self.reading.width() > self.width():  # to the left of the hair, or as far right as there is room
            place.setX(max(0, min(place.x() - self.reading.width() - 2 * _OFFSET, self.width() - self.reading.width())))
        self.reading.move(place)
        self.reading.raise_()

    def refresh(self) -> None:
        """Draw soon: the live runs have new points, or another part of them is in view."""
        if not self.timer.isActive():
            self.timer.start()

    def redraw(self) -> None:
        if not self.isVisible():
            return
        self.loss.draw(self.lines, self.renewed)
        self.accuracy.draw(self.lines, self.renewed)
        self.renewed = False
        self.key.show_lines(self.lines)
        self.gradients.show_lines(self.lines)
        self._tell()
        self._show_gradients()

    def _tell(self) -> None:
        """Write the words below the curves, if a run or an epoch of one is new."""
        known = [(line, line.curves.validation.count, line.curves.train.count > 0) for line in self.lines]
        if known != self._told:
            self._told = known
            words = "\n".join(curve_words(self.lines))
            self.words.setText(words)
            self.words.setToolTip(words)
            speak(self.words, words)

    def _show_gradients(self) -> None:
        """Show the bars by depth only where there is room, else why they are not shown."""
        self.gradients.show_bars(self.side.height() >= _BARS_ROOM * self.fontMetrics().height())

    def showEvent(self, event: QShowEvent) -> None:
        """Draw the points that came while the plots were hidden."""
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay the parts out as the shape allows."""
        super().resizeEvent(event)
        character, width, height = self.fontMetrics().averageCharWidth(), self.width(), self.height()
        line = self.fontMetrics().lineSpacing()
        wide = width >= _WIDE * character or height < _LOW * line
        side = min(max(_SIDE * width, _MIN_SIDE * character), _MAX_SIDE * character) if wide else width
        self.side.setFixedWidth(round(side))
        self._whole.setDirection(_RIGHT if wide else _DOWN)
        self.words.setMaximumHeight(max(1, int(_WORDS * height / line)) * line)  # the tool tip has all of them
        beside = wide and width - side >= _BESIDE * (height - self.words.height())
        self._pair.setDirection(_RIGHT if beside else _DOWN)
        self._show_gradients()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "timer"):
            self.renewed = True
            self.refresh()
