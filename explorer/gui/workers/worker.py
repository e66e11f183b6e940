"""WorkerClient: a worker process with its runs, those of one order, and what it has reported. No widgets.

The questions that a worker is asked beside training are told apart by their numbers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, assert_never

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.process import PATIENCE, WorkerProcess
from explorer.gui.workers.watchdog import Watchdog
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import Command, Control, Pause, ResumeRun, StepOnce, Stop, Train, Unpause, Withdraw
from explorer.runs.events import (
    Card,
    Changed,
    Epoch,
    Event,
    Failed,
    Finished,
    Gradients,
    Hello,
    Paused,
    Progress,
    Resumed,
    Said,
    Signals,
    Started,
    Step,
    Stopped,
    Threads,
    Warned,
)
from explorer.runs.questions.question import Answer, Question
from explorer.runs.sides import differences, labels
from explorer.sentences import NOTHING, Sentence, translatable

if TYPE_CHECKING:
    from explorer.gui.workers.curves import Curves
    from explorer.runs.data.download import Pace
    from explorer.runs.folder.run import Run

Reply = Answer | Failed | Progress  # to a question


class Asker(Protocol):
    """The owner of a question, who gets its replies."""

    question: Question

    def note_reply(self, reply: Reply) -> None: ...

    def note_death(self, reason: Sentence) -> None: ...


@dataclass(frozen=True)
class Reading:
    """How far a worker has come with the images, or the download of weights, of a run that is to begin.

    `seconds_left` is None while unknown.
    """

    progress: Progress
    pace: "Pace"
    seconds_left: float | None


class WorkerClient(QObject):
    """One worker; `changed`: its state or message; `progressed`: new points; `run_ended`: a run has an outcome."""

    changed = Signal()
    progressed = Signal()
    run_ended = Signal()

    def __init__(self, runs: Path, process: WorkerProcess | None = None) -> None:
        super().__init__()
        self.runs = runs
        self.state = WorkerState.GONE
        self.hello: Hello | None = None
        self.live: tuple[LiveRun, ...] = ()
        self.order: Train | None = None  # by which the current run or the last one was started, unless it was resumed
        self.message = NOTHING
        self.advice = NOTHING
        self.waiting: Command | None = None
        self.card: Card | None = None  # of the current run, if it trains on one
        self.reading: Reading | None = None  # before the run begins
        self._unheard: Command | None = None  # sent, and nothing has come from the worker since
        self._askers: dict[int, Asker] = {}  # by the number of the question
        self._numbers = count(1)
        self.process = process or WorkerProcess(self)
        self.process.received.connect(self._handle_lines)
        self.process.ended.connect(self._note_end)
        self._patience = QTimer(self, interval=PATIENCE, singleShot=True)
        self._patience.timeout.connect(self.process.terminate)
        self.watchdog = Watchdog(self)
        self.watchdog.changed.connect(self.changed)

    def warm_up(self) -> None:
        """Start the process, so that torch is loaded when it is needed."""
        self.hello = None
        self.set_state(WorkerState.WARMING)
        self.process.start()

    @property
    def run(self) -> LiveRun | None:
        """The current run or the last one; of several, that of the user's own design."""
        return self.live[0] if self.live else None

    def is_busy(self) -> bool:
        return self.state.is_busy

    def has_failed(self) -> bool:
        """Whether the last run failed, or the worker ended during it."""
        return not self.is_busy() and any(not isinstance(run.outcome, Finished | Stopped) for run in self.live)

    def can_resume(self) -> bool:
        """Whether the last run has ended before its last epoch, and can be resumed alone."""
        return len(self.live) == 1 and self.live[0].can_resume and not self.is_busy()

    def forget_refusal(self) -> None:
        """Forget an order that was refused, with the reason: what the user would order now is something else."""
        if not self.is_busy() and any(run.was_refused for run in self.live):
            self.live, self.message, self.advice = (), NOTHING, NOTHING
            self.changed.emit()

    def set_state(self, state: WorkerState) -> None:
        self.state = state
        if state is not WorkerState.STOPPING:
            self._patience.stop()
        self.watchdog.watch(state)
        self.changed.emit()

    def start(self, order: Train) -> None:
        """Train the design as a new run, and what is beside it on the same batches."""
        self.order, sides = order, order.sides
        self.live = tuple(
            LiveRun(design=side.design, recipe=side.recipe, label=label, difference=words)
            for side, label, words in zip(sides, labels(sides), differences(sides), strict=True)
        )
        self._send_when_ready(order)

    def resume_run(self, run: "Run", curves: "Curves", device: str | None = None, epochs: int | None = None) -> None:
        """Resume a run with its `curves` so far from its checkpoint, on another `device` or until `epochs` if given."""
        recipe = run.recipe.change(device=device) if device else run.recipe
        self.order = None
        self.live = (LiveRun(design=run.design, recipe=recipe, id=run.id, curves=curves),)
        self._send_when_ready(ResumeRun(str(run.folder), self.runs, epochs=epochs, device=device))

    def _send_when_ready(self, command: Command) -> None:
        """Send `command` now, or as soon as the worker says hello."""
        self.message = self.advice = NOTHING
        self.card = self.reading = None
        is_gone = self.state is WorkerState.GONE
        self.waiting = None if self.hello else command
        self.set_state(WorkerState.STARTING)
        if self.hello:
            self.process.send(command)
            self._unheard = command
        elif is_gone:
            self.process.start()
        self.progressed.emit()

    def can_answer(self, question: Question) -> bool:
        """Whether the worker would answer now: one that trains answers only what takes a moment."""
        is_training = self.state in (WorkerState.RUNNING, WorkerState.PAUSED)
        return self.state is WorkerState.IDLE or (is_training and question.beside)

    def ask(self, asker: Asker, question: Question) -> None:
        """Send `question` to the worker, which must be able to answer; `asker` gets the replies until `forget`."""
        assert self.can_answer(question)
        number = next(self._numbers)
        self._askers[number] = asker
        self.process.send(replace(question, id=number))

    def forget(self, asker: Asker) -> None:
        """Send `asker` no more replies, and stop a long question."""
        for number in [number for number, other in self._askers.items() if other is asker]:
            del self._askers[number]
            if asker.question.long and self.hello:
                self.process.send(Withdraw(number))

    def busy_reason(self) -> str:
        """Return why the worker would not answer every question now; empty if it would."""
        match self.state:
            case WorkerState.IDLE:
                return ""
            case WorkerState.WARMING:
                return self.tr("Loading torch …")
            case WorkerState.GONE:
                return self.tr("The training process is not running. Press Start to launch it.")
            case WorkerState.STARTING:
                return self.tr("A run is being started …")
            case WorkerState.STOPPING:
                return self.tr("A run is being stopped …")
            case WorkerState.RUNNING | WorkerState.PAUSED:
                return self.tr("A run uses this device: trying other rates beside it would slow both down.")
            case _:
                assert_never(self.state)

    def pause(self) -> None:
        self.control(Pause())

    def unpause(self) -> None:
        self.control(Unpause())

    def step_once(self) -> None:
        self.control(StepOnce())

    def stop(self) -> None:
        """Let the worker finish the batch and write a checkpoint; one that does not stop is ended by force."""
        if self.waiting:  # the run has not started
            self.waiting, self.live = None, ()
            self.set_state(WorkerState.WARMING)
            return
        self._unheard = None
        self.set_state(WorkerState.STOPPING)
        self.control(Stop())
        self._patience.start()

    def control(self, command: Control) -> None:
        if self.hello:
            self.process.send(command)

    def shut_down(self) -> None:
        """Let the worker write its checkpoint and end, at once if it has none to write; the window closes."""
        self.watchdog.stop()
        self.process.shut_down(at_once=not self.is_busy())

    def _handle_lines(self, lines: Iterable[Said]) -> None:
        points = False
        self._unheard = None
        self.watchdog.note_heard()
        for event, run_id in lines:
            points |= self._handle_event(event, run_id)
        if points:
            self.progressed.emit()

    def _handle_event(self, event: Event, run_id: str) -> bool:
        """Handle an event, of the run `run_id` if it is of one; return whether the plots have something new."""
        match event:
            case Hello():
                self.hello = event
                if self.waiting:
                    self.process.send(self.waiting)
                    self.waiting = None
                elif self.state is WorkerState.WARMING:
                    self.set_state(WorkerState.IDLE)
                else:
                    self.changed.emit()
            case Progress(of="reading" | "download", id=0):
                self._note_reading(event)
            case Progress():
                if asker := self._askers.get(event.id):
                    asker.note_reply(event)
            case Failed(of="train" | "continue"):
                self._note_failure(event, run_id)
            case Answer() | Failed():
                if asker := self._askers.pop(event.id, None):
                    asker.note_reply(event)
            case Warned():
                self.message = event.reason
                self.changed.emit()
            case Card():
                self.card = event
                self.progressed.emit()
            case _ if run := self._run_of(event, run_id):
                return self._apply_run_event(event, run)
        return False

    def _note_reading(self, progress: Progress) -> None:
        from explorer.runs.data.download import Pace  # nothing that the first paint needs

        pace = self.reading.pace if self.reading and self.reading.progress.of == progress.of else Pace()
        self.reading = Reading(progress, pace, pace.seconds_left(progress))
        self.progressed.emit()

    def _run_of(self, event: Event, run_id: str) -> LiveRun | None:
        """Return the live run `run_id`; one that starts says which side of the order it is, or is the next one."""
        if isinstance(event, Started):
            likely = (*self.live[event.side : event.side + 1], *self.live)
            return next((run for run in likely if run.id in (event.run, "")), None)
        return next((run for run in self.live if run_id in (run.id, "")), None)

    def _note_failure(self, event: Failed, run_id: str) -> None:
        """Note that a run failed or could not start; those beside it continue."""
        failed = [run for run in self.live if run_id in (run.id, "")]
        if not failed:
            return
        for run in failed:
            run.apply_event(event)
        self.message, self.advice = event.reason, event.advice
        if len(failed) < len(self.live):
            what = translatable("{run}: {reason}")
            self.message = Sentence(what, {"run": failed[0].label, "reason": event.reason})
        self._note_outcome()

    def _apply_run_event(self, event: Event, run: LiveRun) -> bool:
        run.apply_event(event)
        if isinstance(event, Started | Stopped):
            self.reading = None
        match event:
            case Started() | Resumed():
                self._set_run_state(WorkerState.RUNNING)
            case Paused() if all(live.paused or live.outcome or not live.started for live in self.live):
                self._set_run_state(WorkerState.PAUSED)
            case Step():
                self.watchdog.note_step()
            case Finished() | Stopped():
                self._note_outcome()
            case Changed():
                self.changed.emit()
        return isinstance(event, Started | Step | Epoch | Gradients | Signals | Threads | Changed)

    def _set_run_state(self, state: WorkerState) -> None:
        """Set the state that the worker reports, except that one told to stop is stopping until it has stopped."""
        self.set_state(WorkerState.STOPPING if self.state is WorkerState.STOPPING else state)

    def _note_outcome(self) -> None:
        """Note that a run has ended; of several, the worker is idle when all have."""
        if all(run.outcome for run in self.live):
            self.set_state(WorkerState.IDLE)
        else:
            self.changed.emit()
        self.run_ended.emit()

    def _note_end(self, reason: Sentence) -> None:
        """Note that the process has ended, and start it again unless it was shut down."""
        was_busy = self.is_busy()
        said_hello = self.hello is not None
        again, self._unheard = self._unheard, None
        self.hello = self.waiting = None
        self.state = WorkerState.GONE
        askers, self._askers = self._askers, {}
        for asker in askers.values():
            asker.note_death(reason)
        self.set_state(WorkerState.GONE)
        if not reason:
            return
        if again:  # the worker was ending when the command came: the next one gets it
            self.warm_up()
            self.waiting = again
            self.set_state(WorkerState.STARTING)
            return
        self.message = reason
        self.advice = Sentence("\n".join(list(self.process.log)[-12:]))
        if said_hello:
            self.warm_up()
        else:  # a worker that ends before its hello would end again
            what = translatable("{reason} Run resnet-explorer check in a terminal to see what is missing.")
            self.message = Sentence(what, {"reason": reason})
        self.changed.emit()
        if was_busy:
            self.run_ended.emit()
