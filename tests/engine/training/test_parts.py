"""Parts that learn later, slower or never: the rest of the network is what it would be without them."""

import copy

import pytest
import torch
from torch import nn

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.kernels.rewrites import Rewrites
from explorer.engine.model import build_model
from explorer.engine.training import state
from explorer.engine.training.parts import frozen_modules, learning_parts
from explorer.engine.training.state import Training
from explorer.runs.recipe import Recipe
from tests.engine import small

EAGER = {"momentum": 0.9, "weight_decay": 0.01, "clip": 0.5, "ema": 0.5, "lr": 0.1}  # whatever could change a weight
FAST = Rewrites(channels_last=True, cropped=True, dense=True, winograd=True, folded=True)
CHAPTER = preset("d2l-resnet18").change(input=(1, 32, 32))  # its convolutions have biases, which norms subtract


def training(recipe, design=small.DESIGN, rewrites=None):
    return Training(plan_network(design), recipe, small.CPU, small.STEPS, rewrites)


def learn(work, epochs=1, shape=(1, 6, 6)):
    generator = torch.Generator().manual_seed(work.counters.epoch)
    for _ in range(epochs):
        for _ in range(small.STEPS):
            pixels = torch.rand(8, *shape, generator=generator).contiguous(memory_format=torch.channels_last)
            work.learn(pixels, torch.arange(8) % 3)
        work.counters.next_epoch()


def changed(before, after):
    """The names of what is not bit-equal any more."""
    return {name for name, values in before.items() if not torch.equal(values, after[name])}


def begins(names, *parts):
    return {name for name in names if name.split(".")[0] in parts}


STEM, STAGE1, STAGE2 = ("conv1", "bn1"), ("layer1",), ("layer2",)


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
@pytest.mark.parametrize(
    ("stages", "frozen"),
    [(0, ()), (1, STEM), (2, (*STEM, *STAGE1)), (3, (*STEM, *STAGE1, *STAGE2)), (9, (*STEM, *STAGE1, *STAGE2))],
)
def test_frozen_parts_are_bit_equal_afterwards_and_all_else_learns(stages, frozen, optimizer):
    work = training(small.RECIPE.change(**EAGER, frozen_stages=stages, optimizer=optimizer))
    before = copy.deepcopy(work.network.state_dict())
    learn(work, 2)
    assert changed(before, work.network.state_dict()) == {*before} - begins(before, *frozen)
    assert work.average is not None
    assert changed(before, work.average.module.state_dict()) == {*before} - begins(before, *frozen)


@pytest.mark.parametrize("block", ["basic", "preact-basic"])
def test_at_first_the_last_layer_learns_alone(block):
    work = training(small.RECIPE.change(**EAGER, head_epochs=2, frozen_stages=1), small.DESIGN.change(block=block))
    before = copy.deepcopy(work.network.state_dict())
    learn(work, 2)
    assert changed(before, work.network.state_dict()) == {"fc.weight", "fc.bias"}
    learn(work, 1)
    assert changed(before, work.network.state_dict()) == {*before} - begins(before, *STEM)


def test_a_pre_activation_networks_last_norm_belongs_to_the_head():
    design = small.DESIGN.change(block="preact-basic")
    work = training(small.RECIPE.change(frozen_stages=9), design)
    before = copy.deepcopy(work.network.state_dict())
    learn(work)
    assert begins(before, "norm")
    assert changed(before, work.network.state_dict()) == begins(before, "norm", "fc")
    parts = learning_parts(build_model(plan_network(design)), Recipe(lr=1.0, backbone_rate=0.1))
    assert [part.rate for part in parts] == pytest.approx([1.0, 0.1, 0.01, 0.001])
    assert len(parts[0].parameters) == 4


def test_rates_fall_by_the_factor_from_the_head_to_the_stem():
    network = build_model(plan_network(preset("resnet18").change(classes=7)))
    names = {values: name.split(".")[0] for name, values in network.named_parameters()}
    parts = learning_parts(network, Recipe(lr=0.2, backbone_rate=0.5, frozen_stages=1))
    found = [(part.rate, {names[values] for values in part.parameters}) for part in parts]
    assert found == [(0.2, {"fc"}), (0.1, {"layer4"}), (0.05, {"layer3"}), (0.025, {"layer2"}), (0.0125, {"layer1"})]


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one-cycle"])
@pytest.mark.parametrize("warm_up", [0.0, 1.0])
def test_lower_rates_follow_the_schedule_of_the_highest(schedule, warm_up):
    work = training(small.RECIPE.change(schedule=schedule, warm_up=warm_up, backbone_rate=0.5, head_epochs=1, epochs=3))
    plain = training(small.RECIPE.change(schedule=schedule, warm_up=warm_up, epochs=3))
    factors = {round(group["lr"] / work.optimizer.param_groups[0]["lr"], 6) for group in work.optimizer.param_groups}
    assert factors == {1.0, 0.5, 0.25, 0.125}
    for _ in range(2):
        for _ in range(small.STEPS + 2):
            assert work.learning_rate == pytest.approx(plain.learning_rate)
            for group in work.optimizer.param_groups:
                assert min(abs(group["lr"] / work.learning_rate - factor) for factor in factors) < 1e-6
            for each in (work, plain):
                each.optimizer.step()
                each.schedule.step()
                each.counters.step += 1
        for each in (work, plain):
            each.add_epochs(1)


def test_a_rate_that_is_changed_by_hand_is_changed_for_all():
    """Without momentum the first step is the rate times the gradient."""
    ways = []
    for factor in (1.0, 0.5):
        plain = {"momentum": 0.0, "nesterov": False, "weight_decay": 0.0, "clip": 0.0, "schedule": "constant"}
        work = training(small.RECIPE.change(**plain, backbone_rate=0.5))
        work.counters.rate_factor = factor
        before = copy.deepcopy(work.network)
        work.learn(*small.TRAIN.batch(slice(0, 8)))
        pairs = zip(before.parameters(), work.network.parameters(), strict=True)
        ways.append([one - other for one, other in pairs])
    torch.testing.assert_close(ways[1], [way / 2 for way in ways[0]])


@pytest.mark.parametrize(
    ("head_epochs", "frozen", "below"),
    [(0, 2, ("conv1", "bn1", "layer1")), (1, 0, ("conv1", "bn1", "layer1", "layer2"))],
)
def test_nothing_below_what_learns_is_computed_backwards(head_epochs, frozen, below):
    work = training(small.RECIPE.change(head_epochs=head_epochs, frozen_stages=frozen))
    found = {}
    for name, module in work.network.named_modules():
        if not [*module.children()]:
            module.register_forward_hook(lambda _, __, out, name=name: found.update({name: out.requires_grad}))
    work.learn(*small.TRAIN.batch(slice(0, 8)))
    assert {name.split(".")[0] for name, asks in found.items() if asks} & {*below} == set()
    assert found["fc"]
    kept = [name for name, values in work.network.named_parameters() if values.grad is not None]
    assert {name.split(".")[0] for name in kept} & {*below} == set()


@pytest.mark.matrix("frozen")
@pytest.mark.parametrize("rewrite", FAST.names)
@pytest.mark.parametrize(("head_epochs", "frozen"), [(0, 1), (0, 3), (9, 0)])
def test_each_rewrite_computes_frozen_parts_as_in_validation(rewrite, head_epochs, frozen):
    """A bias must not be left out before a norm that does not subtract it, though the network learns."""
    recipe = small.RECIPE.change(lr=0.001, momentum=0.0, nesterov=False, schedule="constant")
    recipe = recipe.change(frozen_stages=frozen, head_epochs=head_epochs)
    works = [training(recipe, CHAPTER, rewrites) for rewrites in (Rewrites(), Rewrites(**{rewrite: True}))]
    for work in works:
        generator = torch.Generator().manual_seed(1)
        for module in work.network.modules():
            if isinstance(module, nn.Conv2d):
                assert module.bias is not None
                module.bias.data = torch.rand(module.bias.shape, generator=generator) / 5
            elif isinstance(module, nn.BatchNorm2d):
                assert module.running_mean is not None
                module.running_mean.copy_(torch.rand(module.running_mean.shape, generator=generator) / 5)
    pixels = torch.randn(6, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    before = copy.deepcopy(works[1].network.state_dict())
    losses = [[float(work.learn(pixels, torch.arange(6))[0]) for _ in range(3)] for work in works]
    assert losses[1] == pytest.approx(losses[0], rel=2e-3)
    stay = {
        name
        for module in frozen_modules(works[1].network, works[1].recipe, head_epochs > 0)
        for name in names_in(works[1].network, module)
    }
    assert stay
    assert not changed(before, works[1].network.state_dict()) & stay


def names_in(network, module):
    """The names of all tensors of a child of `network`."""
    (prefix,) = (name for name, child in network.named_children() if child is module)
    return {f"{prefix}.{name}" for name in module.state_dict()}


def test_a_recorded_step_is_recorded_again_when_more_layers_learn(monkeypatch):
    made = []

    class Recorder:
        """In place of a graph on an NVIDIA GPU, which keeps the gradients of what learned when it was recorded."""

        def __init__(self, network, backward_step):
            made.append({name for name, values in network.named_parameters() if values.requires_grad})
            self._backward_step = backward_step

        def __call__(self, *batch):
            return self._backward_step(*batch)

    monkeypatch.setattr(state, "Graph", Recorder)
    recipe = small.RECIPE.change(head_epochs=1, frozen_stages=1)
    work = training(recipe, rewrites=Rewrites(graph=True))
    names = {name for name, _ in work.network.named_parameters()}
    learn(work, 3)
    assert made == [{"fc.weight", "fc.bias"}, names - begins(names, *STEM)]


def test_validation_between_two_steps_leaves_frozen_norms_as_they_are():
    work = training(small.RECIPE.change(frozen_stages=2))
    before = copy.deepcopy(work.network.state_dict())
    for _ in range(3):
        work.test(*small.VALIDATION.batch(slice(0, 15)))
        work.learn(*small.TRAIN.batch(slice(0, 8)))
    assert begins(changed(before, work.network.state_dict()), *STEM, *STAGE1) == set()


def test_momentum_of_a_part_begins_when_it_learns():
    """After the head's epochs the rest takes the steps of a run that starts with these weights."""
    recipe = small.RECIPE.change(schedule="constant", clip=0.0, epochs=2)
    work = training(recipe.change(head_epochs=1))
    learn(work)
    fresh = training(recipe.change(head_epochs=1))
    fresh.network.load_state_dict(work.network.state_dict())
    fresh.counters.epoch = 2
    batch = small.TRAIN.batch(slice(0, 8))
    for each in (work, fresh):
        each.learn(*batch)
    ours, theirs = (dict(each.network.named_parameters()) for each in (work, fresh))
    assert changed(ours, theirs) == {"fc.weight", "fc.bias"}  # which had moved before
