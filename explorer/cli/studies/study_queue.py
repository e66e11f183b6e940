"""StudyQueue: the trials of a study, trained by one worker process per free device. No torch, no Qt.

A worker outlives a trial, so that torch is imported and images are decoded once.
"""

import queue
import signal
import time
from contextlib import suppress
from types import FrameType

from explorer.cli.progress_line import ProgressLine
from explorer.cli.studies.worker_pipe import WorkerPipe
from explorer.cli.terminal import complain
from explorer.runs import events
from explorer.runs.devices import candidates
from explorer.runs.events import Hello, Progress, Said
from explorer.runs.folder.run import read_run
from explorer.runs.folder.survey import list_runs
from explorer.runs.studies.folder import StudyFolder
from explorer.runs.studies.outcome import measured
from explorer.runs.studies.plot import value_writer
from explorer.runs.studies.schedule import Claim, TrialState, claim_next, schedule_of
from explorer.runs.studies.trials import PlannedTrial, trial_text
from explorer.validation import Refused, refuse

_MOMENT = 0.5  # seconds after which signals are looked at
_LOOK_EVERY = 2.0  # seconds, while other processes have trials of the study under way
_PARTS = 1000  # of a run, for the line of progress
_LOG = "workers.log"


class _Worker(WorkerPipe):
    """A worker process, what its device is, and the trial that it trains."""

    def __init__(self, study: StudyFolder, said: "queue.SimpleQueue[tuple[_Worker, Said | None]]") -> None:
        self.device = ""
        self.claim: Claim | None = None
        self.steps = 0  # of the trial
        self.done = 0.0  # of the trial, from 0 to 1
        self.began = time.monotonic()
        super().__init__(study.runs, lambda each: said.put((self, each)), study.folder / _LOG)


class StudyQueue:
    """Trains what is left of a study; with `failed_too`, also what failed before.

    `failures` are the reasons by the number of the trial. `signal` is the one that stopped it, 0 if none did.
    """

    def __init__(self, study: StudyFolder, device: str, failed_too: bool) -> None:
        self.failures: dict[int, str] = {}
        self.signal = 0
        self._study, self._device, self._failed_too = study, device, failed_too
        self._said: queue.SimpleQueue[tuple[_Worker, Said | None]] = queue.SimpleQueue()
        self._workers: list[_Worker] = []
        self._spare: _Worker | None = None  # said hello, has had no device yet
        self._line = ProgressLine(self._words)
        self._warned: set[str] = set()
        self._done = self._planned = 0
        self._passed: set[int] = set()  # trials that ended here without a result

    def run(self) -> None:
        """Train until nothing is left that can be, or a signal comes. Raises Refused."""
        self._count()
        if self._done == self._planned:
            return
        before = {number: signal.signal(number, self._interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            devices = self._devices()
            waits = False
            while not self.signal or self._busy():
                if self.signal:  # not in its handler, which may have come in the middle of a write
                    for worker in self._workers:
                        worker.close()
                self._start_trials(devices)
                if self._busy():
                    self._handle(_MOMENT)
                elif self.signal or not (others := self._others()):
                    break
                else:
                    if not waits:
                        self._say(f"waits for {others} trained by other processes; Ctrl-C ends the waiting")
                    waits = True
                    time.sleep(_LOOK_EVERY)
        finally:
            self._line.clear()
            for worker in self._workers:
                worker.close()
            for worker in self._workers:
                worker.process.wait()
            for worker in self._workers:
                if worker.claim:
                    worker.claim.release()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        """Have what is under way stopped, with a checkpoint; the second time, end it at once."""
        if self.signal:
            for worker in self._workers:
                worker.process.kill()
        self.signal = number

    def _devices(self) -> list[str]:
        """Return the devices to train on, as the first worker tells them. Raises Refused."""
        self._spare = self._launch()
        hello: Hello | None = None
        while hello is None:
            if self.signal:
                return []
            with suppress(queue.Empty):
                _, said = self._said.get(timeout=_MOMENT)
                if said is None:
                    raise refuse("worker", "could not be started; see {log}", log=str(self._study.folder / _LOG))
                hello = said.event if isinstance(said.event, Hello) else None
        devices = candidates(self._device, hello)
        usable = [each.id for each in hello.devices if not each.note]
        if missing := [each for each in devices if each not in usable]:
            what = "{name!r} is not available; available: {names}"
            raise refuse("device", what, name=missing[0], names=", ".join(usable))
        return devices

    def _launch(self) -> _Worker:
        worker = _Worker(self._study, self._said)
        self._workers.append(worker)
        return worker

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.claim]

    def _start_trials(self, devices: list[str]) -> None:
        """Give each device without a trial the next one. Raises Refused."""
        for device in devices:
            worker = next((each for each in self._workers if each.device == device), None)
            if self.signal or (worker and worker.claim):
                continue
            claim = claim_next(self._study, device, self._passed, self._failed_too)
            if claim is None:
                continue
            worker = worker or self._spare or self._launch()
            self._spare = None
            worker.device, worker.claim, worker.done, worker.began = device, claim, 0.0, time.monotonic()
            worker.send(claim.order)

    def _handle(self, seconds: float) -> None:
        """Handle the next message of a worker, if one comes in time."""
        try:
            worker, said = self._said.get(timeout=seconds)
        except queue.Empty:
            return
        if said is None:
            self._workers.remove(worker)
            status = worker.process.wait()
            if worker.claim:
                reason = f"its process ended with status {status}; see {self._study.folder / _LOG}"
                self._end(worker, "" if self.signal else reason)
            return
        match said.event:
            case events.Started() as started if worker.claim:
                worker.steps = started.steps_per_epoch * started.epochs
            case events.Step() as step:
                worker.done = min(step.step / max(worker.steps, 1), 1.0)
                self._line.show(self._progress())
            case events.Warned(reason=reason) if reason not in self._warned:
                self._warned.add(reason)
                self._say(reason)
            case events.Finished():
                self._end(worker, "", said.run)
            case events.Failed() as failed:
                self._end(worker, " ".join(filter(None, [failed.reason, failed.advice])))
            case events.Stopped():
                self._end(worker, "" if self.signal else "stopped")

    def _end(self, worker: _Worker, failure: str, run: str = "") -> None:
        """Say how a worker's trial has ended, and free its claim."""
        claim, seconds = worker.claim, time.monotonic() - worker.began
        if claim is None:
            return
        worker.claim, worker.done = None, 0.0
        claim.release()
        trial = claim.known.trial
        if failure:
            self.failures[trial.number] = failure
        if not run:
            self._passed.add(trial.number)
            words = failure or "stopped with a checkpoint"
        else:
            self._done += 1
            words = f"{self._result(run)} after {seconds:.0f} s on {worker.device}"
        self._say(f"{self._done} of {self._planned}: {self._name(trial)}: {words}")

    def _result(self, run: str) -> str:
        """Return what the study compares of a run that has just finished."""
        measure = self._study.study.measure
        try:
            value = measured(read_run(self._study.runs / run), measure)
        except Refused:
            value = None
        return f"{measure} {value_writer(measure)(value)}" if value is not None else "finished"

    def _name(self, trial: PlannedTrial) -> str:
        return trial_text(self._study.study.knobs, trial)

    def _count(self) -> None:
        schedule = schedule_of(self._study, list_runs(self._study.runs))
        self._done, self._planned = schedule.count(TrialState.DONE), len(schedule.trials)

    def _others(self) -> int:
        """Return how many trials other processes have under way, or have claimed."""
        schedule = schedule_of(self._study, list_runs(self._study.runs))
        self._done = schedule.count(TrialState.DONE)
        claimed = [
            known
            for known in schedule.trials
            if known.state is TrialState.READY and known.trial.number not in self._passed
        ]
        return schedule.count(TrialState.UNDER_WAY) + len(claimed)

    def _progress(self) -> Progress:
        under_way = sum(worker.done for worker in self._busy())
        return Progress("study", int(_PARTS * (self._done + under_way)), _PARTS * self._planned)

    def _words(self, progress: Progress) -> str:
        names = (self._name(each.claim.known.trial) for each in self._busy() if each.claim)
        return f"{progress.done / progress.total:.0%} of {self._planned} runs; now {', '.join(names)}"

    def _say(self, text: str) -> None:
        self._line.clear()
        complain([text])
