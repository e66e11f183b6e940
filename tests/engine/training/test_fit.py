"""Fit: exact repetition and resumption, commands, endings."""

import math

import pytest
import torch

from explorer.architecture.blocks import Join
from explorer.architecture.plan import plan_network
from explorer.engine.data.augment import Feed
from explorer.engine.data.loader import batch_bounds
from explorer.engine.kernels.rewrites import Rewrites
from explorer.engine.training import fit as fit_module
from explorer.engine.training.state import Training
from explorer.runs import events
from explorer.runs.commands import Pause, StepOnce, Stop, Unpause
from explorer.validation import Refused
from tests.engine import small

pytestmark = pytest.mark.usefixtures("every_step")


def only(kind, found):
    return [event for event in found if isinstance(event, kind)]


def same_weights(one: Training, two: Training) -> bool:
    pairs = zip(one.network.state_dict().values(), two.network.state_dict().values(), strict=True)
    return all(torch.equal(*pair) for pair in pairs)


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one-cycle"])
@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_it_learns_and_ends_finished(folder, schedule, optimizer):
    work = small.training(small.RECIPE.change(schedule=schedule, optimizer=optimizer, epochs=8, lr=0.02))
    found = small.run(work, folder)
    epochs = only(events.Epoch, found)
    assert [event.epoch for event in epochs] == list(range(1, 9))
    assert [event.step for event in epochs] == [small.STEPS * number for number in range(1, 9)]
    best = max(epochs, key=lambda event: event.validation_accuracy)
    assert best.validation_accuracy > 0.6
    assert found[-1].best_accuracy == best.validation_accuracy
    assert found[-1].best_epoch == best.epoch
    assert found[-1].step == 8 * small.STEPS


def test_an_epoch_is_the_mean_over_its_images(folder):
    found = small.run(small.training(small.RECIPE.change(batch_size=16, epochs=1)), folder)
    steps, epoch = only(events.Step, found), only(events.Epoch, found)[0]
    weighted = sum(event.loss * size for event, size in zip(steps, (16, 16, 8), strict=True)) / 40
    assert epoch.train_loss == pytest.approx(weighted)


def test_losses_are_read_back_together(folder, monkeypatch):
    monkeypatch.setattr(fit_module, "READ_EVERY", 1000.0)
    step = only(events.Step, small.run(small.training(small.RECIPE.change(epochs=1)), folder))
    assert [(each.step, each.steps) for each in step] == [
        (1, 1),
        (small.STEPS, small.STEPS - 1),
    ]  # the first is measured
    assert step[1].loss_min < step[1].loss < step[1].loss_max


def test_the_same_seed_gives_the_same_losses(tmp_path):
    runs = []
    for seed in (0, 0, 1):
        folder = small.new_folder(tmp_path)
        found = small.run(small.training(small.RECIPE.change(seed=seed)), folder)
        runs.append([event.loss for event in only(events.Step, found)])
        folder.close()
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


@pytest.mark.matrix("optimizer")
@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize("stop", [1, 5, 7, 10, 19])
def test_stopped_and_resumed_equals_uninterrupted(tmp_path, stop, optimizer):
    recipe = small.RECIPE.change(optimizer=optimizer, schedule="cosine")
    whole, whole_folder = small.training(recipe), small.new_folder(tmp_path)
    uninterrupted = small.run(whole, whole_folder)
    folder = small.new_folder(tmp_path)
    first = small.run(small.training(recipe), folder, {stop: [Stop()]})
    assert first[-1] == events.Stopped(stop)
    again = small.resumed(folder, recipe)
    second = small.run(again, folder)
    assert same_weights(whole, again)
    assert [(e.step, e.loss, e.learning_rate) for e in only(events.Step, first + second)] == [
        (e.step, e.loss, e.learning_rate) for e in only(events.Step, uninterrupted)
    ]
    numbers = [
        [(e.epoch, e.train_loss, e.train_accuracy, e.validation_loss) for e in only(events.Epoch, found)]
        for found in (first + second, uninterrupted)
    ]
    assert numbers[0] == numbers[1]
    folder.close()
    whole_folder.close()


def test_a_finished_run_goes_on_for_more_epochs(folder):
    recipe = small.RECIPE.change(epochs=2)
    small.run(small.training(recipe), folder)
    more = recipe.change(epochs=3)
    found = small.run(small.resumed(folder, more), folder)
    assert [event.epoch for event in only(events.Epoch, found)] == [3]
    rates = [event.learning_rate for event in only(events.Step, found)]
    schedule = small.training(more)
    for _ in range(2 * small.STEPS):
        schedule.optimizer.step()
        schedule.schedule.step()
    assert rates[0] == pytest.approx(schedule.learning_rate)


def test_pause_step_resume(folder):
    orders = {2: [Pause(), StepOnce()], 3: [None, Unpause()]}
    found = small.run(small.training(), folder, orders)
    start = next(index for index, event in enumerate(found) if isinstance(event, events.Checkpoint))
    assert [type(event).__name__ for event in found[start : start + 6]] == [
        "Checkpoint",
        "Paused",
        "Step",
        "Paused",
        "Resumed",
        "Step",
    ]
    assert [event.step for event in only(events.Paused, found)] == [2, 3]
    assert isinstance(found[-1], events.Finished)


def test_stopped_while_paused(folder):
    found = small.run(small.training(), folder, {2: [Pause(), StepOnce()], 3: [None, Stop()]})
    assert found[-2:] == [events.Checkpoint(3, 1), events.Stopped(3)]


def test_a_pause_changes_nothing(tmp_path):
    whole, paused = small.training(), small.training()
    for work, orders in ((whole, {}), (paused, {3: [Pause(), Unpause()]})):
        folder = small.new_folder(tmp_path)
        small.run(work, folder, orders)
        folder.close()
    assert same_weights(whole, paused)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_fails_and_leaves_no_checkpoint_of_it(folder, bad, monkeypatch):
    real = Training.learn

    def learn(self, *batch, **how):
        loss, hits = real(self, *batch, **how)
        return (loss * bad if self.counters.step == 7 else loss), hits

    monkeypatch.setattr(Training, "learn", learn)
    found = small.run(small.training(), folder)
    assert isinstance(found[-1], events.Failed)
    assert f"{bad} at step 7, with learning rate" in found[-1].reason
    assert small.resumed(folder).counters.step == small.STEPS


def test_a_rate_far_too_high_fails(folder):
    recipe = small.RECIPE.change(lr=100, weight_decay=1, schedule="constant", epochs=100)
    assert isinstance(small.run(small.training(recipe), folder)[-1], events.Failed)


def test_a_norm_with_one_value_is_refused_beforehand():
    design = small.DESIGN.change(input=(1, 1, 1))
    with pytest.raises(Refused, match="batch_size: must be at least 2"):
        Training(plan_network(design), small.RECIPE.change(batch_size=1), small.CPU, 1)


def test_decay_falls_on_weights_alone():
    decayed, free = small.training().optimizer.param_groups
    assert decayed["weight_decay"] == small.RECIPE.weight_decay
    assert free["weight_decay"] == 0
    assert all(values.ndim > 1 for values in decayed["params"])
    assert all(values.ndim == 1 for values in free["params"])


def test_what_others_do_meanwhile_is_not_working_time(folder, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(fit_module.time, "monotonic", lambda: clock[0])
    real = Training.learn

    def learn(self, *batch, **how):
        clock[0] += 1.0
        return real(self, *batch, **how)

    monkeypatch.setattr(Training, "learn", learn)
    work = small.training(small.RECIPE.change(epochs=2))
    for event in fit_module.fit(work, small.TRAIN, small.VALIDATION, folder):
        clock[0] += 100.0
        if isinstance(event, events.Step):
            assert event.examples_per_second == 8.0
        elif isinstance(event, events.Epoch):
            assert event.seconds == small.STEPS
    assert event.seconds == 2 * small.STEPS


def test_gradient_norms_are_those_of_the_step(folder, monkeypatch):
    monkeypatch.setattr(fit_module, "MEASURE_EVERY", 0.0)
    work, found = small.training(small.RECIPE.change(epochs=1)), []
    for event in fit_module.fit(work, small.TRAIN, small.VALIDATION, folder):
        if isinstance(event, events.Gradients):
            parts = {"stem": ("conv1", "bn1"), "layer1.0": ("layer1",), "layer2.0": ("layer2",), "head": ("fc",)}
            norms = [
                math.sqrt(
                    sum(
                        float(values.grad.double().square().sum())
                        for name, values in work.network.named_parameters()
                        if name.partition(".")[0] in layers
                    )
                )
                for layers in parts.values()
            ]
            assert event.names == tuple(parts)
            assert event.norms == pytest.approx(norms, rel=1e-5)
            found.append(event.step)
    assert found == list(range(1, small.STEPS + 1))


def test_gradients_and_signals_are_measured_now_and_then_and_at_the_end_and_change_nothing(tmp_path, monkeypatch):
    runs = []
    for every, times in ((0.0, 4 * small.STEPS), (1000.0, 2)):
        monkeypatch.setattr(fit_module, "MEASURE_EVERY", every)
        folder = small.new_folder(tmp_path)
        found = small.run(small.training(), folder)
        assert len(only(events.Gradients, found)) == len(only(events.Signals, found)) == times
        assert only(events.Gradients, found)[-1].step == 4 * small.STEPS
        runs.append([event.loss for event in only(events.Step, found)])
        folder.close()
    assert runs[0] == runs[1]


ALL_REWRITES = Rewrites(channels_last=True, cropped=True, dense=True, winograd=True, folded=True)


@pytest.mark.parametrize("rewrites", [Rewrites(), ALL_REWRITES, Rewrites(bf16=True)])
@pytest.mark.parametrize("join", ["projection", "pad", "projection-all", "average"])
@pytest.mark.parametrize("block", ["basic", "preact-bottleneck"])
def test_signals_are_the_norms_of_both_summands(tmp_path, monkeypatch, block, join, rewrites):
    """Against hooks on the layers of an equal network that has not learned yet."""
    monkeypatch.setattr(fit_module, "MEASURE_EVERY", 0.0)
    plan = plan_network(small.DESIGN.change(block=block, shortcut=join))
    work, other = (Training(plan, small.RECIPE, small.CPU, small.STEPS, rewrites) for _ in range(2))
    folder = small.new_folder(tmp_path)
    found = next(
        event
        for event in fit_module.fit(work, small.TRAIN, small.VALIDATION, folder)
        if isinstance(event, events.Signals)
    )
    folder.close()
    assert (found.step, found.names) == (1, ("layer1.0", "layer2.0"))
    outputs = {}

    def keep(module, given, output):
        outputs[module] = output.detach().float().clone()  # before the sum is written into it

    def keep_input(module, given):
        outputs[module] = given[0].detach().float().clone()

    blocks = [other.network.get_submodule(name) for name in found.names]
    for each in blocks:
        each.register_forward_pre_hook(keep_input)
        getattr(each, each.branch[-1]).register_forward_hook(keep)
        if each.join is Join.PROJECTION:
            each.downsample.register_forward_hook(keep)
    feed = Feed(small.TRAIN, small.RECIPE, 1, 3)
    other.learn(*feed[batch_bounds(len(small.TRAIN), small.RECIPE.batch_size)[0]])
    for number, each in enumerate(blocks):
        passed = outputs[each.downsample if each.join is Join.PROJECTION else each]
        if each.join is Join.PAD:
            passed = passed[:, :, :: each.stride, :: each.stride]
        branch = outputs[getattr(each, each.branch[-1])]
        assert found.branches[number] == pytest.approx(float(branch.norm()), rel=1e-5)
        assert found.shortcuts[number] == pytest.approx(float(passed.norm()), rel=1e-5)


def test_a_plain_network_has_no_signals_to_compare(tmp_path):
    plan = plan_network(small.DESIGN.change(shortcut="none"))
    folder = small.new_folder(tmp_path)
    found = small.run(Training(plan, small.RECIPE.change(epochs=1), small.CPU, small.STEPS), folder)
    folder.close()
    assert only(events.Gradients, found)
    assert not only(events.Signals, found)


def test_every_epochs_order_is_in_the_hash_of_batches_once(tmp_path):
    hashes = []
    for stop in ([], [7], [5], [3, 12]):
        folder = small.new_folder(tmp_path)
        work = small.training()
        for step in stop:
            small.run(work, folder, {step: [Stop()]})
            work = small.resumed(folder)
        small.run(work, folder)
        hashes.append(work.counters.batches)
        folder.close()
    assert len(hashes[0]) == 64
    assert len({*hashes}) == 1
