"""What the benches of the window share: waiting in the event loop, statistics of times, separate processes.

Times are medians and 99th percentiles in milliseconds. They are measured in the real window with its real controls.
"""

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEventLoop, QTimer

from explorer.gui.session import Session
from explorer.runs.launch import launch_local

PATIENCE = 300.0  # seconds, enough for slow machines


def wait(ready: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Run the event loop until `ready()` is true. Raises TimeoutError after so many `seconds`."""
    loop = QEventLoop()
    ticker = QTimer(interval=2)
    end = time.monotonic() + seconds
    ticker.timeout.connect(lambda: loop.quit() if ready() or time.monotonic() > end else None)
    ticker.start()
    if not ready():
        loop.exec()
    if not ready():
        raise TimeoutError


def wait_complete(session: Session) -> None:
    wait(lambda: session.complete)


def figures(times: Sequence[float]) -> dict[str, float]:
    """Return the median and the 99th percentile, in milliseconds, of `times` in seconds."""
    ranked = sorted(times)
    return {
        "median_ms": round(1000 * statistics.median(ranked), 2),
        "p99_ms": round(1000 * ranked[min(len(ranked) - 1, int(0.99 * len(ranked)))], 2),
    }


def run_apart(*arguments: str) -> str:
    """Return what Python prints when run with `arguments` in a process of its own."""
    launch = launch_local()
    done = subprocess.run(
        [launch.program, *arguments], env=launch.environment, capture_output=True, text=True, check=True
    )
    return done.stdout
