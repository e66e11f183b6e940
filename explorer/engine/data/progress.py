"""Progress of work on many images, which is reported and may be cancelled. No Qt."""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import TypeVar

from explorer.sentences import Sentence

_LOOK_EVERY = 0.2  # seconds
_AHEAD = 2  # items per thread that are in work at a time
_WAIT = 0.1  # seconds

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

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


def in_threads(
    work: Callable[[_Item], _Result], items: Iterable[_Item], threads: int, waiting: Callable[[], None] = lambda: None
) -> Generator[_Result, None, None]:
    """Yield what `work` makes of each item, in order; few are in work at a time, whatever their number.

    `waiting` is called while the next one takes long, and may raise what ends it all. Raises what `work` raises.
    """
    pool = ThreadPoolExecutor(threads, "in order")
    in_work: deque[Future[_Result]] = deque()
    remaining = iter(items)
    try:
        while True:
            for item in islice(remaining, _AHEAD * threads - len(in_work)):
                in_work.append(pool.submit(work, item))
            if not in_work:
                return
            while not wait([in_work[0]], _WAIT).done:
                waiting()
            yield in_work.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
