"""Trainer: the run under way, or two that are twins, the worker behind it, and what the worker said. No widgets.

One worker is started with the window and kept warm. The state is always one of `STATES`; what a person may do follows
from it alone.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.architecture.design import Design
from explorer.architecture.twins import twin_of
from explorer.architecture.words import NOTHING, QT_TRANSLATE_NOOP, Sentence
from explorer.gui.live import LiveRun
from explorer.gui.process import PATIENCE, WorkerProcess
from explorer.runs.commands import Command, Continue, Control, Pause, Question, Resume, StepOnce, Stop, Train
from explorer.runs.events import (
    Epoch,
    Event,
    Failed,
    Finished,
    Gradients,
    Heartbeat,
    Hello,
    Paused,
    Result,
    Resumed,
    Said,
    Started,
    Step,
    Stopped,
    Warned,
)
from explorer.runs.recipe import Recipe

if TYPE_CHECKING:
    from explorer.gui.curves import Curves
    from explorer.runs.folder import Run

STATES = ("warming", "idle", "starting", "running", "paused", "stopping", "gone")
BUSY = ("starting", "running", "paused", "stopping")
SILENT = 10.0  # seconds without a heartbeat
SLOW = 60.0  # seconds without a step


class Trainer(QObject):
    """`changed`: state or message; `progressed`: new points; `run_ended`: see the list.

    `answered` carries a question's number and what came back: its values, or the `reason` why there are none.
    """

    changed = Signal()
    progressed = Signal()
    answered = Signal(int, object)  # a dict would lose what its sentences are made of
    run_ended = Signal()

    def __init__(self, runs: Path, process: WorkerProcess | None = None) -> None:
        super().__init__()
        self.runs = runs
        self.state = "gone"
        self.hello: Hello | None = None
        self.live: tuple[LiveRun, ...] = ()
        self.message = NOTHING
        self.advice = NOTHING
        self.trouble = ""
        self.waiting: Command | None = None
        self.questions = 0
        self.heard = self.stepped = monotonic()
        self.process = process or WorkerProcess(self)
        self.process.received.connect(self.take_all)
        self.process.ended.connect(self.show_end)
        self.pulse = QTimer(self, interval=1000)
        self.pulse.timeout.connect(self.check_pulse)

    def warm_up(self) -> None:
        """Start a worker, so that torch is loaded when it is wanted."""
        self.hello = None
        self.set_state("warming")
        self.process.start()

    def say(self, message: Sentence, advice: Sentence = NOTHING) -> None:
        """Tell the person something about training, until something newer."""
        self.message, self.advice = message, advice
        self.changed.emit()

    @property
    def run(self) -> LiveRun | None:
        """The run under way or the last one; of twins that of the person's own design."""
        return self.live[0] if self.live else None

    def is_busy(self) -> bool:
        return self.state in BUSY

    def set_state(self, state: str) -> None:
        assert state in STATES
        self.state = state
        self.trouble = ""
        self.heard = self.stepped = monotonic()
        if state in BUSY:
            self.pulse.start()
        else:
            self.pulse.stop()
        self.changed.emit()

    def start(self, design: Design, recipe: Recipe, init_from: str | None = None, grown: str = "") -> None:
        """Train `design` as a new run, with the weights of the run `init_from` if given; `grown` as in `Train`."""
        self.live = (LiveRun(design, recipe),)
        self.begin(Train(design, recipe, self.runs, init_from, grown=grown))

    def start_twins(self, design: Design, recipe: Recipe) -> None:
        """Train `design` with and without shortcuts, side by side on the same batches."""
        self.live = (LiveRun(design, recipe), LiveRun(twin_of(design), recipe))
        self.begin(Train(design, recipe, self.runs, twin=True))

    def resume_run(self, run: "Run", curves: "Curves") -> None:
        """Go on with a run from its checkpoint; `curves` are what it has so far."""
        self.live = (LiveRun(run.design, run.recipe, run.id, curves=curves),)
        self.begin(Continue(str(run.folder), self.runs))

    def begin(self, command: Command) -> None:
        """Send `command` now, or as soon as a worker says hello."""
        self.message = self.advice = NOTHING
        if self.state == "gone":
            self.warm_up()
        if self.hello:
            self.process.send(command)
        else:
            self.waiting = command
        self.set_state("starting")
        self.progressed.emit()

    def ask(self, question: Callable[[int], Question]) -> int:
        """Send the question made with a number of its own; the number, or 0 if the worker has no time for it now."""
        if self.state != "idle":
            return 0
        self.questions += 1
        self.process.send(question(self.questions))
        return self.questions

    def deafness(self) -> str:
        """Why the worker would not answer a question now; empty if it would."""
        return {
            "idle": "",
            "warming": self.tr("torch is being loaded …"),
            "gone": self.tr("The training process is not there."),
        }.get(self.state, self.tr("A run is under way; this goes on when it has ended."))

    def pause(self) -> None:
        self.control(Pause())

    def resume(self) -> None:
        self.control(Resume())

    def step_once(self) -> None:
        self.control(StepOnce())

    def stop(self) -> None:
        """Finish the batch, write a checkpoint, end; a worker that does not listen is ended by force."""
        self.waiting = None
        self.set_state("stopping")
        self.control(Stop())
        QTimer.singleShot(PATIENCE, self, self.insist)

    def insist(self) -> None:
        if self.state == "stopping":
            self.process.terminate()

    def control(self, command: Control) -> None:
        if self.hello:
            self.process.send(command)

    def shut_down(self) -> None:
        """The window closes: let the worker write its checkpoint and go; one with nothing to write goes at once."""
        self.pulse.stop()
        self.process.shut_down(at_once=not self.is_busy())

    def take_all(self, lines: Iterable[Said]) -> None:
        points = False
        self.heard = monotonic()
        for event, run in lines:
            points |= self.take(event, run)
        if points:
            self.progressed.emit()

    def take(self, event: Event, of: str) -> bool:
        """Note an event of the run `of`; True if the plots have something new."""
        match event:
            case Hello():
                self.hello = event
                if self.waiting:
                    self.process.send(self.waiting)
                    self.waiting = None
                elif self.state == "warming":
                    self.set_state("idle")
                else:
                    self.changed.emit()
            case Result(id=number, values=values):
                self.answered.emit(number, dict(values))
            case Failed(of="train" | "continue"):
                self.fail(event, of)
            case Failed():
                self.answered.emit(event.id, {"reason": event.reason})
            case Warned():
                self.message = event.reason
                self.changed.emit()
            case Heartbeat():
                if self.trouble:
                    self.check_pulse()
            case _ if run := self.run_of(event, of):
                return self.take_of_run(event, run)
        return False

    def run_of(self, event: Event, of: str) -> LiveRun | None:
        """Which of the live runs `of` is; one that starts is the first that has no id yet."""
        if isinstance(event, Started):
            return next((run for run in self.live if run.id in (event.run, "")), None)
        return next((run for run in self.live if of in (run.id, "")), None)

    def fail(self, event: Failed, of: str) -> None:
        """A run, or the wish for one, came to nothing; a twin of it goes on."""
        failed = [run for run in self.live if of in (run.id, "")]
        if not failed:
            return
        for run in failed:
            run.take(event)
        self.message, self.advice = event.reason, event.advice
        if len(failed) < len(self.live):
            what = QT_TRANSLATE_NOOP("explorer", "{kind}: {reason}")
            self.message = Sentence(what, {"kind": Sentence(failed[0].kind), "reason": event.reason})
        self.note_outcome()

    def take_of_run(self, event: Event, run: LiveRun) -> bool:
        run.take(event)
        match event:
            case Started() | Resumed():
                self.set_state("running" if self.state != "stopping" else "stopping")
            case Paused() if all(each.paused or each.outcome for each in self.live):
                self.set_state("paused" if self.state != "stopping" else "stopping")
            case Step():
                self.stepped = monotonic()
            case Finished() | Stopped():
                self.note_outcome()
        return isinstance(event, Started | Step | Epoch | Gradients)

    def note_outcome(self) -> None:
        """A run is over; where it has a twin the trainer is done when both are."""
        if all(run.outcome for run in self.live):
            self.set_state("idle")
        else:
            self.changed.emit()
        self.run_ended.emit()

    def show_end(self, reason: Sentence) -> None:
        """The worker is gone; start another for next time unless it was sent away."""
        was_busy = self.is_busy()
        said_hello = self.hello is not None
        self.hello = self.waiting = None
        self.set_state("gone")
        if not reason:
            return
        self.message = reason
        self.advice = Sentence("\n".join(list(self.process.log)[-12:]))
        if said_hello:  # one that dies before it speaks would die again
            self.warm_up()
        self.changed.emit()
        if was_busy:
            self.run_ended.emit()

    def check_pulse(self) -> None:
        """Say when the worker is slow or does not answer; it is never ended unasked."""
        now, before = monotonic(), self.trouble
        if self.state in ("running", "stopping") and now - self.heard > SILENT:
            self.trouble = self.tr("not responding")
        elif self.state == "running" and now - self.stepped > SLOW:
            self.trouble = self.tr("no step for {n} s").format(n=int(now - self.stepped))
        else:
            self.trouble = ""
        if self.trouble != before or self.state == "paused":
            self.changed.emit()
