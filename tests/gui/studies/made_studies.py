"""Studies for tests, with runs that were never trained."""

from pathlib import Path

from explorer.architecture.presets import preset
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import Recipe
from explorer.runs.studies.folder import StudyFolder, create_study
from explorer.runs.studies.study import Knob, Study, StudyKind
from explorer.runs.studies.trial import Trial
from explorer.runs.studies.trials import planned
from tests.gui.runs.made_runs import make_run

BLOCKS = Knob("stage2.blocks", ("1", "2"))
TWINS = Knob("shortcut", ("projection", "none"))


def make_study(root: Path, *knobs: Knob, seeds: int = 1, device: str = "cpu", **entries) -> StudyFolder:
    """Write a study of `mini` for one epoch."""
    recipe = Recipe(epochs=1, device=device)
    return create_study(root, Study(StudyKind.GRID, preset("mini"), recipe, knobs, seeds, **entries))


def make_trial(root: Path, study: StudyFolder, number: int, second: int = 0, **entries) -> str:
    """Make a finished run of a trial, as `make_run` does, and return its id."""
    trial = planned(study.study)[number]
    mark = record_table(Trial(study.id, number, trial.values))
    return make_run(root, trial.side.design, trial.side.recipe, second, trial=mark, **entries)
