"""Slot: a training's place among all that this user has under way on this machine, by lock files. No torch, no Qt.

Trainings of separate processes find each other this way, and share the cores. The system frees the lock of a process
that ends, however it ends, as with a run's folder.
"""

import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

_MAX_TRAININGS = 256  # more are not counted
_LOCK_WAIT = 0.005  # seconds: another process may be testing the lock


class Slot:
    """One training's lock file in `folder`, held from `take` to `free`."""

    def __init__(self, folder: Path | None = None) -> None:
        """Prepare to use `folder`, by default the user's for what belongs to running processes."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where the system names no such folder, the temporary one is as good
            runtime = platformdirs.user_runtime_dir("resnet-explorer", appauthor=False)
        self._folder = folder or Path(runtime) / "trainings"
        self._lock: FileLock | None = None  # the one that is held

    def take(self) -> None:
        """Hold the first lock file that no other training holds; in a folder that cannot be written, none."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = self._lock or next(self._free_locks(), None)

    def is_held(self) -> bool:
        return self._lock is not None

    def free(self) -> None:
        if self._lock:
            self._lock.release()
            self._lock = None

    def others(self) -> int:
        """Return how many other trainings are under way."""
        own = self._lock and Path(self._lock.lock_file)
        try:
            paths = [path for path in self._folder.glob("*.lock") if path != own]
            return sum(_held_lock(path) is None for path in paths)
        except OSError:
            return 0

    def _free_locks(self) -> Iterator[FileLock]:
        """Yield locks that were free and are held now."""
        for number in range(_MAX_TRAININGS):
            if lock := _held_lock(self._folder / f"{number}.lock", keep=True):
                yield lock


def _held_lock(path: Path, keep: bool = False) -> FileLock | None:
    """Return the lock of `path`, held if `keep`, or None if another training holds it. Raises OSError."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=_LOCK_WAIT, poll_interval=_LOCK_WAIT / 3)
    except Timeout:
        return None
    if not keep:
        lock.release()
    return lock
