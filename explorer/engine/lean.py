"""Lean layers leave out work without effect. No Qt.

*Tap cropping*: on a 1×1 map eight of the nine taps of a 3×3 convolution multiply zeros. *Dense convolutions*: where
every output position reaches the whole map, as on one of 2×2, a convolution is one product of matrices. *Bias folding*:
in training a norm subtracts from each channel whatever constant a bias has added. Each computes the same function from
the same parameters; only forward and backward do less.
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
    """A convolution with some of its taps, perhaps as a product of matrices, in training perhaps without its bias.

    Parameters are those of the one it replaces.
    """

    def __init__(self, whole: nn.Conv2d) -> None:
        """All of its taps, its bias always."""
        bias, place = whole.bias is not None, "meta"  # no memory, no random numbers: the weights are there already
        channels, kernel, stride = (whole.in_channels, whole.out_channels), whole.kernel_size, whole.stride
        super().__init__(*channels, kernel, stride, whole.padding, groups=whole.groups, bias=bias, device=place)  # type: ignore[arg-type]
        self.weight, self.bias = whole.weight, whole.bias
        self.rows, self.columns = (Taps(0, size, size // 2) for size in kernel)
        self.dense = False  # every output position reaches the whole map
        self.undone = False  # a norm takes the bias away again

    def forward(self, x: Tensor) -> Tensor:
        rows, columns = self.rows, self.columns
        weight = self.weight[:, :, rows.first : rows.end, columns.first : columns.end]
        bias = None if self.undone and self.training else self.bias
        if self.dense:
            return multiply(x, weight, bias, self.stride[0])
        padding = (rows.padding, columns.padding)
        return F.conv2d(x, weight, bias, self.stride, padding, self.dilation, self.groups)


def multiply(maps: Tensor, weight: Tensor, bias: Tensor | None, stride: int) -> Tensor:
    """The convolution of `maps` (n, c, h, w) with the useful taps of a dense one's `weight`.

    Each output position takes a window of h × w taps, the last position the first window; all windows together are one
    matrix (positions · outputs, h · w · c).
    """
    count, _, height, width = maps.shape
    taps = weight.permute(0, 2, 3, 1)
    tops, lefts = (range(taps.shape[axis] - size, -1, -stride) for axis, size in ((1, height), (2, width)))
    windows = [taps[:, top : top + height, left : left + width].flatten(1) for top in tops for left in lefts]
    biases = None if bias is None else bias.repeat(len(windows))
    out = F.linear(maps.permute(0, 2, 3, 1).flatten(1), torch.cat(windows), biases)
    return out.view(count, len(tops), len(lefts), -1).permute(0, 3, 1, 2)


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


def crop(model: nn.Module, layer: Layer) -> LeanConv2d:
    """The convolution of that layer, without its useless taps.

    Its weight goes back to torch's own order in memory: of slices convolutions make copies anyway, and the fused
    optimizers do not have to.
    """
    cropped = lean(model, layer.name)
    cropped.rows, cropped.columns = taps_of(layer)
    cropped.weight.data = cropped.weight.data.contiguous()
    return cropped


def taps_of(layer: Layer) -> tuple[Taps, Taps]:
    """The useful ones of a convolution's rows and columns."""
    kind, (_, height, width) = layer.kind, layer.input
    assert isinstance(kind, Conv2d)
    return useful_taps(height, kind.kernel, kind.stride), useful_taps(width, kind.kernel, kind.stride)


def crop_taps(model: nn.Module, plan: Plan) -> None:
    """Leave out the useless taps of every convolution of `model` at the plan's sizes."""
    for layer in croppable(plan):
        crop(model, layer)


def croppable(plan: Plan) -> Iterator[Layer]:
    """The convolutions with taps that reach nothing."""
    for layer in plan.layers():
        kind = layer.kind
        if isinstance(kind, Conv2d) and any(taps.end - taps.first < kind.kernel for taps in taps_of(layer)):
            yield layer


def make_dense(model: nn.Module, plan: Plan) -> None:
    """Compute every convolution of `model` that is dense at the plan's sizes as a product of matrices."""
    for layer in dense_convolutions(plan):
        crop(model, layer).dense = True


def dense_convolutions(plan: Plan) -> Iterator[Layer]:
    """Those whose every output position reaches the whole map, however far across."""
    for layer in plan.layers():
        kind = layer.kind
        if isinstance(kind, Conv2d) and kind.groups == 1 and max(layer.input[1:]) - 1 <= kind.kernel // 2:
            yield layer


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
