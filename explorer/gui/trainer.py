"""Trainer: the run under way, the worker behind it, and what the worker said. No widgets.

One worker is started with the window and kept warm. The state is always one of `STATES`; what a person may do follows
from it alone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.architecture.design import Design
from explorer.gui.process import PATIENCE, WorkerProcess
from explorer.runs.commands import Command, Continue, Control, Pause, Question, Resume, StepOnce, Stop, Train
from explorer.runs.events import (
    Epoch,
    Event,
    Failed,
    Finished,
    Heartbeat,
    Hello,
    Paused,
    Result,
    Resumed,
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


def empty_curves() -> "Curves":
    from explorer.gui.curves import Curves  # with numpy, which the window's first paint need not wait for

    return Curves()


@dataclass
class LiveRun:
    """The run on the plots while it goes on and after it."""

    design: Design
    recipe: Recipe
    id: str = ""
    started: Started | None = None
    curves: "Curves" = field(default_factory=empty_curves)
    step: Step | None = None
    epoch: Epoch | None = None
    outcome: Finished | Stopped | Failed | None = None
    first_step: tuple[int, float] | None = None  # step and time from which the time left is reckoned

    def take(self, event: Event) -> None:
        self.curves.take(event)
        match event:
            case Started():
                self.started, self.id = event, event.run
            case Step():
                self.step = event
                self.first_step = self.first_step or (event.step, monotonic())
            case Epoch():
                self.epoch = event
            case Finished() | Stopped():
                self.outcome = event

    @property
    def total(self) -> int:
        """Steps of the whole run, 0 before it started."""
        return self.started.steps_per_epoch * self.started.epochs if self.started else 0

    def seconds_left(self) -> float | None:
        """By the pace since the first step; None until there is one."""
        if not self.step or not self.first_step or self.step.step <= self.first_step[0]:
            return None
        pace = (monotonic() - self.first_step[1]) / (self.step.step - self.first_step[0])
        return pace * (self.total - self.step.step)


class Trainer(QObject):
    """`changed`: state or message; `progressed`: new points; `run_ended`: see the list.

    `answered` carries a question's number and what came back: its values, or the `reason` why there are none.
    """

    changed = Signal()
    progressed = Signal()
    answered = Signal(int, dict)
    run_ended = Signal()

    def __init__(self, runs: Path, process: WorkerProcess | None = None) -> None:
        super().__init__()
        self.runs = runs
        self.state = "gone"
        self.hello: Hello | None = None
        self.run: LiveRun | None = None
        self.message = ""
        self.advice = ""
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

    def say(self, message: str, advice: str = "") -> None:
        """Tell the person something about training, until something newer."""
        self.message, self.advice = message, advice
        self.changed.emit()

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

    def start(self, design: Design, recipe: Recipe) -> None:
        self.run = LiveRun(design, recipe)
        self.begin(Train(design, recipe, self.runs))

    def resume_run(self, run: "Run", curves: "Curves") -> None:
        """Go on with a run from its checkpoint; `curves` are what it has so far."""
        self.run = LiveRun(run.design, run.recipe, run.id, curves=curves)
        self.begin(Continue(str(run.folder), self.runs))

    def begin(self, command: Command) -> None:
        """Send `command` now, or as soon as a worker says hello."""
        self.message = self.advice = ""
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

    def take_all(self, events: Iterable[Event]) -> None:
        points = False
        self.heard = monotonic()
        for event in events:
            points |= self.take(event)
        if points:
            self.progressed.emit()

    def take(self, event: Event) -> bool:
        """Note an event; True if the plots have something new."""
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
                self.message, self.advice = event.reason, event.advice
                if self.run:
                    self.run.outcome = event
                self.end()
            case Failed():
                self.answered.emit(event.id, {"reason": event.reason})
            case Warned():
                self.message = event.reason
                self.changed.emit()
            case Heartbeat():
                if self.trouble:
                    self.check_pulse()
            case _ if self.run:
                return self.take_of_run(event, self.run)
        return False

    def take_of_run(self, event: Event, run: LiveRun) -> bool:
        run.take(event)
        match event:
            case Started() | Resumed():
                self.set_state("running" if self.state != "stopping" else "stopping")
            case Paused():
                run.first_step = None
                self.set_state("paused" if self.state != "stopping" else "stopping")
            case Step():
                self.stepped = monotonic()
            case Finished() | Stopped():
                self.end()
        return isinstance(event, Started | Step | Epoch)

    def end(self) -> None:
        self.set_state("idle")
        self.run_ended.emit()

    def show_end(self, reason: str) -> None:
        """The worker is gone; start another for next time unless it was sent away."""
        was_busy = self.is_busy()
        said_hello = self.hello is not None
        self.hello = self.waiting = None
        self.set_state("gone")
        if not reason:
            return
        self.message = reason
        self.advice = "\n".join(list(self.process.log)[-12:])
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
