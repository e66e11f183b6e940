"""NeighbourAnswers: the training images that are nearest to the selected image, and their pictures. No widgets.

For the first of them all training images pass the network, so only the user asks; then they follow the selection
until the user cancels.
"""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from explorer.gui.results.results_state import ResultsState
from explorer.gui.workers.inquiry import Inquiry
from explorer.gui.workers.pictures import read_pictures
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.events import Progress
from explorer.runs.folder.run import Run
from explorer.runs.questions.data import Pictured, Thumbnails
from explorer.runs.questions.results import NearestImages, Neighbours
from explorer.sentences import NOTHING, Sentence

if TYPE_CHECKING:
    from explorer.runs.data.download import Pace

_SIDE = 96  # most pixels of a picture each way


class NeighbourAnswers(QObject):
    """`changed` when there is another answer: `nearest` to the image `file`, and `pictures` of them, None where gone.

    Or there is a `refusal` that says why not. `progressed` carries how many training images have passed the network,
    and the total, 0 while that is not known.
    """

    changed = Signal()
    progressed = Signal(int, int)

    def __init__(self, parent: QObject, state: ResultsState, pool: WorkerPool) -> None:
        super().__init__(parent)
        self._state, self._pool = state, pool
        self.nearest: NearestImages | None = None
        self.pictures: list[QImage | None] = []
        self.refusal = NOTHING
        self.seconds_left: float | None = None
        self._pace: Pace | None = None
        self._is_watched = False
        self._about: tuple[str, str] = ("", "")  # the run and the image that the answer is about
        self._inquiry: Inquiry | None = None
        state.changed.connect(self.update)
        state.images_changed.connect(self.update)

    @property
    def is_asking(self) -> bool:
        """Whether a worker looks for them."""
        return self._inquiry is not None and isinstance(self._inquiry.question, Neighbours)

    @property
    def is_complete(self) -> bool:
        """Whether all pictures that can be had are there."""
        return self._inquiry is None

    def watch(self, is_watched: bool) -> None:
        """Ask from now on what follows the selection, or no more."""
        self._is_watched = is_watched
        if is_watched:
            self.update()
        elif self.is_asking:
            self._forget()

    def find(self) -> None:
        """Ask about the selected image, and from now on about those that are selected after it."""
        self._state.evidence.with_neighbours = True
        self._forget()
        self.update()

    def cancel(self) -> None:
        """Do not look for them any more."""
        self._state.evidence.with_neighbours = False
        self._forget()
        self.changed.emit()

    def update(self) -> None:
        """Forget those of another image, and ask about this one if it is wanted."""
        from explorer.runs.data.download import Pace  # imports urllib

        run, file = self._state.run, self._state.file
        about = (str(run.folder) if run else "", file)
        if about != self._about:
            self._forget()
            self.changed.emit()
        if run and file and not self._about[1] and self._is_watched and self._state.evidence.with_neighbours:
            self._about, self._pace, self.seconds_left = about, Pace(), None
            question = Neighbours(run.design, run.recipe, runs=self._pool.runs, run=str(run.folder), file=file)
            self._ask(question, run)
            self.changed.emit()

    def _forget(self) -> None:
        if self._inquiry:
            self._inquiry.cancel()
        self._inquiry, self.nearest, self.pictures, self.refusal = None, None, [], NOTHING
        self._about = ("", "")

    def _ask(self, question: Neighbours | Thumbnails, run: Run) -> None:
        self._inquiry = Inquiry(self._pool, question)
        note = self._note_pictures if isinstance(question, Thumbnails) else partial(self._note_answer, run)
        self._inquiry.answered.connect(note)
        self._inquiry.refused.connect(self._note_refusal)
        self._inquiry.progressed.connect(self._note_progress)

    def _note_progress(self, done: int, total: int) -> None:
        if total and self._pace:
            self.seconds_left = self._pace.seconds_left(Progress(Neighbours.__name__, done, total))
        self.progressed.emit(done, total)

    def _note_answer(self, run: Run, nearest: NearestImages) -> None:
        self.nearest, self.pictures = nearest, [None] * len(nearest.files)
        self._ask(Thumbnails(run.design, run.recipe, files=nearest.files, side=_SIDE), run)
        self.changed.emit()

    def _note_pictures(self, pictured: Pictured) -> None:
        self._inquiry = None
        there = [sheet for sheet in pictured.sheets if sheet.shape]
        try:
            images = iter(read_pictures(pictured.file, there) if there else ())
        except (OSError, ValueError) as error:
            self._note_refusal(Sentence("{path}: {error}", {"path": pictured.file, "error": str(error)}))
            return
        self.pictures = [next(images) if sheet.shape else None for sheet in pictured.sheets]
        self.changed.emit()

    def _note_refusal(self, reason: Sentence) -> None:
        self._inquiry, self.refusal = None, reason
        self.changed.emit()
