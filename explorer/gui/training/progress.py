"""RunProgress: the progress of the shown run, or of those that train together, as a bar and some text."""

from typing import assert_never

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from explorer.gui.document import Document
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.presence import show_if
from explorer.gui.widgets.text.language import clock, memory, percent, say, whole
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker import Reading
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.events import Card, Failed, Finished, Stopped
from explorer.sentences import NOTHING

_SHOWN = 12  # characters of a hash


class RunProgress(QWidget):
    """A bar while a run trains, and its status or outcome as text; hidden until there is a run."""

    def __init__(self, document: Document, pool: WorkerPool) -> None:
        super().__init__()
        self.document, self.pool = document, pool
        self.bar = QProgressBar(textVisible=False)
        theme.apply_style(self.bar, "progress")
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.status.setFont(theme.figures_font(self.status.font()))
        self.card, self.sides = QLabel(), QLabel()
        self.sides.setWordWrap(True)
        for label in (self.card, self.sides):
            theme.make_secondary(label)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM)
        column.addWidget(self.bar)
        column.addWidget(self.status)
        column.addWidget(self.sides)
        column.addWidget(self.card)
        document.changed.connect(self.show_runs)
        pool.changed.connect(self.show_runs)
        pool.progressed.connect(self.show_runs)
        self.show_runs()

    def show_runs(self) -> None:
        live = self.pool.shown.live
        show_if(bool(live), self)
        self.bar.setVisible(self.pool.shown.is_busy())
        self.card.setText(self._card_text(self.pool.shown.card) if self.pool.shown.is_busy() else "")
        self.card.setVisible(bool(self.card.text()))
        # all have as many steps, and those that wait do not know it yet; 0 to 0 is Qt's "busy"
        if reading := self.pool.shown.reading:
            self.bar.setRange(0, reading.progress.total)
            self.bar.setValue(reading.progress.done)
        else:
            self.bar.setRange(0, len(live) * max((run.total for run in live), default=0))
            self.bar.setValue(sum(run.done for run in live))
        differences = map(self._difference_text, live)
        self.sides.setText("\n".join(filter(None, [self._weights_text(live), *differences, self._batches_text(live)])))
        show_if(bool(self.sides.text()), self.sides)
        if live:
            self.status.setText(
                self._outcome_text(live) if all(run.outcome for run in live) else self._status_text(live)
            )

    def _status_text(self, live: tuple[LiveRun, ...]) -> str:
        """Return the status of the current runs in one or two lines; the pace is that of the first."""
        run, worker = live[0], self.pool.shown
        if worker.reading and worker.state is WorkerState.STARTING:
            return self._reading_text(worker.reading)
        parts = list(filter(None, [self.state_text(worker.state)])) if worker.is_busy() else []
        if run.started and run.step:
            parts.append(self.tr("{n} images/s").format(n=whole(round(run.step.examples_per_second))))
        if validated := self._validation_text(live):
            parts.append(validated)
        if few := self._threads_text(live):
            parts.append(few)
        if worker.watchdog.trouble:
            parts.append(f"⚠ {worker.watchdog.trouble}")
        return " · ".join(parts)

    def _reading_text(self, reading: Reading) -> str:
        """Return how far the reading of images, or the download of weights, is, with the time left."""
        progress = reading.progress
        words = {"reading": self.tr("reading images: {share}"), "download": self.tr("downloading weights: {share}")}
        parts = [words[progress.of].format(share=percent(progress.done / max(progress.total, 1), 0))]
        if reading.seconds_left is not None:
            parts.append(self.tr("{time} left").format(time=clock(reading.seconds_left)))
        return " · ".join(parts)

    def _weights_text(self, live: tuple[LiveRun, ...]) -> str:
        """Return what of known weights the first run began with."""
        known = live[0].started.weights if live and live[0].started else NOTHING
        return self.tr("weights: {table}").format(table=say(known)) if known else ""

    def _difference_text(self, run: LiveRun) -> str:
        """Return how a run differs from the first of those it trains with, and what begins equal."""
        if not run.difference:
            return ""
        begins = run.started.begins if run.started else NOTHING
        words = self.tr("; ").join(map(say, filter(None, (run.difference, begins))))
        if words.startswith(run.name):
            return words
        return self.tr("{name}: {difference}").format(name=run.name, difference=words)

    def _batches_text(self, live: tuple[LiveRun, ...]) -> str:
        """Return whether all have seen the same batches, once each has seen as many."""
        hashes = {run.batches for run in live}
        if len(live) < 2 or "" in hashes or not all(run.outcome for run in live):
            return ""
        if len(hashes) > 1:
            return self.tr("not the same batches: some ended earlier")
        return self.tr("the same batches for all: {hash}").format(hash=hashes.pop()[:_SHOWN])

    def _threads_text(self, live: tuple[LiveRun, ...]) -> str:
        """Return why a run does not use every core, if that is so and not by order."""
        fewer = [run.threads for run in live if run.threads and run.threads.threads < run.threads.cores]
        return next(
            (
                self.tr("{reason}: {n} of {all} cores").format(
                    reason=say(threads.reason), n=whole(threads.threads), all=whole(threads.cores)
                )
                for threads in fewer
                if threads.reason
            ),
            "",
        )

    def state_text(self, state: WorkerState) -> str:
        """Return why there are no new steps; empty while there are."""
        match state:
            case WorkerState.WARMING:
                return self.tr("loading torch …")
            case WorkerState.STARTING:
                return self.tr("starting …")
            case WorkerState.PAUSED:
                return self.tr("paused")
            case WorkerState.STOPPING:
                return self.tr("stopping: saving a checkpoint …")
            case WorkerState.RUNNING | WorkerState.IDLE | WorkerState.GONE:
                return ""
            case _:
                assert_never(state)

    def _card_text(self, card: Card | None) -> str:
        """Return how busy, full and warm the card is; empty if that is not known."""
        if card is None:
            return ""
        return self.tr("GPU {share} busy · {used} of {all} used · {celsius} °C").format(
            share=percent(card.utilisation, 0),
            used=memory(card.used_bytes),
            all=memory(card.memory_bytes),
            celsius=card.celsius,
        )

    def _validation_text(self, live: tuple[LiveRun, ...]) -> str:
        """Return the latest validation accuracy, of several runs that of each."""
        accuracies = [(run, run.epoch.validation_accuracy) for run in live if run.epoch]
        if len(live) == 1:
            return "".join(self.tr("validation {accuracy}").format(accuracy=percent(value)) for _, value in accuracies)
        named = [
            self.tr("{name} {accuracy}").format(name=run.name, accuracy=percent(value)) for run, value in accuracies
        ]
        return self.tr("validation: {accuracies}").format(accuracies=self.tr(", ").join(named)) if named else ""

    def _outcome_text(self, live: tuple[LiveRun, ...]) -> str:
        """Return how the run ended, or each of several."""
        match [run.outcome for run in live]:
            case [Finished(best_epoch=epoch, best_accuracy=accuracy, stalled=early)]:
                best = self.tr("finished: best validation {accuracy} after epoch {n}")
                if early:
                    best = self.tr("stopped early, no improvement: best validation {accuracy} after epoch {n}")
                return best.format(accuracy=percent(accuracy), n=epoch)
            case [Stopped()] if not live[0].started:
                return self.tr("stopped while its images were read")
            case [Stopped(step=step)]:
                return self.tr("stopped after step {n}; can be resumed").format(n=whole(step))
        words = {Finished: self.tr("finished"), Stopped: self.tr("stopped"), Failed: self.tr("failed")}
        endings = dict.fromkeys(words[type(run.outcome)] for run in live if run.outcome)
        return " · ".join(filter(None, [*endings, self._validation_text(live)]))
