"""The vocabulary: stems, residual blocks and shortcuts, in terms of layers. No torch, no Qt.

A new block is one short function and its entry in `BLOCKS`; a new stem or shortcut is one entry. Names follow
torchvision's `resnet.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from explorer.architecture.layers import (
    BatchNorm2d,
    Conv2d,
    Cost,
    Costed,
    Layer,
    MaxPool2d,
    ReLU,
    Shape,
    Signal,
    Step,
    cost_of,
    follow,
)
from explorer.architecture.words import QT_TRANSLATE_NOOP, Sentence

Steps = tuple[Step, ...]


class CannotBuild(ValueError):
    """A block or shortcut that torch could not make; `field` is the design's key to blame."""

    def __init__(self, field: str, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Wiring:
    """All that a block needs to know of its surroundings."""

    inputs: int
    width: int
    stride: int
    bias: bool
    groups: int
    group_width: int
    stride_on: str
    shortcut: str
    shortcut_norm: bool

    def conv(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> Conv2d:
        return Conv2d(inputs, outputs, kernel, stride, groups, self.bias)


class Blueprint(NamedTuple):
    """A block without its shortcut: what both paths share, the residual branch, and what follows the sum."""

    before: Steps
    branch: Steps
    after: Steps


def post_activation(*convs: Conv2d) -> Blueprint:
    """Convolution, norm, ReLU; the last ReLU after the sum (He et al. 2015)."""
    branch: list[Step] = []
    for number, conv in enumerate(convs, 1):
        branch += [(f"conv{number}", conv), (f"bn{number}", BatchNorm2d(conv.outputs)), ("relu", ReLU())]
    return Blueprint((), tuple(branch[:-1]), tuple(branch[-1:]))


def pre_activation(*convs: Conv2d) -> Blueprint:
    """Norm, ReLU, convolution; nothing after the sum (He et al. 2016)."""
    branch: list[Step] = []
    for number, conv in enumerate(convs, 1):
        branch += [(f"bn{number}", BatchNorm2d(conv.inputs)), ("relu", ReLU()), (f"conv{number}", conv)]
    return Blueprint(tuple(branch[:2]), tuple(branch[2:]), ())


def two_convolutions(w: Wiring) -> tuple[Conv2d, ...]:
    if (w.groups, w.group_width) != (1, 64):
        field = "groups" if w.groups != 1 else "group_width"
        reason = QT_TRANSLATE_NOOP(
            "explorer", "Groups belong to the 3×3 convolution of a bottleneck; a basic block has none."
        )
        raise CannotBuild(field, Sentence(reason))
    return w.conv(w.inputs, w.width, 3, w.stride), w.conv(w.width, w.width, 3)


def bottleneck_convolutions(w: Wiring) -> tuple[Conv2d, ...]:
    inner = w.width * w.group_width // 64 * w.groups
    if not inner:
        reason = QT_TRANSLATE_NOOP(
            "explorer", "Width {width} × group width {group_width} / 64 leaves the 3×3 convolution without a channel."
        )
        raise CannotBuild("group_width", Sentence(reason, {"width": w.width, "group_width": w.group_width}))
    first, second = (w.stride, 1) if w.stride_on == "1x1" else (1, w.stride)
    return (
        w.conv(w.inputs, inner, 1, first),
        w.conv(inner, inner, 3, second, w.groups),
        w.conv(inner, BOTTLENECK_EXPANSION * w.width, 1),
    )


BOTTLENECK_EXPANSION = 4


class BlockKind(NamedTuple):
    make: Callable[[Wiring], Blueprint]
    expansion: int
    preactivation: bool


BLOCKS = {
    "basic": BlockKind(lambda w: post_activation(*two_convolutions(w)), 1, False),
    "bottleneck": BlockKind(lambda w: post_activation(*bottleneck_convolutions(w)), BOTTLENECK_EXPANSION, False),
    "preact-basic": BlockKind(lambda w: pre_activation(*two_convolutions(w)), 1, True),
    "preact-bottleneck": BlockKind(lambda w: pre_activation(*bottleneck_convolutions(w)), BOTTLENECK_EXPANSION, True),
}


class Shortcut(NamedTuple):
    """How the input reaches the sum; `steps` are the layers on that way."""

    kind: str  # identity, projection, pad or none
    steps: Steps = ()


def identity_unless(changed: bool, otherwise: Callable[[], Shortcut]) -> Shortcut:
    return otherwise() if changed else Shortcut("identity")


def projection(w: Wiring, outputs: int) -> Shortcut:
    """A 1×1 convolution, with a norm if the design wants one (the paper's option B)."""
    steps: list[Step] = [("downsample.0", w.conv(w.inputs, outputs, 1, w.stride))]
    if w.shortcut_norm:
        steps.append(("downsample.1", BatchNorm2d(outputs)))
    return Shortcut("projection", tuple(steps))


def pad(w: Wiring, outputs: int) -> Shortcut:
    """Every stride-th position, and zeros for the new channels (the paper's option A): no layer, no parameters."""
    if outputs < w.inputs:
        reason = QT_TRANSLATE_NOOP(
            "explorer", "A padded shortcut can add channels but not remove them: {inputs} come in, {outputs} go out."
        )
        raise CannotBuild("stage.width", Sentence(reason, {"inputs": w.inputs, "outputs": outputs}))
    return Shortcut("pad")


SHORTCUTS: dict[str, Callable[[Wiring, int, bool], Shortcut]] = {
    "projection": lambda w, outputs, changed: identity_unless(changed, lambda: projection(w, outputs)),
    "pad": lambda w, outputs, changed: identity_unless(changed, lambda: pad(w, outputs)),
    "projection-all": lambda w, outputs, changed: projection(w, outputs),
    "none": lambda w, outputs, changed: Shortcut("none"),
}


def activated(conv: Conv2d, preactivation: bool) -> Steps:
    """The stem's convolution, with norm and ReLU unless the first block brings its own."""
    rest: Steps = () if preactivation else (("bn1", BatchNorm2d(conv.outputs)), ("relu", ReLU()))
    return ("conv1", conv), *rest


STEMS: dict[str, Callable[[int, int, bool, bool], Steps]] = {
    "imagenet": lambda inputs, width, bias, preactivation: (
        *activated(Conv2d(inputs, width, 7, 2, bias=bias), preactivation),
        ("maxpool", MaxPool2d(3, 2)),
    ),
    "cifar": lambda inputs, width, bias, preactivation: activated(Conv2d(inputs, width, 3, bias=bias), preactivation),
}


@dataclass(frozen=True, slots=True)
class Block(Costed):
    """One residual block at its place: four short runs of layers around a sum.

    A projection of a block with a shared start (`before`, pre-activation) reads what that start puts out; identity and
    pad read the block's raw input.
    """

    name: str
    kind: str
    before: tuple[Layer, ...]
    branch: tuple[Layer, ...]
    shortcut: tuple[Layer, ...]
    after: tuple[Layer, ...]
    joins: str  # identity, projection, pad or none
    stride: int
    input: Shape
    output: Shape
    receptive_field: int
    cost: Cost

    @property
    def layers(self) -> tuple[Layer, ...]:
        """In the order of execution."""
        if self.before:
            return self.before + self.shortcut + self.branch
        return self.branch + self.shortcut + self.after

    def at(self, name: str, further: int) -> "Block":
        """The same block under another name, seeing `further` input pixels more."""

        def move(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
            start = len(self.name)
            return tuple(
                Layer(name + layer.name[start:], layer.kind, layer.input, layer.output, field + further)
                for layer in layers
                if (field := layer.receptive_field) is not None
            )

        return replace(
            self,
            name=name,
            before=move(self.before),
            branch=move(self.branch),
            shortcut=move(self.shortcut),
            after=move(self.after),
            receptive_field=self.receptive_field + further,
        )


@lru_cache(maxsize=256)  # an edit leaves most blocks as they were
def build_block(name: str, kind: str, w: Wiring, signal: Signal) -> tuple[Block, Signal]:
    """Lay a block of `kind` into the path of `signal`. Raises CannotBuild."""

    def run(signal: Signal, steps: Steps) -> tuple[tuple[Layer, ...], Signal]:
        return follow(signal, ((f"{name}.{step}", layer) for step, layer in steps))

    blueprint = BLOCKS[kind].make(w)
    outputs = BLOCKS[kind].expansion * w.width
    shortcut = SHORTCUTS[w.shortcut](w, outputs, w.stride != 1 or outputs != w.inputs)
    before, shared = run(signal, blueprint.before)
    branch, end = run(shared, blueprint.branch)
    side, _ = run(shared, shortcut.steps)
    after, end = run(end, blueprint.after)
    assert end.field is not None
    cost = cost_of(before + branch + side + after, off_path=side)
    ends = (signal.shape, end.shape, end.field)
    return Block(name, kind, before, branch, side, after, shortcut.kind, w.stride, *ends, cost), end
