"""The vocabulary: stems, residual blocks and shortcuts, in terms of layers. No torch, no Qt.

A new block is one short function and its entry in `BLOCKS`; a new stem or shortcut of known layers is one entry: form,
plan, network, source, table and drawing are derived from it. Names follow torchvision's ResNet.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from explorer.architecture.layers import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Cost,
    Costed,
    Kind,
    Layer,
    MaxPool2d,
    ReLU,
    Shape,
    Signal,
    Step,
    cost_of,
    propagate,
)
from explorer.sentences import Sentence, translatable

Steps = tuple[Step, ...]


class CannotBuild(ValueError):
    """A block or shortcut that torch could not make; `field` is the design's key to blame."""

    def __init__(self, field: str, reason: Sentence) -> None:
        super().__init__(str(reason))
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Wiring:
    """The surroundings of a block: its channels, stride, and the design's options for blocks."""

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
        return Conv2d(inputs, outputs, kernel, stride=stride, groups=groups, bias=self.bias)


class Blueprint(NamedTuple):
    """A block without its shortcut: what both paths share, the residual branch, and what follows the sum."""

    before: Steps
    branch: Steps
    after: Steps


def _post_activation(*convs: Conv2d) -> Blueprint:
    """Return a block of convolution, norm, ReLU, with the last ReLU after the sum (He et al. 2015)."""
    branch: list[Step] = []
    for number, conv in enumerate(convs, 1):
        branch += [(f"conv{number}", conv), (f"bn{number}", BatchNorm2d(conv.outputs)), ("relu", ReLU())]
    return Blueprint((), tuple(branch[:-1]), tuple(branch[-1:]))


def _pre_activation(*convs: Conv2d) -> Blueprint:
    """Return a block of norm, ReLU, convolution, with nothing after the sum (He et al. 2016)."""
    branch: list[Step] = []
    for number, conv in enumerate(convs, 1):
        branch += [(f"bn{number}", BatchNorm2d(conv.inputs)), ("relu", ReLU()), (f"conv{number}", conv)]
    return Blueprint(tuple(branch[:2]), tuple(branch[2:]), ())


def _two_convolutions(w: Wiring) -> tuple[Conv2d, ...]:
    if (w.groups, w.group_width) != (1, 64):
        field = "groups" if w.groups != 1 else "group_width"
        reason = translatable("Only the 3×3 convolution of a bottleneck can have groups; a basic block has none.")
        raise CannotBuild(field, Sentence(reason))
    return w.conv(w.inputs, w.width, 3, w.stride), w.conv(w.width, w.width, 3)


def _bottleneck_convolutions(w: Wiring) -> tuple[Conv2d, ...]:
    inner = w.width * w.group_width // 64 * w.groups
    if not inner:
        reason = translatable(
            "Width {width} × group width {group_width} / 64 leaves the 3×3 convolution without channels."
        )
        raise CannotBuild("group_width", Sentence(reason, {"width": w.width, "group_width": w.group_width}))
    first, second = (w.stride, 1) if w.stride_on == "1x1" else (1, w.stride)
    return (
        w.conv(w.inputs, inner, 1, first),
        w.conv(inner, inner, 3, second, w.groups),
        w.conv(inner, _BOTTLENECK_EXPANSION * w.width, 1),
    )


_BOTTLENECK_EXPANSION = 4


class BlockKind(NamedTuple):
    """A kind of block; `help` is its explanation in a form and `phrase` names it in a sentence, as for the others.

    `timm` is the function of timm that makes networks of such blocks, empty if there is none.
    """

    help: str
    phrase: str
    make: Callable[[Wiring], Blueprint]
    expansion: int
    preactivation: bool
    timm: str = ""


BLOCKS = {
    "basic": BlockKind(
        translatable("two 3×3 convolutions."),
        translatable("basic blocks"),
        lambda w: _post_activation(*_two_convolutions(w)),
        expansion=1,
        preactivation=False,
        timm="resnet18",
    ),
    "bottleneck": BlockKind(
        translatable("1×1, 3×3 and 1×1 convolutions."),
        translatable("bottlenecks"),
        lambda w: _post_activation(*_bottleneck_convolutions(w)),
        expansion=_BOTTLENECK_EXPANSION,
        preactivation=False,
        timm="resnet50",
    ),
    "preact-basic": BlockKind(
        translatable("two 3×3 convolutions, norm and ReLU before each."),
        translatable("pre-activation basic blocks"),
        lambda w: _pre_activation(*_two_convolutions(w)),
        expansion=1,
        preactivation=True,
    ),
    "preact-bottleneck": BlockKind(
        translatable("1×1, 3×3 and 1×1 convolutions, norm and ReLU before each."),
        translatable("pre-activation bottlenecks"),
        lambda w: _pre_activation(*_bottleneck_convolutions(w)),
        expansion=_BOTTLENECK_EXPANSION,
        preactivation=True,
    ),
}


class Join(StrEnum):
    """What of a block's input is added to its branch."""

    IDENTITY = "identity"  # the input itself
    PROJECTION = "projection"  # the output of layers on the shortcut
    PAD = "pad"  # some of its positions, with zeros for new channels
    NONE = "none"  # nothing: a plain block


class Line(StrEnum):
    """How a shortcut is drawn."""

    SOLID = "solid"
    DASHED = "dashed"
    DOTTED = "dotted"


class Statements(NamedTuple):
    """The source of a shortcut that has no layers; `{outputs}` is where its block's channels are filled in."""

    constructor: tuple[str, ...]
    forward: tuple[str, ...]
    functions: tuple[str, ...]  # of torch.nn.functional


@dataclass(frozen=True, slots=True)
class Shortcut:
    """How the input of a block reaches the sum: its layers, words, drawing and source.

    `words` name it; `left` says what a block outputs whose branch is zero; `note` is shown in a figure
    of a shortcut without layers, with the stride as `{n}`.
    """

    join: Join
    words: str
    left: str = ""
    line: Line | None = None
    note: str = ""
    steps: Steps = ()
    statements: Statements | None = None


IDENTITY = Shortcut(
    Join.IDENTITY, words=translatable("identity shortcut"), line=Line.SOLID, note=translatable("identity")
)


def _project(w: Wiring, outputs: int) -> Shortcut:
    """Return a 1×1 convolution, with a norm if the design asks for one (the paper's option B)."""
    return Shortcut(
        Join.PROJECTION,
        words=translatable("projection shortcut"),
        left=translatable("what is left is what the 1×1 convolution on the shortcut makes of x"),
        line=Line.DASHED,
        steps=_numbered("downsample", w.conv(w.inputs, outputs, 1, w.stride), *_norms(w, outputs)),
    )


def _average(w: Wiring, outputs: int) -> Shortcut:
    """Return average pooling, then a 1×1 convolution that skips no position (He et al. 2018, arXiv 1812.01187, "D").

    With a stride of 1 there is nothing to pool; the convolution keeps its name.
    """
    steps = _numbered("downsample", AvgPool2d(w.stride), w.conv(w.inputs, outputs, 1), *_norms(w, outputs))
    projection = _project(w, outputs)
    if w.stride == 1:
        return replace(projection, steps=steps[1:])
    return replace(
        projection,
        words=translatable("averaged shortcut"),
        left=translatable("what is left is what average pooling and the 1×1 convolution on the shortcut make of x"),
        steps=steps,
    )


def _norms(w: Wiring, outputs: int) -> tuple[Kind, ...]:
    return (BatchNorm2d(outputs),) if w.shortcut_norm else ()


def _numbered(name: str, *kinds: Kind) -> Steps:
    """Return layers in a sequence called `name`."""
    return tuple((f"{name}.{number}", kind) for number, kind in enumerate(kinds))


def _pad(w: Wiring, outputs: int) -> Shortcut:
    """Return every stride-th position, with zeros for new channels (the paper's option A)."""
    if outputs < w.inputs:
        reason = translatable("A padded shortcut can add channels but not remove them: {inputs} in, {outputs} out.")
        raise CannotBuild("stage.width", Sentence(reason, {"inputs": w.inputs, "outputs": outputs}))
    return _PAD


_PAD = Shortcut(
    Join.PAD,
    words=translatable("padded shortcut"),
    left=translatable("what is left is x subsampled, with zeros for the new channels"),
    line=Line.DOTTED,
    note=translatable("subsample by {n},\nzeros for new channels"),
    statements=Statements(
        constructor=("self.stride, self.new_channels = stride, {outputs} - inputs",),
        forward=(
            "x = x[:, :, :: self.stride, :: self.stride]",
            "if self.new_channels:  # half of them before the old ones, half after",
            "    half = self.new_channels // 2",
            "    x = pad(x, (0, 0, 0, 0, half, self.new_channels - half))",
        ),
        functions=("pad",),
    ),
)


def _omit(w: Wiring, outputs: int) -> Shortcut:
    """Return no shortcut: in a plain block the input goes through the branch alone."""
    return _NO_SHORTCUT


_NO_SHORTCUT = Shortcut(
    Join.NONE,
    words=translatable("no shortcut"),
    left=translatable("a plain block has no shortcut, so it outputs 0 whatever comes in, and x is lost"),
)


class ShortcutKind(NamedTuple):
    """A kind of shortcut: `make` is used where a block changes the shape, or `everywhere`; else the identity.

    `timm` is what timm's ResNet takes as `avg_down` to have such shortcuts, None if it has none.
    """

    help: str
    phrase: str
    make: Callable[[Wiring, int], Shortcut]
    everywhere: bool = False
    timm: bool | None = None

    @property
    def plain(self) -> bool:
        """Return whether it leaves a network without shortcuts."""
        return self.make is _omit

    def at(self, w: Wiring, outputs: int) -> Shortcut:
        """Return the shortcut of a block with so many output channels. Raises CannotBuild."""
        changed = w.stride != 1 or outputs != w.inputs
        return self.make(w, outputs) if changed or self.everywhere else IDENTITY


SHORTCUTS = {
    "projection": ShortcutKind(
        translatable("1×1 convolution where the shape changes (option B)."),
        translatable("shortcut B (1×1 where the shape changes)"),
        _project,
        timm=False,
    ),
    "pad": ShortcutKind(
        translatable("zeros for new channels (A)."), translatable("shortcut A (zeros for new channels)"), _pad
    ),
    "projection-all": ShortcutKind(
        translatable("1×1 everywhere (C)."), translatable("shortcut C (1×1 everywhere)"), _project, everywhere=True
    ),
    "average": ShortcutKind(
        translatable("average pooling, then 1×1, where the shape changes (ResNet-D)."),
        translatable("shortcut D (average pool and 1×1 where the shape changes)"),
        _average,
        timm=True,
    ),
    "none": ShortcutKind(translatable("a plain network."), translatable("no shortcuts"), _omit, everywhere=True),
}


class StemKind(NamedTuple):
    """A kind of stem: `convolutions` of (inputs, width, bias), then norm and ReLU, then `pool`.

    `timm` is what timm's ResNet takes as `stem_type` to have such a stem, None if it has none.
    """

    help: str
    phrase: str
    convolutions: Callable[[int, int, bool], Steps]
    pool: Steps = ()
    timm: str | None = None


def _three_convolutions(inputs: int, width: int, bias: bool) -> Steps:
    """Return three 3×3 convolutions in place of a 7×7, norm and ReLU between them (He et al. 2018, "C")."""
    half = max(1, width // 2)
    kinds = (
        *(Conv2d(inputs, half, 3, 2, bias=bias), BatchNorm2d(half), ReLU()),
        *(Conv2d(half, half, 3, bias=bias), BatchNorm2d(half), ReLU()),
        Conv2d(half, width, 3, bias=bias),
    )
    return _numbered("conv1", *kinds)


STEMS = {
    "imagenet": StemKind(
        translatable("7×7 convolution with stride 2, then max pooling."),
        translatable("the ImageNet stem (7×7, max pool)"),
        lambda inputs, width, bias: (("conv1", Conv2d(inputs, width, 7, 2, bias=bias)),),
        (("maxpool", MaxPool2d(3, 2)),),
        timm="",
    ),
    "cifar": StemKind(
        translatable("one 3×3 convolution, size kept."),
        translatable("the CIFAR stem (one 3×3)"),
        lambda inputs, width, bias: (("conv1", Conv2d(inputs, width, 3, bias=bias)),),
    ),
    "deep": StemKind(
        translatable("three 3×3 convolutions, the first with stride 2, then max pooling (ResNet-C)."),
        translatable("the deep stem (three 3×3, max pool)"),
        _three_convolutions,
        (("maxpool", MaxPool2d(3, 2)),),
        timm="deep",
    ),
}


def stem_steps(kind: str, inputs: int, width: int, bias: bool, relu: str) -> Steps:
    """Return the layers of a stem; `relu` names its last ReLU, empty for a stem without its last norm and ReLU."""
    stem = STEMS[kind]
    activation: Steps = (("bn1", BatchNorm2d(width)), (relu, ReLU())) if relu else ()
    return *stem.convolutions(inputs, width, bias), *activation, *stem.pool


@dataclass(frozen=True, slots=True)
class Block(Costed):
    """One residual block at its place: four short sequences of layers around a sum, and its shortcut, `way`.

    A projection of a block with a shared start (`before`, pre-activation) reads the output of that start; identity and
    pad read the block's raw input.
    """

    name: str
    kind: str
    before: tuple[Layer, ...]
    branch: tuple[Layer, ...]
    shortcut: tuple[Layer, ...]
    after: tuple[Layer, ...]
    way: Shortcut
    stride: int
    input: Shape
    output: Shape
    receptive_field: int
    cost: Cost

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Return the layers in the order of execution."""
        if self.before:
            return self.before + self.shortcut + self.branch
        return self.branch + self.shortcut + self.after

    def at(self, name: str, further: int) -> "Block":
        """Return the same block under another name, with a receptive field that is `further` input pixels larger."""

        def move(layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
            start = len(self.name)
            return tuple(
                Layer(
                    name=name + layer.name[start:],
                    kind=layer.kind,
                    input=layer.input,
                    output=layer.output,
                    receptive_field=None if layer.receptive_field is None else layer.receptive_field + further,
                )
                for layer in layers
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
    """Build a block of `kind` for `signal`; return it and the signal after it. Raises CannotBuild."""

    def run(signal: Signal, steps: Steps) -> tuple[tuple[Layer, ...], Signal]:
        return propagate(signal, ((f"{name}.{step}", layer) for step, layer in steps))

    blueprint = BLOCKS[kind].make(w)
    way = SHORTCUTS[w.shortcut].at(w, BLOCKS[kind].expansion * w.width)
    before, shared = run(signal, blueprint.before)
    branch, end = run(shared, blueprint.branch)
    side, joining = run(shared, way.steps)
    after, end = run(end.plus(joining), blueprint.after)
    assert end.field is not None
    cost = cost_of(before + branch + side + after, off_path=side)
    block = Block(
        name=name,
        kind=kind,
        before=before,
        branch=branch,
        shortcut=side,
        after=after,
        way=way,
        stride=w.stride,
        input=signal.shape,
        output=end.shape,
        receptive_field=end.field,
        cost=cost,
    )
    return block, end
