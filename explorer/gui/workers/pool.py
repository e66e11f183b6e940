"""WorkerPool: the workers that there are, which of them has time, and which one is shown. No widgets.

One run a device, each with a worker of its own. One worker is started with the window and kept warm; others come when
there is a run for them and go when there is none. The one that is shown is that whose run the panel shows and controls.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.gui.document import title_of
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.process import WorkerProcess
from explorer.gui.workers.queue import Queue
from explorer.gui.workers.worker import Asker, WorkerClient
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import Train
from explorer.runs.events import Hello
from explorer.sentences import QT_TRANSLATE_NOOP, Sentence

if TYPE_CHECKING:
    from explorer.gui.workers.curves import Curves
    from explorer.runs.folder import Run


class WorkerPool(QObject):
    """`changed`, `progressed` and `run_ended` as a worker's, of any of them.

    `changed` also when another is shown, `emptied` when the last worker has gone. `failures` are the failures that
    no shown worker tells of, until the user starts something.
    """

    changed = Signal()
    progressed = Signal()
    run_ended = Signal()
    emptied = Signal()

    def __init__(self, runs: Path, process: WorkerProcess | None = None) -> None:
        super().__init__()
        self.runs = runs
        self.queue = Queue()
        self.failures: tuple[Sentence, ...] = ()
        self.workers: list[WorkerClient] = []
        self._leaving: list[WorkerClient] = []
        self._is_closing = False
        self.shown = self.add(process or WorkerProcess())
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._start_waiting)

    def add(self, process: WorkerProcess) -> WorkerClient:
        """One more worker, whose process is not started yet."""
        made = WorkerClient(self.runs, process)
        made.changed.connect(self._note_change)
        made.progressed.connect(self.progressed)
        made.run_ended.connect(self._note_end)
        made.process.ended.connect(self._note_exit)
        self.workers.append(made)
        return made

    @property
    def hello(self) -> Hello | None:
        """What is known of this machine, as soon as a worker has said it."""
        return next((each.hello for each in self.workers if each.hello), None)

    @property
    def live(self) -> tuple[LiveRun, ...]:
        """Every run under way, and what is shown even if it has ended."""
        shown = [each for each in self.workers if each is self.shown or each.is_busy()]
        return tuple(run for each in shown for run in each.live)

    @property
    def busy(self) -> list[WorkerClient]:
        """Those with a run under way."""
        return [each for each in self.workers if each.is_busy()]

    # Devices

    def device_of(self, worker: WorkerClient) -> str:
        """Where its run is, or was, as torch calls it."""
        return candidates(worker.live[0].recipe.device, self.hello)[0] if worker.live else ""

    def free_device(self, device: str) -> str:
        """A device without a run that a recipe's `device` may mean; empty while there is none."""
        if self.hello is None:  # then there may be but one
            return "" if self.busy else device
        taken = [self.device_of(each) for each in self.busy]
        return next((each for each in candidates(device, self.hello) if each not in taken), "")

    def _placed_device(self, device: str) -> str:
        """The free device to name to a worker that would choose another for `device`, or `device` as it is."""
        free_device = self.free_device(device)
        return free_device if free_device and free_device != candidates(device, self.hello)[0] else device

    def warm_up(self) -> None:
        """Start the first worker, so that torch is loaded when it is wanted."""
        self.workers[0].warm_up()

    # What a person wants

    def start(self, order: Train) -> None:
        """Train now, and show it, if there is a device without a run, else when the order's turn has come."""
        self.failures = ()
        if self.free_device(order.recipe.device):
            self._start_order(order, shown=True)
        else:
            self.queue.add(order)

    def resume_run(self, run: "Run", curves: "Curves") -> None:
        """Go on with a run, and show it, on a device without one."""
        self.failures = ()
        device = self._placed_device(run.recipe.device)
        self.shown = self._pick_worker(device)
        self.shown.resume_run(run, curves, None if device == run.recipe.device else device)

    def release_queue(self) -> None:
        """What waits begins by itself again."""
        self.queue.release()
        self._start_waiting()

    def show_worker(self, worker: WorkerClient) -> None:
        """Show and control the run of this one."""
        self.shown = worker
        self._note_change()
        self.progressed.emit()

    def pause(self) -> None:
        self.shown.pause()

    def unpause(self) -> None:
        self.shown.unpause()

    def step_once(self) -> None:
        self.shown.step_once()

    def stop(self) -> None:
        """Stop the shown run; whoever stops one does not want the next to begin in its place at once."""
        self.queue.hold()
        self.shown.stop()

    # Runs

    def _start_order(self, order: Train, shown: bool) -> None:
        """Let someone who has time train on a device without a run."""
        device = self._placed_device(order.recipe.device)
        worker = self._pick_worker(device)
        if shown or not self.shown.is_busy():
            self.shown = worker
        worker.start(replace(order, recipe=order.recipe.change(device=device)))

    def _pick_worker(self, device: str) -> WorkerClient:
        """Someone without a run: rather one who knows the device, rather one whose worker is there."""
        wanted = candidates(device, self.hello)[0]
        free = [each for each in self.workers if not each.is_busy()]
        if not free:
            return self.add(WorkerProcess(launch=self.workers[0].process.launch))
        return min(free, key=lambda each: (each.state is WorkerState.GONE, self.device_of(each) != wanted))

    def _start_waiting(self) -> None:
        """Begin what waits and has a device; whoever is not needed may go."""
        while not (self.queue.held or self._is_closing):
            free = [bool(self.free_device(order.recipe.device)) for order in self.queue.orders]
            if True not in free:
                break
            order = self.queue.remove(free.index(True))
            if not self.shown.is_busy():
                self._keep_failure(self.shown)
            self._start_order(order, shown=False)
        for each in self.workers[1:]:
            if each is not self.shown and not each.is_busy() and not self._is_closing:
                self.remove(each)

    def remove(self, worker: WorkerClient) -> None:
        self.workers.remove(worker)
        self._leaving.append(worker)
        worker.shut_down()
        self._note_exit()

    def _keep_failure(self, worker: WorkerClient) -> None:
        """Remember why its run came to nothing, for something else will be shown."""
        if not worker.has_failed():
            return
        what = QT_TRANSLATE_NOOP("explorer", "{run}: {reason}")
        failure = Sentence(what, {"run": title_of(worker.live[0].design), "reason": worker.message})
        if failure not in self.failures:
            self.failures = (*self.failures, failure)

    def _note_end(self) -> None:
        worker = self.sender()
        assert isinstance(worker, WorkerClient)
        if worker is not self.shown:
            self._keep_failure(worker)
        if worker.state is WorkerState.GONE:  # its worker did not even speak, and the next would not either
            self.queue.hold()
        self.run_ended.emit()

    def _note_change(self) -> None:
        """Whoever hears of an ending shall see that run before another takes its place."""
        self._soon.start()
        self.changed.emit()

    # Questions

    @property
    def idle_worker(self) -> WorkerClient:
        """Who would be asked a question: someone who has time, if anyone has."""
        return next((each for each in self.workers if each.state is WorkerState.IDLE), self.shown)

    def ask(self, asker: Asker) -> WorkerClient | None:
        """Ask someone who has time, on a device without a run if there is one; who that is, or None if nobody has."""
        worker, question = self.idle_worker, asker.question
        if self._is_closing or worker.state is not WorkerState.IDLE:
            return None
        device = self._placed_device(question.recipe.device)
        worker.ask(asker, replace(question, recipe=question.recipe.change(device=device)))
        return worker

    def busy_reason(self) -> str:
        """Why nobody would answer a question now; empty if somebody would."""
        return self.idle_worker.busy_reason()

    # Coming and going

    def is_running(self) -> bool:
        """Whether there is a worker."""
        return any(each.process.is_running() for each in (*self.workers, *self._leaving))

    def shut_down(self) -> None:
        """The window closes: nothing waits any more, and every worker goes as `WorkerClient.shut_down` says."""
        self._is_closing = True
        for each in self.workers:
            each.shut_down()

    def _note_exit(self) -> None:
        self._leaving = [each for each in self._leaving if each.process.is_running()]
        if not self.is_running():
            self.emptied.emit()


def candidates(device: str, hello: Hello | None) -> list[str]:
    """The devices that a recipe's `device` may mean here: auto any NVIDIA card, or the fastest if there is none."""
    if device != "auto":
        return [{"cuda": "cuda:0"}.get(device, device)]
    usable = [each.id for each in (hello.devices if hello else ()) if not each.note]
    return [each for each in usable if each.startswith("cuda")] or usable[:1] or [device]
