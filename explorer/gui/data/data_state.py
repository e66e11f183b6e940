"""DataState: what the chosen data have, as a worker has found, and what the user has decided. No widgets.

A folder of images is scanned as soon as it is chosen, and again when its split or a decision changes; a named data set
when it is to be shown. The folder itself stays as it is: decisions are kept in the app's data.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.gui.choice import TrainingChoice
from explorer.gui.workers.inquiry import SETTLE, Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.data.decisions import Decisions, Move, read_decisions, write_decisions
from explorer.runs.data.image_list import Part
from explorer.runs.events import Progress
from explorer.runs.questions.data import Scan, Scanned
from explorer.sentences import NOTHING, Sentence
from explorer.validation import Refused

if TYPE_CHECKING:
    from explorer.runs.data.download import Pace


class DataState(QObject):
    """What the last scan of the chosen data has found, and the decisions about their images.

    `changed` is emitted when any of it is different, `progressed` with how many images of how many a scan has
    examined. `refusal` says why there was no scan, or why the last decision could not be kept. While data are scanned
    again, `scanned` is what they had before.
    """

    changed = Signal()
    progressed = Signal(int, int)

    def __init__(self, choice: TrainingChoice, pool: WorkerPool) -> None:
        super().__init__()
        self._choice, self._pool = choice, pool
        self.scanned: Scanned | None = None
        self.decisions = Decisions()
        self.refusal = NOTHING
        self.was_cancelled = False
        self.seconds_left: float | None = None
        self._scan: Inquiry | None = None
        self._pace: Pace | None = None
        self._before: tuple[Decisions, ...] = ()  # each decision, for undo
        self._files: dict[str, tuple[str, ...]] = {}
        self._parts: dict[str, Part | None] = {}
        self._chosen: tuple[object, ...] = ()  # what a scan depends on
        self._timer = QTimer(self, interval=SETTLE, singleShot=True)
        self._timer.timeout.connect(self.scan)
        choice.chosen.connect(self._note_choice)
        pool.changed.connect(self._note_workers)
        self._note_choice()

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

        self._drop_scan()
        self.refusal, self.was_cancelled = NOTHING, False
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
        self.scanned, self.refusal, self.was_cancelled = None, NOTHING, False
        self.decisions, self._before, self._files, self._parts = Decisions(), (), {}, {}
        if images := self._choice.data.images:
            try:
                self.decisions = read_decisions(images.root)
            except Refused as refused:
                self.refusal = refused.sentence

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
        self._scan, self.refusal = None, reason
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

    # Decisions

    @property
    def can_decide(self) -> bool:
        """Whether the images are the user's own; those of a named set stay as they are published."""
        return self._choice.data.images is not None

    @property
    def can_undo(self) -> bool:
        return bool(self._before)

    def leave_out(self, files: Iterable[str]) -> None:
        """Let no run have these images."""
        chosen = dict.fromkeys(files)
        self._decide(
            replace(
                self.decisions,
                left_out=(*(file for file in self.decisions.left_out if file not in chosen), *chosen),
                kept=tuple(file for file in self.decisions.kept if file not in chosen),
            )
        )

    def move(self, files: Iterable[str], class_name: str) -> None:
        """Let these images belong to another class, or again to that of their folder."""
        chosen = dict.fromkeys(files)
        others = tuple(move for move in self.decisions.moved if move.file not in chosen)
        own = self._own_classes(chosen)
        moved = (Move(file, class_name) for file in chosen if own.get(file) != class_name)
        self._decide(replace(self.decisions, moved=(*others, *moved)))

    def keep(self, files: Iterable[str]) -> None:
        """Accept what is wrong with these images."""
        self._decide(replace(self.decisions, kept=tuple(dict.fromkeys((*self.decisions.kept, *files)))))

    def take_back(self, files: Iterable[str]) -> None:
        """Forget every decision about these images."""
        chosen, decisions = set(files), self.decisions
        self._decide(
            Decisions(
                left_out=tuple(file for file in decisions.left_out if file not in chosen),
                moved=tuple(move for move in decisions.moved if move.file not in chosen),
                kept=tuple(file for file in decisions.kept if file not in chosen),
            )
        )

    def undo(self) -> None:
        """Go back to before the last decision."""
        *earlier, last = self._before
        self._write(last, tuple(earlier))

    def _decide(self, decisions: Decisions) -> None:
        if decisions != self.decisions:
            self._write(decisions, (*self._before, self.decisions))

    def _write(self, decisions: Decisions, before: tuple[Decisions, ...]) -> None:
        """Keep other decisions and scan again, or tell why they cannot be kept."""
        images = self._choice.data.images
        assert images
        try:
            write_decisions(images.root, decisions)
        except Refused as refused:
            self.refusal = refused.sentence
            self.changed.emit()
            return
        self.decisions, self._before, self._files = decisions, before, {}
        self.scan()

    def _own_classes(self, files: Iterable[str]) -> dict[str, str]:
        """Return the class that each of these files has in the folder."""
        images, wanted = self._choice.data.images, set(files)
        assert images
        return {image.file: images.class_names[image.label] for image in images.images if image.file in wanted}
