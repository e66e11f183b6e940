"""Blocks that join a run during training: the network is the smaller one until then, and the run resumes exactly."""

import json
import os

import pytest
import torch

from explorer.architecture.design import Design, Stage
from explorer.architecture.plan import plan_network
from explorer.engine.data import training_data
from explorer.engine.data.datasets import Data, Images
from explorer.engine.data.progress import unreported
from explorer.engine.export.script.repetition import repetition_of
from explorer.engine.kernels.rewrites import Rewrites
from explorer.engine.results.evaluation import evaluate_part
from explorer.engine.runs.opening import open_runs
from explorer.engine.training import fit as fit_module
from explorer.engine.training.checkpoint import load_checkpoint
from explorer.engine.training.state import Training
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.data.image_list import Part
from explorer.runs.events import Changed, Checkpoint, Epoch, Finished, Gradients, Signals, Step
from explorer.runs.folder.log import read_events
from explorer.runs.folder.manifest import read_hashes
from explorer.runs.folder.run import read_run
from explorer.runs.questions.results import Evaluate
from explorer.runs.recipe import Recipe
from explorer.runs.results.predictions import read_predictions
from explorer.runs.sides import Side
from explorer.validation import Refused
from tests.engine import small
from tests.engine.driven import drive
from tests.engine.same import differences, timeless

SMALLER = Design((1, 8, 8), 3, (Stage(1, 4), Stage(1, 8, 2)), stem="cifar", stem_width=4)
DESIGN = SMALLER.with_stage(0, blocks=3).with_stage(1, blocks=2)
LATE = {"layer1.1", "layer1.2", "layer2.1"}
STEPS = 6  # an epoch
RECIPE = Recipe(
    **{"device": "cpu", "epochs": 5, "batch_size": 16, "lr": 0.05, "schedule": "cosine"},
    **{"flip": True, "erase": 0.5, "grow": "stage1@1,3; stage2@3"},
)
RECIPES = {
    "sgd": RECIPE,
    "plain": RECIPE.change(momentum=0.0, nesterov=False, weight_decay=0.0),
    "adamw": RECIPE.change(optimizer="adamw", lr=0.01, ema=0.9),
    "head first": RECIPE.change(head_epochs=2, backbone_rate=0.5, clip=1.0, ema=0.9),
}


@pytest.fixture(autouse=True)
def little_data(monkeypatch):
    pixels = torch.randint(0, 80, (90, 1, 8, 8), generator=torch.Generator().manual_seed(0))
    labels = torch.arange(90) % 3
    images = Images((pixels + 80 * labels.reshape(-1, 1, 1, 1)).to(torch.uint8), labels)
    monkeypatch.setattr(training_data, "load_data", lambda name, design: Data(images, images))
    monkeypatch.setattr(fit_module, "READ_EVERY", 0.0)
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # waits for a disk that others may keep busy


def batches(count):
    generator = torch.Generator().manual_seed(1)
    for _ in range(count):
        labels = torch.randint(0, 3, (16,), generator=generator)
        pixels = torch.rand(16, 1, 8, 8, generator=generator) + labels.reshape(-1, 1, 1, 1) / 3
        yield pixels.contiguous(memory_format=torch.channels_last), labels


@pytest.mark.parametrize("block", ["basic", "preact-bottleneck"])
@pytest.mark.parametrize("changes", [{}, {"optimizer": "adamw", "ema": 0.9, "lr": 0.01}], ids=["sgd", "adamw"])
def test_until_they_join_it_is_the_smaller_network_and_joining_changes_no_bit(block, changes):
    recipe = RECIPE.change(**changes)
    larger = Training(plan_network(DESIGN.change(block=block)), recipe, small.CPU, STEPS)
    smaller = Training(plan_network(SMALLER.change(block=block)), recipe.change(grow=""), small.CPU, STEPS)
    for network in (smaller.network, *([smaller.average.module] if smaller.average else [])):
        network.load_state_dict({name: larger.network.state_dict()[name] for name in network.state_dict()})
    for batch in batches(STEPS):
        assert torch.equal(larger.learn(*batch)[0], smaller.learn(*batch)[0])
    pixels, labels = next(batches(1))
    before = larger.test(pixels, labels)
    assert torch.equal(before.sums, smaller.test(pixels, labels).sums)
    larger.counters.next_epoch()
    assert larger.join_blocks() == ("layer1.1",)
    assert larger.join_blocks() == ()
    assert torch.equal(larger.test(pixels, labels).confidence, before.confidence)
    learned = list(batches(STEPS))
    assert torch.equal(larger.learn(*learned[0])[0], smaller.learn(*learned[0])[0])
    for batch in learned[1:3]:
        larger.learn(*batch)
    norms = {path: larger.network.get_submodule(path) for path in LATE}
    moved = {path for path, module in norms.items() if any(values.grad is not None for values in module.parameters())}
    assert moved == {"layer1.1"}


def trained(root, recipe):
    (path,) = drive(Train(DESIGN, recipe, root))
    return path


def state_of(path):
    return load_checkpoint(path, read_hashes(path)).state


def kept(path):
    """What events tell that no clock has a part in, and what is in the manifest of changes."""
    told = [event for event in read_events(path) if isinstance(event, Step | Epoch | Finished)]
    return timeless(told), json.loads((path / "run.json").read_text())["changes"]


@pytest.mark.parametrize("name", RECIPES)
def test_stopped_before_at_or_after_a_joining_it_goes_on_exactly(tmp_path, name):
    recipe = RECIPES[name]
    whole = trained(tmp_path, recipe)
    (first, second) = read_run(whole).changes
    assert (first.step, first.joined) == (STEPS, ("layer1.1",))
    assert (second.step, second.joined) == (3 * STEPS, ("layer1.2", "layer2.1"))
    assert second.sentence == "after step 18: layer1.2, layer2.1 joined as an identity"
    assert read_run(whole).design == DESIGN
    for stop in (STEPS - 1, 3 * STEPS + 1) if name == "head first" else (3 * STEPS + 1,):
        (path,) = drive(Train(DESIGN, recipe, tmp_path), stop=stop)
        assert read_run(path).state == "stopped"
        drive(ResumeRun(path.name, tmp_path))
        assert differences(state_of(whole), state_of(path)) == []
        assert kept(path) == kept(whole)


@pytest.mark.parametrize("recorded", [0, 1, 2], ids=["before it joins", "before its checkpoint", "after that"])
def test_killed_on_either_side_of_a_joining_it_goes_on_exactly(tmp_path, recorded):
    """Between the checkpoint after an epoch and the one after the joining there are these moments to die."""
    whole = trained(tmp_path, RECIPE)
    (opened,) = open_runs(Train(DESIGN, RECIPE, tmp_path))
    steps, checkpoints = opened.events(), 0
    for event in steps:
        opened.record(event)
        checkpoints += isinstance(event, Checkpoint)
        ends = isinstance(event, Changed) if recorded == 1 else checkpoints == 1 + recorded // 2
        if ends:
            break
    steps.close()
    opened.folder.close()
    path = opened.folder.path
    drive(ResumeRun(path.name, tmp_path))
    assert differences(state_of(whole), state_of(path)) == []
    assert kept(path)[1] == kept(whole)[1]


def test_best_weights_from_before_a_joining_are_of_the_whole_network(tmp_path):
    """What has not joined is an identity in them: they make of every image what was noted then."""
    (path,) = drive(Train(DESIGN, RECIPE, tmp_path), stop=STEPS + 1)
    run = read_run(path)
    assert (run.best_epoch, run.epochs_done) == (1, 1)
    question = Evaluate(run.design, run.recipe, runs=tmp_path, run=run.id)
    predictions, found = evaluate_part(question, unreported)
    noted = read_predictions(path, Part.VALIDATION, 1)
    assert (found.epoch, found.accuracy) == (1, run.best_accuracy)
    assert (predictions.predicted == noted.predicted).all()
    assert predictions.confidence == pytest.approx(noted.confidence, abs=1e-5)


def test_signals_are_measured_where_there_are_some_and_gradients_are_zero_before(tmp_path, monkeypatch):
    monkeypatch.setattr(fit_module, "MEASURE_EVERY", 0.0)
    path = trained(tmp_path, RECIPE)
    signals, gradients = ([*read_events(path, kind)] for kind in (Signals, Gradients))
    assert LATE.isdisjoint(signals[0].names)
    assert set(signals[-1].names) >= LATE
    first, last = (dict(zip(each.names, each.norms, strict=True)) for each in (gradients[0], gradients[-1]))
    assert {path for path in first if first[path] == 0} == LATE
    assert min(last.values()) > 0


def test_sides_that_are_joined_by_blocks_and_others_begin_as_they_should(tmp_path):
    """The tensors that are zero in one of them are not shared."""
    other = Side(DESIGN, RECIPE.change(grow=""), RECIPE.seed)
    for sides in ((Side(DESIGN, RECIPE, RECIPE.seed), other), (other, Side(DESIGN, RECIPE, RECIPE.seed))):
        opened = open_runs(Train(sides[0].design, sides[0].recipe, tmp_path, beside=(sides[1],)))
        for each in opened:
            each.folder.close()
            norm = each.training.network.get_submodule("layer1.1.bn2").weight
            assert bool(norm.any()) == (not each.training.recipe.grow)
        one, two = (each.training.network.state_dict() for each in opened)
        assert torch.equal(one["layer1.0.conv1.weight"], two["layer1.0.conv1.weight"])


@pytest.mark.parametrize("rewrites", [Rewrites(), Rewrites(channels_last=True, cropped=True, dense=True, folded=True)])
def test_each_rewrite_lets_it_learn(rewrites):
    work = Training(plan_network(DESIGN), RECIPE, small.CPU, STEPS, rewrites)
    for batch in batches(2):
        work.learn(*batch)
    work.counters.epoch = 4
    assert set(work.join_blocks()) == LATE
    losses = [float(work.learn(*batch)[0]) for batch in [*batches(1)] * 8]
    assert losses[-1] < losses[0]


def test_a_script_does_not_repeat_it(tmp_path):
    path = trained(tmp_path, RECIPE.change(epochs=2, grow="stage1@1"))
    with pytest.raises(Refused, match="was joined by blocks while it trained"):
        repetition_of(plan_network(DESIGN), read_run(path), lambda *_: None)
