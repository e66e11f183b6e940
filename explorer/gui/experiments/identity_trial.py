"""IdentityTrial: how a network's output changes when branches are zeroed or an identity is inserted, and its norms.

No widgets.

The worker changes a copy: neither the network nor the run that its weights come from changes, until the user continues
training from there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, assert_never

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from explorer.architecture.design import Design
from explorer.architecture.identity import deepened
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document
from explorer.gui.widgets.text.language import say
from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.pictures import read_pictures
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.commands import Train
from explorer.runs.questions.blocks import BatchStatistics, Comparison, Insert, Inserted, Norms, Zero, Zeroed
from explorer.runs.questions.question import Probe
from explorer.runs.recipe import Recipe
from explorer.sentences import NOTHING, Sentence, translatable
from explorer.validation import refuse

if TYPE_CHECKING:
    from explorer.runs.folder.run import Run


class _WeightsOrigin(NamedTuple):
    """Where a network's weights come from: a run of `design`, one under way or, without both, its initial weights.

    Blocks were `inserted` since.
    """

    design: Design
    run: "Run | None" = None
    inserted: tuple[str, ...] = ()
    live: LiveRun | None = None

    @property
    def run_name(self) -> str:
        """The id or the folder of the run, as a question has it; empty without one."""
        return self.live.id if self.live else str(self.run.folder) if self.run else ""


@dataclass(frozen=True, slots=True)
class TrialAnswer:
    """An answer to a question, with the pictures of its examples."""

    question: Probe
    found: Comparison | BatchStatistics
    pictures: tuple[QImage, ...]


class IdentityTrial(QObject):
    """The experiments with the blocks of the shown design.

    `answers` are what was found last about each block, by path, and `norms` those about its batch norms; `zeroed` are
    the blocks whose branches are zero now, in the order in which they were zeroed. `changed` when any of this, the
    refusal or the origin, or whether a worker may be asked, is different.
    """

    changed = Signal()

    def __init__(self, document: Document, choice: TrainingChoice, pool: WorkerPool) -> None:
        super().__init__()
        self.document, self.choice, self.pool = document, choice, pool
        self.runs: tuple[Run, ...] | None = None  # None: not read, or out of date
        self.grown = _WeightsOrigin(document.design)
        self.inquiry: Inquiry | None = None
        self.answers: dict[str, TrialAnswer] = {}
        self.norms: dict[str, TrialAnswer] = {}
        self.zeroed: tuple[str, ...] = ()
        self.refusal = NOTHING
        self.example = 0  # number of the image that is shown, counted round
        self.design = document.design  # the design of the answers
        document.changed.connect(self._update_design)
        pool.changed.connect(self.changed)
        pool.run_ended.connect(self._end_growth)
        pool.runs_changed.connect(self.forget_runs)

    def forget_runs(self) -> None:
        """Read the runs again when they are next needed."""
        self.runs = None
        self.changed.emit()

    def _end_growth(self) -> None:
        """Use a run of the shown design that has ended instead of the weights that were put together here."""
        if any(run.outcome and run.design == self.document.design for run in self.pool.live):
            self.grown = _WeightsOrigin(self.document.design)
        self.forget_runs()

    def _update_design(self) -> None:
        """Drop the answers if the document has another design now."""
        if self.document.design != self.design:
            self.design = self.document.design
            self.forget()
        self.changed.emit()

    def forget(self) -> None:
        """Withdraw the question and drop all answers and the refusal."""
        if self.inquiry:
            self.inquiry.cancel()
        self.inquiry, self.refusal = None, NOTHING
        self.answers, self.norms, self.zeroed = {}, {}, ()

    def origin(self) -> _WeightsOrigin:
        """Return the weights that were grown into the shown design, else those of a run of that design.

        That is one under way, else the newest that has ended. Without any they are its initial ones.
        """
        from explorer.runs.folder.survey import list_runs, newest_ended  # not needed when the window starts

        if self.runs is None:
            self.runs = list_runs(self.pool.runs)
        shown, grown = self.document.design, self.grown
        if grown.live and not grown.live.is_under_way:
            grown = grown._replace(run=next((run for run in self.runs if run.id == grown.live.id), None), live=None)
        for count in range(len(grown.inserted), 0, -1):
            if deepened(grown.design, *grown.inserted[:count]) == shown:
                return grown._replace(inserted=grown.inserted[:count])
        if live := self.pool.run_of(shown):
            return _WeightsOrigin(shown, live=live)
        return _WeightsOrigin(shown, newest_ended(self.runs, shown))

    @property
    def latest(self) -> Comparison | None:
        """What was found last about a block zeroed or inserted, or None."""
        answer = next(reversed(self.answers.values()), None)
        return answer.found if answer and isinstance(answer.found, Comparison) else None

    def zero(self, path: str) -> None:
        """Set the branch of one more block to zero, or of the same ones again in the newest weights."""
        self._ask(partial(Zero, blocks=tuple(dict.fromkeys((*self.zeroed, path)))))

    def put_back(self) -> None:
        """Put all branches back as they were."""
        norms = self.norms
        self.forget()
        self.norms = norms
        self.changed.emit()

    def insert(self, path: str) -> None:
        """Insert an identity as the block `path`, into the design too once the worker has shown that it is one."""
        self._ask(partial(Insert, block=path))

    def compare_norms(self, path: str) -> None:
        """Run one batch by its own statistics and by the running ones, and look at the norms of the block `path`."""
        self._ask(partial(Norms, block=path))

    def recipe(self) -> Recipe:
        """Return the run's recipe on the device that is chosen now, or for random weights the chosen recipe."""
        origin, chosen = self.origin(), self.choice.recipe
        run = origin.live or origin.run
        return run.recipe.change(device=chosen.device) if run else chosen

    def counted_accuracy(self) -> float | None:
        """Return the best accuracy of the run whose weights are tried; None without one."""
        run = self.origin().run
        return run.best_accuracy if run else None

    def is_of_other_weights(self, answer: TrialAnswer) -> bool:
        """Return whether an answer is about another run's weights than the shown network has now, or initial ones."""
        names = (Path(name).name for name in (answer.question.run, self.origin().run_name))  # of a folder its run's id
        return len({*names}) > 1

    def show_next_example(self) -> None:
        """Show the next image of every answer."""
        self.example += 1
        self.changed.emit()

    def _ask(self, kind: Callable[..., Probe]) -> None:
        """Ask a question of `kind` about the shown network, in place of one that is not answered yet."""
        origin = self.origin()
        name = origin.run_name
        question = kind(
            self.document.design,
            self.recipe(),
            runs=self.pool.runs,
            run=name,
            grown=origin.inserted,
            fresh=not name,
        )
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

    def _note_answer(self, found: Comparison | BatchStatistics) -> None:
        """Keep the answer for its block; an inserted identity goes into the design too."""
        assert self.inquiry
        question, self.inquiry = self.inquiry.question, None
        try:
            pictures = read_pictures(found.effect.file, [example.picture for example in found.effect.examples])
        except (OSError, ValueError) as error:
            what = translatable("cannot be read: {error}")
            self._note_refusal(refuse(found.effect.file, what, error=str(error)).sentence)
            return
        if isinstance(found, Inserted):
            self._insert_block(*found.blocks)
        assert isinstance(question, Probe)
        answer, self.example = TrialAnswer(question, found, tuple(pictures)), 0
        match found:
            case BatchStatistics():
                assert isinstance(question, Norms)
                self.norms[question.block] = answer
            case Comparison():
                path = found.blocks[-1]
                self.answers.pop(path, None)  # so that the latest one stands last
                self.answers[path] = answer
                self.zeroed = found.blocks if isinstance(found, Zeroed) else ()
            case _:
                assert_never(found)
        self.changed.emit()

    def _insert_block(self, path: str) -> None:
        """Insert the block into the document's design, as one undoable step, and select it."""
        origin = self.origin()
        self.grown = origin._replace(inserted=(*origin.inserted, path))
        self.document.propose(deepened(self.document.design, path), self.tr("Insert an identity block"))
        self.document.select(path)

    def can_continue(self) -> bool:
        """Return whether the shown network is a trained one with inserted blocks, which can be trained further."""
        origin = self.origin()
        return bool(origin.run and origin.inserted)

    def continue_training(self) -> None:
        """Train the network with its inserted blocks further, as a new run."""
        origin = self.origin()
        assert origin.run is not None
        self.forget()
        order = Train(
            design=self.document.design,
            recipe=self.recipe(),
            runs=self.pool.runs,
            weights=str(origin.run.folder),
            grown=origin.inserted,
        )
        self.pool.start(order)

    def obstacle(self) -> str:
        """Return why nothing can be tried now; empty if it can."""
        if fatal := self.document.fatal:
            return say(fatal.what)
        if self.inquiry and self.inquiry.state is InquiryState.ASKED:
            return self.tr("Testing on real images …")
        return self.pool.probe_obstacle()
