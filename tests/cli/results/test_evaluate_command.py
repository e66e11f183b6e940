"""`evaluate`: figures as JSON and as text, of weights and of what was kept of an epoch."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from explorer.cli import main
from explorer.runs.data.image_list import Part
from explorer.runs.events import Epoch
from explorer.runs.folder.log import read_events
from explorer.runs.folder.survey import list_runs
from explorer.runs.results.predictions import read_predictions


@pytest.fixture
def evaluate(trained, capsys):
    def run(*words, expected=0):
        capsys.readouterr()
        assert main(["evaluate", trained.id, "--runs", str(trained.folder.parent), *words]) == expected
        return capsys.readouterr()

    return run


def test_its_figures_are_the_runs_own(trained, evaluate):
    own = {each.epoch: each for each in read_events(trained.folder, Epoch)}
    for which, epoch in (("best", trained.best_epoch), ("last", 3), ("2", 2)):
        found = json.loads(evaluate("--epoch", which, "--json").out)
        assert (found["run"], found["epoch"], found["part"], found["images"]) == (trained.id, epoch, "validation", 6)
        assert (found["accuracy"], found["loss"]) == (own[epoch].validation_accuracy, own[epoch].validation_loss)


def test_json_has_the_matrix_the_classes_and_every_mistake_by_name(trained, evaluate):
    found = json.loads(evaluate("--epoch", "1", "--json").out)
    kept = read_predictions(trained.folder, Part.VALIDATION, 1)
    assert list(found) == [
        *("run", "epoch", "part", "test_looks", "images", "accuracy", "loss", "classes", "confusion", "mistakes")
    ]
    matrix = np.array(found["confusion"])
    assert matrix.trace() / matrix.sum() == found["accuracy"]
    assert [each["name"] for each in found["classes"]] == ["0", "1", "2"]
    assert [each["support"] for each in found["classes"]] == matrix.sum(1).tolist() == [2, 2, 2]
    assert set(found["classes"][0]) == {"name", "support", "precision", "recall", "f1"}
    assert len(found["mistakes"]) == matrix.sum() - matrix.trace() > 0
    confidences = [each["confidence"] for each in found["mistakes"]]
    assert confidences == sorted(confidences, reverse=True)
    for each in found["mistakes"]:
        place = kept.images.files.index(each["file"])
        assert each["truth"] == each["file"].partition("/")[0] != each["predicted"]
        assert each["predicted"] == str(kept.predicted[place])


def test_text_has_the_worst_first(evaluate):
    lines = evaluate("--epoch", "1").out.splitlines()
    values = json.loads(evaluate("--epoch", "1", "--json").out)
    assert lines[0].endswith("epoch 1, validation part: 6 images")
    assert lines[1] == f"accuracy {values['accuracy']:.4f}, loss {values['loss']:.4f}"
    blank = [place for place, line in enumerate(lines) if not line]
    classes, pairs, mistakes = (lines[place + 1 :] for place in blank)
    assert [line.split()[-1] for line in classes[1:4]] == sorted(f"{each['f1']:.4f}" for each in values["classes"])
    counts = [int(line.split()[0]) for line in pairs[1 : blank[2] - blank[1] - 1]]
    assert counts == sorted(counts, reverse=True)
    assert mistakes[1].split()[0] == values["mistakes"][0]["file"]


def test_looks_at_the_test_part_are_said(evaluate):
    assert "the test part has been looked at 1 time\n" in evaluate("--part", "test").out
    assert json.loads(evaluate("--part", "test", "--json").out)["test_looks"] == 2
    kept = json.loads(evaluate("--part", "validation", "--json").out)
    assert (kept["part"], kept["test_looks"]) == ("validation", 2)


def test_the_run_says_how_it_computes_and_how_often_it_was_tested(trained, capsys):
    runs = str(trained.folder.parent)
    assert main(["evaluate", trained.id, "--runs", runs, "--part", "test"]) == 0
    looks = list_runs(trained.folder.parent)[0].test_looks
    capsys.readouterr()
    assert main(["runs", "show", trained.id, "--runs", runs, "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert (values["rewrites"], values["computed_on"], values["test_looks"]) == ([*trained.rewrites], "cpu", looks)
    assert main(["runs", "show", trained.id, "--runs", runs]) == 0
    assert f"looked at {looks} time" in capsys.readouterr().out


def test_what_was_kept_needs_neither_torch_nor_the_images(trained):
    code = "import sys; from explorer.cli import main; main(sys.argv[1:]); print('torch' in sys.modules)"
    words = ["evaluate", str(trained.folder), "--epoch", "2"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("False\n")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--epoch", "9"], "has no predictions of epoch 9, but of 1, 2, 3"),
        (["--epoch", "newest"], "epoch: must be best, last or a number, not 'newest'"),
        (["--epoch", "2", "--part", "train"], "has not been evaluated on its train part"),
        (["--epoch", "2", "--data", "."], "--data is for best and last"),
        (["--part", "rest"], "invalid choice: 'rest'"),
        (["--data", "nowhere"], "nowhere' is not there; if the images have moved, --data says where they are"),
    ],
    ids=str,
)
def test_bad_input_is_one_line(evaluate, words, complaint):
    said = evaluate(*words, expected=2).err
    assert complaint in said
    assert said.count("\n") == 1


def test_other_weights_than_asked_for_are_said(trained, evaluate, tmp_path):
    best = trained.folder / "best.safetensors"
    content = best.read_bytes()
    try:
        best.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        said = evaluate("--json")
        assert said.err.splitlines()[-1].endswith("; the weights of the last checkpoint were taken, of epoch 3")
        assert json.loads(said.out)["epoch"] == 3
    finally:
        best.write_bytes(content)


def test_images_are_taken_from_where_they_are_said_to_be(trained, evaluate):
    photos = Path(trained.recipe.data)
    moved = photos.rename(photos.with_name("elsewhere"))
    try:
        assert "photos' is not there" in evaluate(expected=2).err
        assert json.loads(evaluate("--data", str(moved), "--json").out)["accuracy"] == trained.best_accuracy
    finally:
        moved.rename(photos)
