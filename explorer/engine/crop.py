"""Tap cropping: leave out the kernel taps that can only ever meet padding. No Qt.

On a 1×1 map eight of the nine taps of a 3×3 convolution multiply zeros. The cropped convolution computes the same
function from the same parameters; only its forward differs.
"""

from typing import NamedTuple

import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from explorer.architecture.layers import Conv2d
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


class CroppedConv2d(nn.Conv2d):
    """A convolution that knows the size of its maps; parameters are those of the one it replaces."""

    def __init__(self, whole: nn.Conv2d, rows: Taps, columns: Taps) -> None:
        bias, place = whole.bias is not None, "meta"  # no memory, no random numbers: the weights are there already
        channels, kernel, stride = (whole.in_channels, whole.out_channels), whole.kernel_size, whole.stride
        super().__init__(*channels, kernel, stride, whole.padding, groups=whole.groups, bias=bias, device=place)  # type: ignore[arg-type]
        self.weight, self.bias = whole.weight, whole.bias
        self.rows, self.columns = rows, columns

    def forward(self, x: Tensor) -> Tensor:
        rows, columns = self.rows, self.columns
        weight = self.weight[:, :, rows.first : rows.end, columns.first : columns.end]
        padding = (rows.padding, columns.padding)
        return F.conv2d(x, weight, self.bias, self.stride, padding, self.dilation, self.groups)


def crop_taps(model: nn.Module, plan: Plan) -> None:
    """Replace every convolution of `model` that has useless taps at the plan's sizes."""
    for layer in plan.layers():
        if not isinstance(layer.kind, Conv2d):
            continue
        kernel, stride = layer.kind.kernel, layer.kind.stride
        rows, columns = (useful_taps(size, kernel, stride) for size in layer.input[1:])
        if any(taps.end - taps.first < kernel for taps in (rows, columns)):
            whole = model.get_submodule(layer.name)
            assert isinstance(whole, nn.Conv2d)
            model.set_submodule(layer.name, CroppedConv2d(whole, rows, columns))
