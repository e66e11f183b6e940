"""WorthAnswers: what each block of the shown run's network is worth, and of its twin's. No widgets."""

from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from explorer.gui.results.results_state import ResultsState
from explorer.gui.workers.inquiry import Inquiry
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.folder.run import Run
from explorer.runs.questions.results import BlockWorths, Lesions
from explorer.runs.results.twin import trained_twin
from explorer.sentences import NOTHING, Sentence


class RunWorths(NamedTuple):
    """What the blocks of a run's network are worth."""

    run: Run
    found: BlockWorths


class WorthAnswers(QObject):
    """`own` is about the shown run and `twin` about the run of its twin, each None until it is known.

    `changed` when either is another, or the `refusal` to say what they are worth. `progressed` carries how many images
    of how many have passed the network. It asks only while somebody watches, and again when there are better weights.
    """

    changed = Signal()
    progressed = Signal(int, int)

    def __init__(self, parent: QObject, state: ResultsState, pool: WorkerPool) -> None:
        super().__init__(parent)
        self._state, self._pool = state, pool
        self._known: dict[tuple[str, int], BlockWorths] = {}  # by folder and epoch of the weights
        self.own: RunWorths | None = None
        self.twin: RunWorths | None = None
        self.refusal = NOTHING
        self._refused: tuple[str, int] | None = None
        self._inquiry: Inquiry | None = None
        self._asked: tuple[str, int] | None = None
        self._is_watched = False
        state.changed.connect(self.update)

    @property
    def is_asking(self) -> bool:
        return self._inquiry is not None

    def watch(self, is_watched: bool) -> None:
        """Ask from now on, or no more."""
        self._is_watched = is_watched
        if is_watched:
            self.update()
        else:
            self._withdraw()

    def update(self) -> None:
        """Show what is known of the shown run and its twin, and ask about what is not."""
        if not self._is_watched:
            return
        run = self._state.run
        twin = trained_twin(run, self._state.history.runs) if run else None
        wanted = [each for each in (run, twin) if each is not None and each.best_epoch]
        shown = self._worths_of(run), self._worths_of(twin)
        if shown != (self.own, self.twin):
            self.own, self.twin = shown
            self.changed.emit()
        missing = [each for each in wanted if _key(each) not in self._known and _key(each) != self._refused]
        if not missing:
            self._withdraw()
        elif self._asked not in [_key(each) for each in missing]:
            self._ask(missing[0])

    def _worths_of(self, run: Run | None) -> RunWorths | None:
        found = self._known.get(_key(run)) if run else None
        return RunWorths(run, found) if run and found else None

    def _ask(self, run: Run) -> None:
        self._withdraw()
        question = Lesions(run.design, run.recipe, runs=self._pool.runs, run=str(run.folder))
        self._asked, self._inquiry, self.refusal = _key(run), Inquiry(self._pool, question), NOTHING
        self._inquiry.answered.connect(partial(self._note_answer, _key(run)))
        self._inquiry.refused.connect(partial(self._note_refusal, _key(run)))
        self._inquiry.progressed.connect(self.progressed)
        self.changed.emit()

    def _withdraw(self) -> None:
        if self._inquiry:
            self._inquiry.cancel()
            self._inquiry, self._asked = None, None
            self.changed.emit()

    def _note_answer(self, about: tuple[str, int], answer: BlockWorths) -> None:
        self._known[about] = answer
        self._inquiry, self._asked = None, None
        self.update()
        self.changed.emit()

    def _note_refusal(self, about: tuple[str, int], reason: Sentence) -> None:
        self._inquiry, self._asked, self._refused, self.refusal = None, None, about, reason
        self.changed.emit()


def _key(run: Run) -> tuple[str, int]:
    return str(run.folder), run.best_epoch
