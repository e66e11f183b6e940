"""SideBySide: several runs trained in one process, each on its own cores where possible, else by turns. No Qt.

A second thread hardly speeds up a step of a thin network; two runs on one core each take half the time of one after the
other. An accelerator computes one step at a time in any case. No more than four are trained at once; each of the others
begins when one has ended.
"""

from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from types import TracebackType

import torch

from explorer.engine.devices import available_memory
from explorer.engine.kernels.plain_arithmetic import arithmetic_of
from explorer.engine.runs.run_in_progress import RunInProgress
from explorer.engine.training.memory import memory_needed
from explorer.runs.commands import Change, Control
from explorer.runs.events import Event
from explorer.runs.sides import MAX_AT_ONCE

LEAD = 4  # steps that one run may be ahead of the slowest


class SideBySide:
    """Runs that advance together: `with SideBySide(runs) as side_by_side: side_by_side.next()` until all have ended."""

    def __init__(self, runs: Sequence[RunInProgress]) -> None:
        self.runs = runs
        self._cores = torch.get_num_threads()
        self._arithmetic = ExitStack()
        room = self.room() if len(runs) > 1 else 1
        self.pool = ThreadPoolExecutor(room, "run") if room > 1 else None
        self._at_once = room if self.pool else MAX_AT_ONCE
        self._under_way: dict[Future[Event | None], RunInProgress] = {}
        if self.pool:
            for run in runs:
                run.training_run.threads.split(room)

    def room(self) -> int:
        """Return for how many runs at once there is a core each, and memory for all of them in mid-step."""
        trainings = [run.training_run.training for run in self.runs]
        if any(each.device.type != "cpu" for each in trainings):
            return 1
        free = available_memory(trainings[0].device)
        needed = sorted(memory_needed(each.plan, each.recipe, each.recipe.batch_size).total for each in trainings)
        most = min(len(trainings), self._cores, MAX_AT_ONCE)
        return next((count for count in range(most, 1, -1) if free is None or free > sum(needed[-count:])), 1)

    def __enter__(self) -> "SideBySide":
        training = self.runs[0].training_run.training
        self._arithmetic.enter_context(arithmetic_of(training.recipe, training.device))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.pool:
            self.pool.shutdown()
        self._arithmetic.close()
        torch.set_num_threads(self._cores)

    @property
    def going(self) -> list[RunInProgress]:
        """Return the runs that have not ended, as far as `next` has returned their events."""
        return [each for each in self.runs if not each.has_ended() or each in self._under_way.values()]

    @property
    def active(self) -> list[RunInProgress]:
        """Return the runs whose turn it is; the rest of `going` waits."""
        return self.going[: self._at_once]

    def send(self, control: Control) -> None:
        """Give every run a control; one that has not begun gets it when it begins, unless another comes before.

        All are changed after the same step, that of the run that is furthest, so that they stay comparable.
        """
        if isinstance(control, Change):
            wait(self._under_way)  # the step of a run at work is not known
            step = max(run.step for run in self.going)
            for run in self.going:
                run.training_run.changes.append((step, control))
            return
        for run in self.going:
            if run.event is None:
                run.controls.clear()
            run.controls.append(control)

    def next(self) -> RunInProgress | None:
        """Return the run that reached its next event or has answered; None if all are paused and wait for a control."""
        busy = self._under_way.values()
        able = [each for each in self.active if each in busy or not each.waits()]
        least = min((each.step for each in able), default=0)
        ready = [each for each in able if each not in busy and each.step <= least + LEAD]
        if self.pool is None:
            run = min(ready, key=lambda each: each.step, default=None)
            if run is not None:
                run.advance()
            return run
        self._under_way |= {self.pool.submit(run.advance): run for run in ready}
        done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        return self._under_way.pop(done.pop()) if done else None
