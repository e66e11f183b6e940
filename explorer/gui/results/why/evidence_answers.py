"""EvidenceAnswers: what a worker says of the evidence in the selected image. No widgets.

At most one question is under way; when it is answered, the one follows that is wanted by then. So the answers follow
the mouse as fast as they come.
"""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from explorer.gui.results.results_state import ResultsState
from explorer.gui.results.why.evidence_view import EvidenceView
from explorer.gui.widgets.text.language import say
from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.pictures import read_pictures
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.questions.results import Evidence, EvidenceMaps, Likely
from explorer.runs.results.predictions import EvaluatedImages
from explorer.sentences import NOTHING, Sentence, translatable
from explorer.validation import refuse


@dataclass(frozen=True, slots=True)
class EvidenceAnswer:
    """The answer to a question: its maps, and as pictures the image and then a map of greys per class."""

    question: Evidence
    maps: EvidenceMaps
    pictures: list[QImage]


class EvidenceAnswers(QObject):
    """`changed` when there is another `answer`, or a `refusal` that says why there is none.

    `untouched` are the classes that were likely before the image was changed, None while they are not known.
    """

    changed = Signal()

    def __init__(self, parent: QObject, state: ResultsState, pool: WorkerPool) -> None:
        super().__init__(parent)
        self._state, self._pool = state, pool
        self.answer: EvidenceAnswer | None = None
        self.untouched: Likely | None = None
        self.refusal = NOTHING
        self._is_watched = False
        self._inquiry: Inquiry | None = None
        self._asked: tuple[Evidence, int] | None = None
        self._labelled: tuple[EvaluatedImages | None, str, int | None] = (None, "", None)  # one of some, and its label
        state.changed.connect(self.update)
        state.images_changed.connect(self.update)

    @property
    def view(self) -> EvidenceView:
        return self._state.evidence

    @property
    def truth(self) -> int | None:
        """The true class of the selected image; None if it is not known."""
        predictions, file = self._state.predictions, self._state.file
        images = predictions.images if predictions else None
        if images is not self._labelled[0] or file != self._labelled[1]:  # to look takes longer than a mouse rests
            label = images.labels[images.files.index(file)] if images and file in images.files else None
            self._labelled = images, file, label
        return self._labelled[2]

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the run's classes, those of a named set in the user's language."""
        run = self._state.run
        if run is None:
            return ()
        return tuple(map(say, run.class_names)) if run.recipe.data in CATALOGUE else run.class_names

    def watch(self, is_watched: bool) -> None:
        """Ask from now on, or no more."""
        self._is_watched = is_watched
        if is_watched:
            self.update()
        elif self._inquiry:
            self._withdraw()

    def update(self) -> None:
        """Ask for what is to be shown unless it has been asked; show no answer about another image or network."""
        self.view.show_file(self._state.file)
        wanted = self._wanted()
        question = wanted[0] if wanted else None
        if self.answer and not _are_alike(self.answer.question, question):
            self.answer, self.untouched, self.refusal = None, None, NOTHING
            self.changed.emit()
        if not self._is_watched or wanted == self._asked:
            return
        if self._inquiry and (wanted is None or self._inquiry.state is InquiryState.WAITING):
            self._withdraw()
        if wanted and self._inquiry is None:
            self._ask(*wanted)

    def _wanted(self) -> tuple[Evidence, int] | None:
        """Return the question, and after which epoch its answer is of newer weights; None if no image is selected."""
        state, view, truth = self._state, self.view, self.truth
        if state.run is None or not state.file:
            return None
        question = Evidence(
            state.run.design,
            state.run.recipe,
            runs=self._pool.runs,
            run=str(state.run.folder),
            fresh=view.fresh,
            file=state.file,
            stage=view.stage,
            classes=() if truth is None else (truth,),
            patches=view.patches,
        )
        return question, state.predictions.epoch if state.predictions else 0

    def _ask(self, question: Evidence, epoch: int) -> None:
        self._asked, self.refusal = (question, epoch), NOTHING
        self._inquiry = Inquiry(self._pool, question)
        self._inquiry.answered.connect(self._note_answer)
        self._inquiry.refused.connect(self._note_refusal)

    def _withdraw(self) -> None:
        assert self._inquiry
        self._inquiry.cancel()
        self._inquiry = self._asked = None

    def _question(self) -> Evidence:
        """Return the question that has just been answered, and be free for the next one."""
        assert self._inquiry
        assert isinstance(self._inquiry.question, Evidence)
        question, self._inquiry = self._inquiry.question, None
        return question

    def _note_answer(self, maps: EvidenceMaps) -> None:
        try:
            pictures = read_pictures(maps.file, maps.sheets)
        except (OSError, ValueError) as error:
            self._note_refusal(refuse(maps.file, translatable("cannot be read: {error}"), error=str(error)).sentence)
            return
        question, wanted = self._question(), self._wanted()
        if wanted and _are_alike(question, wanted[0]):
            self.answer, self.refusal = EvidenceAnswer(question, maps, pictures), NOTHING
            self.untouched = self.untouched if question.patches else maps.likely
            self.changed.emit()
        self.update()

    def _note_refusal(self, reason: Sentence) -> None:
        question, wanted = self._question(), self._wanted()
        if wanted and question == wanted[0]:
            self.answer, self.refusal = None, reason
            self.changed.emit()
        self.update()


def _are_alike(one: Evidence, other: Evidence | None) -> bool:
    """Return whether both questions are about the same image in the same network."""
    return other is not None and (one.run, one.fresh, one.file) == (other.run, other.fresh, other.file)
