"""DataState: what the chosen data have, as a worker has found, and what the user has decided. No widgets.

A folder of images is scanned as soon as it is chosen, and again when its split or a decision changes; a named data set
when it is to be shown.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.gui.choice import TrainingChoice
from explorer.gui.data.decided import Decided
from explorer.gui.workers.inquiry import SETTLE, Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.data.decisions import Decisions
from explorer.runs.data.image_list import ImageList, Part
from explorer.runs.events import Progress
from explorer.runs.questions.data import Scan, Scanned
from explorer.sentences import NOTHING, Sentence

if TYPE_CHECKING:
    from explorer.runs.data.download import Pace


class DataState(QObject):
    """What the last scan of the chosen data has found, and what is `decided` about their images.

    Nothing can be about those of a named set, which stay as they are published. `changed` is emitted when any of it is
    different, `progressed` with how many images of how many a scan has examined. While data are scanned again,
    `scanned` is what they had before.
    """

    changed = Signal()
    progressed = Signal(int, int)

    def __init__(
        self, choice: TrainingChoice, pool: WorkerPool, decided_images: Callable[[ImageList], Decided]
    ) -> None:
        super().__init__()
        self._choice, self._pool, self._decided_images = choice, pool, decided_images
        self.scanned: Scanned | None = None
        self.decided: Decided | None = None
        self._known = Decisions()  # when a scan was last ordered
        self._refusal = NOTHING  # of a scan
        self.was_cancelled = False
        self.seconds_left: float | None = None
        self._scan: Inquiry | None = None
        self._pace: Pace | None = None
        self._files: dict[str, tuple[str, ...]] = {}
        self._parts: dict[str, Part | None] = {}
        self._chosen: tuple[object, ...] = ()  # what a scan depends on
        self._timer = QTimer(self, interval=SETTLE, singleShot=True)
        self._timer.timeout.connect(self.scan)
        choice.chosen.connect(self._note_choice)
        pool.changed.connect(self._note_workers)
        self._note_choice()

    @property
    def decisions(self) -> Decisions:
        return self.decided.decisions if self.decided else Decisions()

    @property
    def refusal(self) -> Sentence:
        """Why there was no scan, or why the last decision could not be kept; empty if neither."""
        return self._refusal or (self.decided.refusal if self.decided else NOTHING)

    # Scanning

    @property
    def is_scanning(self) -> bool:
        return self._scan is not None

    @property
    def is_unknown(self) -> bool:
        """Whether nobody has asked yet what the data have."""
        return not (self.scanned or self.is_scanning or self.refusal or self.was_cancelled)

    def scan(self) -> None:
        """Ask a worker what the data have."""
        from explorer.runs.data.download import Pace  # imports urllib

        if self.decided:
            self.decided.reload()  # as the worker does
        self._drop_scan()
        self._refusal, self.was_cancelled = NOTHING, False
        self.seconds_left, self._pace = None, Pace()
        self._scan = Inquiry(self._pool, Scan(self._choice.fitted, self._choice.recipe))
        self._scan.progressed.connect(self._note_progress)
        self._scan.answered.connect(self._note_answer)
        self._scan.refused.connect(self._note_refusal)
        self.changed.emit()

    def cancel(self) -> None:
        """End the scan; what was known before stays."""
        self._drop_scan()
        self.was_cancelled = True
        self.changed.emit()

    def waiting_reason(self) -> str:
        """Return why the scan has not begun; empty if it has."""
        return self._pool.busy_reason() if self._scan and self._scan.state is InquiryState.WAITING else ""

    def _drop_scan(self) -> None:
        self._timer.stop()
        if self._scan:
            self._scan.cancel()
            self._scan = None

    def _note_choice(self) -> None:
        """Scan other data, or the same ones divided in another way."""
        data, recipe = self._choice.data, self._choice.recipe
        split = recipe.validation_share, recipe.test_share, recipe.split_seed
        before, self._chosen = self._chosen, (data, split if data.images else None)
        if before == self._chosen:
            return
        if not before or before[0] != data:
            self._forget_data()
        if data.images:
            self._timer.start()
        self.changed.emit()

    def _forget_data(self) -> None:
        self._drop_scan()
        self.scanned, self._refusal, self.was_cancelled = None, NOTHING, False
        self._files, self._parts = {}, {}
        if self.decided:
            self.decided.changed.disconnect(self._note_decisions)
        images = self._choice.data.images
        self.decided = self._decided_images(images) if images else None
        self._known = self.decisions
        if self.decided:
            self.decided.changed.connect(self._note_decisions)

    def _note_decisions(self) -> None:
        """Scan again once nothing has been decided for a moment, if there is anything new."""
        if self._known != self.decisions:
            self._known, self._files = self.decisions, {}
            self._timer.start()
        self.changed.emit()

    def _note_workers(self) -> None:
        if self._scan and self._scan.state is InquiryState.WAITING:
            self.changed.emit()

    def _note_progress(self, done: int, total: int) -> None:
        assert self._pace
        if total:  # the images have been found
            self.seconds_left = self._pace.seconds_left(Progress(Scan.__name__, done, total))
        self.progressed.emit(done, total)

    def _note_answer(self, answer: Scanned) -> None:
        self._scan, self.scanned = None, answer
        self.changed.emit()

    def _note_refusal(self, reason: Sentence) -> None:
        self._scan, self._refusal = None, reason
        self.changed.emit()

    # Whose images

    def files_of(self, name: str) -> tuple[str, ...]:
        """Return the files of a class, as they are called in a `Thumbnails`."""
        if not self._files:
            self._files = self._listed_files() or self._numbered_files()
        return self._files.get(name, ())

    def given_part(self, file: str) -> Part | None:
        """Return the part that the folder or the table says an image is for, if any."""
        if not self._parts and (images := self._choice.data.images):
            self._parts = {image.file: image.part for image in images.images}
        return self._parts.get(file)

    def _listed_files(self) -> dict[str, tuple[str, ...]]:
        """Return the files of each class of a folder, after decisions; empty for a named set."""
        if self._choice.data.images is None:
            return {}
        images = self.decisions.apply(self._choice.data.images)
        files: list[list[str]] = [[] for _ in images.class_names]
        for image in images.images:
            files[image.label].append(image.file)
        return dict(zip(images.class_names, map(tuple, files), strict=True))

    def _numbered_files(self) -> dict[str, tuple[str, ...]]:
        """Return what the images of each class of a named set are called."""
        classes = self.scanned.classes if self.scanned else ()
        return {
            found.name: tuple(f"{label}/{number}" for number in range(found.train + found.validation + found.test))
            for label, found in enumerate(classes)
        }
