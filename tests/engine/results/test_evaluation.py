"""Evaluation: a run's own figures to the last digit, whichever images and recipe, and what it refuses."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.architecture.design import Design, Stage
from explorer.engine.data.progress import Cancelled, unreported, unwarned
from explorer.engine.kernels.rewrites import Rewrites
from explorer.engine.results import evaluation as evaluation_module
from explorer.engine.results.evaluation import evaluate
from explorer.engine.runs import preparation
from explorer.engine.runs.opening import open_runs
from explorer.engine.training import fit as fit_module
from explorer.engine.training.checkpoint import NEWEST, PREVIOUS
from explorer.engine.training.weights import BEST
from explorer.engine.worker import DONE
from explorer.runs.commands import ResumeRun, Stop, Train
from explorer.runs.data.image_list import Part
from explorer.runs.events import Epoch, Threads, event_line
from explorer.runs.folder.log import read_events
from explorer.runs.folder.survey import list_runs
from explorer.runs.questions.results import Evaluate, Evaluated
from explorer.runs.results.predictions import FOLDER, evaluated_epochs, read_predictions
from explorer.sentences import Sentence
from explorer.validation import Refused
from tests.engine import small
from tests.engine.listener import Listener
from tests.engine.shades import shades

pytestmark = pytest.mark.usefixtures("no_signals")

NAMED = Design((1, 28, 28), 10, (Stage(1, 4, 4),), stem="cifar", stem_width=4)
VALIDATION = Part.VALIDATION


def train(runs: Path, recipe, design=small.DESIGN):
    assert Listener().run(Train(design, recipe, runs)) == DONE
    return list_runs(runs)[0]


def ask(run, report=unreported, **changes):
    data = changes.pop("data", run.recipe.data)
    recipe = run.recipe.change(data=str(data))
    question = Evaluate(run.design, recipe, runs=run.folder.parent, run=run.id, **changes)
    return evaluate(question, report, unwarned)


def epochs_of(run) -> dict[int, tuple[float, float]]:
    """Loss and accuracy after each epoch, as the run itself found them."""
    found = read_events(run.folder, Epoch)
    return {each.epoch: (each.validation_loss, each.validation_accuracy) for each in found}


def check(run) -> None:
    """Best and last are the run's own, and so are their predictions."""
    own = epochs_of(run)
    kept = {epoch: read_predictions(run.folder, VALIDATION, epoch) for epoch in own}
    shutil.rmtree(run.folder / FOLDER)
    for which, epoch in (("best", run.best_epoch), ("last", max(own))):
        answer = ask(run, epoch=which)
        assert (answer.epoch, (answer.loss, answer.accuracy)) == (epoch, own[epoch])
        assert (answer.images, answer.looks, answer.warning) == (len(kept[epoch].predicted), 0, "")
        again = read_predictions(run.folder, VALIDATION, epoch)
        assert again.images == kept[epoch].images
        assert np.array_equal(again.predicted, kept[epoch].predicted)
        assert np.array_equal(again.confidence, kept[epoch].confidence)


@pytest.fixture
def recipe(tmp_path):
    return shades(tmp_path / "photos").change(epochs=3, batch_size=2, lr=0.05)


@pytest.fixture
def run(recipe, tmp_path):
    return train(tmp_path / "runs", recipe)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"precision": "fp32"},
        {"arithmetic": "plain"},
        {"ema": 0.9},
        {"normalise": "data"},
        {"resized_crop": 0.5, "flip": True, "jitter": 0.3},
        {"balance": "weights", "label_smoothing": 0.1, "batch_size": 5},
    ],
    ids=str,
)
def test_it_is_the_runs_own_validation_on_a_folder(recipe, tmp_path, changes):
    check(train(tmp_path / "runs", recipe.change(**changes)))


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{}, {"precision": "fp32", "ema": 0.9, "normalise": "data"}], ids=str)
def test_it_is_the_runs_own_validation_on_a_named_set(tmp_path, changes):
    recipe = small.RECIPE.change(epochs=2, batch_size=256, lr=0.1, data="fashion-mnist-12k", **changes)
    check(train(tmp_path / "runs", recipe, NAMED))


@pytest.mark.parametrize("rewrites", [Rewrites(), Rewrites(bf16=True), Rewrites(folded=True, cropped=True)], ids=str)
def test_it_computes_by_the_rewrites_that_the_run_computed_by(recipe, tmp_path, monkeypatch, rewrites):
    monkeypatch.setattr(preparation, "tuned", lambda *_: rewrites)
    check(train(tmp_path / "runs", recipe))


@pytest.mark.parametrize("epoch", ["best", "last"])
def test_it_computes_with_as_many_threads_as_the_run_had_at_that_epoch(run, monkeypatch, epoch):
    log = run.folder / "events.jsonl"
    lines = [line for line in log.read_text().splitlines() if not line.startswith('{"event": "threads"')]
    (second,) = (place for place, line in enumerate(lines) if line.startswith('{"event": "epoch", "epoch": 2'))
    for place, count in ((second + 1, 1), (1, 2)):
        lines.insert(place, event_line(Threads(0, count, 2)))
    log.write_text("\n".join(lines) + "\n")
    monkeypatch.setattr(torch, "get_num_threads", lambda: 4)
    chosen = []
    monkeypatch.setattr(torch, "set_num_threads", chosen.append)
    answer = ask(run, epoch=epoch)
    assert chosen == [1 if answer.epoch == 3 else 2, 4]
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    ask(run, epoch=epoch)
    assert chosen[2:] == [1, 1]


def test_predictions_that_the_run_kept_itself_stay(run):
    file = run.folder / FOLDER / f"validation-{run.best_epoch:04}.npz"
    before = file.read_bytes()
    ask(run)
    assert file.read_bytes() == before
    (run.folder / FOLDER / "validation.json").write_text("{")
    ask(run)
    assert read_predictions(run.folder, VALIDATION, run.best_epoch).accuracy == run.best_accuracy


def test_the_training_part_is_evaluated_without_augmentation(recipe, tmp_path):
    run = train(tmp_path / "runs", recipe.change(jitter=0.5, flip=True, lr=0.02, epochs=4))
    answer = ask(run, part=Part.TRAIN)
    assert (answer.images, answer.looks) == (run.data.train, 0)
    found = read_predictions(run.folder, Part.TRAIN, run.best_epoch)
    assert (found.accuracy, found.loss) == (answer.accuracy, answer.loss)
    shade = [Image.open(Path(run.recipe.data) / file).getpixel((0, 0)) for file in found.images.files]
    assert [int(each > 100) + int(each > 200) for each in shade] == list(found.images.labels)


def test_looks_at_the_test_part_are_counted_also_while_the_run_goes_on(run):
    answers = [ask(run, part=Part.TEST) for _ in range(2)]
    assert [each.looks for each in answers] == [1, 2]
    assert (answers[0].images, evaluated_epochs(run.folder, Part.TEST)) == (run.data.test, (run.best_epoch,))
    (going,) = open_runs(ResumeRun(run.id, run.folder.parent, epochs=4))
    for event in going.events():
        going.record(event)
        if isinstance(event, Epoch):
            ask(run, part=Part.TEST)
    going.folder.close()
    assert list_runs(run.folder.parent)[0].test_looks == 3


@pytest.mark.parametrize("data", ["fashion-mnist-12k", "photos"])
def test_what_has_no_test_part_is_refused_without_being_counted(recipe, tmp_path, data):
    own = data == "photos"
    recipe = (
        recipe.change(epochs=1, test_share=0.0) if own else small.RECIPE.change(epochs=1, data=data, batch_size=512)
    )
    run = train(tmp_path / "runs", recipe, small.DESIGN if own else NAMED)
    with pytest.raises(Refused, match=r"has no images in its test part$" if own else "has no test part of its own"):
        ask(run, part=Part.TEST)
    assert list_runs(run.folder.parent)[0].test_looks == 0


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["damaged", "missing"])
def test_without_its_best_weights_the_last_ones_are_taken_and_that_is_said(run, how):
    damage(run.folder / BEST) if how == "damaged" else (run.folder / BEST).unlink()
    answer, (loss, accuracy) = ask(run), epochs_of(run)[3]
    assert (answer.epoch, answer.loss, answer.accuracy) == (3, loss, accuracy)
    assert answer.warning.startswith(f"best.safetensors is {how}")
    assert answer.warning.endswith("; the weights of the last checkpoint were taken, of epoch 3")
    damage(run.folder / NEWEST)
    answer = ask(run)
    assert answer.epoch == 2
    assert answer.warning.endswith(
        "of epoch 2; checkpoint.pt is damaged (its sha256 does not match run.json); "
        "continuing from checkpoint.previous.pt"
    )
    damage(run.folder / PREVIOUS)
    with pytest.raises(
        Refused, match=r"^checkpoint: checkpoint\.pt is damaged .*; checkpoint\.previous\.pt is damaged"
    ):
        ask(run)


def test_best_weights_that_could_not_be_written_are_not_taken_for_those_that_were(recipe, tmp_path, monkeypatch):
    save, saved = fit_module.save_best, []

    def first_only(folder, network, **facts):
        if saved:
            raise fit_module.Unwritten(Sentence("no room"))
        saved.append(int(facts["epoch"]))
        save(folder, network, **facts)

    monkeypatch.setattr(fit_module, "save_best", first_only)
    run = train(tmp_path / "runs", recipe.change(epochs=8, lr=0.01))
    assert run.best_epoch > saved[0]
    answer = ask(run)
    assert (answer.epoch, answer.loss) == (saved[0], epochs_of(run)[saved[0]][0])
    assert f"of epoch {run.best_epoch}, were not written; those of epoch {saved[0]} were taken" in answer.warning


def test_the_last_weights_may_be_of_the_middle_of_an_epoch(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(fit_module, "READ_EVERY", 0.0)
    Listener(step_12=(Stop(),)).run(Train(small.DESIGN, recipe, tmp_path / "runs"))
    (run,) = list_runs(tmp_path / "runs")
    assert (run.epochs_done, run.state) == (1, "stopped")
    answer = ask(run, epoch="last")
    assert answer.epoch == 2
    Listener().run(ResumeRun(run.id, run.folder.parent))
    again = read_predictions(run.folder, VALIDATION, 2)
    assert (again.loss, again.accuracy) == epochs_of(run)[2]
    assert again.loss != answer.loss


def test_a_run_without_weights_is_refused(recipe, tmp_path):
    (opened,) = open_runs(Train(small.DESIGN, recipe, tmp_path / "runs"))
    opened.folder.close()
    (run,) = list_runs(tmp_path / "runs")
    for epoch in ("best", "last"):
        with pytest.raises(Refused, match=r"^weights: run \S+ has no weights yet$"):
            ask(run, epoch=epoch)


def test_images_that_have_moved_are_found_where_they_are_said_to_be(run, tmp_path):
    moved = (tmp_path / "photos").rename(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="photos' is not there; if the images have moved, --data says where they are"):
        ask(run)
    shutil.rmtree(run.folder / FOLDER)
    assert ask(run, data=moved).accuracy == run.best_accuracy
    found = read_predictions(run.folder, VALIDATION, run.best_epoch)
    assert all((moved / file).is_file() for file in found.images.files)


def test_images_that_have_changed_are_refused_with_what_changed(run, tmp_path):
    photos = tmp_path / "photos"
    (photos / "1").rename(photos / "one")
    with pytest.raises(Refused, match=r"has changed since the run began: the class '1' is called 'one'$"):
        ask(run)
    (photos / "one").rename(photos / "1")
    (photos / "1" / "3.png").unlink()
    with pytest.raises(Refused, match=r"has changed since the run began: \d+ .* with instead of"):
        ask(run)


def change_manifest(run, **changes) -> None:
    """Write other entries, or remove those that are None."""
    table = json.loads((run.folder / "run.json").read_text())
    gone = [key for key, value in changes.items() if value is None]
    table = {key: value for key, value in {**table, **changes}.items() if key not in gone}
    (run.folder / "run.json").write_text(json.dumps(table))


def test_a_run_of_a_newer_version_is_refused_in_a_sentence(run):
    change_manifest(run, rewrites=["folded", "telepathic"])
    with pytest.raises(Refused, match=r"^rewrites: this version does not know telepathic, by which the run computes$"):
        ask(run)
    change_manifest(run, rewrites=["folded"], state="dreaming")
    with pytest.raises(Refused, match="has the state 'dreaming', which this version does not know"):
        ask(run)


def test_a_run_of_an_older_version_is_evaluated_where_its_images_are_sure(run, tmp_path):
    change_manifest(run, rewrites=None, device=None)
    assert ask(run).images == run.data.validation
    change_manifest(run, data=None)
    with pytest.raises(Refused, match="of an older version, which did not note its images"):
        ask(run)
    recipe = small.RECIPE.change(epochs=1, data="fashion-mnist-12k", batch_size=512)
    named = train(tmp_path / "named", recipe, NAMED)
    shutil.rmtree(named.folder / FOLDER)
    change_manifest(named, data=None, rewrites=None, device=None)
    assert ask(named).images == 2000
    assert read_predictions(named.folder, VALIDATION, 1).images.class_names[9] == "9"


def test_another_kind_of_device_is_said(run):
    change_manifest(run, device="abacus")
    assert ask(run).warning == "computed on cpu instead of abacus: sums are rounded differently"


def test_it_is_cancelled_by_what_it_reports_to(run, monkeypatch):
    monkeypatch.setattr(evaluation_module, "_REPORT_EVERY", 0.0)
    shares = []
    ask(run, lambda done, total: shares.append(done / total))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0

    def cancel(done, total):
        raise Cancelled

    for part in Part:
        with pytest.raises(Cancelled):
            ask(run, cancel, part=part)
    assert evaluated_epochs(run.folder, Part.TRAIN) == evaluated_epochs(run.folder, Part.TEST) == ()
    assert list_runs(run.folder.parent)[0].test_looks == 0


def test_a_disk_that_fails_is_told(run, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(evaluation_module, "write_predictions", fail)
    with pytest.raises(Refused, match="cannot be written: No space left on device"):
        ask(run, part=Part.TRAIN)


def test_a_worker_answers_it(run):
    listener = Listener()
    question = Evaluate(run.design, run.recipe, 7, runs=run.folder.parent, run=run.id)
    listener.worker().execute(question)
    answer = listener.events[-1]
    assert isinstance(answer, Evaluated)
    assert (answer.id, answer.accuracy) == (7, run.best_accuracy)


def test_a_run_beside_one_with_larger_images_saw_those_too(recipe, tmp_path):
    """All that train together share what is stored, at the size that the random crops of any of them need."""
    random = np.random.default_rng(0)
    for path in Path(recipe.data).rglob("*.png"):  # each shade has edges, which a crop does not see
        pixels = np.asarray(Image.open(path).resize((12, 12)))
        Image.fromarray(np.clip(pixels + random.integers(-60, 60, pixels.shape), 0, 255).astype(np.uint8)).save(path)
    first = Train(small.DESIGN, recipe, tmp_path / "runs")
    beside = replace(first.sides[0], recipe=recipe.change(resized_crop=0.5))
    command = replace(first, beside=(beside,))
    assert Listener().run(command) == DONE
    for run in list_runs(tmp_path / "runs"):
        check(run)
