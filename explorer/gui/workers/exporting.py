"""Exporting: the export that a worker makes, from the order to the file. No widgets."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.events import Progress
from explorer.runs.questions.export import Export, Exported
from explorer.sentences import Sentence

if TYPE_CHECKING:
    from explorer.runs.data.download import Pace


class Exporting(QObject):
    """At most one export at a time, of the file or folder at `path`; `changed` tells that it began, ended or went on.

    It ends with `written`, which carries the answer, or with `refused`, which also carries why there is none; after
    `cancel` with neither. `done` are the steps done and all of them, 0 while unknown.
    """

    changed = Signal()
    written = Signal(object)
    refused = Signal(object, object)

    def __init__(self, pool: WorkerPool) -> None:
        super().__init__()
        self._pool = pool
        self._inquiry: Inquiry | None = None
        self._pace: Pace | None = None
        self.path: Path | None = None
        self.done = (0, 0)
        self.seconds_left: float | None = None
        pool.changed.connect(self._note_workers)

    def start(self, question: Export) -> None:
        """Ask a worker for an export, unless one is under way."""
        from explorer.runs.data.download import Pace  # imports urllib

        if self.path:
            return
        self.path, self.done, self.seconds_left, self._pace = question.path, (0, 0), None, Pace()
        self._inquiry = Inquiry(self._pool, question)
        self._inquiry.progressed.connect(self._note_progress)
        self._inquiry.answered.connect(self._note_answer)
        self._inquiry.refused.connect(self._note_refusal)
        self.changed.emit()

    def cancel(self) -> None:
        """End the export; what was there before stays."""
        if self._inquiry:
            self._inquiry.cancel()
            self._end()

    def waiting_reason(self) -> str:
        """Return why no worker exports yet; empty if one does."""
        is_waiting = self._inquiry and self._inquiry.state is InquiryState.WAITING
        return self._pool.busy_reason() if is_waiting else ""

    def _note_workers(self) -> None:
        if self._inquiry and self._inquiry.state is InquiryState.WAITING:
            self.changed.emit()

    def _note_progress(self, done: int, total: int) -> None:
        assert self._pace
        self.done = done, total
        self.seconds_left = self._pace.seconds_left(Progress(Export.__name__, done, total)) if total else None
        self.changed.emit()

    def _note_answer(self, answer: Exported) -> None:
        self._end()
        self.written.emit(answer)

    def _note_refusal(self, reason: Sentence) -> None:
        path = self._end()
        self.refused.emit(path, reason)

    def _end(self) -> Path | None:
        path, self.path, self._inquiry = self.path, None, None
        self.changed.emit()
        return path
