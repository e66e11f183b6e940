"""`bench busy`: the window's training beside other work on the machine, as it was before cores were tried, and now.

Before, a run had a thread per core at nice 10, whatever else went on. Both ways are measured in turns in one run, since
only their ratios say something on a machine that others use as well.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from explorer.architecture.design import Design
from explorer.architecture.presets import DEFAULT, preset
from explorer.bench.disturbance import Disturbance, cpu_seconds
from explorer.bench.window.lateness import timer_lateness
from explorer.bench.window.measuring import figures, run_apart, wait, wait_complete
from explorer.gui.app import make_application
from explorer.gui.display import check_start
from explorer.gui.session import Session
from explorer.gui.workers.process import WorkerProcess
from explorer.gui.workers.worker import WorkerClient
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import Train
from explorer.runs.launch import launch_local
from explorer.runs.recipe import Recipe

BUDGET = 300.0  # seconds for everything
_OPENING = 30.0  # of these are for the windows and their workers
_SETTLING, _SHORTEST = 4.0, 2.0  # seconds of a turn before it is measured, and at least measured
_FIRST_STEP = 60.0  # seconds: before, a step could take many
_NICE_BEFORE = 10
_WORKER_BEFORE = f"""
import os, sys
from pathlib import Path
from explorer.engine import worker
worker.lower_priority = lambda: os.nice({_NICE_BEFORE})
sys.exit(worker.serve(Path(sys.argv[1])))
"""
_LOOP = """
import os, sys
os.nice(int(sys.argv[1]))
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(10**6):
        pass
"""


@dataclass(frozen=True, slots=True)
class Case:
    """What goes on beside a training: a `loop` on how many cores, at the nice value of others or of the worker."""

    loops: int = 0
    own_nice: bool = False
    trainings: int = 1


def cases(cores: int) -> dict[str, Case]:
    return {
        "alone": Case(),
        "beside_a_loop": Case(loops=1),
        "beside_a_loop_per_core": Case(loops=cores),
        "beside_a_loop_per_core_of_its_nice": Case(loops=cores, own_nice=True),
        "two_at_once": Case(trainings=2),
    }


@dataclass
class _Trained:
    """A worker's run as it is measured: when which step came."""

    worker: WorkerClient
    seen: list[tuple[float, int]] = field(default_factory=list)

    def note(self) -> None:
        step = self.worker.run.step if self.worker.run else None
        if step and (not self.seen or self.seen[-1][1] != step.step):
            self.seen.append((time.monotonic(), step.step))

    def rate(self, batch_size: int) -> float:
        """Return images per second between the first and the last step seen."""
        (start, first), (end, last) = self.seen[0], self.seen[-1]
        return batch_size * (last - first) / (end - start)


class _Way:
    """A window whose worker trains in one of both ways, and a second worker that trains beside it."""

    def __init__(self, name: str, runs: Path, threads: int) -> None:
        self.name, self._runs, self._threads = name, runs, threads
        self.session = Session(preset(DEFAULT), runs, process=self._process())
        self.session.window.show()
        wait_complete(self.session)
        self.second = WorkerClient(runs, self._process())
        self.second.warm_up()
        self.workers = (self.session.pool.workers[0], self.second)
        wait(lambda: all(worker.state is WorkerState.IDLE for worker in self.workers))

    def _process(self) -> WorkerProcess:
        if self.name == "now":
            return WorkerProcess(launch=launch_local(("worker", "--runs", str(self._runs))))
        launch = launch_local()
        return WorkerProcess(launch=launch._replace(arguments=("-c", _WORKER_BEFORE, str(self._runs))))

    def measure(self, case: Case, design: Design, seconds: float) -> dict[str, object]:
        """Train beside what the case wants, and return the figures of `seconds`."""
        recipe = Recipe(device="cpu", epochs=100_000)
        trained = [_Trained(worker) for worker in self.workers[: case.trainings]]
        with Disturbance() as disturbance, _loops(case.loops, self._nice() if case.own_nice else 0):
            for each in trained:
                each.worker.progressed.connect(each.note)
                each.worker.start(Train(design=design, recipe=recipe, runs=self._runs, threads=self._threads))
            wait(lambda: all(each.seen for each in trained), _FIRST_STEP + _SETTLING)
            settled = time.monotonic() + _SETTLING
            wait(lambda: time.monotonic() > settled)
            found = self._figures(trained, recipe, seconds)
        for each in trained:
            each.worker.progressed.disconnect(each.note)
            each.worker.stop()
        wait(lambda: not any(each.worker.is_busy() for each in trained))
        return {**found, **disturbance.figures()}

    def _figures(self, trained: list[_Trained], recipe: Recipe, seconds: float) -> dict[str, object]:
        for each in trained:
            each.seen = each.seen[-1:]
        processes = [each.worker.process.process.processId() for each in trained]
        start, before = time.monotonic(), list(map(cpu_seconds, processes))
        late = timer_lateness(seconds)
        wait(lambda: all(len(each.seen) > 1 for each in trained), _FIRST_STEP)
        passed, after = time.monotonic() - start, list(map(cpu_seconds, processes))
        rate = sum(each.rate(recipe.batch_size) for each in trained)
        work = [end - begin for begin, end in zip(before, after, strict=True) if begin is not None and end is not None]
        threads = [run.threads.threads for each in trained if (run := each.worker.run) and run.threads]
        return {
            "images_per_second": round(rate, 1),
            "images_per_cpu_second": round(rate * passed / sum(work), 1) if sum(work) else "unknown",
            "threads": threads,
            "lateness_p99_ms": figures(late)["p99_ms"],
        }

    def _nice(self) -> int:
        """Return the nice value of the worker relative to this process's."""
        process = self.workers[0].process.process.processId()
        return os.getpriority(os.PRIO_PROCESS, process) - os.getpriority(os.PRIO_PROCESS, 0)

    def close(self) -> None:
        self.session.end()
        self.session.window.hide()
        self.second.shut_down()
        wait(lambda: not any(worker.process.is_running() for worker in self.workers))


@contextmanager
def _loops(count: int, nice: int) -> Iterator[None]:
    """Keep so many processes busy; they end with this one, however it ends."""
    loops = [subprocess.Popen([sys.executable, "-c", _LOOP, str(nice)]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def bench_busy(budget: float = BUDGET) -> dict[str, object]:
    """Measure images per second and per CPU second and the window's lateness in every case, before and now."""
    check_start()
    make_application()
    design = preset(DEFAULT).change(input=(1, 28, 28))
    cores = _cores()
    measured: dict[str, dict[str, dict[str, object]]] = {}
    with TemporaryDirectory() as runs, ExitStack() as stack:
        ways = []
        for name, threads in (("before", cores), ("now", 0)):
            ways.append(_Way(name, Path(runs), threads))
            stack.callback(ways[-1].close)
        turns = len(cases(cores)) * len(ways)
        seconds = max(_SHORTEST, (budget - _OPENING) / turns - _SETTLING)
        for case_name, case in cases(cores).items():
            for way in ways:
                print(f"bench busy: {case_name} {way.name}, {seconds:.0f} s", file=sys.stderr, flush=True)
                measured.setdefault(case_name, {})[way.name] = way.measure(case, design, seconds)
    return {"cores": cores, **measured, "of_alone": _of_alone(measured)}


def _cores() -> int:
    """Return the number of threads that torch uses by itself, asked of another process: the window has no torch."""
    return int(run_apart("-c", "import torch; print(torch.get_num_threads())"))


def _of_alone(measured: dict[str, dict[str, dict[str, object]]]) -> dict[str, dict[str, dict[str, object]]]:
    """Return the figures of each case relative to those of a training that is alone, in the same way."""

    def ratio(case: str, way: str, what: str) -> object:
        value, alone = measured[case][way][what], measured["alone"][way][what]
        return round(value / alone, 3) if isinstance(value, float) and isinstance(alone, float) else "unknown"

    speeds = ("images_per_second", "images_per_cpu_second")
    found = {
        case: {way: {what: ratio(case, way, what) for what in speeds} for way in ways}
        for case, ways in measured.items()
        if case != "alone"
    }
    now, before = (measured["alone"][way]["images_per_second"] for way in ("now", "before"))
    assert isinstance(now, float)
    assert isinstance(before, float)
    return {**found, "alone": {"now": {"images_per_second_of_before": round(now / before, 3)}}}
