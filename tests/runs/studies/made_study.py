"""A study of mini in a folder, and runs of its trials, made in no time."""

from pathlib import Path

from explorer.architecture.presets import preset
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import Recipe
from explorer.runs.studies.folder import StudyFolder, create_study
from explorer.runs.studies.knobs import read_knob
from explorer.runs.studies.study import Study, StudyKind
from explorer.runs.studies.trial import Trial
from explorer.runs.studies.trials import planned
from tests.gui.runs.made_runs import make_run


def grid(*knobs: str, seeds: int = 1, **changes: object) -> Study:
    """Return a study of mini with these knobs, as on the command line."""
    return Study(StudyKind.GRID, preset("mini").change(**changes), Recipe(), tuple(map(read_knob, knobs)), seeds)


def made(root: Path, *knobs: str, seeds: int = 2) -> StudyFolder:
    return create_study(root, grid(*knobs, seeds=seeds))


def run_of(study: StudyFolder, number: int, **entries: object) -> str:
    """Make a run of the trial `number`, finished unless `entries` say otherwise, and return its id."""
    trial = planned(study.study)[number]
    table = record_table(Trial(study.id, number, trial.values))
    return make_run(study.runs, trial.side.design, trial.side.recipe, number, trial=table, **entries)
