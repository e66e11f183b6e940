"""Progress of work on many images, which is reported and may be cancelled. No Qt."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait

from explorer.sentences import Sentence

_LOOK_EVERY = 0.2  # seconds

Report = Callable[[int, int], None]  # called with how much is done and the total, several times a second
Warn = Callable[[Sentence], None]  # called with what went wrong where the work goes on


class Cancelled(Exception):
    """Raised by a `Report` to end the work."""


def unreported(done: int, total: int) -> None:
    """Report nothing."""


def unwarned(reason: Sentence) -> None:
    """Ignore the progress."""


def followed(work: Callable[[Report], object]) -> Iterator[tuple[int, int]]:
    """Do `work` in a thread, and yield several times a second how much is done and the total.

    Closing the iterator cancels it. Raises what `work` raises.
    """
    latest, is_over = (0, 0), threading.Event()

    def report(done: int, total: int) -> None:
        nonlocal latest
        if is_over.is_set():
            raise Cancelled
        latest = done, total

    with ThreadPoolExecutor(1, "followed") as pool:
        result = pool.submit(work, report)
        try:
            while not wait([result], _LOOK_EVERY).done:
                yield latest
        finally:
            is_over.set()
    result.result()


def seldom(report: Report) -> Report:
    """Return a report of which several a second are passed on, and the one that all is done."""
    told = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if (now := time.monotonic()) - told >= _LOOK_EVERY or done == total:
            told = now
            report(done, total)

    return tell
