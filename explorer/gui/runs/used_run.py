"""UsedRun: design and recipe of a run in the place of those that were shown, and the way back. No widgets."""

from collections.abc import Iterator
from dataclasses import dataclass

from explorer.architecture.compare import changed_fields, design_changes
from explorer.architecture.design import Design
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document, title_of_run
from explorer.runs.folder.run import Run
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence


@dataclass(frozen=True, slots=True)
class _Shown:
    """What Start would train: the design, the recipe, and whether at the design's own image size if that is chosen."""

    design: Design
    recipe: Recipe
    own_size: bool | None


@dataclass(frozen=True, slots=True)
class UsedRun:
    """A run that was used, by its title: what was shown before, what then, and the undo step that came of it."""

    title: str
    before: _Shown
    after: _Shown
    step: int

    def has_design(self, document: Document) -> bool:
        """Whether the design is still the run's and was another before."""
        is_last = document.undo_stack.index() == self.step and document.design == self.after.design
        return is_last and self.before.design != self.after.design

    def has_recipe(self, choice: TrainingChoice) -> bool:
        """Whether the recipe is still the run's and was another before."""
        return choice.recipe == self.after.recipe != self.before.recipe

    def changes(self, document: Document, choice: TrainingChoice) -> Iterator[Sentence]:
        """Yield what is different from what was shown before, as far as that can still be taken back."""
        if self.has_design(document):
            yield from design_changes(self.before.design, self.after.design)
        if self.has_recipe(choice):
            yield from changed_fields(self.before.recipe, self.after.recipe)

    def take_back(self, document: Document, choice: TrainingChoice) -> None:
        """Show again what was shown before, without what the user has changed since."""
        if self.has_design(document):
            document.undo_stack.undo()
        if self.has_recipe(choice):
            choice.restore(self.before.recipe, self.before.own_size)


def use_run(run: Run, document: Document, choice: TrainingChoice, label: str) -> UsedRun:
    """Show the design of `run`, as one undo step called `label`, and choose its recipe, data and image size.

    The device stays, and so do the data if those of the run are gone, which `choice` then says.
    """
    before = _Shown(document.design, choice.recipe, choice.own_size)
    document.propose(run.design, label)
    choice.use_run(run.design, run.recipe)
    after = _Shown(document.design, choice.recipe, choice.own_size)
    return UsedRun(title_of_run(run), before, after, document.undo_stack.index())
