"""Lean layers leave out work without effect. No Qt.

*Tap cropping*: on a 1×1 map eight of the nine taps of a 3×3 convolution multiply zeros. *Bias folding*: in training a
norm subtracts from each channel whatever constant a bias has added. Either computes the same function from the same
parameters; only forward and backward do less.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from explorer.architecture.layers import BatchNorm2d, Conv2d, Layer
from explorer.architecture.plan import Plan


class Taps(NamedTuple):
    """The taps `first` … `end` − 1 along one axis, and the padding that is left in front of them."""

    first: int
    end: int
    padding: int


def useful_taps(size: int, kernel: int, stride: int) -> Taps:
    """Which taps of a kernel padded by kernel // 2 reach into a map of `size` positions, from any output position."""
    padding = kernel // 2
    last = (size - 1) // stride * stride  # where the last output position stands
    first = max(0, padding - last)
    return Taps(first, min(kernel, size + padding), padding - first)


class LeanConv2d(nn.Conv2d):
    """A convolution with some of its taps, and in training perhaps without its bias.

    Parameters are those of the one it replaces.
    """

    def __init__(self, whole: nn.Conv2d) -> None:
        """All of its taps, its bias always."""
        bias, place = whole.bias is not None, "meta"  # no memory, no random numbers: the weights are there already
        channels, kernel, stride = (whole.in_channels, whole.out_channels), whole.kernel_size, whole.stride
        super().__init__(*channels, kernel, stride, whole.padding, groups=whole.groups, bias=bias, device=place)  # type: ignore[arg-type]
        self.weight, self.bias = whole.weight, whole.bias
        self.rows, self.columns = (Taps(0, size, size // 2) for size in kernel)
        self.undone = False  # a norm takes the bias away again

    def forward(self, x: Tensor) -> Tensor:
        rows, columns = self.rows, self.columns
        weight = self.weight[:, :, rows.first : rows.end, columns.first : columns.end]
        bias = None if self.undone and self.training else self.bias
        padding = (rows.padding, columns.padding)
        return F.conv2d(x, weight, bias, self.stride, padding, self.dilation, self.groups)


class LeanNorm2d(nn.BatchNorm2d):
    """A norm behind a convolution that leaves out its bias in training; only the running mean must still know of it."""

    def __init__(self, whole: nn.BatchNorm2d, bias: Tensor) -> None:
        super().__init__(whole.num_features, whole.eps, whole.momentum, device="meta")
        self.weight, self.bias = whole.weight, whole.bias
        for name, values in whole.named_buffers():
            self.register_buffer(name, values)
        self.folded = (bias,)  # in a tuple it is no parameter of this module

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return super().forward(x)
        (bias,) = self.folded
        mean = self.running_mean
        assert mean is not None
        self.running_mean = mean - bias.detach()  # autograd keeps this one: the buffer itself may change
        out = super().forward(x)
        with torch.no_grad():
            mean.copy_(self.running_mean).add_(bias)
        self.running_mean = mean
        return out


def lean(model: nn.Module, name: str) -> LeanConv2d:
    """The convolution of that name, which is made a lean one if it is not yet."""
    whole = model.get_submodule(name)
    assert isinstance(whole, nn.Conv2d)
    if not isinstance(whole, LeanConv2d):
        whole = LeanConv2d(whole)
        model.set_submodule(name, whole)
    return whole


def crop_taps(model: nn.Module, plan: Plan) -> None:
    """Leave out the useless taps of every convolution of `model` at the plan's sizes."""
    for layer, rows, columns in croppable(plan):
        cropped = lean(model, layer.name)
        cropped.rows, cropped.columns = rows, columns


def croppable(plan: Plan) -> Iterator[tuple[Layer, Taps, Taps]]:
    """The convolutions with taps that reach nothing, and those of their rows and columns that do."""
    for layer in plan.layers():
        if isinstance(layer.kind, Conv2d):
            kernel, stride = layer.kind.kernel, layer.kind.stride
            rows, columns = (useful_taps(size, kernel, stride) for size in layer.input[1:])
            if any(taps.end - taps.first < kernel for taps in (rows, columns)):
                yield layer, rows, columns


def fold_biases(model: nn.Module, plan: Plan) -> None:
    """Leave out, in training, every bias that the norm behind it undoes."""
    for convolution, norm in foldable(plan):
        folded = lean(model, convolution.name)
        folded.undone = True
        whole, bias = model.get_submodule(norm.name), folded.bias
        assert isinstance(whole, nn.BatchNorm2d)
        assert bias is not None
        model.set_submodule(norm.name, LeanNorm2d(whole, bias))


def foldable(plan: Plan) -> Iterator[tuple[Layer, Layer]]:
    """Each convolution that has a bias and puts out to a norm alone, with that norm."""
    for section in plan.sections:
        ways = (way for block in section.blocks() for way in (block.branch, block.shortcut))
        for chain in (section.loose, *ways):
            for layer, following in pairwise(chain):
                if isinstance(layer.kind, Conv2d) and layer.kind.bias and isinstance(following.kind, BatchNorm2d):
                    yield layer, following
