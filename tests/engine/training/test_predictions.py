"""What a run keeps of each validation: its predictions, by epoch."""

import json

import numpy as np
import pytest
import torch

from explorer.engine.training import fit as fit_module
from explorer.engine.training.checkpoint import load_checkpoint
from explorer.engine.worker import DONE
from explorer.runs import events
from explorer.runs.commands import ResumeRun, Stop, Train
from explorer.runs.data.image_list import Part
from explorer.runs.folder.log import read_events
from explorer.runs.folder.survey import list_runs
from explorer.runs.results.predictions import evaluated_epochs, read_images, read_predictions
from tests.engine import small
from tests.engine.listener import Listener
from tests.engine.shades import shades
from tests.twins import with_twin

pytestmark = pytest.mark.usefixtures("every_step")

VALIDATION = Part.VALIDATION


def only(kind, found):
    return [event for event in found if isinstance(event, kind)]


def kept(path):
    """The predictions of each epoch in the folder of a run."""
    return [read_predictions(path, VALIDATION, epoch) for epoch in evaluated_epochs(path, VALIDATION)]


def same(one, other) -> bool:
    arrays = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in ("predicted", "confidence"))
    return arrays and (one.images, one.epoch, one.loss) == (other.images, other.epoch, other.loss)


@pytest.mark.parametrize("changes", [{}, {"ema": 0.9}, {"balance": "weights", "label_smoothing": 0.1}])
def test_each_epoch_has_those_that_its_figures_are_of(folder, changes):
    found = small.run(small.training(small.RECIPE.change(**changes)), folder)
    figures = [(each.epoch, each.validation_loss, each.validation_accuracy) for each in only(events.Epoch, found)]
    assert [(each.epoch, each.loss, each.accuracy) for each in kept(folder.path)] == figures


def test_they_are_there_before_the_epoch_is_told_of(folder):
    for event in fit_module.fit(small.training(), small.TRAIN, small.VALIDATION, folder):
        if isinstance(event, events.Epoch):
            assert evaluated_epochs(folder.path, VALIDATION) == tuple(range(1, event.epoch + 1))


def test_they_are_what_the_network_says(folder):
    work = small.training()
    small.run(work, folder)
    with torch.inference_mode():
        scores = work.scores(work.network.eval(), small.VALIDATION.batch(slice(0, 15))[0])
    last = kept(folder.path)[-1]
    assert last.predicted.tolist() == scores.argmax(1).tolist()
    assert last.confidence == pytest.approx(scores.softmax(1).amax(1).numpy(), rel=1e-5)


def test_images_without_files_are_numbered_by_class_after_those_trained_with(folder):
    small.run(small.training(), folder)
    images = read_images(folder.path, VALIDATION)
    assert images.class_names == ("0", "1", "2")
    assert images.labels == tuple(number % 3 for number in range(15))
    assert images.files[:4] == ("0/14", "1/13", "2/13", "0/15")  # 40 train: 14, 13 and 13 of the classes


def test_a_resumed_run_has_those_of_an_uninterrupted_one(tmp_path, folder):
    whole = small.new_folder(tmp_path)
    small.run(small.training(), whole)
    small.run(small.training(), folder, {7: [Stop()]})
    assert evaluated_epochs(folder.path, VALIDATION) == (1,)
    small.run(small.resumed(folder), folder)
    assert all(same(*pair) for pair in zip(kept(folder.path), kept(whole.path), strict=True))
    whole.close()


def test_an_epoch_that_is_done_again_is_written_over(folder):
    steps = fit_module.fit(small.training(), small.TRAIN, small.VALIDATION, folder)
    next(event for event in steps if isinstance(event, events.Epoch) and event.epoch == 2)  # it dies here
    first = kept(folder.path)
    (folder.path / "predictions" / "validation-0002.npz").write_bytes(b"")
    assert load_checkpoint(folder.path, folder.hashes).state["counters"]["epoch"] == 2
    small.run(small.resumed(folder), folder)
    assert all(same(*pair) for pair in zip(first, kept(folder.path)[:2], strict=True))


@pytest.mark.parametrize("fails", ["write_images", "write_predictions"])
def test_a_disk_that_fails_costs_no_more_than_an_epochs_predictions(folder, monkeypatch, fails):
    write, calls = getattr(fit_module, fails), []

    def once(*arguments):
        calls.append(arguments)
        if len(calls) == 1:
            raise OSError(28, "No space left on device")
        return write(*arguments)

    monkeypatch.setattr(fit_module, fails, once)
    found = small.run(small.training(), folder)
    (warned,) = only(events.Warned, found)
    assert warned.reason.startswith("could not write predictions, ")
    assert isinstance(found[-1], events.Finished)
    assert evaluated_epochs(folder.path, VALIDATION) == (2, 3, 4)
    assert len(kept(folder.path)) == 3


def test_each_of_several_runs_names_the_files_that_it_is_validated_on(tmp_path):
    recipe = shades(tmp_path / "photos").change(epochs=2)
    command = with_twin(Train(small.DESIGN, recipe, tmp_path / "runs"))
    assert Listener().run(command) == DONE
    runs = list_runs(tmp_path / "runs")
    assert len(runs) == 2
    for run in runs:
        figures = [each.validation_accuracy for each in only(events.Epoch, read_events(run.folder))]
        assert [each.accuracy for each in kept(run.folder)] == figures
        images = read_images(run.folder, VALIDATION)
        assert len(images.files) == run.data.validation
        assert all((tmp_path / "photos" / file).is_file() for file in images.files)
        assert [int(file.partition("/")[0]) for file in images.files] == list(images.labels)
        assert images.class_names == run.class_names


def test_a_run_says_with_which_rewrites_and_where_it_computes(tmp_path):
    recipe, listener = shades(tmp_path / "photos").change(epochs=1), Listener()
    listener.run(Train(small.DESIGN, recipe, tmp_path / "runs"))
    (run,) = list_runs(tmp_path / "runs")
    (started,) = listener.all(events.Started)
    assert (run.rewrites, run.device) == (started.rewrites, "cpu")
    assert run.rewrites
    table = json.loads((run.folder / "run.json").read_text())
    del table["rewrites"], table["device"]  # as an older version wrote it
    (run.folder / "run.json").write_text(json.dumps(table))
    (older,) = list_runs(tmp_path / "runs")
    assert (older.rewrites, older.device) == ((), "")
    listener.run(ResumeRun(run.id, run.folder.parent, epochs=2))
    assert list_runs(run.folder.parent)[0].rewrites == started.rewrites
