"""LrDialog: the learning-rate range test: losses over rates, and a button that uses the advised rate."""

from collections.abc import Callable
from functools import partial
from math import log10

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from explorer.architecture.design import Design
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.focus_frame import FocusFrame
from explorer.gui.widgets.text.language import say
from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.questions.estimate import Sweep, Swept
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence


class LrDialog(QDialog):
    """Runs the test when it is made and stops it when it is closed; `use` is called with the rate the user accepts."""

    def __init__(
        self, pool: WorkerPool, design: Design, recipe: Recipe, use: Callable[[float], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sweep")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Find a learning rate"))
        self.use = use
        self.said = QLabel(self.tr("Trains 100 steps from random weights, each at a higher rate than the last."))
        self.said.setWordWrap(True)
        self.progress = QProgressBar()
        self.plot = pg.PlotWidget()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the words say what it shows
        self.plot.setMinimumSize(56 * theme.RHYTHM, 30 * theme.RHYTHM)
        self.apply_palette()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setIcon(
            QIcon()
        )  # no other button of the window has an icon
        self.buttons.rejected.connect(self.reject)
        self.buttons.accepted.connect(self.accept)
        self.take_it = QPushButton()
        self.take_it.setObjectName("use")
        self.buttons.addButton(self.take_it, QDialogButtonBox.ButtonRole.AcceptRole)
        self.take_it.hide()
        column = QVBoxLayout(self)
        column.setSpacing(theme.RHYTHM)
        for widget in (self.said, self.plot, self.progress, self.buttons):
            column.addWidget(widget)
        FocusFrame(self)
        self.inquiry = Inquiry(pool, Sweep(design, recipe))
        self.inquiry.answered.connect(self._show_rates)
        self.inquiry.refused.connect(self._show_reason)
        self.inquiry.progressed.connect(self._show_progress)
        if self.inquiry.state is InquiryState.WAITING:
            self.inquiry.cancel()
            self.end(pool.busy_reason())

    def apply_palette(self) -> None:
        """Set up an axis for each quantity, in the colours of the theme."""
        chosen, item = theme.colours(), self.plot.getPlotItem()
        self.plot.setBackground(chosen.surface)
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setLogMode(x=True)
        item.setMouseEnabled(x=False, y=False)
        for side, words in (("bottom", self.tr("learning rate")), ("left", self.tr("loss (smoothed)"))):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(chosen.border))
            axis.setTextPen(pg.mkPen(chosen.quiet))
            axis.setTickFont(self.font())
            axis.label.setFont(self.font())
            axis.setLabel(words)

    def _show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def _show_rates(self, found: Swept) -> None:
        advised = found.advised
        self.plot.plot(found.rates, found.losses, pen=pg.mkPen(theme.colours().accent))
        self.plot.addItem(pg.InfiniteLine(log10(advised), pen=pg.mkPen(theme.colours().quiet)))
        words = self.tr("The loss falls fastest near {rate:g}; where it rises again, the rate is too high.")
        self.end(words.format(rate=advised))
        self.take_it.setText(self.tr("Use {rate:g}").format(rate=advised))
        self.take_it.clicked.connect(partial(self.use, advised))
        self.take_it.setDefault(True)
        self.take_it.show()

    def _show_reason(self, reason: Sentence) -> None:
        self.end(say(reason))

    def end(self, words: str) -> None:
        """Show the result in `words`; the test is over."""
        self.said.setText(words)
        self.setAccessibleDescription(words)
        self.progress.hide()
        self.buttons.button(QDialogButtonBox.StandardButton.Cancel).setText(self.tr("Close"))

    def done(self, result: int) -> None:
        self.inquiry.cancel()
        super().done(result)
