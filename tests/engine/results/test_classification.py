"""Classification: equal to the run's own validation to the last bit, and whatever lies at a path."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.architecture.design import Design, Stage
from explorer.engine.data import progress
from explorer.engine.data.loader import batch_bounds
from explorer.engine.data.progress import Cancelled, unreported
from explorer.engine.kernels.rewrites import Rewrites
from explorer.engine.results import classification as classification_module
from explorer.engine.results.classification import classify_images
from explorer.engine.runs import preparation
from explorer.engine.worker import DONE
from explorer.runs.commands import Train
from explorer.runs.data.image_list import Part
from explorer.runs.folder.survey import list_runs
from explorer.runs.questions.results import Classification, Classified, Classify
from explorer.runs.results.classification import read_classification
from explorer.runs.results.predictions import read_predictions
from explorer.validation import Refused
from tests.engine import small
from tests.engine.listener import Listener
from tests.engine.shades import shades

pytestmark = pytest.mark.usefixtures("no_signals")

NAMED = Design((1, 28, 28), 10, (Stage(1, 4, 4),), stem="cifar", stem_width=4)


def train(runs: Path, recipe, design=small.DESIGN):
    assert Listener().run(Train(design, recipe, runs)) == DONE
    return list_runs(runs)[0]


def question(run, paths, **changes) -> Classify:
    return Classify(run.design, run.recipe, runs=run.folder.parent, run=run.id, paths=tuple(map(str, paths)), **changes)


def ask(run, paths, report=unreported, **changes) -> Classification:
    return classify_images(question(run, paths, **changes), report)


@pytest.fixture
def recipe(tmp_path):
    return shades(tmp_path / "photos").change(epochs=2, batch_size=2, lr=0.05)


@pytest.fixture
def run(recipe, tmp_path):
    return train(tmp_path / "runs", recipe)


def check_equal(found: Classification, kept) -> None:
    """The likeliest class of each image and its probability are those of the predictions, bit for bit."""
    assert found.class_names == kept.images.class_names
    assert [each.likely.classes[0] for each in found.images] == kept.predicted.tolist()
    confidence = np.array([each.likely.probabilities[0] for each in found.images], np.float32)
    assert np.array_equal(confidence, kept.confidence)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"normalise": "data", "ema": 0.9},
        {"resized_crop": 0.5, "flip": True},
        {"precision": "fp32"},
    ],
    ids=str,
)
@pytest.mark.parametrize("channels", [1, 3])
def test_the_runs_own_validation_images_are_classified_as_it_did(recipe, tmp_path, changes, channels):
    design = small.DESIGN.change(input=(channels, 6, 6))
    run = train(tmp_path / "runs", recipe.change(**changes), design)
    kept = read_predictions(run.folder, Part.VALIDATION, run.best_epoch)
    assert len(kept.predicted) > 2 * run.recipe.batch_size  # several batches
    check_equal(ask(run, (Path(run.recipe.data) / file for file in kept.images.files)), kept)


@pytest.mark.parametrize("rewrites", [Rewrites(), Rewrites(channels_last=True, folded=True, winograd=True)], ids=str)
def test_it_computes_by_the_rewrites_of_the_run(recipe, tmp_path, monkeypatch, rewrites):
    monkeypatch.setattr(preparation, "tuned", lambda *_: rewrites)
    run = train(tmp_path / "runs", recipe)
    kept = read_predictions(run.folder, Part.VALIDATION, run.best_epoch)
    check_equal(ask(run, (Path(run.recipe.data) / file for file in kept.images.files)), kept)


def test_a_folder_of_validation_images_is_classified_as_the_run_did_though_one_is_damaged(tmp_path, monkeypatch):
    """In a folder with parts, the images below the one to validate with are in the order of the run's own."""
    folder = tmp_path / "parts"
    shades(folder / "train")
    recipe = shades(folder / "val", each=3).change(data=str(folder), epochs=1, batch_size=2)
    (folder / "val" / "1" / "1a.png").write_bytes(b"no image")
    run = train(tmp_path / "runs", recipe)
    kept = read_predictions(run.folder, Part.VALIDATION, 1)
    found = ask(run, [folder / "val"])
    damaged = [each for each in found.images if each.reason]
    assert [(Path(each.file).name, each.reason, each.likely) for each in damaged] == [
        ("1a.png", "unknown format", None)
    ]
    good = tuple(each for each in found.images if not each.reason)
    check_equal(Classification(class_names=found.class_names, images=good), kept)


@pytest.mark.slow
def test_images_of_a_named_set_are_classified_as_the_run_did(tmp_path):
    recipe = small.RECIPE.change(epochs=1, batch_size=256, lr=0.1, data="fashion-mnist-12k", normalise="data")
    run = train(tmp_path / "runs", recipe, NAMED)
    kept = read_predictions(run.folder, Part.VALIDATION, 1)
    trained = classification_module.open_trained(question(run, ()))
    files = [tmp_path / f"{number}.png" for number in range(len(kept.predicted))]
    for file, name in zip(files, kept.images.files, strict=True):
        Image.fromarray(trained.images.pixels(name)[0].numpy()).save(file)
    check_equal(ask(run, files), kept)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 6, 8, 9])
def test_batches_are_those_of_a_validation(count):
    numbers = list(range(count))
    wanted = [numbers[bounds] for bounds in batch_bounds(count, 4)] if count else []
    assert list(classification_module._batches(iter(numbers), 4)) == wanted


def test_the_likeliest_classes_come_first_and_all_add_up(run):
    folder = Path(run.recipe.data)
    found = ask(run, [folder / "0" / "0.png"], top=9)
    (image,) = found.images
    assert sorted(image.likely.classes) == [0, 1, 2]
    assert list(image.likely.probabilities) == sorted(image.likely.probabilities, reverse=True)
    assert sum(image.likely.probabilities) == pytest.approx(1, abs=1e-6)
    assert ask(run, [folder / "0" / "0.png"], top=2).images[0].likely.classes == image.likely.classes[:2]


def test_whatever_lies_at_a_path_has_one_row(run, tmp_path):
    folder = tmp_path / "mixed"
    (folder / "sub" / ".hidden").mkdir(parents=True)
    (folder / "empty").mkdir()
    Image.new("RGBA", (9, 5), (200, 0, 0, 90)).save(folder / "sub" / "a.png")
    Image.new("L", (6, 6), 40).save(folder / "sub" / ".hidden" / "b.png")
    (folder / ".DS_Store").write_bytes(b"\0")
    (folder / "notes.txt").write_text("none")
    Image.effect_noise((60, 60), 50).save(folder / "cut.jpg")
    (folder / "cut.jpg").write_bytes((folder / "cut.jpg").read_bytes()[:-400])
    paths = [folder, folder / "sub" / "a.png", folder / "notes.txt", folder / "gone.png", folder / "empty"]
    found = {Path(each.file).relative_to(folder).as_posix(): each for each in ask(run, paths).images}
    assert [*found] == ["cut.jpg", "sub/a.png", "notes.txt", "gone.png", "empty"]
    assert {name: each.reason for name, each in found.items() if not each.likely} == {
        "cut.jpg": "cut off or damaged",
        "notes.txt": "unknown format",
        "gone.png": "No such file or directory",
        "empty": "a folder without images",
    }
    assert found["sub/a.png"].reason == ""


def test_paths_may_be_relative_to_where_the_program_was_started(run, monkeypatch):
    monkeypatch.chdir(run.recipe.data)
    found = ask(run, ["0/0.png", "1"])
    assert [each.file for each in found.images][:2] == ["0/0.png", str(Path("1", "0.png"))]
    assert all(each.likely for each in found.images)


def test_nothing_to_classify_is_no_error(run, tmp_path):
    (tmp_path / "nothing").mkdir()
    (image,) = ask(run, [tmp_path / "nothing"]).images
    assert image.reason == "a folder without images"
    assert ask(run, []).images == ()


def test_it_is_cancelled_by_what_it_reports_to(run, monkeypatch):
    monkeypatch.setattr(progress, "_LOOK_EVERY", 0.0)
    told = []
    ask(run, [run.recipe.data], lambda done, total: told.append((done, total)))
    assert told[-1] == (30, 30)
    assert told == sorted(told)

    def cancel(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        ask(run, [run.recipe.data], cancel)
    assert not torch.is_inference_mode_enabled()


def test_a_run_that_is_not_there_is_refused(run):
    with pytest.raises(Refused, match="nowhere"):
        classify_images(Classify(run.design, run.recipe, runs=run.folder.parent, run="nowhere", paths=()), unreported)


def test_a_worker_answers_it_in_a_file_that_has_room_for_thousands(run):
    listener = Listener()
    listener.worker().execute(question(run, [run.recipe.data], id=7))
    answer = listener.events[-1]
    assert isinstance(answer, Classified)
    assert (answer.id, answer.images) == (7, 30)
    assert read_classification(answer.file) == ask(run, [run.recipe.data])


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_names_that_are_no_text_are_classified_too(run, tmp_path):
    folder = tmp_path / "bytes"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.png")).write_bytes(Path(run.recipe.data, "0", "0.png").read_bytes())
    (image,) = ask(run, [folder]).images
    assert image.likely
    image.file.encode()
