"""The training process of a search, which trains one trial after the other. No torch, no Qt."""

import queue
import subprocess
from pathlib import Path

from explorer.cli.studies.worker_pipe import WorkerPipe
from explorer.runs.commands import ResumeRun, Stop, Train
from explorer.runs.events import Said

_TO_STOP = 60.0  # seconds: a step has to end, and a checkpoint to be written


class SearchProcess:
    """A worker on pipes, started when it is first needed and again after it has died. Used as a context."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._worker: WorkerPipe | None = None
        self._said: queue.SimpleQueue[Said | None] = queue.SimpleQueue()

    def start(self, order: Train | ResumeRun) -> None:
        """Have a run trained; there must be none under way."""
        if self._worker is None or self._worker.process.poll() is not None:
            self._said = queue.SimpleQueue()
            self._worker = WorkerPipe(self._runs, self._said.put, apart=True)  # the search stops the run at Ctrl-C
        self._worker.send(order)

    def stop(self) -> None:
        """Have the run under way end at its next step, with a checkpoint."""
        assert self._worker
        self._worker.send(Stop())

    def next(self, seconds: float) -> Said | None:
        """Return the next event; None if none comes in time. Raises EOFError once the process has died."""
        try:
            said = self._said.get(timeout=seconds)
        except queue.Empty:
            return None
        if said is None:
            raise EOFError
        return said

    @property
    def status(self) -> int:
        """The exit status of a process that has died; below 0, the signal that ended it."""
        assert self._worker
        return self._worker.process.wait()

    def __enter__(self) -> "SearchProcess":
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, with a checkpoint of what it trains."""
        if self._worker is None:
            return
        self._worker.close()
        try:
            self._worker.process.wait(_TO_STOP)
        except subprocess.TimeoutExpired:
            self._worker.process.kill()
            self._worker.process.wait()
