"""Tap cropping computes the same function, forwards and backwards, from the same state_dict."""

import pytest
import torch
from torch import nn

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.crop import CroppedConv2d, crop_taps, useful_taps
from explorer.engine.model import build_model


@pytest.mark.parametrize("kernel", [1, 3, 7])
@pytest.mark.parametrize("stride", [1, 2, 3, 8])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 8, 9])
def test_cropped_equals_whole(kernel, stride, size):
    torch.manual_seed(0)
    whole = nn.Conv2d(2, 3, kernel, stride, kernel // 2).double()
    taps, columns = useful_taps(size, kernel, stride), useful_taps(size + 1, kernel, stride)
    cropped = CroppedConv2d(whole, taps, columns)
    image = torch.rand(2, 2, size, size + 1, dtype=torch.double)
    expected = whole(image)
    torch.testing.assert_close(cropped(image), expected)
    wanted = torch.autograd.grad(expected.square().sum(), whole.weight)
    torch.testing.assert_close(torch.autograd.grad(cropped(image).square().sum(), whole.weight), wanted)


@pytest.mark.parametrize("name", ["d2l-resnet18", "preact-resnet18", "resnet50"])
def test_a_cropped_network_is_the_same_network(name):
    design = preset(name)
    plan = plan_network(design.change(input=(design.input[0], 28, 28), classes=10))
    torch.manual_seed(0)
    network = build_model(plan).eval().double()
    image = torch.rand(2, *plan.design.input, dtype=torch.double)
    with torch.inference_mode():
        before = network(image)
    weights = {key: values.clone() for key, values in network.state_dict().items()}
    crop_taps(network, plan)
    assert any(isinstance(module, CroppedConv2d) for module in network.modules()) == (name != "preact-resnet18")
    with torch.inference_mode():
        torch.testing.assert_close(network(image), before)
    assert list(network.state_dict()) == list(weights)
    assert all(torch.equal(values, weights[key]) for key, values in network.state_dict().items())
