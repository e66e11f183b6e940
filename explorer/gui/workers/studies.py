"""Studies: those beside the runs of a folder, and the trials that this window trains of them. No widgets.

What is done is told by the runs alone, so a study goes on where another process, or this one at its last start, has
left it. Which ones go on by themselves is in the queue, after the runs that wait there.
"""

from collections.abc import Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum, auto
from pathlib import Path
from typing import assert_never

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker import WorkerClient
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.folder.log import read_events
from explorer.runs.folder.survey import find_run, list_runs
from explorer.runs.studies.folder import StudyFolder, UnreadableStudy, create_study, list_studies, read_study
from explorer.runs.studies.outcome import Outcome, outcome
from explorer.runs.studies.plot import write_plot
from explorer.runs.studies.schedule import Claim, Schedule, TrialState, claim_next, schedule_of
from explorer.runs.studies.study import Study
from explorer.validation import Refused

_POLL = 5000  # milliseconds until the trials that another process trains are looked at again
_ENDED = (TrialState.DONE, TrialState.FAILED)


class StudyState(StrEnum):
    """What becomes of a study."""

    GOING = auto()  # this window trains it, or will when a device is free
    HELD = auto()  # with the queue
    ELSEWHERE = auto()  # another process trains it
    DONE = auto()
    OPEN = auto()  # something is left to train, and nobody does


@dataclass(frozen=True, slots=True)
class KnownStudy:
    """A study, how far it is, and what it shows so far."""

    folder: StudyFolder
    schedule: Schedule
    outcome: Outcome

    @property
    def id(self) -> str:
        return self.folder.id

    @property
    def study(self) -> Study:
        return self.folder.study


class Studies(QObject):
    """The studies, newest first; `changed` when they, or what of them is done, are different.

    `shown` is the id of the one whose plot is shown.
    """

    changed = Signal()

    def __init__(self, pool: WorkerPool, going: Iterable[str] = ()) -> None:
        """Go on with those in the folders `going`, as far as they are still there."""
        super().__init__()
        self._pool = pool
        self.known: tuple[KnownStudy, ...] = ()
        self.unreadable: tuple[UnreadableStudy, ...] = ()
        self.shown = ""
        self._trials: dict[WorkerClient, tuple[Path, Claim]] = {}  # with the folders of their studies
        self._left_out: dict[Path, set[int]] = {}  # trials that failed here since the user has ordered the study
        self._again: set[Path] = set()  # the studies of which what failed before is trained again
        self._begun: tuple[str, ...] = ()  # the runs of trials when the studies were last read
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._start_trials)
        self._later = QTimer(self, interval=_POLL, singleShot=True)
        self._later.timeout.connect(self._start_trials)
        for signal in (pool.changed, pool.queue.changed):
            signal.connect(self._soon.start)
        for signal in (pool.run_ended, pool.runs_changed):
            signal.connect(self.reload)
        for folder in map(Path, going):
            if folder.is_dir():
                pool.queue.add_study(folder)

    def reload(self) -> None:
        """Read the studies, and how far they are, again."""
        found = list_studies(self._pool.runs)
        runs = list_runs(self._pool.runs) if found.studies else ()
        known, unreadable = [], list(found.unreadable)
        for folder in found.studies:
            try:
                known.append(KnownStudy(folder, schedule_of(folder, runs), outcome(folder, runs)))
            except Refused as refused:  # made by a version that knows other fields
                unreadable.append(UnreadableStudy(folder.folder, refused.complaints[0].sentence))
        self.known, self.unreadable = tuple(known), tuple(unreadable)
        self.changed.emit()

    def find(self, study_id: str) -> KnownStudy | None:
        return next((known for known in self.known if known.id == study_id), None)

    @property
    def current(self) -> KnownStudy | None:
        """The study that is shown: the newest one unless another was chosen."""
        return self.find(self.shown) or (self.known[0] if self.known else None)

    def show(self, study_id: str) -> None:
        if study_id != self.shown:
            self.shown = study_id
            self.changed.emit()

    def state_of(self, known: KnownStudy) -> StudyState:
        queue = self._pool.queue
        if known.folder.folder in queue.studies:
            return StudyState.HELD if queue.held else StudyState.GOING
        if known.schedule.count(TrialState.UNDER_WAY):
            return StudyState.ELSEWHERE
        return StudyState.DONE if all(each.state in _ENDED for each in known.schedule.trials) else StudyState.OPEN

    # What the user asks for

    def start(self, study: Study) -> None:
        """Write a new study beside the runs, and train it where devices are free. Raises Refused."""
        folder = create_study(self._pool.runs, study)
        self.shown = folder.id
        self._pool.queue.add_study(folder.folder)
        self.reload()

    def go_on(self, known: KnownStudy) -> None:
        """Train what is left of a study, and again what has failed in this window."""
        self._left_out.pop(known.folder.folder, None)
        self._again.add(known.folder.folder)
        self._pool.queue.add_study(known.folder.folder)
        self._pool.release_queue()
        self.changed.emit()

    def stop(self, known: KnownStudy) -> None:
        """Start no more trials of a study, and stop those that this window trains; they can be resumed."""
        self._pool.queue.remove_study(known.folder.folder)
        for worker, (folder, _) in self._trials.items():
            if folder == known.folder.folder and worker.is_busy():
                worker.stop()
        self.changed.emit()

    # Trials

    def _start_trials(self) -> None:
        """Note the trials that have ended, and start the next ones where devices are free and no run waits for them."""
        self._note_ends()
        for folder in self._pool.queue.studies:
            while self._can_start() and self._start_next(folder):
                pass
        begun = tuple(worker.live[0].id for worker in self._trials)
        if begun != self._begun:
            self._begun = begun
            self.reload()

    def _note_ends(self) -> None:
        """Release the trials that have ended; one that failed, or was refused, is not tried again by itself."""
        for worker, (folder, claim) in [each for each in self._trials.items() if not each[0].is_busy()]:
            del self._trials[worker]
            claim.release()
            if worker.has_failed():
                self._left_out.setdefault(folder, set()).add(claim.known.trial.number)

    def _can_start(self) -> bool:
        pool = self._pool
        waits = any(pool.free_device(order.recipe.device) for order in pool.queue.orders)  # that starts by itself
        return not (pool.queue.held or pool.is_closing or waits)

    def _start_next(self, folder: Path) -> bool:
        """Start the next trial of a study if its device is free, and return whether one was started."""
        left_out = self._left_out.get(folder, set())
        try:
            study = read_study(folder)
            device = self._pool.free_device(study.study.recipe.device)
            claim = claim_next(study, device, left_out, folder in self._again) if device else None
            if claim:
                self._start(folder, claim)
            elif device and self._is_over(study, left_out):
                write_plot(study, outcome(study, list_runs(study.runs)))
                self._pool.queue.remove_study(folder)
        except Refused as refused:  # its folder was deleted, or a run that is to go on
            self._pool.queue.remove_study(folder)
            self._pool.note_failure(folder.name, refused.sentence)
            return False
        if device and claim is None:  # another process may leave something
            self._later.start()
        return claim is not None

    def _start(self, folder: Path, claim: Claim) -> None:
        """Train a claimed trial. Raises Refused if its run, which is to be resumed, is gone."""
        match order := claim.order:
            case Train():
                worker = self._pool.start_trial(order)
            case ResumeRun():
                from explorer.gui.workers.curves import Curves  # numpy: nothing that the first paint needs

                try:
                    run = find_run(order.run, order.runs)
                except Refused:
                    claim.release()
                    raise
                curves = Curves()
                with suppress(OSError):
                    curves = Curves(read_events(run.folder))
                worker = self._pool.resume_run(run, curves, shown=False)
            case _:
                assert_never(order)
        self._trials[worker] = folder, claim

    def _is_over(self, study: StudyFolder, left_out: Container[int]) -> bool:
        """Return whether no trial can be started but those `left_out`, and no process trains one."""
        startable = (TrialState.READY, TrialState.FAILED) if study.folder in self._again else (TrialState.READY,)
        return not any(
            each.state is TrialState.UNDER_WAY or (each.state in startable and each.trial.number not in left_out)
            for each in schedule_of(study, list_runs(study.runs)).trials
        )
