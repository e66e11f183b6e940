"""The part of one process in a search: it asks for trials, has them trained and tells the results. No torch, no Qt."""

import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import Path
from typing import assert_never

from explorer.architecture.plan import plan_network
from explorer.cli.progress_line import ProgressLine
from explorer.cli.studies.search_process import SearchProcess
from explorer.cli.terminal import complain
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.events import Epoch, Failed, Finished, Progress, Started, Step, Stopped
from explorer.runs.folder.manifest import remark
from explorer.runs.folder.run import Run, RunState
from explorer.runs.folder.survey import find_run
from explorer.runs.recipe import Recipe
from explorer.runs.sides import Side
from explorer.runs.studies.search import Objective
from explorer.runs.studies.search_patience import Lost
from explorer.runs.studies.search_trial import SearchState
from explorer.runs.studies.shared_search import BEAT, Asked, SharedSearch
from explorer.runs.studies.trial import Trial
from explorer.runs.studies.trials import point_side, point_text, side_problems
from explorer.validation import Refused

_MOMENT = 1.0  # seconds
_PARTS = 1000  # of a trial, for the line of progress
_ENDED = (SearchState.FINISHED, SearchState.PRUNED, SearchState.NOT_TRAINED, SearchState.FAILED)
_MAX_FAILURES = 3  # in a row: something else is wrong than one network


class _Stopping(Enum):
    """Why a run is stopped."""

    HOPELESS = auto()  # by the search
    OVER = auto()  # this process has no more time, or is to end
    LOST = auto()  # to another worker


@dataclass
class SearchWorker:
    """Works on a search with its recipe, but the data and the device of this machine.

    `until` is the moment, on the monotonic clock, after which no trial begins.
    """

    shared: SharedSearch
    runs: Path
    recipe: Recipe
    until: float = float("inf")
    _line: ProgressLine = field(init=False)
    _point: str = ""  # that is trained
    _ended: int = 0  # trials of the budget, when that began
    _budget: int = 1

    def __post_init__(self) -> None:
        self._line = ProgressLine(self._words)

    def work(self) -> bool:
        """Train trials until all are done, the time is over, or several failed in a row; return False for the last.

        At a KeyboardInterrupt what is under way is stopped with a checkpoint and given back; at a second one, at once.
        """
        failures, is_waiting = 0, False
        with SearchProcess(self.runs) as process:
            while time.monotonic() < self.until:
                self._revive()
                asked = self.shared.ask()
                if asked is None:
                    going = sum(trial.state is SearchState.RUNNING for trial in self.shared.trials())
                    if not going:
                        return True
                    if not is_waiting:
                        self._say(f"waiting for other workers; their trials under way: {going}")
                    is_waiting = True
                    time.sleep(_MOMENT)
                    continue
                is_waiting = False
                try:
                    failed = self._train(asked, process)
                except BaseException:
                    with suppress(Refused):
                        self.shared.give_back(asked)
                    raise
                failures = failures + 1 if failed else 0
                if failures == _MAX_FAILURES:
                    self._say(f"{failures} trials in a row have failed: the others are left to other workers")
                    return False
        return True

    def _revive(self) -> None:
        for number in self.shared.revive():
            self._say(f"trial {number}: its worker is lost; it will be tried again")

    def _train(self, asked: Asked, process: SearchProcess) -> bool:
        """Have a trial trained and tell what came out of it; return whether its training failed."""
        study = replace(self.shared.search.study, recipe=self.recipe)
        point = point_text(study.knobs, asked.values)
        try:
            side = point_side(study, asked.values)
            if complaints := [*side_problems(point, side)]:
                raise Refused(*complaints)
        except Refused as refused:
            reason = "; ".join(each.what for each in refused.complaints)
            self.shared.tell_pruned(asked, reason)
            self._say(f"trial {asked.number}: {point}: not trained: {reason}")
            return False
        begun = self._begun(asked)
        if begun and begun.state is RunState.FINISHED:
            self._finish(asked, side, point, begun.best_accuracy or 0.0)
            return False
        if begun:
            process.start(ResumeRun(begun.id, self.runs, device=self.recipe.device))
        else:
            trial = Trial(self.shared.name, asked.number, asked.values, study.measure)
            process.start(Train(side.design, side.recipe, self.runs, trial=trial))
        self._say(f"trial {asked.number}: {point}" + (f": resuming {begun.id}" if begun else ""))
        return self._follow(asked, side, point, process)

    def _begun(self, asked: Asked) -> Run | None:
        """Return the run that was begun for a trial, if it is here and can be gone on with."""
        try:
            run = find_run(asked.run, self.runs) if asked.run else None
        except Refused:
            return None
        resumable = (RunState.FINISHED, RunState.STOPPED, RunState.INTERRUPTED)
        return run if run and run.state in resumable else None

    def _follow(self, asked: Asked, side: Side, point: str, process: SearchProcess) -> bool:
        """Follow a run to its end; return whether it failed."""
        stopping, folder, epoch, steps, beat = None, None, 0, 1, 0.0
        self._point = point
        self._budget, self._ended = self.shared.budget, sum(each.state in _ENDED for each in self.shared.trials())
        while True:
            try:
                said = process.next(_MOMENT)
                now = time.monotonic()
                if now - beat >= BEAT:
                    beat = now
                    self.shared.beat(asked)
                    self._revive()
                if stopping is None and now > self.until:
                    stopping = _Stopping.OVER
                    process.stop()
                match said and said.event:
                    case Started() as started:
                        folder, steps = Path(started.folder), started.steps_per_epoch * started.epochs
                        self.shared.begin(asked, folder.name)
                    case Step() as step:
                        self._show(min(step.step / max(steps, 1), 1.0))
                    case Epoch(epoch=epoch, validation_accuracy=accuracy):
                        if self.shared.is_hopeless(asked, epoch, accuracy) and stopping is None:
                            stopping = _Stopping.HOPELESS
                            process.stop()
                    case Finished() as finished:
                        self._finish(asked, side, point, finished.best_accuracy)
                        return False
                    case Stopped():
                        self._end_stopped(asked, stopping, folder, epoch)
                        return False
                    case Failed(of="train", reason=reason):
                        return self._fail(asked, reason)
            except EOFError:
                return self._fail(asked, f"the training process ended with status {process.status}")
            except KeyboardInterrupt:
                if stopping is _Stopping.OVER:
                    raise
                self.until, stopping = float("-inf"), _Stopping.OVER
                process.stop()
            except Lost:
                if stopping is not _Stopping.LOST:
                    stopping = _Stopping.LOST
                    process.stop()

    def _finish(self, asked: Asked, side: Side, point: str, accuracy: float) -> None:
        results = [_result(objective, side, accuracy) for objective in self.shared.search.objectives]
        self.shared.tell(asked, results)
        self._say(f"trial {asked.number}: {point}: {accuracy:.2%}")

    def _end_stopped(self, asked: Asked, stopping: _Stopping | None, folder: Path | None, epoch: int) -> None:
        match stopping:
            case _Stopping.HOPELESS:
                self.shared.tell_pruned(asked)
                words = (
                    f"stopped early by the search {self.shared.name}: below the median of its trials at epoch {epoch}"
                )
                with suppress(Refused):  # the run has ended well
                    remark(folder or Path(), note=words)
                self._say(f"trial {asked.number}: stopped early after epoch {epoch}")
            case _Stopping.OVER | None:
                self.shared.give_back(asked)
            case _Stopping.LOST:
                self._say(f"trial {asked.number}: another worker has it now")
            case _:
                assert_never(stopping)

    def _fail(self, asked: Asked, reason: str) -> bool:
        self.shared.tell_failed(asked, reason)
        self._say(f"trial {asked.number}: failed: {reason}")
        return True

    def _show(self, done: float) -> None:
        """Show how far the search is, with so much of the trial under way."""
        self._line.show(Progress("search", int(_PARTS * (self._ended + done)), _PARTS * self._budget))

    def _words(self, progress: Progress) -> str:
        return f"{progress.done / progress.total:.0%} of {progress.total // _PARTS} trials; now {self._point}"

    def _say(self, line: str) -> None:
        self._line.clear()
        complain([line])


def _result(objective: Objective, side: Side, accuracy: float) -> float:
    match objective:
        case Objective.ACCURACY:
            return accuracy
        case Objective.MACS:
            return float(plan_network(side.design).macs)
        case _:
            assert_never(objective)
