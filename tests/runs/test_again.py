"""A run that is repeated: how it is ordered, and what it says of the one before."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.architecture.presets import preset
from explorer.runs.again import again, repeat
from explorer.runs.commands import command_line, read_command
from explorer.runs.data.decisions import Decisions
from explorer.runs.folder.manifest import MANIFEST
from explorer.runs.folder.run import Again, read_run
from explorer.runs.json_lines import record_table
from explorer.sentences import Sentence
from tests.flagged_run import RECORD, make_run


def test_it_is_trained_as_the_run_was(tmp_path):
    run = make_run(tmp_path, "/photos", seed=7)
    order = repeat(run, tmp_path)
    assert (order.design, order.recipe, order.weights, order.grown) == (run.design, run.recipe.change(seed=7), None, ())
    assert (order.again, order.runs, order.anyway) == (run.id, tmp_path, False)
    assert read_command(command_line(order), Path()) == order
    assert repeat(run, tmp_path / "others").again == str(run.folder)


@pytest.mark.parametrize(
    ("entries", "weights", "grown"),
    [
        ({"weights": {"source": "imagenet:V1", "matched": 3, "others": []}}, "imagenet:V1", ()),
        ({"weights": {"source": "a-run", "matched": 3, "others": []}, "parent": "a-run"}, "a-run", ()),
        ({"parent": "a-run"}, "a-run", ()),  # of an older version
        ({"parent": "a-run", "grown": ["layer1.1"]}, "a-run", ("layer1.1",)),
        ({"parent": "a-run", "grown": "layer1.1,layer2.1"}, "a-run", ("layer1.1", "layer2.1")),
    ],
)
def test_it_starts_with_the_same_weights(tmp_path, entries, weights, grown):
    order = repeat(make_run(tmp_path, "/photos", **entries), tmp_path)
    assert (order.weights, order.grown) == (weights, grown)


def test_what_the_user_insisted_on_need_not_be_said_again(tmp_path):
    assert repeat(make_run(tmp_path, "/photos", anyway=True), tmp_path).anyway


def test_the_entry_says_what_is_different_and_comes_back_from_run_json(tmp_path):
    run = make_run(tmp_path, "/photos")
    entry = again(run, replace(run.data, decisions=Decisions(left_out=("a", "b")), train=22))
    assert entry == Again(run.id, "2 images left out; 22 images to train with instead of 24")
    other = make_run(tmp_path, "/photos", again=record_table(entry))
    assert other.again == entry
    assert isinstance(other.again.changes, Sentence)
    assert [str(part) for part in other.again.changes.values.values()] == entry.changes.split("; ")
    assert again(run, run.data).changes == "the same images"


def test_a_run_that_did_not_note_its_images_is_repeated_all_the_same(tmp_path):
    run = make_run(tmp_path, "/photos", noted=False)
    assert repeat(run, tmp_path).again == run.id
    assert "older version" in again(run, RECORD).changes


def test_runs_of_older_versions_repeat_none(tmp_path):
    run = make_run(tmp_path, "/photos")
    assert "again" not in json.loads((run.folder / MANIFEST).read_text())
    assert read_run(run.folder).again is None
    assert run.design == preset("mini").change(classes=3)
