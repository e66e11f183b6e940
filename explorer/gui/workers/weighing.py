"""Weighing: what of the chosen known weights fits the design, as a worker finds. No widgets."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.gui.choice import TrainingChoice
from explorer.gui.workers.inquiry import SETTLE, Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.events import Progress
from explorer.runs.questions.weights import Weigh, Weighed
from explorer.sentences import NOTHING, Sentence

if TYPE_CHECKING:
    from explorer.runs.data.download import Pace


class Weighing(QObject):
    """What fits; `changed` is emitted when any of it is different.

    `weighed` is None while nothing is known, `refusal` says why nothing fits or could be read. While the weights are
    downloaded, `loaded` are the bytes that are here and those of all, and `seconds_left` is None while unknown.
    """

    changed = Signal()

    def __init__(self, choice: TrainingChoice, pool: WorkerPool) -> None:
        super().__init__()
        self._choice, self._pool = choice, pool
        self.weighed: Weighed | None = None
        self.refusal = NOTHING
        self.loaded = (0, 0)
        self.seconds_left: float | None = None
        self._pace: Pace | None = None
        self._asked: Weigh | None = None  # what the above answers, or will
        self._inquiry: Inquiry | None = None
        self._timer = QTimer(self, interval=SETTLE, singleShot=True)
        self._timer.timeout.connect(self._ask)
        choice.changed.connect(self._note_choice)
        pool.changed.connect(self._note_workers)
        self._note_choice()

    @property
    def is_open(self) -> bool:
        """Whether the answer is still to come."""
        return bool(self._choice.weights) and not (self.weighed or self.refusal)

    def waiting_reason(self) -> str:
        """Return why no worker weighs yet; empty if one does."""
        is_waiting = self._inquiry and self._inquiry.state is InquiryState.WAITING
        return self._pool.busy_reason() if is_waiting else ""

    def cancel(self) -> None:
        """End the download, and start with new weights instead."""
        self._choice.use_weights("")

    def ask_again(self) -> None:
        """Try once more what was refused."""
        self._asked = None
        self._note_choice()

    def _question(self) -> Weigh | None:
        choice = self._choice
        if not choice.weights:
            return None
        return Weigh(choice.fitted, choice.recipe, source=choice.weights, runs=self._pool.runs)

    def _note_choice(self) -> None:
        """Ask about other weights or another design, as soon as nothing is edited any more."""
        question = self._question()
        if _key(question) == _key(self._asked):
            return
        if self._inquiry:
            self._inquiry.cancel()
            self._inquiry = None
        self._asked, self.weighed, self.refusal, self.loaded = question, None, NOTHING, (0, 0)
        if question:
            self._timer.start()
        else:
            self._timer.stop()
        self.changed.emit()

    def _ask(self) -> None:
        from explorer.runs.data.download import Pace  # imports urllib

        assert self._asked
        self._pace, self.seconds_left = Pace(), None
        self._inquiry = Inquiry(self._pool, self._asked)
        self._inquiry.progressed.connect(self._note_progress)
        self._inquiry.answered.connect(self._note_answer)
        self._inquiry.refused.connect(self._note_refusal)
        self.changed.emit()

    def _note_workers(self) -> None:
        if self._inquiry and self._inquiry.state is InquiryState.WAITING:
            self.changed.emit()

    def _note_progress(self, done: int, total: int) -> None:
        assert self._pace
        self.loaded = done, total
        self.seconds_left = self._pace.seconds_left(Progress("download", done, total))
        self.changed.emit()

    def _note_answer(self, answer: Weighed) -> None:
        self._inquiry, self.weighed, self.loaded = None, answer, (0, 0)
        self.changed.emit()

    def _note_refusal(self, reason: Sentence) -> None:
        self._inquiry, self.refusal, self.loaded = None, reason, (0, 0)
        self.changed.emit()


def _key(question: Weigh | None) -> object:
    """Return what the answer depends on."""
    return question and (question.design, question.source, question.runs)
