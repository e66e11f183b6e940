"""Every kind of layer: what its record says against what torch makes of it."""

import inspect

import pytest
import torch
from torch import nn

from explorer.architecture import layers
from explorer.architecture.layers import (
    AdaptiveAvgPool2d,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
)
from explorer.engine.model import MODULES, make_layer

MAP = (6, 9, 7)
KINDS = (
    (Conv2d(6, 4, 3), MAP),
    (Conv2d(6, 4, 1, stride=2, bias=True), MAP),
    (Conv2d(6, 4, 7, stride=3, groups=2), MAP),
    (BatchNorm2d(6), MAP),
    (ReLU(), MAP),
    (MaxPool2d(3, 2), MAP),
    (AvgPool2d(2), MAP),
    (AvgPool2d(8), MAP),
    (AdaptiveAvgPool2d(), MAP),
    (Linear(6, 4), MAP[:1]),
)


def test_every_kind_of_layer_has_a_module_and_is_tried_here():
    records = {each for _, each in inspect.getmembers(layers, inspect.isclass) if hasattr(each, "source")}
    assert records - {layers.Kind} == set(MODULES) == {type(kind) for kind, _ in KINDS}


@pytest.mark.parametrize(("kind", "shape"), KINDS, ids=lambda value: getattr(value, "text", ""))
def test_a_record_says_what_torch_does(kind, shape):
    module = make_layer(Layer("one", kind, shape, kind.output(shape), None))
    assert type(module).__name__ == kind.type
    assert kind.text.startswith(kind.type)
    assert sum(values.numel() for values in module.parameters()) == kind.params
    image = torch.randn(2, *shape)
    out = module.eval()(image.clone())
    assert out.flatten(1).shape[1] == torch.Size(kind.output(shape)).numel()
    assert out.shape[1 : 1 + len(kind.output(shape))] == kind.output(shape)
    written = eval(kind.source(), {"nn": nn}).eval()
    written.load_state_dict(module.state_dict())
    assert torch.equal(written(image), out)
