"""Plan -> nn.Module, with torchvision's names for every module and parameter. No Qt.

Nothing here knows what a bottleneck or a stem is: that is `architecture/blocks.py`. A new kind of layer is one line in
`MODULES`.
"""

from collections.abc import Callable
from typing import Any, assert_never

import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from explorer.architecture.blocks import Block, Join
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
from explorer.architecture.plan import Plan, Section

MODULES: dict[type, Callable[[Any], nn.Module]] = {
    Conv2d: lambda k: nn.Conv2d(k.inputs, k.outputs, k.kernel, k.stride, k.padding, groups=k.groups, bias=k.bias),
    BatchNorm2d: lambda k: nn.BatchNorm2d(k.features),
    ReLU: lambda k: nn.ReLU(inplace=True),
    MaxPool2d: lambda k: nn.MaxPool2d(k.kernel, k.stride, k.padding),
    AvgPool2d: lambda k: nn.AvgPool2d(k.kernel, ceil_mode=True, count_include_pad=False),
    AdaptiveAvgPool2d: lambda k: nn.AdaptiveAvgPool2d(1),
    Linear: lambda k: nn.Linear(k.inputs, k.outputs),
}


def make_layer(layer: Layer) -> nn.Module:
    return MODULES[type(layer.kind)](layer.kind)


def _add_layer(parent: nn.Module, name: str, layer: Layer) -> None:
    """Register `layer` in `parent`: `downsample.1` goes into the sequence `downsample`, which is created if missing."""
    sequence, _, own = name.rpartition(".")
    if sequence and not hasattr(parent, sequence):
        parent.add_module(sequence, nn.Sequential())
    parent.get_submodule(sequence).add_module(own, make_layer(layer))


class ResidualBlock(nn.Module):
    """One block of a plan: layers that both ways share, the branch, the shortcut, their sum, and what follows.

    Parameters are registered in the order of execution: those of a projection after the branch, or after the shared
    start of a pre-activation block. `watch_sum`, where one is set, is called with the outputs of branch and shortcut
    before they are added in place. One that is `asleep` passes its input on, as it does when its branch is zero.
    """

    downsample: nn.Sequential
    asleep = False
    watch_sum: Callable[[Tensor, Tensor], None] | None = None

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.join, self.stride, self.outputs = block.way.join, block.stride, block.output[0]
        for layer in block.layers:
            name = layer.name.removeprefix(f"{block.name}.")
            if not hasattr(self, name):  # a block has one ReLU and calls it wherever it needs one
                _add_layer(self, name, layer)
        self.before, self.branch, self.after = (
            tuple(layer.name.removeprefix(f"{block.name}.") for layer in layers)
            for layers in (block.before, block.branch, block.after)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Compute maps (n, channels, height, width) of the block from maps of its input's shape."""
        if self.asleep:
            return x
        start = self.run(self.before, x)
        if self.before:
            side, out = self.shortcut(x, start), self.run(self.branch, start)
        else:
            out, side = self.run(self.branch, start), self.shortcut(x, start)
        if side is not None:
            if self.watch_sum:
                self.watch_sum(out, side)
            out += side
        return self.run(self.after, out)

    def run(self, names: tuple[str, ...], x: Tensor) -> Tensor:
        for name in names:
            x = getattr(self, name)(x)
        return x

    def shortcut(self, x: Tensor, start: Tensor) -> Tensor | None:
        """Return what is added to the branch's output; None in a plain network."""
        match self.join:
            case Join.IDENTITY:
                return x
            case Join.PROJECTION:
                side: Tensor = self.downsample(start)
                return side
            case Join.PAD:
                new = self.outputs - x.shape[1]
                return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, new // 2, new - new // 2))
            case Join.NONE:
                return None
            case _:
                assert_never(self.join)


class ResNet(nn.Module):
    """A whole network: its children run one after the other, with a flattening before the last."""

    def __init__(self, sections: tuple[Section, ...]) -> None:
        super().__init__()
        for section in sections:
            if section.name.startswith("layer"):
                self.add_module(section.name, nn.Sequential(*map(ResidualBlock, section.blocks())))
            for layer in section.loose:
                _add_layer(self, layer.name, layer)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits (n, classes) of images (n, channels, height, width), floats in [0, 1]."""
        *features, classifier = self.children()
        for part in features:
            x = part(x)
        scores: Tensor = classifier(x.flatten(1))
        return scores


def build_model(plan: Plan) -> ResNet:
    """Build the network that `plan` describes, with the initial weights that its design asks for.

    Raises ValueError for a plan with obstacles.
    """
    if plan.obstacles:
        where, reason = plan.obstacles[0]
        raise ValueError(f"{where}: {reason}")
    model = ResNet(plan.sections)
    _set_weights(model, plan.design.init)
    if plan.design.zero_init:
        _set_branches_to_zero(model)
    return model


def _set_weights(model: nn.Module, init: str) -> None:
    """Draw initial weights. he: normal by fan out for convolutions (torchvision); xavier: uniform, linear layers too.

    He et al. 2015 (arXiv 1502.01852); Glorot and Bengio 2010. Other layers keep torch's own initial values.
    """
    for module in model.modules():
        if init == "xavier" and isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(module.weight)
        elif init == "he" and isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")


def _set_branches_to_zero(model: nn.Module) -> None:
    """Zero the last layer of every branch, so that a block with an identity shortcut starts as the identity."""
    for block in model.modules():
        if isinstance(block, ResidualBlock):
            set_branch_to_zero(block)


def set_branch_to_zero(block: ResidualBlock) -> None:
    """Zero weight and bias of the branch's last layer: a norm, or the convolution of a pre-activation block.

    The last norm of a pre-activation block feeds a ReLU, which at 0 passes no gradient: the block would not learn.
    """
    for values in getattr(block, block.branch[-1]).parameters():
        nn.init.zeros_(values)
