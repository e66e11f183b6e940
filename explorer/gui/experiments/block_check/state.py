"""BlockCheckState: what was pasted, what it is compared with, and what was found. No widgets."""

from PySide6.QtCore import QObject, QSettings, Signal

from explorer.architecture.presets import DEFAULT, preset
from explorer.gui.document import Document
from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.questions.block_check import MAX_SOURCE, TOO_LONG, BlockChecked, CheckBlock
from explorer.runs.recipe import Recipe
from explorer.sentences import NOTHING, Sentence

_ACCEPTED = "runs_pasted_code"


class BlockCheckState(QObject):
    """The `source`, and the `answer` about it or the `refusal`; both are dropped when the source changes.

    `changed` when any of this is different, `edited` when the source is. `is_open` while the dialog is.
    """

    changed = Signal()
    edited = Signal()

    def __init__(self, document: Document, pool: WorkerPool, source: str = "") -> None:
        super().__init__()
        self._document, self._pool = document, pool
        self.source = source
        self.of_design = False  # whether it is compared with the block of the shown design, or else the chapter's
        self.answer: BlockChecked | None = None
        self.refusal: Sentence = NOTHING
        self.is_open = False
        self._inquiry: Inquiry | None = None
        pool.changed.connect(self._note_workers)

    @property
    def is_accepted(self) -> bool:
        """Return whether the user has agreed that pasted code runs with their rights."""
        return QSettings().value(_ACCEPTED, False, bool) is True

    def accept(self) -> None:
        QSettings().setValue(_ACCEPTED, True)
        self.changed.emit()

    @property
    def kept_source(self) -> str:
        """Return what the next start shows again: the source, up to a length that no block has."""
        return self.source[:MAX_SOURCE]

    @property
    def is_checking(self) -> bool:
        return self._inquiry is not None

    @property
    def may_check(self) -> bool:
        return bool(self.source.strip()) and not self.is_checking and self.is_accepted

    def edit(self, source: str) -> None:
        """Take what was typed or pasted."""
        if source != self.source:
            self.source = source
            self._forget()
            self.edited.emit()

    def compare_with_design(self, of_design: bool) -> None:
        """Compare with the block of the shown design from now on, or with the chapter's."""
        self.of_design = of_design
        self._forget()

    def check(self) -> None:
        """Ask a worker, which runs the code in a process of its own."""
        if not self.may_check:
            return
        self._forget()
        if len(self.source) > MAX_SOURCE:
            self._note_refusal(Sentence(TOO_LONG, {"most": MAX_SOURCE}))
            return
        design = self._document.design if self.of_design else preset(DEFAULT)
        inquiry = Inquiry(self._pool, CheckBlock(design, Recipe(), source=self.source))
        inquiry.answered.connect(self._note_answer)
        inquiry.refused.connect(self._note_refusal)
        self._inquiry = inquiry
        self.changed.emit()

    def cancel(self) -> None:
        """End the check under way."""
        self._forget()

    def waiting_reason(self) -> str:
        """Return why no worker checks yet; empty if one does."""
        return self._pool.busy_reason() if self._inquiry and self._inquiry.state is InquiryState.WAITING else ""

    def _forget(self) -> None:
        if self._inquiry:
            self._inquiry.cancel()
        self._inquiry, self.answer, self.refusal = None, None, NOTHING
        self.changed.emit()

    def _note_workers(self) -> None:
        if self._inquiry:
            self.changed.emit()

    def _note_answer(self, answer: BlockChecked) -> None:
        self._inquiry, self.answer = None, answer
        self.changed.emit()

    def _note_refusal(self, reason: Sentence) -> None:
        self._inquiry, self.refusal = None, reason
        self.changed.emit()
