"""Saving: the user's images as decided, on their way into a table or a copy. No widgets."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from explorer.gui.workers.task import Task
from explorer.runs.data.catalogue import describe_data
from explorer.runs.data.cleaned import Saved, save_cleaned
from explorer.runs.data.decisions import Decisions
from explorer.runs.events import Progress
from explorer.runs.recipe import Recipe
from explorer.sentences import NOTHING, Sentence

if TYPE_CHECKING:
    from explorer.runs.data.download import Pace


class Saving(QObject):
    """At most one at a time: `done` of `total` images are saved, and the rest takes `seconds_left`, None if unknown.

    `changed` is emitted when any of this is different, `saved` carries what there is in the end. `refusal` says why the
    last one came to nothing.
    """

    changed = Signal()
    saved = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.done = self.total = 0
        self.seconds_left: float | None = None
        self.refusal: Sentence = NOTHING
        self._task: Task | None = None
        self._pace: Pace | None = None

    @property
    def is_under_way(self) -> bool:
        return self._task is not None

    def start(self, recipe: Recipe, decisions: Decisions, path: Path) -> None:
        """Save what `decisions` leave of the images of a recipe, as they are listed now."""
        from explorer.runs.data.download import Pace  # imports urllib

        self.cancel()
        self.done, self.total, self.seconds_left, self.refusal, self._pace = 0, 0, None, NOTHING, Pace()
        self._task = Task(lambda report: save_cleaned(describe_data(recipe.data, recipe), decisions, path, report))
        self._task.progressed.connect(self._note_progress)
        self._task.answered.connect(self._note_end)
        self._task.refused.connect(self._note_refusal)
        self.changed.emit()

    def cancel(self) -> None:
        """Leave nothing of what is being saved."""
        if self._task:
            self._task.cancel()
            self._task = None
            self.changed.emit()

    def shut_down(self) -> None:
        """Leave nothing of what is being saved; the window closes."""
        if task := self._task:
            self.cancel()
            task.wait()

    def _note_progress(self, done: int, total: int) -> None:
        if self.sender() is not self._task:  # of one that was cancelled
            return
        assert self._pace
        self.done, self.total = done, total
        self.seconds_left = self._pace.seconds_left(Progress("save", done, total))
        self.changed.emit()

    def _note_end(self, saved: Saved) -> None:
        self._task = None
        self.changed.emit()
        self.saved.emit(saved)

    def _note_refusal(self, reason: Sentence) -> None:
        self._task, self.refusal = None, reason
        self.changed.emit()
