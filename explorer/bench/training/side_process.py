"""SideProcess: the process of one side as `bench train` sees it. No Qt."""

import json
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from explorer.bench.training.entry import Entry
from explorer.runs.launch import launch_local

_PATIENCE = 10.0  # seconds that a side has to end
_LAST_WORDS = 500  # characters


class Timed(NamedTuple):
    seconds: float
    value: Any


class SideProcess:
    """The process of one side, used as a context; `imports` are the seconds from its start to its first answer."""

    def __init__(self, entry: Entry, log: Path) -> None:
        """Start the process; its standard error goes to `log`. The notebook's keeps the C library's own settings."""
        self.entry, self.log = entry, log
        launch = launch_local(tuned=entry.side != "notebook")
        start = time.perf_counter()
        with log.open("w", encoding="utf-8") as complaints:
            self.process = subprocess.Popen(
                [launch.program, "-m", "explorer.bench.training.side", entry.text()],
                env=launch.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                encoding="utf-8",
            )
        try:
            self.answer()
        except BaseException:
            self.end()
            raise
        self.imports = time.perf_counter() - start

    def ask(self, what: str, *arguments: object) -> Timed:
        """Have the side do `what`, a method of `Side` or peak. Raises RuntimeError if it has died of it."""
        assert self.process.stdin
        with suppress(BrokenPipeError):  # there will be no answer either
            print(json.dumps([what, *arguments]), file=self.process.stdin, flush=True)
        return self.answer()

    def answer(self) -> Timed:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            words = self.log.read_text(encoding="utf-8", errors="replace").strip()[-_LAST_WORDS:]
            raise RuntimeError(f"{self.entry.side} exited with status {self.process.wait()}: {words}")
        return Timed(*json.loads(line))

    def end(self) -> None:
        """Close the pipes and wait for the process to end; kill it if it does not."""
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self) -> "SideProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
