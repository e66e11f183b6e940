"""ClassifyState: images from anywhere and what the network of a run takes them for. No widgets.

It is kept when the window is rebuilt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QObject, Signal
from PySide6.QtGui import QImage

from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.events import Progress
from explorer.runs.folder.run import Run
from explorer.runs.questions.results import Classification, Classified, Classify
from explorer.runs.results.classification import read_classification
from explorer.sentences import NOTHING, Sentence, translatable
from explorer.validation import Refused

if TYPE_CHECKING:
    from explorer.runs.data.download import Pace

TOP = 5  # classes of each image


@dataclass(frozen=True, eq=False, slots=True)
class ClassifiedBy:
    """What the network of a `run` has taken images for."""

    run: Run
    made: Classification


class ClassifyState(QObject):
    """The images that were classified last; `changed` when there are others, or it is another matter how they are got.

    `progressed` tells how many images of how many have been classified. `refusal` says why the last ones were not,
    `seconds_left` is None while unknown. `folder` is where the last files were. The list is sorted by its `column`.
    """

    changed = Signal()
    progressed = Signal(int, int)

    def __init__(self, pool: WorkerPool) -> None:
        super().__init__()
        self._pool = pool
        self.found: ClassifiedBy | None = None
        self.refusal: Sentence = NOTHING
        self.seconds_left: float | None = None
        self.folder = QDir.homePath()
        self.column, self.descending = 0, False
        self._run: Run | None = None  # whose network is asked
        self._pace: Pace | None = None
        self._inquiry: Inquiry | None = None
        self._pasted: TemporaryDirectory[str] | None = None
        self._count = 0  # of images from the clipboard
        pool.changed.connect(self._note_workers)

    @property
    def is_classifying(self) -> bool:
        return self._inquiry is not None

    def classify(self, run: Run, paths: Sequence[str]) -> None:
        """Let a worker classify the images at these paths, and those below folders, by the network of `run`."""
        from explorer.runs.data.download import Pace  # imports urllib

        self._drop()
        self._run, self.refusal, self.seconds_left, self._pace = run, NOTHING, None, Pace()
        question = Classify(run.design, run.recipe, runs=run.folder.parent, run=run.id, paths=tuple(paths), top=TOP)
        self._inquiry = Inquiry(self._pool, question)
        self._inquiry.progressed.connect(self._note_progress)
        self._inquiry.answered.connect(self._note_answer)
        self._inquiry.refused.connect(self._note_refusal)
        self.changed.emit()

    def classify_image(self, run: Run, image: QImage, name: str) -> None:
        """Let a worker classify an image that has no file; it gets one, called `name` and a number, until the end."""
        self._pasted = self._pasted or TemporaryDirectory(prefix="resnet-explorer-")
        self._count += 1
        file = Path(self._pasted.name) / f"{name} {self._count}.png"
        if image.save(str(file)):
            self.classify(run, [str(file)])
        else:
            self.refuse(Sentence(translatable("{path} cannot be written"), {"path": str(file)}))

    def refuse(self, reason: Sentence) -> None:
        """Say why an order has no effect."""
        self.refusal = reason
        self.changed.emit()

    def cancel(self) -> None:
        """End the classification; what was classified before stays."""
        self._drop()
        self.changed.emit()

    def waiting_reason(self) -> str:
        """Return why the classification has not begun; empty if it has."""
        return self._pool.busy_reason() if self._waits else ""

    @property
    def _waits(self) -> bool:
        return self._inquiry is not None and self._inquiry.state is InquiryState.WAITING

    def _drop(self) -> None:
        if self._inquiry:
            self._inquiry.cancel()
            self._inquiry = None

    def _note_workers(self) -> None:
        if self._waits:
            self.changed.emit()

    def _note_progress(self, done: int, total: int) -> None:
        assert self._pace
        if total:  # the images have been found
            self.seconds_left = self._pace.seconds_left(Progress(Classify.__name__, done, total))
        self.progressed.emit(done, total)

    def _note_answer(self, answer: Classified) -> None:
        self._inquiry = None
        assert self._run
        try:
            self.found = ClassifiedBy(self._run, read_classification(answer.file))
        except Refused as refused:
            self.refusal = refused.sentence
        self.changed.emit()

    def _note_refusal(self, reason: Sentence) -> None:
        self._inquiry, self.refusal = None, reason
        self.changed.emit()
