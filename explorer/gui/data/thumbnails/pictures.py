"""ThumbnailPictures: pictures of the files that are looked at, as a worker makes them; the latest are kept. No widgets.

What is looked at is asked for in blocks, one after the other; what is no longer looked at is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmap

from explorer.architecture.design import Design
from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.pictures import read_pictures
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.questions.data import Pictured, Thumbnails
from explorer.runs.recipe import Recipe
from explorer.sentences import NOTHING, Sentence

Block = tuple[str, ...]  # files that are asked for together: of the network they are a batch

_KEPT = 2**24  # pixels: 64 MB


@dataclass(frozen=True, slots=True)
class PictureSource:
    """Whose images: those of the recipe's data, as `design` sees them in the epoch `seen`, or as they are if that is 0.

    `data` is another object once the files may be others, and an unequal one if they are those of other data.
    """

    design: Design
    recipe: Recipe
    data: object
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, None if its file cannot be read; the image in the file is `size`, (height, width) in pixels."""

    pixmap: QPixmap | None
    size: tuple[int, ...] = ()


class ThumbnailPictures(QObject):
    """The pictures; `arrived` when there are others, or a `refusal` that says why there are none.

    Of another source of the same data the old ones are shown until the new ones are there, but none of other data.
    """

    arrived = Signal()

    def __init__(self, pool: WorkerPool, source: PictureSource | None = None) -> None:
        super().__init__()
        self._pool, self._source = pool, source
        self.refusal = NOTHING
        self._side = 1
        self._blocks: Sequence[Block] = ()
        self._kept: dict[str, Picture] = {}  # the latest last
        self._pixels = 0  # of those kept
        self._current: set[str] = set()  # files whose pictures are of the present source
        self._inquiry: Inquiry | None = None
        self._asked = self._subject()

    def want(self, blocks: Sequence[Block], side: int) -> None:
        """Get the pictures of these files from now on, the first block first, of at most `side` pixels each way."""
        self._blocks, self._side = blocks, side
        if blocks:  # what does not fit into what is kept would drop what was asked before
            self._blocks = blocks[: max(1, _KEPT // (side * side * len(blocks[0])))]
        self._update()

    def use(self, source: PictureSource) -> None:
        """Get the pictures of this source from now on."""
        before, self._source = self._source, source
        if before and source.data is not before.data:
            if source.data != before.data:
                self._blocks, self._pixels = (), 0
                self._kept.clear()
            self._forget()
        self._update()

    def picture(self, file: str) -> Picture | None:
        """Return the picture of a file, which is then one of the latest; None until it is there."""
        found = self._kept.pop(file, None)
        if found:
            self._kept[file] = found
        return found

    def forget_refusal(self) -> None:
        """Let what was refused be asked again when it is next wanted."""
        self.refusal = NOTHING

    def _update(self) -> None:
        """Ask for what is wanted and not there."""
        if self._subject() != self._asked:
            self._forget()
        if self._inquiry and self._inquiry.state is InquiryState.WAITING:
            self._withdraw()
        block = next((block for block in self._blocks if not self._current.issuperset(block)), None)
        source = self._source
        if block and source and not self._inquiry and not self.refusal:
            question = Thumbnails(source.design, source.recipe, files=block, seen=source.seen, side=self._side)
            self._inquiry = Inquiry(self._pool, question)
            self._inquiry.answered.connect(self._keep)
            self._inquiry.refused.connect(self._note_refusal)

    def _subject(self) -> tuple[object, ...]:
        """Return what the pictures depend on."""
        source = self._source
        if source is None:
            return ()
        if not source.seen:
            return self._side, source.recipe.background
        return self._side, source.recipe, source.design.input, source.seen

    def _forget(self) -> None:
        self._asked, self.refusal = self._subject(), NOTHING
        self._current.clear()
        self._withdraw()

    def _withdraw(self) -> None:
        if self._inquiry:
            self._inquiry.cancel()
            self._inquiry = None

    def _question(self) -> Thumbnails:
        """Return the question that has just been answered, and be free for the next one."""
        assert self._inquiry
        assert isinstance(self._inquiry.question, Thumbnails)
        question, self._inquiry = self._inquiry.question, None
        return question

    def _keep(self, answer: Pictured) -> None:
        question = self._question()
        there = [sheet for sheet in answer.sheets if sheet.shape]
        try:
            images = iter(read_pictures(answer.file, there) if there else ())
        except (OSError, ValueError) as error:
            self._refuse(Sentence("{path}: {error}", {"path": answer.file, "error": str(error)}))
            return
        for file, sheet, size in zip(question.files, answer.sheets, answer.sizes, strict=True):
            self._drop(file)
            self._kept[file] = Picture(QPixmap.fromImage(next(images)) if sheet.shape else None, size)
            self._pixels += _pixels(self._kept[file])
        self._current.update(question.files)
        while self._pixels > _KEPT:
            self._drop(next(iter(self._kept)))
        self.arrived.emit()
        self._update()

    def _drop(self, file: str) -> None:
        if dropped := self._kept.pop(file, None):
            self._pixels -= _pixels(dropped)
            self._current.discard(file)

    def _note_refusal(self, reason: Sentence) -> None:
        self._question()
        self._refuse(reason)

    def _refuse(self, reason: Sentence) -> None:
        self.refusal = reason
        self.arrived.emit()


def _pixels(picture: Picture) -> int:
    return picture.pixmap.width() * picture.pixmap.height() if picture.pixmap else 1
