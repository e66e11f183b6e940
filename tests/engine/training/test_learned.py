"""What a run has learned of its training images: the loss of its last weights on a fixed part of them."""

import json
from dataclasses import replace

import pytest
import torch

from explorer.architecture.design import Design, Stage
from explorer.engine.data import training_data
from explorer.engine.data.datasets import Data, Images
from explorer.engine.data.loader import evenly_spaced
from explorer.engine.runs.opening import open_runs
from explorer.engine.training import fit as fit_module
from explorer.engine.training.tally import judge
from explorer.runs import events
from explorer.runs.commands import ResumeRun, Stop, Train
from explorer.runs.events import Checkpoint, Epoch, Finished, Learned, Progress, Step
from explorer.runs.folder.log import read_events
from explorer.runs.folder.run import read_run
from explorer.runs.recipe import Recipe
from explorer.runs.studies.study import Measure
from explorer.runs.studies.trial import Trial
from explorer.validation import Refused
from tests.engine.driven import drive
from tests.engine.same import differences

DESIGN = Design((1, 8, 8), 3, (Stage(1, 4), Stage(1, 8, 2)), stem="cifar", stem_width=4)
RECIPE = Recipe(device="cpu", arithmetic="plain", epochs=2, batch_size=16, flip=True, erase=0.5, ema=0.9, seed=3)
TRIAL = Trial("20261126-101500-depth-1a2b", 0, measure=Measure.TRAINING_LOSS)


@pytest.fixture(autouse=True)
def little_data(monkeypatch):
    """Ninety images, class by class; every step is read back, and a fixed part has forty of them."""
    pixels = torch.randint(0, 80, (90, 1, 8, 8), generator=torch.Generator().manual_seed(0))
    labels = torch.arange(90) * 3 // 90
    images = Images((pixels + 80 * labels.reshape(-1, 1, 1, 1)).to(torch.uint8), labels)
    monkeypatch.setattr(training_data, "load_data", lambda name, design: Data(images, images))
    monkeypatch.setattr(events, "MAX_LEARNED", 40)
    for name in ("READ_EVERY", "SHOW_EVERY"):
        monkeypatch.setattr(fit_module, name, 0.0)


def order(root, trial=TRIAL, **changes):
    return Train(DESIGN, RECIPE.change(**changes), root, trial=trial)


def finished(opened):
    """Its events after it has been recorded to its end, and its last state."""
    found = []
    for event in opened.events():
        opened.record(event)
        found.append(event)
    opened.folder.close()
    return found, opened.training.state()


def test_the_last_weights_are_measured_on_images_of_every_class_and_nothing_else_changes(tmp_path):
    (opened,) = open_runs(order(tmp_path))
    found, state = finished(opened)
    (learned,) = [event for event in found if isinstance(event, Learned)]
    training, chosen = opened.training, torch.arange(40) * 90 // 40
    assert opened.train.labels[chosen].bincount().tolist() == [14, 13, 13]
    with torch.inference_mode():
        pixels, labels = opened.train.batch(chosen)
        loss, hits = judge(training.average.module.eval()(pixels), labels).sums.tolist()
    assert (learned.images, learned.epoch, learned.step) == (40, 2, training.counters.step)
    assert learned.loss == pytest.approx(loss / 40, rel=1e-6)
    assert learned.accuracy == hits / 40
    run = read_run(opened.folder.path)
    assert run.learned == learned == next(iter(read_events(run.folder, Learned)))
    assert json.loads((run.folder / "run.json").read_text())["learned"]["images"] == 40

    (without,) = open_runs(order(tmp_path, trial=replace(TRIAL, measure=Measure.ACCURACY)))
    others, unmeasured = finished(without)
    assert differences(state, unmeasured) == []
    assert [each.loss for each in found if isinstance(each, Step)] == [
        each.loss for each in others if isinstance(each, Step)
    ]
    assert not [event for event in others if isinstance(event, Learned)]
    assert read_run(without.folder.path).learned is None


def test_the_images_are_the_same_whatever_the_seed_and_all_where_there_are_few():
    assert torch.equal(evenly_spaced(7, 40), torch.arange(7))
    assert evenly_spaced(60_000, 5000).tolist() == list(range(0, 60_000, 12))


def test_a_run_that_is_stopped_goes_on_to_the_same_loss(tmp_path):
    (path,) = drive(order(tmp_path))
    (stopped,) = drive(order(tmp_path), stop=4)
    assert read_run(stopped).learned is None
    drive(ResumeRun(stopped.name, tmp_path))
    assert read_run(stopped).learned == read_run(path).learned


@pytest.mark.parametrize("moment", [Epoch, Progress])
def test_one_that_died_after_its_last_epoch_is_measured_when_it_is_resumed(tmp_path, moment):
    """Killed before the measurement, or stopped in the middle of it."""
    (whole,) = drive(order(tmp_path))
    (opened,) = open_runs(order(tmp_path))
    steps, control, saved = opened.events(), None, 0
    while True:
        event = steps.send(control)
        opened.record(event)
        saved += isinstance(event, Checkpoint)
        if saved == 2 and moment is Epoch:
            break
        control = Stop() if saved == 2 and isinstance(event, Progress) else None
        if saved == 3:
            break
    steps.close()
    opened.folder.close()
    path = opened.folder.path
    with pytest.raises(Refused, match="already done 2 epochs"):
        open_runs(ResumeRun(path.name, tmp_path, epochs=2))
    drive(ResumeRun(path.name, tmp_path))
    assert read_run(path).learned == read_run(whole).learned
    assert [event.step for event in read_events(path, Finished)] == [12]
    with pytest.raises(Refused, match="already done 2 epochs"):
        open_runs(ResumeRun(path.name, tmp_path))
