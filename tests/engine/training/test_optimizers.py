"""Schedules, averaging, clipping and early stop, as a recipe asks for them."""

import copy
import math

import pytest
import torch

from explorer.architecture.plan import plan_network
from explorer.engine.kernels.rewrites import Rewrites
from explorer.engine.training.state import Training
from explorer.runs import events
from tests.engine import small


def rates(**changes) -> list[float]:
    """The learning rate of each step of a run."""
    work = small.training(small.RECIPE.change(lr=0.1, **changes))
    found = []
    for _ in range(work.steps):
        found.append(work.learning_rate)
        work.optimizer.step()
        work.schedule.step()
    return found


def test_a_rate_rises_in_the_warm_up_and_follows_its_schedule_then():
    found = rates(schedule="constant", epochs=2, warm_up=0.8)
    assert found[:5] == pytest.approx([0.02, 0.04, 0.06, 0.08, 0.1])
    assert found[5:] == pytest.approx([0.1] * 5)
    found = rates(schedule="cosine", epochs=3, warm_up=1.0)
    assert found[4] < found[5] == max(found) == pytest.approx(0.1)
    assert found[5:] == pytest.approx([0.05 * (1 + math.cos(math.pi * step / 10)) for step in range(10)])


@pytest.mark.parametrize(("warm_up", "peak"), [(0.0, 6), (2.0, 10)])
def test_one_cycle_rises_for_a_share_of_the_run_or_for_the_warm_up(warm_up, peak):
    found = rates(schedule="one-cycle", epochs=4, warm_up=warm_up)
    assert abs(found.index(max(found)) - peak) <= 1
    assert max(found) == pytest.approx(0.1)


def test_a_warm_up_longer_than_the_run_still_has_a_last_step():
    assert rates(schedule="cosine", epochs=1, warm_up=50.0) == pytest.approx([0.02, 0.04, 0.06, 0.08, 0.1])


def test_averaged_weights_follow_the_network():
    """Against the definition, in the first steps of which the average keeps less."""
    work = small.training(small.RECIPE.change(ema=0.5))
    expected = None
    for step in range(6):
        work.learn(*small.TRAIN.batch(slice(0, 8)))
        kept = min(0.5, (1 + step) / (10 + step))
        now = {name: values.clone() for name, values in work.network.state_dict().items()}
        if expected is None:
            expected = now
        else:
            for name, values in now.items():
                exact = values.is_floating_point()
                expected[name] = torch.lerp(values, expected[name], kept) if exact else values
    torch.testing.assert_close(dict(work.evaluated.state_dict()), expected)
    assert work.evaluated is not work.network


def test_validation_is_of_the_averaged_weights():
    work = small.training(small.RECIPE.change(ema=0.9))
    for _ in range(4):
        work.learn(*small.TRAIN.batch(slice(0, 8)))
    batch = small.VALIDATION.batch(slice(0, 15))
    averaged = work.test(*batch).sums
    for own, average in zip(work.network.parameters(), work.evaluated.parameters(), strict=True):
        own.data.copy_(average)
    work.network.load_state_dict(work.evaluated.state_dict())
    work.average = None
    torch.testing.assert_close(work.test(*batch).sums, averaged)


def step_of(work: Training) -> float:
    """How far a plain gradient step moved the weights."""
    before = [values.clone() for values in work.network.parameters()]
    work.learn(*small.TRAIN.batch(slice(0, 8)))
    ways = [after - old for after, old in zip(work.network.parameters(), before, strict=True)]
    return float(torch.stack([way.norm() for way in ways]).norm().detach())


def test_a_clipped_gradient_has_the_length_that_is_allowed():
    plain = small.RECIPE.change(momentum=0.0, nesterov=False, weight_decay=0.0, schedule="constant", lr=1.0)
    free, clipped = step_of(small.training(plain)), step_of(small.training(plain.change(clip=0.01)))
    assert free > 0.1
    assert clipped == pytest.approx(0.01, rel=1e-3)


def test_a_run_that_gets_no_better_ends_early(tmp_path):
    recipe = small.RECIPE.change(epochs=50, early_stop=2, lr=1e-9, schedule="constant")
    folder = small.new_folder(tmp_path, recipe)
    *_, last = found = small.run(small.training(recipe), folder)
    epochs = [event for event in found if isinstance(event, events.Epoch)]
    folder.close()
    assert isinstance(last, events.Finished)
    assert last.stalled
    assert len(epochs) < 50
    assert len(epochs) == last.best_epoch + 2


def test_a_run_that_gets_to_its_last_epoch_has_not_stalled(tmp_path):
    folder = small.new_folder(tmp_path)
    assert not small.run(small.training(small.RECIPE.change(early_stop=4)), folder)[-1].stalled
    folder.close()


def test_a_run_whose_patience_ends_with_its_last_epoch_has_not_stalled(tmp_path):
    recipe = small.RECIPE.change(epochs=50, early_stop=2, lr=1e-9, schedule="constant")
    first = small.run(small.training(recipe), small.new_folder(tmp_path, recipe))[-1]
    exact = recipe.change(epochs=first.best_epoch + 2)
    last = small.run(small.training(exact), small.new_folder(tmp_path, exact))[-1]
    assert (first.stalled, last.stalled, last.best_epoch) == (True, False, first.best_epoch)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_what_an_optimizer_keeps_takes_the_order_in_memory_of_its_parameters(optimizer):
    """A run may go on with other rewrites, on another device, and learns the same there."""
    recipe, losses = small.RECIPE.change(optimizer=optimizer, lr=0.02), []
    before = Training(plan_network(small.DESIGN), recipe, small.CPU, small.STEPS, Rewrites(channels_last=True))
    batch = small.TRAIN.batch(slice(0, 12))
    before.learn(*batch)
    state = copy.deepcopy(before.state())
    for channels_last in (True, False):
        after = Training(plan_network(small.DESIGN), recipe, small.CPU, small.STEPS, Rewrites(channels_last))
        after.restore(copy.deepcopy(state))
        losses.append([float(after.learn(*batch)[0]) for _ in range(4)])
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)
