"""A run repeated by the worker's own code, with what the user has decided about its images since."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from explorer.cli import main
from explorer.runs.again import repeat
from explorer.runs.commands import Train
from explorer.runs.data.decisions import Decisions, Move, change_decisions, read_decisions
from explorer.runs.data.image_list import list_images
from explorer.runs.folder.survey import find_run, list_runs
from tests.engine.listener import Listener
from tests.engine.shades import shades
from tests.engine.small import DESIGN


@pytest.fixture(autouse=True)
def own_decisions(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


@pytest.fixture
def run(tmp_path):
    """A run of an epoch."""
    recipe = shades(tmp_path / "photos")
    assert Listener().run(Train(DESIGN, recipe.change(epochs=1), tmp_path / "runs")) == 0
    (run,) = list_runs(tmp_path / "runs")
    return run


def test_it_trains_with_the_decisions_of_now_and_says_what_changed(run, capsys):
    runs = run.folder.parent
    root = Path(run.recipe.data)
    images = list_images(root)
    files = [image.file for image in images.images]
    change_decisions(root, lambda now: now.leave_out(files[:2]).exclude(files[2:3]))
    change_decisions(root, lambda now: now.move(files[3:5], images.class_names[-1], {}))
    listener = Listener()
    assert listener.run(repeat(run, runs)) == 0
    (again,) = (each for each in list_runs(runs) if each.id != run.id)
    assert (again.design, again.recipe, again.parent) == (run.design, run.recipe, None)
    assert again.data.decisions == read_decisions(root)
    counts = [data.train + data.validation + data.test for data in (run.data, again.data)]
    assert counts[0] - counts[1] == 3
    assert again.again.run == run.id
    assert again.again.changes.startswith(
        "2 images left out; 2 images given another class; 1 image marked as none of the classes; "
    )
    assert main(["runs", "show", again.id, "--runs", str(runs)]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("repeats"))
    assert line.endswith(f"{run.id}: {again.again.changes}")
    assert main(["runs", "show", again.id, "--runs", str(runs), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["again"]["run"], shown["again"]["changes"]) == (run.id, again.again.changes)


def test_without_changes_it_is_the_same_run(run):
    runs = run.folder.parent
    assert Listener().run(repeat(run, runs)) == 0
    (again,) = (each for each in list_runs(runs) if each.id != run.id)
    assert again.again.changes == "the same images"
    assert replace(again.data, name="") == replace(run.data, name="")
    assert (again.batches, again.best_accuracy) == (run.batches, run.best_accuracy)


def test_the_command_line_repeats_a_run(run, capsys):
    runs = run.folder.parent
    change_decisions(Path(run.recipe.data), lambda now: Decisions(moved=(Move("no such file", "x"),)))
    assert main(["train", "--again", run.id, "--runs", str(runs)]) == 0
    (again,) = (each for each in list_runs(runs) if each.id != run.id)
    assert again.again.run == run.id
    for flags, words in (
        (["--resume", run.id], "either resumed or repeated"),
        (["--epochs", "9"], "leave out epochs"),
        (["mini"], "leave out design"),
    ):
        capsys.readouterr()
        assert main(["train", "--again", run.id, *flags, "--runs", str(runs)]) == 2
        assert words in capsys.readouterr().err
    assert main(["train", "--again", "no-such-run", "--runs", str(runs)]) == 2
    assert find_run(run.id, runs).again is None
