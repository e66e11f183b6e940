"""Growth and lesions on trained weights: what is called an identity is one, bit for bit, and learns from there."""

import copy
from itertools import product
from pathlib import Path

import pytest
import torch
from torch import nn

from explorer.architecture.design import Design, Stage
from explorer.architecture.identity import deepened, insertion
from explorer.architecture.plan import plan_network
from explorer.engine.data import training_data
from explorer.engine.data.datasets import Data, Images, load_data
from explorer.engine.probes import lesion
from explorer.engine.probes.probed_network import ProbedNetwork
from explorer.engine.runs.opening import open_runs
from explorer.engine.runs.training_run import TrainingRun
from explorer.engine.training.growth import grow, inherit, tensor_names
from explorer.engine.training.state import Training
from explorer.runs.commands import ResumeRun, Train, command_line, read_command
from explorer.runs.events import Step
from explorer.runs.folder.run import read_run
from explorer.runs.questions.blocks import Insert
from explorer.runs.recipe import Recipe
from explorer.validation import Refused
from tests.engine import small

KINDS = ("basic", "bottleneck", "preact-basic", "preact-bottleneck")
DESIGN = Design((1, 8, 8), 3, (Stage(2, 4), Stage(1, 8, 2), Stage(0, 8), Stage(2, 8)), stem="cifar", stem_width=4)
RECIPE = Recipe(device="cpu", batch_size=8, lr=0.05, epochs=1, schedule="constant")
PLACES = ("layer1.1", "layer1.2", "layer2.1", "layer4.1", "layer4.2")
VARIANTS = [{"block": block, "conv_bias": bias} for block, bias in product(KINDS, (False, True))]
VARIANTS += [{"block": block, "groups": 2, "group_width": 32} for block in ("bottleneck", "preact-bottleneck")]


def ninety_images() -> Data:
    """A little of a data set, with the images of a class together as in a folder."""
    pixels = torch.randint(0, 80, (90, 1, 8, 8), generator=torch.Generator().manual_seed(0))
    labels = torch.arange(90) * 3 // 90
    images = Images((pixels + 80 * labels.reshape(-1, 1, 1, 1)).to(torch.uint8), labels)
    return Data(images, images)


@pytest.fixture(autouse=True)
def little_data(monkeypatch):
    load = training_data.load_data
    monkeypatch.setattr(
        training_data, "load_data", lambda name, design: ninety_images() if design.classes == 3 else load(name, design)
    )


def trained(design: Design, recipe: Recipe = RECIPE, steps: int = 4) -> Training:
    training = Training(plan_network(design), recipe, small.CPU, steps_per_epoch=20)
    learn(training, steps)
    training.network.eval()
    return training


def learn(training: Training, steps: int) -> list[float]:
    generator = torch.Generator().manual_seed(1)
    losses = []
    for _ in range(steps):
        labels = torch.randint(0, 3, (16,), generator=generator)
        pixels = torch.rand(16, *training.plan.design.input, generator=generator) + labels.reshape(-1, 1, 1, 1) / 3
        losses.append(float(training.learn(pixels.contiguous(memory_format=torch.channels_last), labels)[0]))
    return losses


def open_probed_network(training: Training) -> ProbedNetwork:
    return ProbedNetwork(training.plan, training.network.eval(), training.recipe, training.device)


def grown(parent: Training, *inserted: str) -> Training:
    child = Training(plan_network(deepened(parent.plan.design, *inserted)), parent.recipe, small.CPU, 20)
    grow(child.network, parent.network.state_dict(), inserted)
    return child


def undone_biases(network: nn.Module) -> set[str]:
    """Biases of convolutions whose gradient is zero by nature: a norm behind them takes every constant away."""
    return {f"{name}.bias" for name, each in network.named_modules() if isinstance(each, nn.Conv2d)}


@pytest.mark.matrix("shortcut")
@pytest.mark.parametrize("shortcut", ["projection", "pad", "average"])
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: "-".join(map(str, variant.values())))
def test_an_identity_changes_no_bit_and_learns_from_its_second_step(variant, shortcut):
    parent = trained(DESIGN.change(shortcut=shortcut, **variant))
    found = open_probed_network(parent)
    for path in PLACES:
        assert insertion(parent.plan, path).holds
        answer = lesion.insert(found, Insert(parent.plan.design, parent.recipe, runs=Path(), block=path))
        assert (answer.effect.difference, answer.effect.equal, answer.identities) == (0.0, True, (path,))
        assert answer.effect.accuracy_before == answer.effect.accuracy_after
        child = grown(parent, path)
        learn(child, 2)
        block = child.network.get_submodule(path)
        for name, values in block.named_parameters():
            if name not in undone_biases(block):
                assert values.grad is not None
                assert values.grad.abs().max() > 1e-6, name


def test_several_blocks_in_turn_change_no_bit():
    parent = trained(DESIGN)
    child = grown(parent, "layer1.1", "layer1.1", "layer4.2", "layer1.4")
    child.network.eval()
    pixels = torch.rand(16, 1, 8, 8)
    assert torch.equal(parent.network(pixels), child.network(pixels))


def run_of(root, design=small.DESIGN, **changes):
    """A run that ended, of the small network on its own images."""
    recipe = small.RECIPE.change(**changes)
    folder = small.new_folder(root, recipe)
    work = small.training(recipe)
    small.run(work, folder)
    folder.close()
    return read_run(folder.path), work


@pytest.mark.parametrize("parts", [{}, {"frozen_stages": 1, "backbone_rate": 0.5}, {"head_epochs": 1}])
@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_old_tensors_keep_their_momentum_and_new_ones_have_none(tmp_path, optimizer, parts):
    parent, before = run_of(tmp_path, optimizer=optimizer, **parts)
    child = Training(plan_network(deepened(small.DESIGN, "layer1.1")), parent.recipe, small.CPU, small.STEPS)
    assert not inherit(child, parent, ["layer1.1"])
    old, new = before.optimizer.state_dict()["state"], child.optimizer.state_dict()["state"]
    numbers = {name: number for number, name in enumerate(tensor_names(before.network, before.optimizer))}
    names = tensor_names(child.network, child.optimizer)
    assert len(names) == len(numbers) + 6
    for number, name in enumerate(names):
        if name in numbers:
            assert all(torch.equal(values, new[number][key]) for key, values in old[numbers[name]].items())
        else:
            assert not any(values.any() for values in new.get(number, {}).values())
    assert child.counters.step == 0
    losses = [float(child.learn(*small.TRAIN.batch(slice(0, 16)))[0]) for _ in range(6)]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_what_was_frozen_before_begins_at_rest(tmp_path, optimizer):
    parent, _ = run_of(tmp_path, optimizer=optimizer, frozen_stages=1, head_epochs=9)
    recipe = small.RECIPE.change(optimizer=optimizer)
    child = Training(plan_network(deepened(small.DESIGN, "layer1.1")), recipe, small.CPU, small.STEPS)
    inherit(child, parent, ["layer1.1"])
    states = child.optimizer.state_dict()["state"]
    moving = {
        name
        for number, name in enumerate(tensor_names(child.network, child.optimizer))
        if any(values.any() for values in states.get(number, {}).values())
    }
    assert moving == {"fc.weight", "fc.bias"}
    before = copy.deepcopy(child.network.state_dict())
    child.learn(*small.TRAIN.batch(slice(0, 16)))
    assert not torch.equal(child.network.state_dict()["conv1.weight"], before["conv1.weight"])


@pytest.mark.parametrize(
    ("before", "after"), [({"momentum": 0.0, "nesterov": False}, {}), ({}, {"optimizer": "adamw"})]
)
def test_where_there_is_no_momentum_to_keep_every_tensor_begins_at_rest(tmp_path, before, after):
    parent, _ = run_of(tmp_path, **before)
    recipe = small.RECIPE.change(**after)
    child = Training(plan_network(deepened(small.DESIGN, "layer1.1")), recipe, small.CPU, small.STEPS)
    inherit(child, parent, ["layer1.1"])
    assert child.optimizer.state_dict()["state"] == {}
    child.learn(*small.TRAIN.batch(slice(0, 16)))


@pytest.mark.parametrize(
    ("design", "grown", "why"),
    [
        (deepened(small.DESIGN, "layer1.1"), "layer2.1", "stage 1: Blocks 1 → 2, stage 2: Blocks 2 → 1"),
        (small.DESIGN, "layer1.1", "stage 1: Blocks 2 → 1"),
        (deepened(small.DESIGN, "layer1.1"), "layer1.0", "insert after it"),
        (deepened(small.DESIGN, "layer1.1"), "layer7.1", "No block can be inserted"),
        (deepened(small.DESIGN, "layer1.1"), "nonsense", "No block can be inserted"),
        (deepened(small.DESIGN, "layer1.1"), "layer1.1,layer1.1", "stage 1: Blocks 3 → 2"),
        (deepened(small.DESIGN, "layer1.1").change(block="preact-basic"), "layer1.1", "Block basic → preact-basic"),
    ],
)
def test_designs_that_do_not_fit_together_are_refused(tmp_path, design, grown, why):
    parent, _ = run_of(tmp_path, epochs=1)
    child = Training(plan_network(design), parent.recipe, small.CPU, small.STEPS)
    with pytest.raises(Refused, match=r"^grown: ") as refused:
        inherit(child, parent, grown.split(","))
    assert why in str(refused.value)


MINI = Design((1, 8, 8), 10, (Stage(1, 8), Stage(1, 16, 2)), stem="cifar", stem_width=8)


def open_one(command: Train | ResumeRun) -> TrainingRun:
    (training_run,) = open_runs(command)
    return training_run


def losses_of(training_run: TrainingRun) -> list[float]:
    found = []
    for event in training_run.events():
        training_run.record(event)
        if isinstance(event, Step):
            found += [event.loss] * event.steps
    training_run.folder.close()
    return found


def test_a_run_goes_on_as_a_new_one_with_a_block_more(tmp_path, monkeypatch):
    """On the bundled data: the loss begins where the parent's ended, and falls."""
    monkeypatch.setattr(training_data, "load_data", load_data)
    recipe = Recipe(device="cpu", epochs=1, schedule="constant", lr=0.1, batch_size=250)
    first = open_one(Train(MINI, recipe, tmp_path))
    before = losses_of(first)
    deeper = deepened(MINI, "layer2.1")
    command = Train(deeper, recipe, tmp_path, first.folder.path.name, grown=("layer2.1",))
    assert read_command(command_line(command), tmp_path) == command
    second = open_one(command)
    after = losses_of(second)
    run = read_run(second.folder.path)
    assert (run.parent, run.design, run.epochs_done) == (first.folder.path.name, deeper, 1)
    assert sum(after[:10]) < sum(before[:10]) * 0.7
    assert sum(after[-10:]) < sum(after[:10])


@pytest.mark.parametrize("written", [["layer1.1"], "layer1.1"], ids=["a list", "as manifests once did"])
def test_one_killed_before_its_first_checkpoint_begins_anew_as_it_began(tmp_path, monkeypatch, written):
    monkeypatch.setattr(training_data, "load_data", lambda *_: ninety_images())
    recipe = Recipe(device="cpu", epochs=1)
    first = open_one(Train(MINI, recipe, tmp_path))
    losses_of(first)
    training_run = open_one(
        Train(deepened(MINI, "layer1.1"), recipe, tmp_path, first.folder.path.name, grown=("layer1.1",))
    )
    assert training_run.folder.manifest["grown"] == ("layer1.1",)
    training_run.folder.update(grown=written)
    training_run.folder.close()
    again = open_one(ResumeRun(training_run.folder.path.name, tmp_path))
    again.folder.close()
    assert "the run starts again" in str(again.warning)
    pairs = zip(
        training_run.training.network.state_dict().values(), again.training.network.state_dict().values(), strict=True
    )
    assert all(torch.equal(*pair) for pair in pairs)


def test_growth_needs_something_to_grow_from(tmp_path):
    with pytest.raises(Refused, match="grown: needs weights"):
        open_one(Train(MINI, Recipe(device="cpu"), tmp_path, grown=("layer1.1",)))
