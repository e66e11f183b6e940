"""The lock of a run folder, held by the process that works on it, and what it tells others. No torch, no Qt.

On one computer the system tells who holds it, whichever user that is: a lock can be tested by all who may read its
file. Of computers that share a folder, not all pass their locks on; there a run counts as under way while it writes.
"""

import platform
import sys
import time
from pathlib import Path

from filelock import FileLock, Timeout

LOCK = "run.lock"
_LATELY = 180.0  # seconds; a run that trains writes a checkpoint at least every 60 s


def is_held(folder: Path, host: str) -> bool:
    """Return whether a process works on `folder`; `host` is the computer that last did, empty if that is unknown.

    A run that another computer has paused looks as if it was left, if that computer does not pass its locks on.
    """
    held = _holds(folder / LOCK)
    if held is None or (not held and host not in ("", platform.node())):
        return _was_written_lately(folder)
    return held


def _holds(path: Path) -> bool | None:
    """Return whether a process holds the lock at `path`; None if the system does not tell."""
    try:
        if sys.platform == "win32":
            with FileLock(path).acquire(timeout=0):
                return False
        import fcntl

        with path.open("rb") as file:  # which is enough for a shared lock, even of another user's file
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except (BlockingIOError, Timeout):
        return True
    except OSError:
        return None


def _was_written_lately(folder: Path) -> bool:
    try:
        newest = max(path.stat().st_mtime for path in folder.iterdir())
    except (OSError, ValueError):
        return False
    return time.time() - newest < _LATELY
