"""Fast layers compute the same function, forwards and backwards, from the same state_dict."""

import pytest
import torch
from torch import nn

from explorer.architecture.design import Design, Stage
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.kernels.fast_layers import (
    FastConv2d,
    FastNorm2d,
    crop_taps,
    dense_convolutions,
    fold_biases,
    foldable,
    make_dense,
    use_winograd,
    winograd_convolutions,
)
from explorer.engine.kernels.taps import useful_taps
from explorer.engine.model import build_model


@pytest.mark.parametrize("kernel", [1, 3, 7])
@pytest.mark.parametrize("stride", [1, 2, 3, 8])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 8, 9])
def test_cropped_equals_whole(kernel, stride, size):
    torch.manual_seed(0)
    whole = nn.Conv2d(2, 3, kernel, stride, kernel // 2).double()
    taps, columns = useful_taps(size, kernel, stride), useful_taps(size + 1, kernel, stride)
    cropped = FastConv2d(whole)
    cropped.rows, cropped.columns = taps, columns
    image = torch.rand(2, 2, size, size + 1, dtype=torch.double)
    expected = whole(image)
    torch.testing.assert_close(cropped(image), expected)
    wanted = torch.autograd.grad(expected.square().sum(), whole.weight)
    torch.testing.assert_close(torch.autograd.grad(cropped(image).square().sum(), whole.weight), wanted)


def test_dense_is_what_puts_out_a_small_map():
    plan = plan_network(preset("d2l-resnet18"))
    assert [(layer.input[1:], layer.kind.kernel) for layer in dense_convolutions(plan)] == [
        ((6, 6), 3),
        *[((3, 3), 3)] * 3,
    ]
    grouped = plan_network(preset("resnext50_32x4d").change(input=(3, 32, 32)))
    assert not any(layer.kind.groups > 1 for layer in dense_convolutions(grouped))


def test_winograds_are_those_of_many_channels_on_larger_maps():
    found = [(layer.name, layer.output) for layer in winograd_convolutions(plan_network(preset("d2l-resnet18")))]
    assert [shape for _, shape in found] == [(64, 24, 24)] * 4 + [(128, 12, 12)] * 3 + [(256, 6, 6)] * 3
    for other in ("mini", "resnext50_32x4d"):  # 64 channels at most, and grouped ones
        assert not any(winograd_convolutions(plan_network(preset(other))))


@pytest.mark.parametrize(
    ("rewrite", "convolutions"), [(make_dense, dense_convolutions), (use_winograd, winograd_convolutions)]
)
def test_gradients_of_weights_lie_in_memory_as_they_do(rewrite, convolutions):
    """What lies otherwise is copied, at every step."""
    plan = plan_network(preset("d2l-resnet18").change(input=(1, 28, 28)))
    network = build_model(plan)
    rewrite(network, plan)
    network(torch.rand(2, 1, 28, 28)).sum().backward()
    for layer in convolutions(plan):
        weight = network.get_submodule(layer.name).weight
        assert weight.is_contiguous(memory_format=torch.channels_last)
        assert layer.kind.kernel == 1 or weight.grad.stride() == weight.stride()


@pytest.mark.matrix("name")
@pytest.mark.parametrize("rewrite", [crop_taps, make_dense, use_winograd])
@pytest.mark.parametrize("name", ["d2l-resnet18", "preact-resnet18", "resnet50"])
def test_a_lean_network_is_the_same_network(name, rewrite):
    design = preset(name)
    plan = plan_network(design.change(input=(design.input[0], 28, 28), classes=10))
    torch.manual_seed(0)
    network = build_model(plan).eval().double()
    image = torch.rand(2, *plan.design.input, dtype=torch.double)
    with torch.inference_mode():
        before = network(image)
    weights = {key: values.clone() for key, values in network.state_dict().items()}
    rewrite(network, plan)
    untouched = name == "preact-resnet18" and rewrite is not use_winograd
    assert any(isinstance(module, FastConv2d) for module in network.modules()) != untouched
    with torch.inference_mode():
        torch.testing.assert_close(network(image), before)
    assert list(network.state_dict()) == list(weights)
    assert all(torch.equal(values, weights[key]) for key, values in network.state_dict().items())


def trained(design, fold: bool) -> tuple[nn.Module, list[torch.Tensor]]:
    """A network after a few steps of gradient descent in double precision, and the losses on the way."""
    torch.manual_seed(0)
    plan = plan_network(design)
    network = build_model(plan).double().train()
    if fold:
        fold_biases(network, plan)
    images, labels = torch.rand(6, *design.input, dtype=torch.double), torch.arange(6) % design.classes
    losses = []
    for _ in range(3):
        loss = nn.functional.cross_entropy(network(images), labels)
        losses.append(loss.detach())
        network.zero_grad()
        loss.backward()
        with torch.no_grad():
            for values in network.parameters():
                if values.grad is not None:
                    values -= 0.1 * values.grad
    return network.eval(), losses


@pytest.mark.parametrize("block", ["basic", "bottleneck", "preact-basic", "preact-bottleneck"])
@pytest.mark.parametrize("norm", [True, False])
def test_without_biases_that_a_norm_undoes_the_same_is_learned(block, norm):
    stages = (Stage(2, 4), Stage(1, 8, 2))
    design = Design((1, 8, 8), 3, stages, stem="cifar", stem_width=4, block=block, conv_bias=True, shortcut_norm=norm)
    (plain, expected), (folded, found) = (trained(design, fold) for fold in (False, True))
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(dict(folded.state_dict()), dict(plain.state_dict()))
    image = torch.rand(2, 1, 8, 8, dtype=torch.double)
    torch.testing.assert_close(folded(image), plain(image))
    assert any(isinstance(module, FastNorm2d) for module in folded.modules())


def test_a_bias_that_no_norm_undoes_stays():
    """In a pre-activation block the last convolution is added to the raw input."""
    design = Design((1, 8, 8), 3, (Stage(1, 4),), stem="cifar", stem_width=4, block="preact-basic", conv_bias=True)
    assert [each.name for each, _ in foldable(plan_network(design))] == ["layer1.0.conv1"]
    design = preset("d2l-resnet18")  # its projections have no norm
    names = [each.name for each, _ in foldable(plan_network(design))]
    assert len(names) == 17
    assert not any("downsample" in name for name in names)
