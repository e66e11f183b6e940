"""Inquiry: one question to a worker, from the wish to know to the answer. No widgets."""

from enum import StrEnum, auto
from typing import assert_never

from PySide6.QtCore import QObject, Signal

from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker import Reply, WorkerClient
from explorer.runs.answers import Answer, Question
from explorer.runs.events import Failed, Progress
from explorer.sentences import Sentence

MAX_DEATHS = 3  # of workers that may have died of the question


class InquiryState(StrEnum):
    WAITING = auto()  # for a worker that has time
    ASKED = auto()
    OVER = auto()


class Inquiry(QObject):
    """Asked as soon as a worker has time, and asked again where one has gone without a word.

    It ends with `answered`, which carries the answer, or with `refused`, which carries the sentence why there is none;
    after `cancel` with neither. `asked`, unless that is as soon as it is made; `progressed`: how much of a long one is
    done.
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
        """Nobody wants to know any more."""
        if self._worker:
            self._worker.forget(self)
        self._end()

    def note_reply(self, reply: Reply) -> None:
        """Pass on what the worker says."""
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
        """Wait for another worker; one that was sent away, for no `reason`, has not died of the question."""
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
