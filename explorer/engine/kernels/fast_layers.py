"""Fast layers: they compute the same function from the same parameters with less work. No Qt.

*Tap cropping*: on a 1×1 map eight of the nine taps of a 3×3 convolution multiply zeros. *Dense convolutions*: see
`dense`. *Winograd's*: see `winograd`. *Bias folding*: in training a norm subtracts from each channel the constant that
a bias has added.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from explorer.architecture.layers import BatchNorm2d, Conv2d, Layer
from explorer.architecture.plan import Plan
from explorer.engine.kernels import dense, winograd
from explorer.engine.kernels.taps import Taps, useful_taps


class FastConv2d(nn.Conv2d):
    """A convolution with some of its taps, perhaps as matrix products, in training perhaps without its bias.

    Its parameters are those of the convolution that it replaces.
    """

    def __init__(self, whole: nn.Conv2d) -> None:
        """Start with all taps of `whole`, and its bias."""
        bias, place = whole.bias is not None, "meta"  # no memory, no random numbers: the weights are there already
        channels, kernel, stride = (whole.in_channels, whole.out_channels), whole.kernel_size, whole.stride
        super().__init__(*channels, kernel, stride, whole.padding, groups=whole.groups, bias=bias, device=place)  # type: ignore[arg-type]
        self.weight, self.bias = whole.weight, whole.bias
        self.rows, self.columns = (Taps(0, size, size // 2) for size in kernel)
        self.convolve: Callable[[Tensor, Tensor], Tensor] | None = None  # instead of torch's; channels come last
        self.undone = False  # a norm subtracts the bias again

    def forward(self, x: Tensor) -> Tensor:
        bias = None if self.undone and self.training else self.bias
        if self.convolve:
            x, weight = (each.permute(0, 2, 3, 1) for each in _cast(x, self.weight))
            out = self.convolve(x, weight)
            return (out if bias is None else out + bias.to(out.dtype)).permute(0, 3, 1, 2)
        rows, columns = self.rows, self.columns
        weight = self.weight[:, :, rows.first : rows.end, columns.first : columns.end]
        padding = (rows.padding, columns.padding)
        return F.conv2d(x, weight, bias, self.stride, padding, self.dilation, self.groups)


def _cast(*values: Tensor) -> tuple[Tensor, ...]:
    """Return `values` in the precision that autocast asks for; autocast does not convert for custom functions."""
    device = values[0].device.type
    if not torch.is_autocast_enabled(device):
        return values
    return tuple(each.to(torch.get_autocast_dtype(device)) for each in values)


class FastNorm2d(nn.BatchNorm2d):
    """A norm after a convolution that leaves out its bias in training; the running mean still includes that bias."""

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


def _fast_convolution(model: nn.Module, name: str) -> FastConv2d:
    """Return the convolution called `name`, replaced by a FastConv2d if it is not one yet."""
    whole = model.get_submodule(name)
    assert isinstance(whole, nn.Conv2d)
    if not isinstance(whole, FastConv2d):
        whole = FastConv2d(whole)
        model.set_submodule(name, whole)
    return whole


def _taps_of(layer: Layer) -> tuple[Taps, Taps]:
    """Return the useful rows and columns of taps of a convolution."""
    kind, (_, height, width) = layer.kind, layer.input
    assert isinstance(kind, Conv2d)
    return useful_taps(height, kind.kernel, kind.stride), useful_taps(width, kind.kernel, kind.stride)


def crop_taps(model: nn.Module, plan: Plan) -> None:
    """Leave out the useless taps of every convolution of `model` at the plan's sizes.

    Their weights return to torch's default memory format: convolutions copy slices anyway, and so the fused
    optimizers need not copy them too.
    """
    for layer in croppable(plan):
        cropped = _fast_convolution(model, layer.name)
        cropped.rows, cropped.columns = _taps_of(layer)
        cropped.weight.data = cropped.weight.data.contiguous()


def croppable(plan: Plan) -> Iterator[Layer]:
    """Yield the convolutions with taps that only ever multiply padding."""
    for layer in plan.layers():
        kind = layer.kind
        if isinstance(kind, Conv2d) and any(taps.end - taps.first < kind.kernel for taps in _taps_of(layer)):
            yield layer


def make_dense(model: nn.Module, plan: Plan) -> None:
    """Compute every convolution of `model` that is dense at the plan's sizes by matrix products."""
    for layer in dense_convolutions(plan):
        _replace(model, layer, partial(dense.convolve, stride=layer.kind.stride))


def dense_convolutions(plan: Plan) -> Iterator[Layer]:
    return filter(_is_dense, plan.layers())


def _is_dense(layer: Layer) -> bool:
    """Return whether `layer` is an ungrouped convolution whose output map is no larger than its kernel."""
    kind = layer.kind
    return isinstance(kind, Conv2d) and kind.groups == 1 and max(layer.output[1:]) <= kind.kernel


def use_winograd(model: nn.Module, plan: Plan) -> None:
    """Compute every convolution of `model` by Winograd's scheme where that is faster at the plan's sizes."""
    for layer in winograd_convolutions(plan):
        _replace(model, layer, winograd.convolve)


def winograd_convolutions(plan: Plan) -> Iterator[Layer]:
    """Yield the ungrouped 3×3 convolutions of stride 1 that are not dense and are faster by Winograd's scheme."""
    for layer in plan.layers():
        match layer.kind:
            case Conv2d(inputs, outputs, kernel=3, stride=1, groups=1):
                if not _is_dense(layer) and winograd.is_faster(inputs, outputs, *layer.output[1:]):
                    yield layer


def _replace(model: nn.Module, layer: Layer, convolve: Callable[[Tensor, Tensor], Tensor]) -> None:
    """Have the convolution `layer` of `model` computed by `convolve`, with its weights in channels-last memory."""
    replaced = _fast_convolution(model, layer.name)
    replaced.convolve = convolve
    replaced.weight.data = replaced.weight.data.contiguous(memory_format=torch.channels_last)


def fold_biases(model: nn.Module, plan: Plan) -> None:
    """Leave out, in training, every bias that the norm after it subtracts again."""
    for convolution, norm in foldable(plan):
        folded = _fast_convolution(model, convolution.name)
        folded.undone = True
        whole, bias = model.get_submodule(norm.name), folded.bias
        assert isinstance(whole, nn.BatchNorm2d)
        assert bias is not None
        model.set_submodule(norm.name, FastNorm2d(whole, bias))


def foldable(plan: Plan) -> Iterator[tuple[Layer, Layer]]:
    """Yield each convolution that has a bias and outputs to a norm alone, with that norm."""
    for section in plan.sections:
        ways = (way for block in section.blocks() for way in (block.branch, block.shortcut))
        for chain in (section.loose, *ways):
            for layer, following in pairwise(chain):
                if isinstance(layer.kind, Conv2d) and layer.kind.bias and isinstance(following.kind, BatchNorm2d):
                    yield layer, following
