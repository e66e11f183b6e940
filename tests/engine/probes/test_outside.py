"""Networks of torchvision, against what torchvision publishes of them and what torchinfo prints."""

import pytest
import torch
import torchinfo
import torchvision

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.probes.outside import build_outside, outside_network, summarise
from explorer.runs.columns import OUTSIDE, aligned_parts, column_of_outside, column_of_plan
from explorer.runs.commands import command_line, read_command
from explorer.runs.events import Failed
from explorer.runs.questions.networks import Outside, OutsideNetwork
from explorer.runs.recipe import Recipe
from explorer.validation import Refused

CHAPTER = preset("d2l-resnet18")


@pytest.mark.parametrize("name", ["googlenet", "vgg11", "mobilenet_v3_small", "densenet121", "convnext_tiny"])
def test_parameters_and_macs_are_those_that_torchvision_publishes(name):
    published = torchvision.models.get_model_weights(name).DEFAULT.meta
    found = summarise(name, None)
    assert found.params == published["num_params"]
    assert round(found.macs / 1e9, 3) == published["_ops"]
    assert sum(part.params for part in found.parts) == found.params
    assert sum(part.macs for part in found.parts) == found.macs


@pytest.mark.parametrize("name", ["googlenet", "vgg11", "mobilenet_v3_small", "densenet121"])
def test_mult_adds_are_those_that_torchinfo_prints_beside_a_design(name):
    found = summarise(name, CHAPTER)
    assert (found.input, found.classes) == (CHAPTER.input, CHAPTER.classes)
    network = build_outside(name, CHAPTER.input, CHAPTER.classes, "meta")
    printed = torchinfo.summary(network, input_size=(1, *CHAPTER.input), device="meta", mode="eval", verbose=0)
    assert (found.params, found.mult_adds) == (printed.total_params, printed.total_mult_adds)
    assert 4 * found.params == printed.total_param_bytes


def test_googlenet_has_the_parts_that_the_chapter_tells_of():
    """The same first layers as its ResNet, then four modules, global pooling and a linear layer."""
    found = summarise("googlenet", CHAPTER)
    column = column_of_outside("googlenet", found)
    assert [(part.chapter, part.holds) for part in column.parts] == [
        ("b1", "BasicConv2d, MaxPool2d"),
        ("b2", "2 BasicConv2d, MaxPool2d"),
        ("b3", "2 Inception, MaxPool2d"),
        ("b4", "5 Inception, MaxPool2d"),
        ("b5", "2 Inception"),
        ("", "AdaptiveAvgPool2d, Dropout, Linear"),
    ]
    assert found.norms == found.convolutions == 57
    assert "the chapter's has none" in column.note
    beside = column_of_plan("chapter", plan_network(CHAPTER))
    stem, *modules, head = aligned_parts([beside, column])
    assert [part.output for part in stem] == [(64, 24, 24)] * 2
    assert [[part.chapter for part in row] for row in modules] == [[f"b{n}"] * 2 for n in range(2, 6)]
    assert [part.output for part in head] == [(10,)] * 2


def test_a_first_convolution_takes_the_channels_of_the_design():
    network = build_outside("googlenet", (1, 96, 96), 10, "cpu").eval()
    assert network(torch.zeros(1, 1, 96, 96)).shape == (1, 10)
    assert network.conv1.conv.weight.shape == (64, 1, 7, 7)


def test_an_input_that_is_too_small_is_replaced_by_its_own():
    found = summarise("inception_v3", preset("cifar-resnet20"))
    assert (found.input, found.classes) == ((3, 224, 224), 10)


@pytest.mark.matrix("name")
@pytest.mark.parametrize("name", OUTSIDE)
def test_every_network_of_the_menu_can_be_told_of(name):
    found = summarise(name, None)
    assert len(found.parts) > 2
    assert found.parts[-1].output[0] == 1000


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("googlenex", "torchvision has no classifier 'googlenex'; did you mean googlenet?"),
        ("vit_b_16", "vit_b_16 has attention, which torchinfo does not count"),
    ],
)
def test_what_cannot_be_told_of_is_refused_with_the_reason(name, reason):
    with pytest.raises(Refused, match=reason.replace("?", r"\?")):
        summarise(name, None)
    failed = outside_network(Outside(CHAPTER, Recipe(), 3, network=name))
    assert isinstance(failed, Failed)
    assert (failed.of, failed.id, failed.reason.endswith(reason)) == ("outside", 3, True)


def test_the_question_comes_by_the_ordinary_door():
    question = read_command(command_line(Outside(CHAPTER, Recipe(), 7, network="googlenet")), None)
    answer = outside_network(question)
    assert isinstance(answer, OutsideNetwork)
    assert (answer.id, answer.network) == (7, "googlenet")
