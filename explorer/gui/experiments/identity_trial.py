"""IdentityTrial: what a network does once branches are at zero or an identity is put in. No widgets.

The worker tries it on a copy: neither the network nor the run that it comes from changes, until a person goes on
training from there.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from explorer.architecture.identity import deepened
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document
from explorer.gui.widgets.language import say
from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.answers import Comparison, Insert, Inserted, Probe, Zero, Zeroed
from explorer.runs.commands import Train
from explorer.runs.recipe import Recipe
from explorer.sentences import NOTHING, Sentence

if TYPE_CHECKING:
    from explorer.runs.folder import Run


class _WeightsOrigin(NamedTuple):
    """Where a network's weights come from: a run, with blocks `inserted` since; without one they are fresh."""

    run: "Run | None" = None
    inserted: tuple[str, ...] = ()


class IdentityTrial(QObject):
    """`changed` when there is another outcome, refusal or origin, or when the worker may be asked again, or not."""

    changed = Signal()

    def __init__(self, document: Document, choice: TrainingChoice, pool: WorkerPool) -> None:
        super().__init__()
        self.document, self.choice, self.pool = document, choice, pool
        self.runs: tuple[Run, ...] | None = None  # not read, or out of date
        self.grown = _WeightsOrigin()
        self.inquiry: Inquiry | None = None
        self.found: Comparison | None = None
        self.refusal = NOTHING
        self.row = 0  # of the images whose logits there are, the one that is shown
        self.design = document.design  # which all of this is about
        document.changed.connect(self.follow)
        pool.changed.connect(self.changed)
        pool.run_ended.connect(self._end_growth)

    def forget_runs(self) -> None:
        """There may be others now."""
        self.runs = None
        self.changed.emit()

    def _end_growth(self) -> None:
        """A run has ended; if it is of the shown design, it has taken the place of what was put together here."""
        if any(run.outcome and run.design == self.document.design for run in self.pool.live):
            self.grown = _WeightsOrigin()
        self.forget_runs()

    def follow(self) -> None:
        """Of another network nothing is known."""
        if self.document.design != self.design:
            self.design = self.document.design
            self.forget()
        self.changed.emit()

    def forget(self) -> None:
        if self.inquiry:
            self.inquiry.cancel()
        self.inquiry = self.found = None
        self.refusal = NOTHING

    def origin(self) -> _WeightsOrigin:
        """The run that was grown into the shown design, else the newest of that design that has come to its end."""
        from explorer.runs.folder import list_runs, newest_ended  # what the window's start need not wait for

        run, inserted = self.grown
        for count in range(len(inserted), 0, -1):
            if run and deepened(run.design, *inserted[:count]) == self.document.design:
                return _WeightsOrigin(run, inserted[:count])
        if self.runs is None:
            self.runs = list_runs(self.pool.runs)
        return _WeightsOrigin(newest_ended(self.runs, self.document.design))

    @property
    def outcome(self) -> Comparison | None:
        """The latest that was found about the shown design."""
        return self.found if self.document.design == self.design else None

    @property
    def zeroed(self) -> tuple[str, ...]:
        """The blocks that are at zero now, in the order in which they went there."""
        return self.outcome.blocks if isinstance(self.outcome, Zeroed) else ()

    def zero(self, path: str) -> None:
        """Put the branch of one block more to zero."""
        self._ask(partial(Zero, blocks=(*self.zeroed, path)))

    def put_back(self) -> None:
        """All branches as they were."""
        self.forget()
        self.changed.emit()

    def insert(self, path: str) -> None:
        """Put an identity in as the block `path`; once the worker has proved it one, the design has it too."""
        self._ask(partial(Insert, block=path))

    def recipe(self) -> Recipe:
        """The run's, on the device that is chosen now; for fresh weights the chosen one."""
        run, chosen = self.origin().run, self.choice.recipe
        return run.recipe.change(device=chosen.device) if run else chosen

    def _ask(self, kind: Callable[..., Probe]) -> None:
        """Ask that kind of question about the shown network."""
        run, grown = self.origin()
        folder = str(run.folder) if run else ""
        question = kind(self.document.design, self.recipe(), runs=self.pool.runs, run=folder, grown=grown)
        self.refusal = NOTHING
        if self.inquiry:
            self.inquiry.cancel()
        self._wait_for(Inquiry(self.pool, question))
        self.changed.emit()

    def _wait_for(self, inquiry: Inquiry) -> None:
        self.inquiry = inquiry
        inquiry.asked.connect(self.changed)
        inquiry.answered.connect(self._note_answer)
        inquiry.refused.connect(self._note_refusal)

    def _note_refusal(self, reason: Sentence) -> None:
        self.inquiry = None
        self.refusal = reason
        self.changed.emit()

    def _note_answer(self, answer: Comparison) -> None:
        """Show it; once an identity is inserted the design has it too."""
        self.inquiry = None
        if isinstance(answer, Inserted):
            self._insert_block(*answer.blocks)
        self.found = answer
        self.changed.emit()

    def _insert_block(self, path: str) -> None:
        """Give the document the block more, as one undoable step, and show it."""
        run, inserted = self.origin()
        if run:
            self.grown = _WeightsOrigin(run, (*inserted, path))
        self.document.propose(deepened(self.document.design, path), self.tr("Insert an identity block"))
        self.document.select(path)

    def can_go_on(self) -> bool:
        """Whether there is a trained network with blocks put in, to be trained further."""
        return bool(self.origin().inserted)

    def go_on(self) -> None:
        """Train from here, as a new run."""
        run, inserted = self.origin()
        assert run is not None
        self.forget()
        parent = str(run.folder)
        self.pool.start(Train(self.document.design, self.recipe(), self.pool.runs, parent, grown=inserted))

    def obstacle(self) -> str:
        """Why nothing can be tried now; empty if it can."""
        if fatal := next((each for each in self.document.problems if each.fatal), None):
            return say(fatal.what)
        if self.inquiry and self.inquiry.state is InquiryState.ASKED:
            return self.tr("Trying it on real images …")
        return self.pool.busy_reason()
