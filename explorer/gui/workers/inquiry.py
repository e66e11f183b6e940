"""Inquiry: one question to a worker, from the request to the answer. No widgets."""

from enum import StrEnum, auto
from typing import assert_never

from PySide6.QtCore import QObject, Signal

from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker import Reply, WorkerClient
from explorer.runs.events import Failed, Progress
from explorer.runs.questions.question import Answer, Question
from explorer.sentences import Sentence

SETTLE = 300  # milliseconds without an edit before a worker is asked
MAX_DEATHS = 3  # workers that may die over a question before it is given up


class InquiryState(StrEnum):
    WAITING = auto()  # for a free worker
    ASKED = auto()
    OVER = auto()


class Inquiry(QObject):
    """One question, sent as soon as a worker is free, and sent again if that worker ends without an answer.

    An inquiry ends with `answered`, which carries the answer, or with `refused`, which carries the sentence why there
    is none; after `cancel` with neither. `asked` tells that a worker got the question, unless the constructor has
    already sent it; `progressed` carries how much of a long question is done, and the total.
    """

    asked = Signal()
    answered = Signal(object)
    refused = Signal(object)
    progressed = Signal(int, int)

    def __init__(self, pool: WorkerPool, question: Question) -> None:
        super().__init__()
        self.question = question
        self.state = InquiryState.WAITING
        self._pool = pool
        self._worker: WorkerClient | None = None
        self._deaths = 0
        pool.changed.connect(self._ask)
        self._ask()

    def cancel(self) -> None:
        """Withdraw the question; neither `answered` nor `refused` follows."""
        if self._worker:
            self._worker.forget(self)
        self._end()

    def note_reply(self, reply: Reply) -> None:
        """Handle what the worker replies."""
        match reply:
            case Progress():
                self.progressed.emit(reply.done, reply.total)
            case Failed():
                self._end()
                self.refused.emit(reply.reason)
            case Answer():
                self._end()
                self.answered.emit(reply)
            case _:
                assert_never(reply)

    def note_death(self, reason: Sentence) -> None:
        """Wait for another worker; one that ended for no `reason` was shut down and does not count as a death."""
        self._worker, self.state = None, InquiryState.WAITING
        self._deaths += bool(reason)
        if self._deaths >= MAX_DEATHS:
            self._end()
            self.refused.emit(reason)

    def _ask(self) -> None:
        if self.state is InquiryState.WAITING and (worker := self._pool.ask(self)):
            self._worker, self.state = worker, InquiryState.ASKED
            self.asked.emit()

    def _end(self) -> None:
        if self.state is not InquiryState.OVER:
            self._worker, self.state = None, InquiryState.OVER
            self._pool.changed.disconnect(self._ask)
