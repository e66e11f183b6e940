"""Batch statistics beside running ones: neither the network nor its running averages change by being asked."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from explorer.architecture.design import Design, Stage
from explorer.engine.probes import batch_norms
from explorer.engine.probes.effect import spread_images
from explorer.engine.probes.registry import probe
from explorer.engine.training.state import Training
from explorer.runs.commands import command_line, read_command
from explorer.runs.events import event_line, read_event
from explorer.runs.questions.blocks import BatchStatistics, Norms
from explorer.runs.recipe import Recipe
from explorer.validation import Refused
from tests.engine import small
from tests.engine.training.test_growth import (
    DESIGN,
    RECIPE,
    VARIANTS,
    little_data,
    ninety_images,
    open_probed_network,
    run_of,
    trained,
)

__all__ = ["little_data"]  # a fixture


def compare(training: Training, block: str = "layer1.0") -> BatchStatistics:
    probed = open_probed_network(training)
    return batch_norms.compare_norms(probed, Norms(probed.plan.design, probed.recipe, runs=Path(), block=block))


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: "-".join(map(str, variant.values())))
def test_the_statistics_are_those_of_what_the_norms_receive(variant):
    training = trained(DESIGN.change(**variant))
    answer = compare(training, "layer2.0")
    block = training.network.get_submodule("layer2.0")
    assert [each.name for each in answer.norms] == [
        layer.name for layer in training.plan.stages[1].first.layers if layer.type == "BatchNorm2d"
    ]
    images = spread_images(open_probed_network(training), 1, training.recipe.batch_size)
    received = {}
    for name, module in block.named_modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.register_forward_pre_hook(lambda _, inputs, name=name: received.update({name: inputs[0]}))
    before = {name: values.clone() for name, values in training.network.state_dict().items()}
    training.network.train()
    with torch.no_grad():
        training.network(images.batch(slice(None))[0])
    for each in answer.norms:
        name = each.name.removeprefix("layer2.0.")
        module, x = block.get_submodule(name), received[name]
        bias = getattr(module, "folded", (torch.zeros(x.shape[1]),))[0].detach()
        assert each.batch_mean == pytest.approx(float((x.mean((0, 2, 3)) + bias).mean()), abs=1e-5)
        assert each.batch_variance == pytest.approx(float(x.var((0, 2, 3)).mean()), rel=1e-4)
        assert each.running_mean == pytest.approx(float(before[f"{each.name}.running_mean"].mean()))
        assert each.running_variance == pytest.approx(float(before[f"{each.name}.running_var"].mean()))


def test_nothing_is_changed_by_the_question():
    training = trained(DESIGN)
    before = {name: values.clone() for name, values in training.network.state_dict().items()}
    compare(training)
    assert all(torch.equal(values, before[name]) for name, values in training.network.state_dict().items())
    assert not training.network.training


def test_running_statistics_that_have_seen_a_few_steps_are_mostly_their_initial_values():
    assert (compare(trained(DESIGN, steps=0)).steps, compare(trained(DESIGN, steps=0)).initial_share) == (0, 1.0)
    answer = compare(trained(DESIGN, steps=3))
    assert answer.steps == 3
    assert answer.initial_share == pytest.approx(0.9**3)
    assert compare(trained(DESIGN, RECIPE.change(lr=0.0), steps=80)).norms[0].distance < answer.norms[0].distance


def test_running_statistics_that_are_those_of_the_batch_change_nothing():
    """Apart from the variance, which is divided by n in the batch and by n − 1 in the running average."""
    training = trained(DESIGN, RECIPE.change(batch_size=90))
    images = ninety_images()
    for module in training.network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    training.network.train()
    with torch.no_grad():
        training.network(images.validation.pixels.float() / 255)
    answer = compare(training)
    assert answer.effect.images == 90
    assert answer.effect.moved == 0
    assert answer.agree
    assert max(each.distance for each in answer.norms) < 1e-3


@pytest.mark.parametrize(
    ("before", "after", "moved", "agree"), [(0.7, 0.71, 3, True), (0.7, 0.4, 40, False), (0.5, 0.5, 60, True)]
)
def test_they_agree_unless_the_accuracies_are_further_apart_than_by_chance(before, after, moved, agree):
    answer = compare(trained(DESIGN))
    effect = replace(answer.effect, accuracy_before=before, accuracy_after=after, moved=moved, images=100)
    assert replace(answer, effect=effect).agree is agree


def test_of_one_image_a_norm_on_one_position_has_one_value():
    tiny = trained(Design((1, 8, 8), 3, (Stage(1, 4, 8),), stem="cifar", stem_width=4))
    assert compare(tiny).effect.images == 8
    tiny.recipe = RECIPE.change(batch_size=1)
    with pytest.raises(Refused, match="batch_size: must be at least 2"):
        compare(tiny)
    assert compare(trained(DESIGN, RECIPE.change(batch_size=1))).effect.images == 1


def test_the_worker_answers_about_a_run(tmp_path):
    run, _ = run_of(tmp_path, epochs=1)
    question = Norms(small.DESIGN, Recipe(device="cpu"), 7, runs=tmp_path, run=run.id, block="layer2.0")
    assert read_command(command_line(question), tmp_path) == question
    answer = probe(question)
    assert isinstance(answer, BatchStatistics)
    assert read_event(event_line(answer)) == answer
    assert answer.steps > 0
    wrong = probe(Norms(small.DESIGN, Recipe(device="cpu"), runs=tmp_path, block="layer9.0"))
    assert "'layer9.0' is not a block" in str(wrong.reason)
