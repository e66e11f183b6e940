"""Estimates: the time and the memory that training takes, measured by a worker. No widgets.

Where the design's image size and the data's differ, both are measured, one after the other, until the user presses
Start.
"""

from collections.abc import Iterable
from functools import lru_cache

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.architecture.checks import find_problems
from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.gui.choice import TrainingChoice
from explorer.gui.workers.inquiry import SETTLE, Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.questions.estimate import Estimate, Estimated
from explorer.runs.recipe import Recipe, costly
from explorer.runs.sides import Side
from explorer.sentences import Sentence

_EstimateKey = tuple[Design, Recipe]  # what an estimate depends on


@lru_cache(maxsize=4096)
def _macs_of(design: Design) -> int:
    return plan_network(design).macs


class Estimates(QObject):
    """Estimates by design and recipe; `changed` when one arrives, or when measuring becomes possible or impossible."""

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
        pool.run_ended.connect(self._forget_if_failed)
        self._timer.start()

    def of(self, design: Design) -> Estimated | None:
        """Return the estimate for training `design` with the chosen recipe, or None while there is none."""
        return self._answers.get(self._key(design))

    def refusal(self, design: Design) -> Sentence | None:
        """Return why training `design` cannot be estimated, or None if no worker has refused to."""
        return self._refusals.get(self._key(design))

    def seconds_of(self, sides: Iterable[Side]) -> float | None:
        """Return about how long it takes to train these one after the other; None while that is not known.

        It is reckoned from the MACs of each, against those of the chosen design, which is measured.
        """
        found = self.of(self._choice.fitted)
        if found is None or found.seconds_per_epoch is None:
            return None
        per_mac = found.seconds_per_epoch / max(1, _macs_of(self._choice.fitted))
        return per_mac * sum(_macs_of(side.design) * side.recipe.epochs for side in sides)

    @property
    def may_measure(self) -> bool:
        """Whether a worker is free to measure, or soon will be."""
        return self._pool.idle_worker.state in (WorkerState.IDLE, WorkerState.WARMING)

    def is_too_large(self, networks: int = 1) -> bool:
        """Whether so many networks of the chosen size are known to need more memory than is free."""
        found = self.of(self._choice.fitted)
        return found is not None and 0 < found.available_bytes < found.memory.of(networks)

    def _key(self, design: Design) -> _EstimateKey:
        return design, costly(self._choice.recipe)

    def _ask(self) -> None:
        """Ask for the next estimate that the window shows and has not got, beginning with the chosen image size."""
        if self._inquiry and self._inquiry.state is InquiryState.ASKED:
            return  # this calls again once that is answered
        choice = self._choice
        wanted = next(filter(self._is_open, (choice.fitted, choice.data_sized, choice.own_sized)), None)
        question = Estimate(*self._key(wanted)) if wanted else None
        if self._inquiry and self._inquiry.question != question:
            self._inquiry.cancel()
            self._inquiry = None
        if question and self._inquiry is None:  # a waiting inquiry is kept, for it counts the workers that died
            self._inquiry = Inquiry(self._pool, question)
            self._inquiry.answered.connect(self._note_answer)
            self._inquiry.refused.connect(self._note_refusal)

    def _is_open(self, design: Design) -> bool:
        """Whether `design` can be built and has been neither measured nor refused."""
        if self._key(design) in {**self._answers, **self._refusals}:
            return False
        return not any(problem.fatal for problem in find_problems(plan_network(design)))

    def _note_answer(self, answer: Estimated) -> None:
        self._answers[self._end_inquiry()] = answer
        self._ask_next()

    def _note_refusal(self, reason: Sentence) -> None:
        self._refusals[self._end_inquiry()] = reason
        self._ask_next()

    def _forget_if_failed(self) -> None:
        """Measure again after a run failed: it may have lacked memory that was free when it was measured."""
        if self._pool.shown.has_failed():
            self._answers.clear()
            self._ask()

    def _end_inquiry(self) -> _EstimateKey:
        """Drop the inquiry that has ended and return what it asked about."""
        assert self._inquiry
        question, self._inquiry = self._inquiry.question, None
        return question.design, question.recipe

    def _ask_next(self) -> None:
        self.changed.emit()
        self._ask()
