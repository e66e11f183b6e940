"""The training process of a search, which trains one trial after the other. No torch, no Qt."""

import queue
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

from explorer.runs.commands import ResumeRun, Stop, Train, command_line
from explorer.runs.events import Said, read_line
from explorer.runs.launch import launch_local

_TO_STOP = 60.0  # seconds: a step has to end, and a checkpoint to be written


class SearchProcess:
    """A worker on pipes, started when it is first needed and again after it has died. Used as a context."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._process: subprocess.Popen[str] | None = None
        self._said: queue.SimpleQueue[Said | None] = queue.SimpleQueue()

    def start(self, order: Train | ResumeRun) -> None:
        """Have a run trained; there must be none under way."""
        if self._process is None or self._process.poll() is not None:
            launch = launch_local(("worker", "--runs", str(self._runs)))
            self._said = queue.SimpleQueue()
            self._process = subprocess.Popen(
                [launch.program, *launch.arguments],
                env=launch.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,  # Ctrl-C is for the search, which stops the run
            )
            threading.Thread(target=_read, args=(self._process, self._said), daemon=True).start()
        self._send(command_line(order))

    def stop(self) -> None:
        """Have the run under way end at its next step, with a checkpoint."""
        self._send(command_line(Stop()))

    def _send(self, line: str) -> None:
        assert self._process
        assert self._process.stdin
        with suppress(OSError):  # there will be no answer either
            print(line, file=self._process.stdin, flush=True)

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
        assert self._process
        return self._process.wait()

    def __enter__(self) -> "SearchProcess":
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, with a checkpoint of what it trains."""
        if self._process is None:
            return
        assert self._process.stdin
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _read(process: "subprocess.Popen[str]", said: "queue.SimpleQueue[Said | None]") -> None:
    assert process.stdout
    for line in process.stdout:
        if event := read_line(line):
            said.put(event)
    said.put(None)
