import pytest
import torch
from hypothesis import assume, given, settings
from torch.utils.flop_counter import FlopCounterMode

from explorer.architecture.notation import from_line
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine import referee as module
from explorer.engine.model import build_model
from explorer.engine.referee import referee
from tests.designs import PRESETS, SHALLOW, designs


@pytest.mark.matrix("name")
@pytest.mark.parametrize("name", PRESETS)
def test_agrees_with_the_plan_of_every_preset(name):
    plan = plan_network(preset(name))
    verdict = referee(plan)
    assert verdict.differences == ()
    assert verdict.agrees
    assert verdict.params == plan.params


@pytest.mark.slow
@settings(max_examples=30)
@given(designs(SHALLOW))
def test_agrees_with_the_plan_of_any_design(design):
    plan = plan_network(design)
    assume(not plan.obstacles)
    assert referee(plan).differences == ()


def test_raw_figures_are_those_of_torchinfo():
    verdict = referee(plan_network(preset("resnet18")))
    assert (verdict.params, verdict.mult_adds) == (11_689_512, 1_814_083_944)


@pytest.mark.matrix("name")
@pytest.mark.parametrize(
    "name",
    ["d2l-resnet18", "resnet50", "resnext50_32x4d", "wrn-16-8", "preact-resnet50", "resnet50d", "cifar-resnet20"],
)
def test_second_opinion_on_macs(name):
    plan = plan_network(preset(name))
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        build_model(plan).eval()(torch.empty(1, *plan.design.input))
    assert counter.get_total_flops() == 2 * plan.macs


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("basic:3x32x32:10:64x1,128x1/2", "layer2.0.conv1: output is 128×4×4 in the plan, 128×2×2 in torchinfo"),
        ("basic:3x32x32:10:64x1,128x1/4:conv_bias=true", "conv1: params is 9,472 in the plan, 9,408 in torchinfo"),
        ("basic:3x32x32:10:64x2,128x1/4", "order: layer1.1.conv1 in the plan, layer2.0.conv1 in torchinfo"),
    ],
)
def test_says_where_the_network_is_not_the_plan(monkeypatch, line, expected):
    other = build_model(plan_network(from_line("basic:3x32x32:10:64x1,128x1/4")))
    monkeypatch.setattr(module, "build_model", lambda plan: other)
    verdict = referee(plan_network(from_line(line)))
    assert not verdict.agrees
    assert len(verdict.differences) <= 20
    assert any(expected in difference for difference in verdict.differences)


def test_says_what_torch_says_if_the_network_does_not_run(monkeypatch):
    with torch.device("meta"):
        other = build_model(plan_network(preset("mini")))
    monkeypatch.setattr(module, "build_model", lambda plan: other)
    verdict = referee(plan_network(preset("resnet18")))
    assert not verdict.agrees
    assert "cannot run" in verdict.differences[0]


def test_refuses_what_cannot_be_built():
    with pytest.raises(ValueError, match="groups"):
        referee(plan_network(from_line("basic:3x32x32:10:64x1:groups=2")))
