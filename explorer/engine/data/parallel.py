"""Parallel: work on many images by all cores, in their order. No Qt.

A few images are worked on by threads. For many, processes are started: a thread needs the interpreter's lock several
times an image, and among many threads each waits for all others.
"""

import os
import signal
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager, suppress
from itertools import cycle, islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from explorer.sentences import translatable
from explorer.validation import refuse

_MANY = 1000  # images: to start processes takes as long as to read so many
_AHEAD = 2  # pieces of each thread or process that are in work at a time
_MOST = 32  # processes: each takes some 40 MB
_WAIT = 0.1  # seconds
_spawned = get_context("spawn")  # a fork of a process with threads may hang

_Item = TypeVar("_Item")
_Made = TypeVar("_Made")
_Result = TypeVar("_Result")


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def returned(made: _Made) -> _Made:
    """Keep what was made by returning it."""
    return made


def in_parallel(
    make: Callable[[Sequence[_Item]], _Made],
    keep: Callable[[_Made], _Result],
    items: Sequence[_Item],
    size: int,
    waiting: Callable[[], None] = lambda: None,
) -> Generator[_Result, None, None]:
    """Yield what `make` and then `keep` return of each piece of `size` items, in order.

    Few pieces are in work at a time, whatever their number. `keep` has no effect after the end: of threads, which
    cannot be ended, this one calls it. For processes both are pickled, and so is what they return or raise. `waiting`
    is called while the next piece takes long, and may raise what ends it all. Raises what `make` and `keep` raise, and
    Refused if a process is killed.
    """
    pieces = (items[start : start + size] for start in range(0, len(items), size))
    results = (_by_threads if len(items) < _MANY else _by_processes)(make, keep, pieces, waiting)
    with closing(results):
        yield from results


def _by_threads(
    make: Callable[[Sequence[_Item]], _Made],
    keep: Callable[[_Made], _Result],
    pieces: Iterable[Sequence[_Item]],
    waiting: Callable[[], None],
) -> Generator[_Result, None, None]:
    threads = usable_cores() + 1  # one of them mostly waits until what it has made is taken
    pool = ThreadPoolExecutor(threads, "in order")
    in_work: deque[Future[_Made]] = deque()
    remaining = iter(pieces)
    try:
        while True:
            for piece in islice(remaining, _AHEAD * threads - len(in_work)):
                in_work.append(pool.submit(make, piece))
            if not in_work:
                return
            while not wait([in_work[0]], _WAIT).done:
                waiting()
            yield keep(in_work.popleft().result())
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _by_processes(
    make: Callable[[Sequence[_Item]], _Made],
    keep: Callable[[_Made], _Result],
    pieces: Iterable[Sequence[_Item]],
    waiting: Callable[[], None],
) -> Generator[_Result, None, None]:
    in_work: deque[Connection] = deque()
    with ExitStack() as stack:
        count = min(usable_cores(), _MOST)
        processes = [stack.enter_context(_process(make, keep)) for _ in range(count)]
        for process, piece in zip(cycle(processes), pieces):
            if len(in_work) == _AHEAD * count:
                yield _answer(in_work.popleft(), waiting)
            with suppress(OSError):  # of one that was killed, which shows when its answer is due
                process.send(piece)
            in_work.append(process)
        while in_work:
            yield _answer(in_work.popleft(), waiting)


@contextmanager
def _process(make: Callable[[Any], _Made], keep: Callable[[_Made], object]) -> Iterator[Connection]:
    """Start a process, and end it at once however far it has come."""
    ours, its = _spawned.Pipe()
    process = _spawned.Process(target=_serve, args=(its, make, keep), daemon=True)
    process.start()
    its.close()
    try:
        yield ours
    finally:
        process.kill()
        process.join()
        ours.close()


def _serve(pieces: Connection, make: Callable[[Any], _Made], keep: Callable[[_Made], object]) -> None:
    """Answer each piece with its result, or what was raised, until the process that sends them ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that has started this process
    parent = parent_process()
    assert parent
    with suppress(EOFError, ConnectionError):
        while True:
            piece = pieces.recv()
            try:
                made = make(piece)
                if not parent.is_alive():  # another may be keeping something in the same place already
                    return
                pieces.send((keep(made), None))
            except Exception as error:
                pieces.send((None, error))


def _answer(process: Connection, waiting: Callable[[], None]) -> Any:
    """Return the next result of a process. Raises what it has raised, what `waiting` raises, and Refused."""
    try:
        while not process.poll(_WAIT):
            waiting()
        result, error = process.recv()
    except (EOFError, ConnectionError):
        what = translatable("a process that reads images was killed, perhaps for lack of memory")
        raise refuse("data", what) from None
    if error:
        raise error
    return result
