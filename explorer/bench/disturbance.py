"""Disturbance: what other processes used of the processors during a measurement, from Linux's /proc. No Qt."""

import os
import time
from pathlib import Path
from types import TracebackType

_PROC = Path("/proc")
_ALLOWED = 0.5  # of a core
_BUSY = (0, 1, 2, 5, 6)  # columns of /proc/stat: user, nice, system, interrupts of both kinds


class Disturbance:
    """Used as a context around a measurement; then `cores` is how many others kept busy, None if that is unknown.

    This process and all that it started do not count.
    """

    def __init__(self) -> None:
        self.cores: float | None = None

    def __enter__(self) -> "Disturbance":
        self._start, self._before = time.monotonic(), _others_seconds()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        after, passed = _others_seconds(), time.monotonic() - self._start
        if after is not None and self._before is not None:
            self.cores = max(0.0, after - self._before) / max(passed, 1e-9)

    def figures(self) -> dict[str, object]:
        """Return the cores that others used, and whether that spoils a figure, as plain values."""
        if self.cores is None:
            return {"others_cores": "unknown", "disturbed": "unknown"}
        return {"others_cores": round(self.cores, 2), "disturbed": self.cores > _ALLOWED}


def cpu_seconds(process: int) -> float | None:
    """Return the seconds that a process has computed; None where the system does not say, or it has ended."""
    entry = _entry(_PROC / str(process))
    return entry[1] if entry else None


def _others_seconds() -> float | None:
    """Return the seconds that all processes but this one and its descendants have computed since the machine started.

    Descendants that have ended count among those of who waited for them.
    """
    try:
        columns = (_PROC / "stat").read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return None
    total = sum(int(columns[number]) for number in _BUSY) / _ticks()
    entries = {
        int(folder.name): entry for folder in _PROC.iterdir() if folder.name.isdecimal() and (entry := _entry(folder))
    }
    own, more = {os.getpid()}, True
    while more:
        found = {process for process, (parent, _) in entries.items() if parent in own}
        more = not found <= own
        own |= found
    return total - sum(seconds for process, (_, seconds) in entries.items() if process in own)


def _entry(folder: Path) -> tuple[int, float] | None:
    """Return a process's parent, and the seconds of it and of those it has waited for."""
    try:
        fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:  # it has just ended
        return None
    return int(fields[1]), sum(map(int, fields[11:15])) / _ticks()


def _ticks() -> int:
    return os.sysconf("SC_CLK_TCK")
