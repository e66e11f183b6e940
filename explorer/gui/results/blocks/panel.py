"""BlocksPanel: what each block of the shown run's network is worth, as bars and in words."""

from statistics import fmean

from PySide6.QtCore import QLocale
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from explorer.architecture.twins import NetworkKind, kind_of
from explorer.gui.results.blocks.worth_answers import RunWorths, WorthAnswers
from explorer.gui.results.blocks.worth_bars import WorthBars
from explorer.gui.results.results_state import ResultsState
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import percent, say, whole
from explorer.gui.widgets.text.spoken import speak
from explorer.gui.workers.pool import WorkerPool
from explorer.sentences import translatable


class BlocksPanel(QWidget):
    """The panel; it asks only while it is visible. The pointer and the arrow keys choose the block that is told of."""

    def __init__(self, state: ResultsState, pool: WorkerPool) -> None:
        super().__init__()
        self.setObjectName("blocks")
        self._state = state
        self.answers = WorthAnswers(self, state, pool)
        self.words, self.reading = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.bars, self.progress = WorthBars(), QProgressBar(textVisible=False)
        self.progress.setAccessibleName(self.tr("Images that have passed the network"))
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)
        self.progress.setFixedHeight(theme.RHYTHM // 2)
        theme.make_secondary(self.reading)
        self.reading.setFont(theme.figures_font(self.reading.font()))
        self.reading.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addWidget(self.words)
        column.addWidget(self.progress)
        column.addWidget(self.bars, stretch=1)
        column.addWidget(self.reading)
        self.setFocusProxy(self.bars)
        self.answers.changed.connect(self.show_answers)
        self.answers.progressed.connect(self._show_progress)
        self.bars.pointed.connect(self.read_at)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.answers.watch(True)
        self.show_answers()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.answers.watch(False)

    def show_answers(self) -> None:
        """Show what is known by now."""
        own, twin = self.answers.own, self.answers.twin
        self.words.setText(self._sentence(own, twin))
        self.bars.setVisible(own is not None)
        self.progress.setVisible(self.answers.is_asking)
        if own:
            self.bars.show_losses(own.found.blocks, own.found.worths, twin.found.worths if twin else ())
        self.read_at(None)

    def _show_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def _sentence(self, own: RunWorths | None, twin: RunWorths | None) -> str:
        """Return what the bars show, or why there are none."""
        if own is None:
            if self.answers.refusal:
                return say(self.answers.refusal)
            run = self._state.run
            if run and not run.best_epoch:
                return self.tr("What each block is worth stands here once the first epoch has been validated.")
            return self.tr("Every block is switched off in turn …")
        words = self.tr(
            "Accuracy on {images} validation images: {accuracy}. Each bar is what is lost when the branch of one block "
            "is switched off; on average {loss}."
        ).format(
            images=whole(own.found.images), accuracy=percent(own.found.accuracy), loss=_points(fmean(own.found.worths))
        )
        if twin is None:
            return words
        kind = kind_of(twin.run.design)
        text = (
            self.tr("Outlined: its plain twin, which loses {loss} on average.")
            if kind is NetworkKind.PLAIN
            else self.tr("Outlined: its residual twin, which loses {loss} on average.")
        )
        return f"{words} {text.format(loss=_points(fmean(twin.found.worths)))}"

    def read_at(self, place: int | None) -> None:
        """Tell what the block at a place is worth; without one, which are worth least and most."""
        self.bars.mark(place)
        own, twin = self.answers.own, self.answers.twin
        if own is None:
            self.reading.clear()
        elif place is None:
            least, most = _extremes(own)
            self.reading.setText(self.tr("{least} is worth least, {most} most").format(least=least, most=most))
        else:
            text = self.tr("{block}: {without} without it, {loss} lost").format(
                block=own.found.blocks[place],
                without=percent(own.found.accuracies[place]),
                loss=_points(own.found.worths[place]),
            )
            if twin:
                other = self.tr("its twin: {without}, {loss} lost").format(
                    without=percent(twin.found.accuracies[place]), loss=_points(twin.found.worths[place])
                )
                text = f"{text} · {other}"
            self.reading.setText(text)
        speak(self.bars, self.reading.text())


def _extremes(own: RunWorths) -> tuple[str, str]:
    """Return the blocks whose loss matters least and most, in words."""
    pairs = sorted(zip(own.found.worths, own.found.blocks, strict=True))
    (least, weakest), (most, strongest) = pairs[0], pairs[-1]
    return f"{weakest} ({_points(least)})", f"{strongest} ({_points(most)})"


def _points(loss: float) -> str:
    """Return a loss of accuracy in percentage points."""
    return say(translatable("{n} points")).format(n=QLocale().toString(100 * loss, "f", 1))
