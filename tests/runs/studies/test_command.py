"""The command line of a study starts the same study."""

import shlex

import pytest

from explorer.architecture.presets import preset
from explorer.cli.commands import main
from explorer.runs.recipe import RECIPES, Recipe
from explorer.runs.studies.command import study_command
from explorer.runs.studies.folder import list_studies
from explorer.runs.studies.nested import nested_knobs
from explorer.runs.studies.study import Knob, Measure, Study, StudyKind

MINI = preset("mini")


@pytest.mark.parametrize(
    "study",
    [
        Study(StudyKind.GRID, MINI, Recipe(), (Knob("stage2.blocks", ("1", "2")), Knob("shortcut", ("pad", "none")))),
        Study(
            StudyKind.GRID,
            MINI.change(groups=1, classes=10).with_stage(0, blocks=2),
            RECIPES["best"].change(epochs=3, nesterov=False, lr=0.05, device="cpu"),
            (Knob("weight_decay", ("0", "0.0005")),),
            seeds=3,
            measure=Measure.TRAINING_LOSS,
            name="it's mine",
        ),
        Study(StudyKind.NESTED, MINI, Recipe(), nested_knobs("8,14"), 2, Measure.TRAINING_LOSS),
        Study(StudyKind.NESTED, MINI, Recipe(), nested_knobs("8,14"), 1, Measure.ACCURACY),
    ],
)
def test_it_reads_back_as_the_study_that_it_was_made_of(study, tmp_path, capsys):
    program, *words = shlex.split(study_command(study))
    assert program == "main.py"
    assert main([*words, "--prepare", "--runs", str(tmp_path)]) == 0
    (found,) = list_studies(tmp_path).studies
    for name in ("kind", "design", "recipe", "knobs", "seeds", "measure", "name"):
        assert getattr(found.study, name) == getattr(study, name), name
