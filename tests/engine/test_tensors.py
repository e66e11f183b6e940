"""Shapes by arithmetic, against those of the networks that torch builds."""

import pytest
import torch

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.model import build_model

NAMES = ("d2l-resnet18", "resnext50_32x4d", "wide_resnet50_2", "cifar-resnet20", "preact-resnet18", "resnet50d", "mini")


@pytest.mark.parametrize("name", NAMES)
def test_shapes_are_those_of_the_network(name):
    plan = plan_network(preset(name))
    with torch.device("meta"):
        built = build_model(plan).state_dict()
    assert list(plan.tensors().items()) == [(name, tuple(values.shape)) for name, values in built.items()]
