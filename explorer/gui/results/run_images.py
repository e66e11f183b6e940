"""RunImages: the user's images that the shown run was trained on, as they are now, and what is decided about them.

No widgets.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from explorer.gui.choice import TrainingChoice
from explorer.gui.data.decided import Decided
from explorer.gui.results.results_state import ResultsState
from explorer.gui.workers.task import Task
from explorer.runs.data.catalogue import CATALOGUE, DataSet, describe_data
from explorer.runs.data.changes import decision_changes
from explorer.runs.data.cleaned import PUBLISHED
from explorer.runs.data.decisions import Decisions
from explorer.runs.data.image_list import ImageList
from explorer.sentences import NOTHING, Sentence


class RunImages(QObject):
    """What is `decided` about the images of the shown run; None while they are looked for, or for a `reason`.

    `changed` tells of another run, of other decisions, and of how far saving the images is; `saved` carries what was.
    """

    changed = Signal()
    saved = Signal(object)

    def __init__(
        self,
        state: ResultsState,
        decided_images: Callable[[ImageList], Decided],
        choice: TrainingChoice,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._state, self._decided_images, self._choice = state, decided_images, choice
        self.decided: Decided | None = None
        self.reason: Sentence = NOTHING
        self._data = ""
        self._task: Task | None = None
        state.changed.connect(self._note_run)
        self._note_run()

    @property
    def changes(self) -> list[Sentence]:
        """What has been decided since the run, in words; all of it if the run did not note its images."""
        run = self._state.run
        if not run or not self.decided:
            return []
        before = run.data.decisions if run.data else Decisions()
        return list(decision_changes(before, self.decided.decisions))

    def _note_run(self) -> None:
        """Look for the images of the shown run, unless they are those of the run before."""
        run = self._state.run
        name = run.recipe.data if run else ""
        if name != self._data:
            self._forget()
            self._data = name
            if name in CATALOGUE:
                self.reason = Sentence(PUBLISHED)
            elif name == self._choice.data.name:
                self._use(self._choice.data)
            elif run:
                recipe = run.recipe
                self._task = Task(lambda report: describe_data(recipe.data, recipe))
                self._task.answered.connect(self._note_data)
                self._task.refused.connect(self._note_refusal)
        self.changed.emit()

    def _forget(self) -> None:
        if self._task:
            self._task.cancel()
        if decided := self.decided:
            decided.changed.disconnect(self.changed)
            decided.saving.changed.disconnect(self.changed)
            decided.saving.saved.disconnect(self.saved)
        self._task, self.decided, self.reason = None, None, NOTHING

    def _use(self, data: DataSet) -> None:
        assert data.images
        self.decided = self._decided_images(data.images)
        self.decided.changed.connect(self.changed)
        self.decided.saving.changed.connect(self.changed)
        self.decided.saving.saved.connect(self.saved)

    def _note_data(self, data: DataSet) -> None:
        self._task = None
        self._use(data)
        self.changed.emit()

    def _note_refusal(self, reason: Sentence) -> None:
        self._task, self.reason = None, reason
        self.changed.emit()
