"""RunImages: the user's images that the shown run was trained on, as they are now, and what is decided about them."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from explorer.gui.choice import TrainingChoice
from explorer.gui.data.decided import Decided
from explorer.gui.results.results_state import ResultsState
from explorer.paths import expand_user
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.data.changes import decision_changes
from explorer.runs.data.cleaned import PUBLISHED
from explorer.runs.data.decisions import Decisions
from explorer.runs.data.image_list import ImageList, list_images
from explorer.sentences import NOTHING, Sentence
from explorer.validation import Refused


class RunImages(QObject):
    """What is `decided` about the images of the shown run; None for a `reason`, or until a view of it is seen.

    `changed` tells of another run, of other decisions, and of how far saving the images is; `saving_ended` as
    in `Saving`.
    """

    changed = Signal()
    saving_ended = Signal(object)

    def __init__(
        self,
        state: ResultsState,
        decided_images: Callable[[ImageList], Decided],
        choice: TrainingChoice,
        view: QWidget,
    ) -> None:
        """The images are listed while `view` is visible, which calls `find` when it is shown."""
        super().__init__(view)
        self._state, self._decided_images, self._choice, self._view = state, decided_images, choice, view
        self.decided: Decided | None = None
        self.reason: Sentence = NOTHING
        self._wanted = ""  # data of the shown run
        self._files: frozenset[str] = frozenset()
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

    def present(self, files: Iterable[str]) -> tuple[str, ...]:
        """Return those of the files of the run that are listed by that name now."""
        return tuple(file for file in files if file in self._files)

    def find(self) -> None:
        """Look for the images of the shown run, unless they are found already."""
        if self.decided or not self._wanted:
            return
        before, self.reason = self.reason, NOTHING
        if self._wanted in CATALOGUE:
            self.reason = Sentence(PUBLISHED)
        else:
            try:
                self._use(self._choice.data.images if self._wanted == self._choice.data.name else None)
            except Refused as refused:
                self.reason = refused.sentence
        if self.decided or self.reason != before:
            self.changed.emit()

    def _note_run(self) -> None:
        """Forget the images of the run before, if the shown one was trained on others."""
        run = self._state.run
        wanted = run.recipe.data if run else ""
        if wanted != self._wanted:
            self._forget()
            self._wanted = wanted
        if self._view.isVisible() or wanted in CATALOGUE:
            self.find()
        self.changed.emit()

    def _use(self, images: ImageList | None) -> None:
        """Use images that are listed, or else list them. Raises Refused."""
        decided = self.decided = self._decided_images(images or list_images(expand_user("data", self._wanted)))
        self._files = frozenset(image.file for image in decided.images.images)
        decided.changed.connect(self.changed)
        decided.saving.changed.connect(self.changed)
        decided.saving.ended.connect(self.saving_ended)

    def _forget(self) -> None:
        if decided := self.decided:
            decided.changed.disconnect(self.changed)
            decided.saving.changed.disconnect(self.changed)
            decided.saving.ended.disconnect(self.saving_ended)
        self.decided, self.reason, self._files = None, NOTHING, frozenset()
