"""Repetition: all that a script must know of a run to repeat it. No Qt."""

from dataclasses import dataclass

from explorer.architecture.plan import Plan
from explorer.engine.data.progress import Report
from explorer.engine.export.script.beginning import Beginning, beginning_of
from explorer.engine.export.script.history import History, history_of
from explorer.engine.export.script.images import Images, images_of
from explorer.runs.folder.manifest import read_manifest
from explorer.runs.folder.run import Run
from explorer.runs.recipe import Recipe
from explorer.sentences import translatable
from explorer.validation import refuse


@dataclass(frozen=True, slots=True)
class Repetition:
    """A run, how it began and went on, and its images."""

    plan: Plan
    run: Run
    history: History
    beginning: Beginning
    images: Images

    @property
    def recipe(self) -> Recipe:
        return self.run.recipe

    @property
    def is_scheduled(self) -> bool:
        """Return whether the rate changes by itself."""
        return self.recipe.schedule != "constant" or self.recipe.warm_up > 0


def repetition_of(plan: Plan, run: Run, report: Report) -> Repetition:
    """Find out about a run. Raises Refused where it cannot be repeated, and what `report` raises."""
    if run.recipe.grow:
        what = translatable("run {run} was joined by blocks while it trained, which a script does not repeat")
        raise refuse("export", what, run=run.id)
    if (count := read_manifest(run.folder).get("processes", 1)) > 1:
        what = translatable("run {run} was trained by {count} processes, which no script repeats")
        raise refuse("export", what, run=run.id, count=count)
    return Repetition(plan, run, history_of(run), beginning_of(plan, run, report), images_of(plan, run, report))
