"""The learning-rate range test: rates rise, losses fall and rise again, the advice lies between."""

import math

import pytest
import torch

from explorer.engine.data import progress, training_data
from explorer.engine.data.datasets import Data, Images
from explorer.engine.probes import lr_range_test
from explorer.engine.probes.lr_range_test import MAX_RATE, MIN_RATE, STEPS, smooth, sweep
from explorer.engine.training.state import Training
from explorer.runs.events import Failed, Progress
from explorer.runs.questions.estimate import Sweep, Swept
from tests.engine import small
from tests.engine.shades import shades

COMMAND = Sweep(small.DESIGN, small.RECIPE.change(epochs=1), 7)


@pytest.fixture(autouse=True)
def little_data(monkeypatch):
    monkeypatch.setattr(lr_range_test, "READ_EVERY", 0.0)
    images = [Images(part.pixels, part.labels) for part in (small.TRAIN, small.VALIDATION)]
    monkeypatch.setattr(training_data, "load_data", lambda *_: Data(*images))


def test_the_advice_is_a_rate_that_learns():
    *progress, result = sweep(COMMAND)
    assert isinstance(result, Swept)
    assert result.id == 7
    rates, losses, advised = result.rates, result.losses, result.advised
    assert rates[0] == MIN_RATE
    assert list(rates) == sorted(rates)
    assert len(rates) == len(losses)
    assert MIN_RATE < advised < MAX_RATE
    assert min(losses) < losses[0]
    work = small.training(small.RECIPE.change(lr=advised, schedule="constant"))
    seen = [float(work.learn(*small.TRAIN.batch(slice(0, 8)))[0]) for _ in range(30)]
    assert seen[-1] < seen[0] / 2
    assert [event.done for event in progress] == list(range(1, len(progress) + 1))
    assert all(isinstance(event, Progress) and (event.total, event.id) == (STEPS, 7) for event in progress)


def test_it_is_the_same_every_time_and_leaves_torchs_random_numbers_alone():
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first = list(sweep(COMMAND))[-1]
    assert torch.equal(torch.rand(1), expected)
    assert list(sweep(COMMAND))[-1] == first


def test_it_ends_when_larger_rates_have_no_hope(monkeypatch):
    real, seen = Training.learn, []

    def learn(self, pixels, targets):
        loss, hits = real(self, pixels, targets)
        seen.append(self.learning_rate)
        return (loss * math.nan if len(seen) == 70 else loss), hits

    monkeypatch.setattr(Training, "learn", learn)
    result = list(sweep(COMMAND))[-1]
    assert len(seen) == 70
    assert len(result.rates) == 69


def test_layers_below_the_head_are_tried_with_their_lower_rates_and_from_the_start(monkeypatch):
    real, seen, moved = Training.learn, [], set()

    def learn(self, pixels, targets):
        seen.append([group["lr"] / self.learning_rate for group in self.optimizer.param_groups])
        before = {name: values.clone() for name, values in self.network.named_parameters()}
        learned = real(self, pixels, targets)
        moved.update(name for name, values in self.network.named_parameters() if not torch.equal(before[name], values))
        return learned

    monkeypatch.setattr(Training, "learn", learn)
    recipe = COMMAND.recipe.change(backbone_rate=0.5, head_epochs=1)
    *_, result = sweep(Sweep(small.DESIGN, recipe, 7))
    assert isinstance(result, Swept)
    assert {round(factor, 6) for factors in seen for factor in factors} == {1.0, 0.5, 0.25, 0.125}
    assert "conv1.weight" in moved


def test_a_loss_that_is_never_a_number_is_refused(monkeypatch):
    monkeypatch.setattr(Training, "learn", lambda self, *_: (torch.tensor(math.nan), torch.tensor(0)))
    failed = list(sweep(COMMAND))[-1]
    assert failed == Failed(failed.reason, of="sweep", id=7)
    assert str(failed.reason) == "lr: no learning rate from 0.0001 upwards lowers the loss"


def test_a_design_that_cannot_be_built_is_refused():
    failed = list(sweep(Sweep(small.DESIGN.change(shortcut="pad", stem_width=64), small.RECIPE, 1)))[-1]
    assert isinstance(failed, Failed)


def test_averages_of_a_constant_are_that_constant():
    assert smooth([2.0] * 5) == pytest.approx([2.0] * 5)
    assert smooth([1.0, math.inf, 1.0]) == [1.0]


def test_images_that_are_not_decoded_yet_are_read_with_progress(tmp_path, monkeypatch):
    monkeypatch.setattr(progress, "_LOOK_EVERY", 0.001)
    recipe = shades(tmp_path).change(epochs=1)
    told = list(sweep(Sweep(small.DESIGN, recipe, 7)))
    read = [event for event in told if isinstance(event, Progress) and event.total != STEPS]
    assert read
    assert all(event.done <= event.total and event.id == 7 for event in read)
    assert isinstance(told[-1], Swept)
