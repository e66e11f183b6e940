"""WorkerPipe: a worker on pipes, by which studies and searches train. No torch, no Qt."""

import subprocess
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Thread
from typing import IO

from explorer.runs.commands import Command, command_line
from explorer.runs.events import Said, read_line
from explorer.runs.launch import launch_local


class WorkerPipe:
    """A worker process, which stops with a checkpoint when its standard input ends, however this process does.

    A thread calls `tell` with each event, and with None after the last one. What the worker complains of goes to the
    file `log`, nowhere if that cannot be written, and without one where this process complains. A worker `apart` does
    not hear Ctrl-C.
    """

    def __init__(
        self, runs: Path, tell: Callable[[Said | None], object], log: Path | None = None, apart: bool = False
    ) -> None:
        launch = launch_local(("worker", "--runs", str(runs)))
        with ExitStack() as stack:
            complaints: int | IO[bytes] | None = None
            if log:
                complaints = subprocess.DEVNULL
                with suppress(OSError):
                    complaints = stack.enter_context(log.open("ab"))
            self.process = subprocess.Popen(
                [launch.program, *launch.arguments],
                env=launch.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                encoding="utf-8",
                errors="replace",
                start_new_session=apart,
            )
        Thread(target=self._read, args=(tell,), name="events", daemon=True).start()

    def _read(self, tell: Callable[[Said | None], object]) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if said := read_line(line):
                tell(said)
        tell(None)

    def send(self, command: Command) -> None:
        """Send a command; to a process that has ended, which `tell` is told as well, nothing."""
        assert self.process.stdin
        with suppress(OSError):
            print(command_line(command), file=self.process.stdin, flush=True)

    def close(self) -> None:
        """End the worker's standard input."""
        assert self.process.stdin
        with suppress(OSError):
            self.process.stdin.close()
