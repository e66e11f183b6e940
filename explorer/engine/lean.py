"""Lean layers leave out work without effect. No Qt.

*Tap cropping*: on a 1×1 map eight of the nine taps of a 3×3 convolution multiply zeros. *Dense convolutions*: where the
map that is put out is no larger than the kernel, each of its rows is a product of matrices with just the rows of taps
that reach something. *Bias folding*: in training a norm subtracts from each channel whatever constant a bias has added.
Each computes the same function from the same parameters; only forward and backward do less.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from explorer.architecture.layers import BatchNorm2d, Conv2d, Layer
from explorer.architecture.plan import Plan


class Reach(NamedTuple):
    """Of one output position along one axis: the `positions` of the map that it reaches, with which `taps`."""

    positions: slice
    taps: slice


def reaches(size: int, kernel: int, stride: int) -> list[Reach]:
    """Of every output position on a map of `size` positions, for a kernel padded by kernel // 2."""
    starts = range(-(kernel // 2), size - kernel // 2, stride)
    spans = [(max(0, start), min(size, start + kernel), start) for start in starts]
    return [Reach(slice(first, end), slice(first - start, end - start)) for first, end, start in spans]


class Taps(NamedTuple):
    """The taps `first` … `end` − 1 along one axis, and the padding that is left in front of them."""

    first: int
    end: int
    padding: int


def useful_taps(size: int, kernel: int, stride: int) -> Taps:
    """Which taps of a kernel padded by kernel // 2 reach into a map of `size` positions, from any output position."""
    taps = [reach.taps for reach in reaches(size, kernel, stride)]
    first = min(each.start for each in taps)
    return Taps(first, max(each.stop for each in taps), kernel // 2 - first)


class LeanConv2d(nn.Conv2d):
    """A convolution with some of its taps, perhaps as products of matrices, in training perhaps without its bias.

    Parameters are those of the one it replaces.
    """

    def __init__(self, whole: nn.Conv2d) -> None:
        """All of its taps, its bias always."""
        bias, place = whole.bias is not None, "meta"  # no memory, no random numbers: the weights are there already
        channels, kernel, stride = (whole.in_channels, whole.out_channels), whole.kernel_size, whole.stride
        super().__init__(*channels, kernel, stride, whole.padding, groups=whole.groups, bias=bias, device=place)  # type: ignore[arg-type]
        self.weight, self.bias = whole.weight, whole.bias
        self.rows, self.columns = (Taps(0, size, size // 2) for size in kernel)
        self.dense = False  # a product of matrices for each row that is put out
        self.undone = False  # a norm takes the bias away again

    def forward(self, x: Tensor) -> Tensor:
        bias = None if self.undone and self.training else self.bias
        if self.dense:
            return multiply(x, self.weight, bias, self.stride[0])
        rows, columns = self.rows, self.columns
        weight = self.weight[:, :, rows.first : rows.end, columns.first : columns.end]
        padding = (rows.padding, columns.padding)
        return F.conv2d(x, weight, bias, self.stride, padding, self.dilation, self.groups)


def multiply(maps: Tensor, weight: Tensor, bias: Tensor | None, stride: int) -> Tensor:
    """The convolution of `maps` (n, c, h, w), padded by half its kernel, in the precision that autocast asks for."""
    if torch.is_autocast_enabled(maps.device.type):
        dtype = torch.get_autocast_dtype(maps.device.type)
        maps, weight, bias = maps.to(dtype), weight.to(dtype), None if bias is None else bias.to(dtype)
    (height, width), kernel = maps.shape[2:], weight.shape[2]
    columns = useful_taps(width, kernel, stride)
    last = (width - 1) // stride * stride  # where the last window begins
    padding = columns.padding, last + columns.end - columns.first - columns.padding - width
    pixels, taps = F.pad(maps, padding).permute(0, 2, 3, 1), weight.permute(0, 2, 3, 1)
    rows = reaches(height, kernel, stride)
    out: Tensor = Products.apply(pixels, taps, rows, slice(columns.first, columns.end), stride)
    return (out if bias is None else out + bias).permute(0, 3, 1, 2)


class Products(torch.autograd.Function):
    """One product of matrices for each row that a convolution puts out; autograd's own would copy all weights for each.

    `pixels` (n, height, width, channels), padded at the sides, and `taps` (outputs, kernel, kernel, channels), of which
    all `columns` are used and, of the rows, those of each reach in `rows`. What is put out has its channels last too.
    """

    @staticmethod
    def forward(ctx: Any, pixels: Tensor, taps: Tensor, rows: Sequence[Reach], columns: slice, stride: int) -> Tensor:
        ctx.save_for_backward(pixels, taps)
        ctx.where = rows, columns, stride
        width = columns.stop - columns.start
        out = [windows(pixels, row, width, stride) @ taps[:, row.taps, columns].flatten(1).t() for row in rows]
        return torch.stack(out, 1)

    @staticmethod
    def backward(ctx: Any, out: Tensor) -> tuple[Tensor | None, ...]:
        """Gradients, of what was put out and of what went in."""
        (pixels, taps), (rows, columns, stride) = ctx.saved_tensors, ctx.where
        of_pixels, of_taps = torch.zeros_like(pixels), taps.new_zeros(taps.shape)
        width = columns.stop - columns.start
        for across, row in zip(out.unbind(1), rows, strict=True):
            used = taps[:, row.taps, columns]
            spread = (across @ used.flatten(1)).view(*across.shape[:2], *used.shape[1:])
            for window in range(across.shape[1]):
                left = window * stride
                of_pixels[:, row.positions, left : left + width] += spread[:, window]
            reached = windows(pixels, row, width, stride).reshape(-1, used.shape[1], used[0, 0].numel())
            for line, tap in enumerate(range(row.taps.start, row.taps.stop)):
                of_taps[:, tap, columns].view(len(taps), -1).addmm_(across.flatten(0, 1).t(), reached[:, line])
        return of_pixels, of_taps, None, None, None


def windows(pixels: Tensor, row: Reach, width: int, stride: int) -> Tensor:
    """What each position of a row reaches: (n, positions, taps · channels)."""
    return pixels[:, row.positions].unfold(2, width, stride).permute(0, 2, 1, 4, 3).flatten(2)


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


def taps_of(layer: Layer) -> tuple[Taps, Taps]:
    """The useful ones of a convolution's rows and columns."""
    kind, (_, height, width) = layer.kind, layer.input
    assert isinstance(kind, Conv2d)
    return useful_taps(height, kind.kernel, kind.stride), useful_taps(width, kind.kernel, kind.stride)


def crop_taps(model: nn.Module, plan: Plan) -> None:
    """Leave out the useless taps of every convolution of `model` at the plan's sizes.

    Their weights go back to torch's own order in memory: of slices convolutions make copies anyway, and the fused
    optimizers do not have to.
    """
    for layer in croppable(plan):
        cropped = lean(model, layer.name)
        cropped.rows, cropped.columns = taps_of(layer)
        cropped.weight.data = cropped.weight.data.contiguous()


def croppable(plan: Plan) -> Iterator[Layer]:
    """The convolutions with taps that reach nothing."""
    for layer in plan.layers():
        kind = layer.kind
        if isinstance(kind, Conv2d) and any(taps.end - taps.first < kind.kernel for taps in taps_of(layer)):
            yield layer


def make_dense(model: nn.Module, plan: Plan) -> None:
    """Compute every convolution of `model` that is dense at the plan's sizes as products of matrices."""
    for layer in dense_convolutions(plan):
        dense = lean(model, layer.name)
        dense.dense = True
        dense.weight.data = dense.weight.data.contiguous(memory_format=torch.channels_last)


def dense_convolutions(plan: Plan) -> Iterator[Layer]:
    """Those of all channels together that put out a map no larger than their kernel."""
    for layer in plan.layers():
        kind = layer.kind
        if isinstance(kind, Conv2d) and kind.groups == 1 and max(layer.output[1:]) <= kind.kernel:
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
