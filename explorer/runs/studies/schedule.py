"""Schedule: what of a study is done, what is under way and what may start, told from the runs alone. No torch, no Qt.

Nothing else is remembered, so that the window, a command line and several machines agree, and go on after any crash.
Who starts a trial holds its claim, a lock file in the study's folder, which the system frees when that process ends.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import assert_never

from filelock import FileLock, Timeout

from explorer.runs.commands import ResumeRun, Train
from explorer.runs.folder.manifest import unwritable
from explorer.runs.folder.run import Run, RunState
from explorer.runs.folder.survey import list_runs
from explorer.runs.studies.folder import StudyFolder
from explorer.runs.studies.trial import Trial
from explorer.runs.studies.trials import PlannedTrial, planned

_CLAIMS = "claims"


class TrialState(StrEnum):
    """How far a trial is."""

    WAITING = auto()  # for the end of another one
    READY = auto()  # to start, or to be resumed
    UNDER_WAY = auto()
    DONE = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class KnownTrial:
    """A planned trial, how far it is, and the run that says so; `weights` is the id of the run it starts with."""

    trial: PlannedTrial
    state: TrialState
    run: Run | None = None
    weights: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The trials of a study, by number."""

    study: StudyFolder
    trials: tuple[KnownTrial, ...]

    def count(self, state: TrialState) -> int:
        return sum(known.state is state for known in self.trials)

    def order(self, known: KnownTrial, device: str) -> Train | ResumeRun:
        """Return the order that starts a trial on a device, or resumes it."""
        if known.run:
            return ResumeRun(known.run.id, self.study.runs, device=device)
        trial, study = known.trial, self.study.study
        return Train(
            design=trial.side.design,
            recipe=trial.side.recipe.change(device=device),
            runs=self.study.runs,
            weights=known.weights,
            grown=trial.grown,
            trial=Trial(self.study.id, trial.number, trial.values, study.measure),
        )


def schedule_of(study: StudyFolder, runs: Iterable[Run]) -> Schedule:
    """Return how far each trial is by these runs, of which others than the study's are ignored. Raises Refused.

    Of several runs of one trial, as copies are, the one that is furthest counts.
    """
    own: dict[int, Run] = {}
    for run in runs:
        if run.trial and run.trial.study == study.id:
            best = own.get(run.trial.number)
            if best is None or _rank(run) > _rank(best):
                own[run.trial.number] = run
    return Schedule(study, tuple(_known(trial, own) for trial in planned(study.study)))


def _rank(run: Run) -> tuple[int, int]:
    order = (RunState.FAILED, RunState.INTERRUPTED, RunState.STOPPED, RunState.PAUSED, RunState.RUNNING)
    return (len(order) if run.state is RunState.FINISHED else order.index(run.state)), run.epochs_done


def _known(trial: PlannedTrial, own: dict[int, Run]) -> KnownTrial:
    run = own.get(trial.number)
    if run is None:
        before = None if trial.after is None else own.get(trial.after)
        if trial.after is not None and (before is None or before.state is not RunState.FINISHED):
            return KnownTrial(trial, TrialState.WAITING)
        return KnownTrial(trial, TrialState.READY, weights=before.id if before else None)
    match run.state:
        case RunState.FINISHED:
            return KnownTrial(trial, TrialState.DONE, run)
        case RunState.RUNNING | RunState.PAUSED:
            return KnownTrial(trial, TrialState.UNDER_WAY, run)
        case RunState.STOPPED | RunState.INTERRUPTED:
            return KnownTrial(trial, TrialState.READY, run)
        case RunState.FAILED:
            return KnownTrial(trial, TrialState.FAILED, run)
        case _:
            assert_never(run.state)


@dataclass(frozen=True, slots=True)
class Claim:
    """A trial that this process alone may start, until it releases it or ends."""

    known: KnownTrial
    order: Train | ResumeRun
    _lock: FileLock

    def release(self) -> None:
        self._lock.release()


def claim_next(
    study: StudyFolder, device: str, left_out: Container[int] = (), failed_too: bool = False
) -> Claim | None:
    """Claim the first trial that may start now, to be trained on `device`; None if there is none. Raises Refused.

    Trials with a number in `left_out` are passed over. One that has failed may start if `failed_too`.
    """
    states = (TrialState.READY, TrialState.FAILED) if failed_too else (TrialState.READY,)
    schedule = schedule_of(study, list_runs(study.runs))
    for number, known in enumerate(schedule.trials):
        if known.state not in states or number in left_out:
            continue
        lock = _claimed(study, number)
        if lock is None:
            continue
        schedule = schedule_of(study, list_runs(study.runs))  # another process may have done it before the claim
        known = schedule.trials[number]
        if known.state in states:
            return Claim(known, schedule.order(known, device), lock)
        lock.release()
    return None


def _claimed(study: StudyFolder, number: int) -> FileLock | None:
    """Return the lock of a trial, held; None if another process holds it. Raises Refused."""
    folder = study.folder / _CLAIMS
    try:
        folder.mkdir(exist_ok=True)
        lock = FileLock(folder / f"{number}.lock")
        lock.acquire(timeout=0)
    except Timeout:
        return None
    except OSError as error:
        raise unwritable(folder, error) from None
    return lock
