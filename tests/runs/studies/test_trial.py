"""A run says of which study it is, in its order and in run.json."""

import json
from dataclasses import replace

from explorer.architecture.presets import preset
from explorer.runs.commands import Train, command_line, read_command
from explorer.runs.folder.run import read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import Recipe
from explorer.runs.studies.study import Measure
from explorer.runs.studies.trial import Trial

TRIAL = Trial("20261126-101500-depth-1a2b", 3, ("8", "none"), Measure.TRAINING_LOSS)


def test_an_order_keeps_its_trial_on_the_way_to_the_worker(tmp_path):
    order = Train(preset("mini"), Recipe(), tmp_path, trial=TRIAL)
    assert read_command(command_line(order), tmp_path) == order
    alone = replace(order, trial=None)
    assert read_command(command_line(alone), tmp_path) == alone


def test_a_run_knows_its_trial_from_its_manifest(tmp_path):
    folder = RunFolder.create(tmp_path, preset("mini"), Recipe(), params=1)
    folder.update(trial=record_table(TRIAL))
    folder.close()
    assert json.loads((folder.path / "run.json").read_text())["trial"]["number"] == 3
    assert read_run(folder.path).trial == TRIAL
