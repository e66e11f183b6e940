"""Task: a function in a thread, with progress and an end that can be asked for. No widgets.

For work that waits for disks more than it computes. It must not import anything: PySide lets imports of the main thread
fail now and then while another thread imports.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from PySide6.QtCore import QObject, Signal

from explorer.validation import Refused

_EVERY = 0.1  # seconds between two reports

Work = Callable[[Callable[[int, int], None]], object]


class _Cancelled(Exception):
    pass


class Task(QObject):
    """Calls `work`, which reports how much is done and the total, and ends where a report raises.

    It ends with `answered`, which carries what `work` returns, or with `refused`, which carries the sentence why it
    returns nothing; after `cancel` with neither. `progressed` carries what is reported, several times a second.
    """

    answered = Signal(object)
    refused = Signal(object)
    progressed = Signal(int, int)
    _ended = Signal()  # in the thread, for the object's own

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work
        self._answer: object = None
        self._error: Exception | None = None
        self._is_cancelled = False
        self._reported = 0.0
        self._ended.connect(self._tell)
        self._thread = Thread(target=self._run)
        self._thread.start()

    def cancel(self) -> None:
        """End the work at its next report; neither `answered` nor `refused` follows."""
        self._is_cancelled = True

    def wait(self) -> None:
        """Return once the work has ended."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._answer = self._work(self._report)
        except Exception as error:  # it is raised again where it is seen
            self._error = error
        with suppress(RuntimeError):  # the application has ended
            self._ended.emit()

    def _report(self, done: int, total: int) -> None:
        if self._is_cancelled:
            raise _Cancelled
        if (now := time.monotonic()) - self._reported >= _EVERY:
            self._reported = now
            self.progressed.emit(done, total)

    def _tell(self) -> None:
        if self._is_cancelled:
            return
        if isinstance(self._error, Refused):
            self.refused.emit(self._error.sentence)
        elif self._error:
            raise self._error
        else:
            self.answered.emit(self._answer)
