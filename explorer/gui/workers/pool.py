"""WorkerPool: the workers, which of them are free, and which one is shown. No widgets.

There is one run per device, each with a worker of its own. One worker is started with the window and kept warm; others
are added when there is a run for them and removed when there is none. The panel shows and controls the run of the shown
worker.
"""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from explorer.architecture.design import Design
from explorer.gui.document import title_of
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.process import WorkerProcess
from explorer.gui.workers.queue import Queue
from explorer.gui.workers.worker import Asker, WorkerClient
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import AddEpochs, ChangeRate, Train
from explorer.runs.devices import candidates
from explorer.runs.events import Hello
from explorer.runs.folder.run import RunState
from explorer.runs.folder.survey import find_run
from explorer.runs.questions.question import Probe, Question
from explorer.sentences import Sentence, translatable
from explorer.validation import Refused

if TYPE_CHECKING:
    from explorer.gui.workers.curves import Curves
    from explorer.runs.folder.run import Run


class WorkerPool(QObject):
    """All workers; `changed`, `progressed` and `run_ended` are emitted when any of them emits its own.

    `changed` is also emitted when another worker is shown, `emptied` when the last worker has ended. `runs_changed` is
    emitted when new runs go into another folder. `failures` are those that the shown worker does not report; they are
    kept until the user starts something.
    """

    changed = Signal()
    progressed = Signal()
    run_ended = Signal()
    runs_changed = Signal()
    emptied = Signal()

    def __init__(self, runs: Path, process: WorkerProcess | None = None) -> None:
        super().__init__()
        self.runs = runs
        self.queue = Queue()
        self.failures: tuple[Sentence, ...] = ()
        self.workers: list[WorkerClient] = []
        self._leaving: list[WorkerClient] = []
        self._restarts: list[tuple[WorkerClient, Train]] = []  # what follows when a worker has stopped
        self.is_closing = False
        self.shown = self.add(process or WorkerProcess())
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._start_waiting)

    def add(self, process: WorkerProcess) -> WorkerClient:
        """Add a worker around `process`, which is not started yet, and return it."""
        worker = WorkerClient(self.runs, process)
        worker.changed.connect(self._note_change)
        worker.progressed.connect(self.progressed)
        worker.run_ended.connect(self._note_end)
        worker.process.ended.connect(self._note_exit)
        self.workers.append(worker)
        return worker

    @property
    def hello(self) -> Hello | None:
        """What a worker has said of this machine; None until one has."""
        return next((worker.hello for worker in self.workers if worker.hello), None)

    @property
    def live(self) -> tuple[LiveRun, ...]:
        """Every current run, and those of the shown worker even if they have ended."""
        shown = [worker for worker in self.workers if worker is self.shown or worker.is_busy()]
        return tuple(run for worker in shown for run in worker.live)

    @property
    def busy(self) -> list[WorkerClient]:
        """The workers with a current run."""
        return [worker for worker in self.workers if worker.is_busy()]

    def state_of(self, run: "Run") -> RunState:
        """Return the state of a run: a current one's as its worker reports it, else as it stands in its folder."""
        current = (live for worker in self.busy for live in worker.live if live.id == run.id and not live.outcome)
        live = next(current, None)
        if live is None:
            return run.state
        return RunState.PAUSED if live.paused else RunState.RUNNING

    # Devices

    def device_of(self, worker: WorkerClient) -> str:
        """Return the device of the worker's run, current or last, as torch calls it; empty if it had none."""
        return candidates(worker.live[0].recipe.device, self.hello)[0] if worker.live else ""

    def free_device(self, device: str) -> str:
        """Return a device without a run that a recipe's `device` may mean; empty while there is none."""
        if self.hello is None:  # the devices are unknown, so count on one only
            return "" if self.busy else device
        taken = [self.device_of(worker) for worker in self.busy]
        return next((candidate for candidate in candidates(device, self.hello) if candidate not in taken), "")

    def _placed_device(self, device: str) -> str:
        """Return the free device if a worker would choose another one for `device`, else `device` itself."""
        free_device = self.free_device(device)
        return free_device if free_device and free_device != candidates(device, self.hello)[0] else device

    def warm_up(self) -> None:
        """Start the first worker, so that torch is loaded when it is wanted."""
        self.workers[0].warm_up()

    # What the user asks for

    def start(self, order: Train) -> None:
        """Start the run and show it if its device is free; otherwise add it to the queue."""
        self.failures = ()
        if self.free_device(order.recipe.device):
            self._start_order(order, shown=True)
        else:
            self.queue.add(order)

    def start_trial(self, order: Train) -> WorkerClient:
        """Start a run of a study, whose device is free, and return its worker; it is shown if no run is."""
        if not self.shown.is_busy():
            self._keep_failure(self.shown)
        return self._start_order(order, shown=False)

    def resume_run(self, run: "Run", curves: "Curves", epochs: int | None = None, shown: bool = True) -> WorkerClient:
        """Resume a run on a free device, until `epochs` if given; show it if `shown` or if no other run is."""
        if shown:
            self.failures = ()
        device = self._placed_device(run.recipe.device)
        worker = self._pick_worker(device)
        if shown or not self.shown.is_busy():
            self.shown = worker
        worker.resume_run(run, curves, None if device == run.recipe.device else device, epochs)
        return worker

    def can_resume(self) -> bool:
        """Whether the shown run can be resumed, on a device that is free."""
        run = self.shown.run
        return run is not None and self.shown.can_resume() and bool(self.free_device(run.recipe.device))

    def resume_shown(self, epochs: int | None = None) -> None:
        """Resume the shown run, until `epochs` if given."""
        live = self.shown.run
        assert live
        try:
            self.resume_run(find_run(live.id, self.runs), live.curves, epochs)
        except Refused as refused:
            self.shown.message = refused.sentence
            self._note_change()

    def forget_refusal(self) -> None:
        """Forget that the shown worker refused an order, as `WorkerClient.forget_refusal` does."""
        self.shown.forget_refusal()

    def use_runs(self, runs: Path) -> None:
        """Keep new runs below the folder `runs`; those that train or wait stay where they were ordered."""
        self.runs = runs
        for worker in self.workers:
            worker.runs = runs
        self.runs_changed.emit()

    def release_queue(self) -> None:
        """Let queued runs start by themselves again."""
        self.queue.release()
        self._start_waiting()

    def show_worker(self, worker: WorkerClient) -> None:
        """Show and control the run of `worker`."""
        self.shown = worker
        self._note_change()
        self.progressed.emit()

    def pause(self) -> None:
        self.shown.pause()

    def unpause(self) -> None:
        self.shown.unpause()

    def step_once(self) -> None:
        self.shown.step_once()

    def change_rate(self, factor: float) -> None:
        """Multiply the learning rate of the shown run by `factor` from now on."""
        self.shown.control(ChangeRate(factor))

    def can_add_epochs(self) -> bool:
        """Whether the shown run trains, or has ended and can be resumed alone on a device that is free."""
        live, run = self.shown.live, self.shown.run
        if self.shown.state in (WorkerState.RUNNING, WorkerState.PAUSED):
            return True
        is_over = run is not None and run.started is not None and not self.shown.is_busy()
        return is_over and len(live) == 1 and bool(self.free_device(live[0].recipe.device))

    def add_epochs(self, count: int) -> None:
        """Train the shown run for `count` epochs more; one that has ended is resumed."""
        assert self.shown.run
        if self.shown.is_busy():
            self.shown.control(AddEpochs(count))
        else:
            self.resume_shown(self.shown.run.recipe.epochs + count)

    def restart(self, design: Design) -> None:
        """Stop the shown run, with a checkpoint, and then train `design` as that was trained."""
        worker = self.shown
        assert worker.run
        order = worker.order or Train(design=design, recipe=worker.run.recipe, runs=self.runs)
        self._restarts.append(
            (worker, replace(order, design=design, weights=None, grown=(), anyway=False, again="", trial=None))
        )
        worker.stop()

    def stop(self) -> None:
        """Stop the shown run and hold the queue: its next run shall not start at once in place of the stopped one."""
        self.queue.hold()
        self.shown.stop()

    # Runs

    def _start_order(self, order: Train, shown: bool) -> WorkerClient:
        """Let a free worker train on a free device, and return it."""
        device = self._placed_device(order.recipe.device)
        worker = self._pick_worker(device)
        if shown or not self.shown.is_busy():
            self.shown = worker
        worker.start(replace(order.on_device(device), threads=saved_threads()))
        return worker

    def _pick_worker(self, device: str) -> WorkerClient:
        """Return a worker without a run: preferably one whose process runs, then one that last used `device`."""
        wanted = candidates(device, self.hello)[0]
        free = [worker for worker in self.workers if not worker.is_busy()]
        if not free:
            return self.add(WorkerProcess(launch=self.workers[0].process.launch))
        return min(free, key=lambda worker: (worker.state is WorkerState.GONE, self.device_of(worker) != wanted))

    def _start_waiting(self) -> None:
        """Start what takes the place of a stopped run, and the queued runs whose devices are free.

        Then remove the workers that are not needed.
        """
        for worker, order in [each for each in self._restarts if not (each[0].is_busy() or self.is_closing)]:
            self._restarts.remove((worker, order))
            self.start(order)
        while not (self.queue.held or self.is_closing):
            free = [bool(self.free_device(order.recipe.device)) for order in self.queue.orders]
            if True not in free:
                break
            order = self.queue.remove(free.index(True))
            if not self.shown.is_busy():
                self._keep_failure(self.shown)
            self._start_order(order, shown=False)
        for worker in self.workers[1:]:
            if worker is not self.shown and not worker.is_busy() and not self.is_closing:
                self.remove(worker)

    def remove(self, worker: WorkerClient) -> None:
        self.workers.remove(worker)
        self._leaving.append(worker)
        worker.shut_down()
        self._note_exit()

    def _keep_failure(self, worker: WorkerClient) -> None:
        """Keep the reason why the worker's run failed, for the shown worker does not tell it."""
        if worker.has_failed():
            self.note_failure(title_of(worker.live[0].design), worker.message)

    def note_failure(self, name: str, reason: Sentence) -> None:
        """Keep the reason why what is called `name` could not be trained."""
        failure = Sentence(translatable("{run}: {reason}"), {"run": name, "reason": reason})
        if failure not in self.failures:
            self.failures = (*self.failures, failure)
            self.changed.emit()

    def _note_end(self) -> None:
        worker = self.sender()
        assert isinstance(worker, WorkerClient)
        if worker is not self.shown:
            self._keep_failure(worker)
        if worker.state is WorkerState.GONE:  # it ended before it said hello, as the next one would
            self.queue.hold()
        self.run_ended.emit()

    def _note_change(self) -> None:
        self._soon.start()  # later, so that listeners see a run that has ended before the next takes its place
        self.changed.emit()

    # Questions

    @property
    def idle_worker(self) -> WorkerClient:
        """The worker that would be asked a question: an idle one if there is any, else the shown one."""
        return next((worker for worker in self.workers if worker.state is WorkerState.IDLE), self.shown)

    def _best_worker(self, question: Question) -> WorkerClient | None:
        """Return the worker to ask: that of the run in question, else an idle one, else one that trains."""

        def rank(worker: WorkerClient) -> tuple[bool, bool]:
            ids = [run.id for run in worker.live if run.is_under_way]
            is_own = isinstance(question, Probe) and Path(question.run).name in ids
            return not is_own, worker.state is not WorkerState.IDLE

        return min((worker for worker in self.workers if worker.can_answer(question)), key=rank, default=None)

    def ask(self, asker: Asker) -> WorkerClient | None:
        """Ask a worker, on a free device if there is one; return that worker, or None if none would answer."""
        question = asker.question
        worker = self._best_worker(question)
        if self.is_closing or worker is None:
            return None
        device = self._placed_device(question.recipe.device)
        worker.ask(asker, replace(question, recipe=question.recipe.change(device=device)))
        return worker

    def busy_reason(self) -> str:
        """Return why no worker would answer every question now; empty if one would."""
        return self.idle_worker.busy_reason()

    def probe_obstacle(self) -> str:
        """Return why no worker would answer a probe now, which one that trains would; empty if one would."""
        trains = any(worker.state in (WorkerState.RUNNING, WorkerState.PAUSED) for worker in self.workers)
        return "" if trains else self.busy_reason()

    def run_of(self, design: Design) -> LiveRun | None:
        """Return a run of `design` that is under way, preferably the shown worker's; None if there is none."""
        workers = sorted(self.busy, key=lambda worker: worker is not self.shown)
        runs = (run for worker in workers for run in worker.live)
        return next((run for run in runs if run.is_under_way and run.design == design), None)

    # Starting and ending

    def is_running(self) -> bool:
        """Whether any worker process runs."""
        return any(worker.process.is_running() for worker in (*self.workers, *self._leaving))

    def shut_down(self) -> None:
        """Start no more runs and end every worker, as `WorkerClient.shut_down` does; the window closes."""
        self.is_closing = True
        for worker in self.workers:
            worker.shut_down()

    def _note_exit(self) -> None:
        self._leaving = [worker for worker in self._leaving if worker.process.is_running()]
        if not self.is_running():
            self.emptied.emit()


def saved_threads() -> int:
    """Return the number of threads that the user has set for every run, 0 for one per free core."""
    text = str(QSettings().value("threads", ""))
    return int(text) if text.isdecimal() else 0
