"""Estimates: what is known of the time and the memory that training takes, measured by a worker. No widgets.

Where the design's image size and the data's differ, both are measured, one after the other, as long as nobody presses
Start.
"""

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.architecture.checks import find_problems
from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.gui.choice import TrainingChoice
from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.answers import Estimate, Estimated
from explorer.runs.recipe import Recipe, costly
from explorer.sentences import Sentence

SETTLE = 300  # milliseconds without an edit before the worker measures

_EstimateKey = tuple[Design, Recipe]  # what an estimate depends on


class Estimates(QObject):
    """`changed` when something else is known, or when it may be measured now, or not."""

    changed = Signal()

    def __init__(self, choice: TrainingChoice, pool: WorkerPool) -> None:
        super().__init__()
        self._choice, self._pool = choice, pool
        self._answers: dict[_EstimateKey, Estimated] = {}
        self._refusals: dict[_EstimateKey, Sentence] = {}
        self._inquiry: Inquiry | None = None
        self._timer = QTimer(self, interval=SETTLE, singleShot=True)
        self._timer.timeout.connect(self._ask)
        choice.changed.connect(self._timer.start)
        pool.changed.connect(self.changed)
        self._timer.start()

    def of(self, design: Design) -> Estimated | None:
        """What is known of training `design` as chosen."""
        return self._answers.get(self._key(design))

    def refusal(self, design: Design) -> Sentence | None:
        """Why nothing can be known of it."""
        return self._refusals.get(self._key(design))

    @property
    def may_measure(self) -> bool:
        """Whether a worker has time for it, or soon will."""
        return self._pool.idle_worker.state in (WorkerState.IDLE, WorkerState.WARMING)

    def is_too_large(self, networks: int = 1) -> bool:
        """Whether memory will not do for so many networks of the chosen size, as far as is known."""
        found = self.of(self._choice.fitted)
        return found is not None and 0 < found.available_bytes < networks * found.memory_bytes

    def _key(self, design: Design) -> _EstimateKey:
        return design, costly(self._choice.recipe)

    def _ask(self) -> None:
        """Measure the next thing that is shown and not known, the likelier one first."""
        if self._inquiry and self._inquiry.state is InquiryState.ASKED:
            return  # what is measured already will soon be known
        choice = self._choice
        wanted = next(filter(self._is_open, (choice.fitted, choice.data_sized, choice.own_sized)), None)
        question = Estimate(*self._key(wanted)) if wanted else None
        if self._inquiry and self._inquiry.question != question:
            self._inquiry.cancel()
            self._inquiry = None
        if question and self._inquiry is None:  # one that waits already knows how many workers have died of it
            self._inquiry = Inquiry(self._pool, question)
            self._inquiry.answered.connect(self._note_answer)
            self._inquiry.refused.connect(self._note_refusal)

    def _is_open(self, design: Design) -> bool:
        """Whether it can be built, and nobody has measured it or refused to."""
        if self._key(design) in {**self._answers, **self._refusals}:
            return False
        return not any(each.fatal for each in find_problems(plan_network(design)))

    def _note_answer(self, answer: Estimated) -> None:
        self._answers[self._end_inquiry()] = answer
        self._go_on()

    def _note_refusal(self, reason: Sentence) -> None:
        self._refusals[self._end_inquiry()] = reason
        self._go_on()

    def _end_inquiry(self) -> _EstimateKey:
        """What it was about; there is none now."""
        assert self._inquiry
        question, self._inquiry = self._inquiry.question, None
        return question.design, question.recipe

    def _go_on(self) -> None:
        self.changed.emit()
        self._ask()
