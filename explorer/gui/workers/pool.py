"""Crew: the trainers that there are, which of them has time, and which one is in front. No widgets.

One run a device, each with a worker of its own. One worker is started with the window and kept warm; others come when
there is a run for them and go when there is none. The one in front is that whose run the panel shows and controls.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.gui.document import title_of
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.process import WorkerProcess
from explorer.gui.workers.queue import Queue
from explorer.gui.workers.worker import Asker, Trainer
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import Train
from explorer.runs.events import Hello
from explorer.sentences import QT_TRANSLATE_NOOP, Sentence

if TYPE_CHECKING:
    from explorer.gui.workers.curves import Curves
    from explorer.runs.folder import Run


class Crew(QObject):
    """`changed`, `progressed` and `run_ended` as a trainer's, of any of them.

    `changed` also when another is in front, `emptied` when the last worker has gone. `mishaps` are the failures that
    no trainer in front tells of, until a person starts something.
    """

    changed = Signal()
    progressed = Signal()
    run_ended = Signal()
    emptied = Signal()

    def __init__(self, runs: Path, process: WorkerProcess | None = None) -> None:
        super().__init__()
        self.runs = runs
        self.queue = Queue()
        self.mishaps: tuple[Sentence, ...] = ()
        self.trainers: list[Trainer] = []
        self.leaving: list[Trainer] = []
        self.closing = False
        self.front = self.hire(process or WorkerProcess())
        self.soon = QTimer(self, interval=0, singleShot=True)
        self.soon.timeout.connect(self.serve)

    def hire(self, process: WorkerProcess) -> Trainer:
        """One more trainer, whose worker is not started yet."""
        made = Trainer(self.runs, process)
        made.changed.connect(self.note_change)
        made.progressed.connect(self.progressed)
        made.run_ended.connect(self.note_end)
        made.process.ended.connect(self.note_exit)
        self.trainers.append(made)
        return made

    @property
    def hello(self) -> Hello | None:
        """What is known of this machine, as soon as a worker has said it."""
        return next((each.hello for each in self.trainers if each.hello), None)

    @property
    def live(self) -> tuple[LiveRun, ...]:
        """Every run under way, and what is in front even if it has ended."""
        shown = [each for each in self.trainers if each is self.front or each.is_busy()]
        return tuple(run for each in shown for run in each.live)

    @property
    def busy(self) -> list[Trainer]:
        """Those with a run under way."""
        return [each for each in self.trainers if each.is_busy()]

    # Devices

    def device_of(self, trainer: Trainer) -> str:
        """Where its run is, or was, as torch calls it."""
        return meanings(trainer.live[0].recipe.device, self.hello)[0] if trainer.live else ""

    def room(self, device: str) -> str:
        """A device without a run that a recipe's `device` may mean; empty while there is none."""
        if self.hello is None:  # then there may be but one
            return "" if self.busy else device
        taken = [self.device_of(each) for each in self.busy]
        return next((each for each in meanings(device, self.hello) if each not in taken), "")

    def named(self, device: str) -> str:
        """The free device to name to a worker that would choose another for `device`, or `device` as it is."""
        room = self.room(device)
        return room if room and room != meanings(device, self.hello)[0] else device

    # What a person wants

    def start(self, order: Train) -> None:
        """Train now, in front, if there is a device without a run, else when the order's turn has come."""
        self.mishaps = ()
        if self.room(order.recipe.device):
            self.begin(order, in_front=True)
        else:
            self.queue.add(order)

    def resume_run(self, run: "Run", curves: "Curves") -> None:
        """Go on with a run, in front, on a device without one."""
        self.mishaps = ()
        device = self.named(run.recipe.device)
        self.front = self.pick(device)
        self.front.resume_run(run, curves, None if device == run.recipe.device else device)

    def go_on(self) -> None:
        """What waits begins by itself again."""
        self.queue.go_on()
        self.serve()

    def bring_forward(self, trainer: Trainer) -> None:
        """Show and control the run of this one."""
        self.front = trainer
        self.note_change()
        self.progressed.emit()

    def pause(self) -> None:
        self.front.pause()

    def resume(self) -> None:
        self.front.resume()

    def step_once(self) -> None:
        self.front.step_once()

    def stop(self) -> None:
        """Stop the run in front; whoever stops one does not want the next to begin in its place at once."""
        self.queue.hold()
        self.front.stop()

    # Runs

    def begin(self, order: Train, in_front: bool) -> None:
        """Let someone who has time train on a device without a run."""
        device = self.named(order.recipe.device)
        trainer = self.pick(device)
        if in_front or not self.front.is_busy():
            self.front = trainer
        trainer.start(replace(order, recipe=order.recipe.change(device=device)))

    def pick(self, device: str) -> Trainer:
        """Someone without a run: rather one who knows the device, rather one whose worker is there."""
        wanted = meanings(device, self.hello)[0]
        free = [each for each in self.trainers if not each.is_busy()]
        if not free:
            return self.hire(WorkerProcess(launch=self.trainers[0].process.launch))
        return min(free, key=lambda each: (each.state is WorkerState.GONE, self.device_of(each) != wanted))

    def serve(self) -> None:
        """Begin what waits and has a device; whoever is not needed may go."""
        while not (self.queue.held or self.closing):
            rooms = [bool(self.room(order.recipe.device)) for order in self.queue.orders]
            if True not in rooms:
                break
            order = self.queue.take(rooms.index(True))
            if not self.front.is_busy():
                self.keep_words(self.front)
            self.begin(order, in_front=False)
        for each in self.trainers[1:]:
            if each is not self.front and not each.is_busy() and not self.closing:
                self.dismiss(each)

    def dismiss(self, trainer: Trainer) -> None:
        self.trainers.remove(trainer)
        self.leaving.append(trainer)
        trainer.shut_down()
        self.note_exit()

    def keep_words(self, trainer: Trainer) -> None:
        """Remember why its run came to nothing, for something else will be shown."""
        if not trainer.has_failed():
            return
        what = QT_TRANSLATE_NOOP("explorer", "{run}: {reason}")
        mishap = Sentence(what, {"run": title_of(trainer.live[0].design), "reason": trainer.message})
        if mishap not in self.mishaps:
            self.mishaps = (*self.mishaps, mishap)

    def note_end(self) -> None:
        trainer = self.sender()
        assert isinstance(trainer, Trainer)
        if trainer is not self.front:
            self.keep_words(trainer)
        if trainer.state is WorkerState.GONE:  # its worker did not even speak, and the next would not either
            self.queue.hold()
        self.run_ended.emit()

    def note_change(self) -> None:
        """Whoever hears of an ending shall see that run before another takes its place."""
        self.soon.start()
        self.changed.emit()

    # Questions

    @property
    def listener(self) -> Trainer:
        """Who would be asked a question: someone who has time, if anyone has."""
        return next((each for each in self.trainers if each.state is WorkerState.IDLE), self.front)

    def ask(self, asker: Asker) -> Trainer | None:
        """Ask someone who has time, on a device without a run if there is one; who that is, or None if nobody has."""
        trainer, question = self.listener, asker.question
        if trainer.state is not WorkerState.IDLE:
            return None
        device = self.named(question.recipe.device)
        trainer.ask(asker, replace(question, recipe=question.recipe.change(device=device)))
        return trainer

    def deafness(self) -> str:
        """Why nobody would answer a question now; empty if somebody would."""
        return self.listener.deafness()

    # Coming and going

    def is_running(self) -> bool:
        """Whether there is a worker."""
        return any(each.process.is_running() for each in (*self.trainers, *self.leaving))

    def shut_down(self) -> None:
        """The window closes: nothing waits any more, and every worker goes as `Trainer.shut_down` says."""
        self.closing = True
        for each in self.trainers:
            each.shut_down()

    def note_exit(self) -> None:
        self.leaving = [each for each in self.leaving if each.process.is_running()]
        if not self.is_running():
            self.emptied.emit()


def meanings(device: str, hello: Hello | None) -> list[str]:
    """The devices that a recipe's `device` may mean here: auto any NVIDIA card, or the fastest if there is none."""
    if device != "auto":
        return [{"cuda": "cuda:0"}.get(device, device)]
    usable = [each.id for each in (hello.devices if hello else ()) if not each.note]
    return [each for each in usable if each.startswith("cuda")] or usable[:1] or [device]
