"""Decided: what the user has decided about the images below one root, the same for every page. No widgets.

The workspace keeps one for each root. Every decision is on the disk before it is told, so that no end of the program
loses one, and takes in what another window has decided meanwhile.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from explorer.gui.data.saving import Saving
from explorer.runs.data.decisions import Decisions, change_decisions, read_decisions
from explorer.runs.data.image_list import ImageList
from explorer.sentences import NOTHING, Sentence
from explorer.validation import Refused


class _Step(NamedTuple):
    """One order: the files that it was about, and what was decided before."""

    files: tuple[str, ...]
    before: Decisions


class Decided(QObject):
    """The `decisions` about `images`, which are listed as they are in the folder.

    `changed` is emitted when other decisions are kept, or when they cannot be: `refusal` then says why, until some are.
    `saving` is what makes a table or a copy of the images as they are decided.
    """

    changed = Signal()

    def __init__(self, images: ImageList) -> None:
        super().__init__()
        self.images = images
        self.saving = Saving()
        self.decisions = Decisions()
        self.refusal: Sentence = NOTHING
        self._steps: list[_Step] = []
        self.reload()

    def reload(self) -> None:
        """Read the decisions again; another window may have made some."""
        before = self.decisions, self.refusal
        try:
            self.decisions, self.refusal = read_decisions(self.images.root), NOTHING
        except Refused as refused:
            self.refusal = refused.sentence
        if before != (self.decisions, self.refusal):
            self.changed.emit()

    @property
    def can_undo(self) -> bool:
        return bool(self._steps)

    def leave_out(self, files: Iterable[str]) -> None:
        """Let no run have these images."""
        chosen = tuple(files)
        self._decide(chosen, lambda decisions: decisions.leave_out(chosen))

    def exclude(self, files: Iterable[str]) -> None:
        """Let no run have these images, for they show none of the classes."""
        chosen = tuple(files)
        self._decide(chosen, lambda decisions: decisions.exclude(chosen))

    def move(self, files: Iterable[str], class_name: str) -> None:
        """Let these images belong to another class, or again to that of their folder."""
        chosen = tuple(files)
        wanted, names = frozenset(chosen), self.images.class_names
        own = {image.file: names[image.label] for image in self.images.images if image.file in wanted}
        self._decide(chosen, lambda decisions: decisions.move(chosen, class_name, own))

    def keep(self, files: Iterable[str]) -> None:
        """Accept what is wrong with these images."""
        chosen = tuple(files)
        self._decide(chosen, lambda decisions: decisions.keep(chosen))

    def take_back(self, files: Iterable[str]) -> None:
        """Forget every decision about these images."""
        chosen = tuple(files)
        self._decide(chosen, lambda decisions: decisions.take_back(chosen))

    def undo(self) -> None:
        """Decide again what was decided before the last order of this window about the images that it concerned."""
        step = self._steps[-1]
        if self._keep(lambda decisions: decisions.restore(step.files, step.before)):
            self._steps.pop()
            self.changed.emit()

    def _decide(self, files: tuple[str, ...], change: Callable[[Decisions], Decisions]) -> None:
        kept = self._keep(change)
        if kept and kept[0] != kept[1]:
            self._steps.append(_Step(files, kept[0].about(files)))
        if kept:
            self.changed.emit()

    def _keep(self, change: Callable[[Decisions], Decisions]) -> tuple[Decisions, Decisions] | None:
        """Keep what `change` makes of the decisions, and return those before and now; None if it was refused."""
        try:
            before, self.decisions = change_decisions(self.images.root, change)
        except Refused as refused:
            self.refusal = refused.sentence
            self.changed.emit()
            return None
        self.refusal = NOTHING
        return before, self.decisions
