"""Threads: how many of them compute a run: one per core that is free, found by trying and watched. No Qt.

Each small operation of a step is shared among the threads and ends with the slowest. Where one of them waits for a core
that another process uses, all wait: beside a single busy process, two threads on two cores train at a hundredth of
their speed, and one thread at three quarters.
"""

import hashlib
import statistics
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import TracebackType

import torch

from explorer.runs import events
from explorer.runs.trainings import Slot
from explorer.sentences import NOTHING, Sentence, translatable

BUSY = Sentence(translatable("The computer is busy"))
SHARED = Sentence(translatable("Another training shares the cores"))
FREED = Sentence(translatable("More cores are free"))

_TRY = 0.1  # seconds
_BLOCK = bytes(2**20)  # hashed again and again: the interpreter's lock is free meanwhile
_LACKING = 0.25  # of a core: so much other work does not make a core taken
_SLOW = 0.5  # of the median rate
_PATIENCE = 5.0  # seconds at a slow rate until cores are tried
_INTERVAL = 60.0  # seconds from one try to the next
_POLL = 1.0  # seconds between looks for other trainings
_REMEMBERED = 500  # rates


def free_cores(wanted: int) -> int:
    """Return how many of `wanted` cores are free, at least 1: keep so many threads busy and see what they get.

    That is what the system gives to threads of this process's priority beside all else that runs.
    """
    if wanted < 2:
        return 1
    with ThreadPoolExecutor(wanted) as pool:
        got = sum(pool.map(lambda _: _share_of_core(), range(wanted)))
    return max(1, min(wanted, int(got + _LACKING)))


def _share_of_core() -> float:
    """Work for `_TRY` seconds and return for which part of them this thread was on a core."""
    start, start_work = time.perf_counter(), time.thread_time()
    while (passed := time.perf_counter() - start) < _TRY:
        hashlib.sha256(_BLOCK)
    return (time.thread_time() - start_work) / passed


class Cores:
    """The cores that this process may compute on, `most` of them; used as a context by who trains on them."""

    def __init__(
        self, most: int | None = None, slot: Slot | None = None, try_cores: Callable[[int], int] = free_cores
    ) -> None:
        """Count on `most` cores, by default as many as torch has threads: one per physical core."""
        self.most = most or torch.get_num_threads()
        self._slot, self._try = slot or Slot(), try_cores

    def __enter__(self) -> "Cores":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._slot.free()
        torch.set_num_threads(self.most)

    def join(self) -> None:
        """Be seen by other trainings from now on."""
        self._slot.take()

    @contextmanager
    def left(self) -> Iterator[None]:
        """Leave the cores to other trainings while this one is paused."""
        held = self._slot.is_held()
        self._slot.free()
        yield
        if held:
            self._slot.take()

    def share(self) -> int:
        """Return how many cores are this process's part, as many as every other training's."""
        return max(1, self.most // (1 + self._slot.others()))

    def free(self, wanted: int) -> int:
        """Return how many of `wanted` cores are free, by trying."""
        return self._try(wanted)

    def use_free(self) -> None:
        """Let torch compute with as many threads as cores are free."""
        torch.set_num_threads(self.free(self.share()))

    def start(self, before: int = 0, fewer: bool = False) -> "RunThreads":
        """Return the threads of a run that starts, one per free core, at first at most the `before` that it had.

        It also stays with these if `fewer`.
        """
        share = self.share()
        wanted = min(share, before or share)
        count = self.free(wanted)
        most = before if before and fewer else self.most
        reason = NOTHING if count in (before, self.most) else SHARED if count == share else BUSY
        return RunThreads(count, self, reason, most)


class RunThreads:
    """The number of threads of one run, `count`, and when it changes: never without `cores`.

    Cores are tried when the run's rate has stayed below half of its own median for some seconds, and once a minute
    while there are more than the run uses. Only the rates say how time passes.
    """

    def __init__(
        self, count: int | None = None, cores: Cores | None = None, reason: Sentence = NOTHING, most: int | None = None
    ) -> None:
        """Begin with `count` threads, by default torch's; `reason` says why they are fewer than `most`."""
        self.count = count or torch.get_num_threads()
        self.cores, self.reason, self.most = cores, reason, most or self.count
        self._runs = 1
        self._share = min(self.most, cores.share()) if cores else self.count
        self._rates: deque[float] = deque(maxlen=_REMEMBERED)
        self._slow = self._since_try = self._since_poll = 0.0

    def copy(self) -> "RunThreads":
        """Return the threads of another run that starts with as many."""
        return RunThreads(self.count, self.cores, self.reason, self.most)

    def split(self, runs: int) -> None:
        """Leave room for the other runs of this process, `runs` in all."""
        self._runs = runs
        self.count, self.most, self._share = (max(1, each // runs) for each in (self.count, self.most, self._share))

    def event(self, step: int) -> events.Threads:
        """Return what is to be said of the threads after `step`."""
        return events.Threads(step=step, threads=self.count, cores=self.most, reason=self.reason)

    def has_changed(self, rate: float, seconds: float) -> bool:
        """Note that the run trained for `seconds` at `rate`, in images per second, and find the number of threads."""
        if self.cores is None or self.most == 1:
            return False
        found, reason = self._found(self.cores, rate, seconds)
        before = self.count, self.reason
        self.count, self.reason = found, reason
        return before != (found, reason)

    def _found(self, cores: Cores, rate: float, seconds: float) -> tuple[int, Sentence]:
        """Return the number of threads to go on with, and why so many."""
        self._since_try += seconds
        self._since_poll += seconds
        if self._since_poll >= _POLL:
            self._note_share(min(self.most, max(1, cores.share() // self._runs)))
        if self.count > self._share:
            return self._share, self._why(self._share)
        if self._is_slow(rate, seconds):
            wanted = self.count
        elif self._since_try >= _INTERVAL and self.count < self._share:
            wanted = self.count + 1
        else:
            return self.count, self.reason
        found = min(wanted, cores.free(wanted))
        self._since_try = 0.0
        self._slow = _PATIENCE - _INTERVAL if found == self.count else 0.0  # it may be slow for another reason
        return found, self._why(found)

    def _why(self, found: int) -> Sentence:
        if found >= self.most:
            return FREED if found > self.count else self.reason
        return SHARED if found == self._share else BUSY

    def _note_share(self, share: int) -> None:
        if share > self._share:  # another training has ended: try at once
            self._since_try = _INTERVAL
        self._share, self._since_poll = share, 0.0

    def _is_slow(self, rate: float, seconds: float) -> bool:
        """Return whether the rate has been low for so long that other processes may be why."""
        if self._rates and rate < _SLOW * statistics.median(self._rates):
            self._slow += seconds
            return self._slow >= _PATIENCE and self.count > 1
        self._rates.append(rate)
        self._slow = 0.0
        return False
