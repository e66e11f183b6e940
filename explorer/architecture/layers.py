"""The kinds of layer a residual network is made of, with the arithmetic of each. No torch, no Qt.

Shapes are (channels, height, width) without the batch, (features,) after flattening. MACs are multiply–accumulates of
convolutions and linear layers for one image; biases and norms are not counted. A new kind of layer is one class here,
which also says how torch's constructor is written, and one line in `engine/model.py`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from math import prod
from typing import NamedTuple, Protocol

from explorer.architecture.source.symbol import Symbol

Shape = tuple[int, ...]


def shape_text(shape: Shape) -> str:
    """Write (64, 48, 48) as 64×48×48."""
    return "×".join(map(str, shape))


class Saved(Enum):
    """What torch saves of a layer in forward, for backward."""

    INPUT = auto()
    INPUT_AND_INDICES = auto()
    OUTPUT = auto()  # which takes the place of the input
    NOTHING = auto()


class Kind(Protocol):
    """A kind of layer, with torch's arguments; `kernel` is None where the layer sees the whole map.

    `short` is the prefix of such layers' names in a block, `text` describes the layer in a word or two.
    """

    @property
    def type(self) -> str: ...
    @property
    def short(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def kernel(self) -> int | None: ...
    @property
    def stride(self) -> int: ...
    @property
    def padding(self) -> int: ...
    @property
    def params(self) -> int: ...
    @property
    def saved(self) -> Saved: ...
    def tensors(self) -> Mapping[str, Shape]:
        """Return the shape of each tensor by its name, parameters and statistics, in torch's order."""
        ...

    def output(self, shape: Shape) -> Shape: ...
    def macs(self, output: Shape) -> int: ...
    def source(self) -> str:
        """Return the expression that makes the layer in torch; symbols among its numbers are written as their text."""
        ...


class _Plain:
    """A kind of layer that keeps the shape, learns nothing and multiplies nothing, unless it says otherwise."""

    __slots__ = ()
    saved = Saved.INPUT

    @property
    def padding(self) -> int:
        return 0

    @property
    def params(self) -> int:
        return 0

    def tensors(self) -> Mapping[str, Shape]:
        return {}

    def output(self, shape: Shape) -> Shape:
        return shape

    def macs(self, output: Shape) -> int:
        return 0


@dataclass(frozen=True, slots=True)
class Conv2d(_Plain):
    """A square convolution with an odd kernel, padded so that stride 1 keeps the size."""

    inputs: int
    outputs: int
    kernel: int
    stride: int = 1
    groups: int = 1
    bias: bool = False
    type = "Conv2d"
    short = "conv"

    @property
    def padding(self) -> int:
        return self.kernel // 2

    @property
    def text(self) -> str:
        stride = f" /{self.stride}" if self.stride > 1 else ""
        groups = f" ({self.groups} groups)" if self.groups > 1 else ""
        return f"{self.type} {self.kernel}×{self.kernel}{stride}{groups}"

    @property
    def params(self) -> int:
        return self.outputs * (self.inputs // self.groups * self.kernel**2 + self.bias)

    def tensors(self) -> Mapping[str, Shape]:
        bias: dict[str, Shape] = {"bias": (self.outputs,)} if self.bias else {}
        return {"weight": (self.outputs, self.inputs // self.groups, self.kernel, self.kernel), **bias}

    def output(self, shape: Shape) -> Shape:
        _, height, width = shape
        return self.outputs, (height - 1) // self.stride + 1, (width - 1) // self.stride + 1

    def macs(self, output: Shape) -> int:
        return prod(output) * (self.inputs // self.groups) * self.kernel**2

    def source(self) -> str:
        arguments = [str(self.inputs), str(self.outputs), str(self.kernel)]
        if isinstance(self.stride, Symbol):
            arguments.append(str(self.stride))
        elif self.stride != 1:
            arguments.append(f"stride={self.stride}")
        if self.kernel > 1:
            arguments.append(f"padding={self.padding}")
        if self.groups != 1:
            arguments.append(f"groups={self.groups}")
        if not self.bias:
            arguments.append("bias=False")
        return f"nn.Conv2d({', '.join(arguments)})"


@dataclass(frozen=True, slots=True)
class BatchNorm2d(_Plain):
    features: int
    type = text = "BatchNorm2d"
    short = "bn"
    kernel = 1
    stride = 1

    @property
    def params(self) -> int:
        return 2 * self.features

    def tensors(self) -> Mapping[str, Shape]:
        each = dict.fromkeys(("weight", "bias", "running_mean", "running_var"), (self.features,))
        return {**each, "num_batches_tracked": ()}

    def source(self) -> str:
        return f"nn.BatchNorm2d({self.features})"


@dataclass(frozen=True, slots=True)
class ReLU(_Plain):
    type = text = "ReLU"
    short = "relu"
    saved = Saved.OUTPUT
    kernel = 1
    stride = 1

    def source(self) -> str:
        return "nn.ReLU(inplace=True)"


@dataclass(frozen=True, slots=True)
class MaxPool2d(_Plain):
    """Max pooling with an odd kernel and padding kernel // 2."""

    kernel: int
    stride: int
    type = "MaxPool2d"
    short = "pool"
    saved = Saved.INPUT_AND_INDICES

    @property
    def padding(self) -> int:
        return self.kernel // 2

    @property
    def text(self) -> str:
        return f"{self.type} {self.kernel}×{self.kernel} /{self.stride}"

    def output(self, shape: Shape) -> Shape:
        channels, height, width = shape
        return channels, (height - 1) // self.stride + 1, (width - 1) // self.stride + 1

    def source(self) -> str:
        return f"nn.MaxPool2d({self.kernel}, stride={self.stride}, padding={self.padding})"


@dataclass(frozen=True, slots=True)
class AvgPool2d(_Plain):
    """Average pooling of areas side by side; areas over the edge average only the pixels inside."""

    kernel: int
    type = "AvgPool2d"
    short = "pool"

    @property
    def text(self) -> str:
        return f"{self.type} {self.kernel}×{self.kernel} /{self.stride}"

    @property
    def stride(self) -> int:
        return self.kernel

    def output(self, shape: Shape) -> Shape:
        channels, height, width = shape
        return channels, (height - 1) // self.stride + 1, (width - 1) // self.stride + 1

    def source(self) -> str:
        return f"nn.AvgPool2d({self.kernel}, ceil_mode=True, count_include_pad=False)"


@dataclass(frozen=True, slots=True)
class AdaptiveAvgPool2d(_Plain):
    """Global average pooling; its output counts as flattened."""

    type = text = "AdaptiveAvgPool2d"
    short = "pool"
    saved = Saved.NOTHING
    kernel = None
    stride = 1

    def output(self, shape: Shape) -> Shape:
        return shape[:1]

    def source(self) -> str:
        return "nn.AdaptiveAvgPool2d((1, 1))"


@dataclass(frozen=True, slots=True)
class Linear(_Plain):
    inputs: int
    outputs: int
    type = text = "Linear"
    short = "fc"
    kernel = None
    stride = 1

    @property
    def params(self) -> int:
        return self.outputs * (self.inputs + 1)

    def tensors(self) -> Mapping[str, Shape]:
        return {"weight": (self.outputs, self.inputs), "bias": (self.outputs,)}

    def output(self, shape: Shape) -> Shape:
        return (self.outputs,)

    def macs(self, output: Shape) -> int:
        return self.inputs * self.outputs

    def source(self) -> str:
        return f"nn.Linear({self.inputs}, {self.outputs})"


@dataclass(frozen=True, slots=True)
class Layer:
    """One leaf layer at its place in a network.

    `receptive_field` is the side in input pixels that one output position can see, None where it is the whole image.
    """

    name: str
    kind: Kind
    input: Shape
    output: Shape
    receptive_field: int | None

    @property
    def type(self) -> str:
        return self.kind.type

    @property
    def params(self) -> int:
        return self.kind.params

    @property
    def macs(self) -> int:
        return self.kind.macs(self.output)

    @property
    def activation_bytes(self) -> int:
        """Return the bytes of the output for one image in float32."""
        return 4 * prod(self.output)

    @property
    def weighted(self) -> bool:
        """Return whether it counts in a network's depth: a convolution or a linear layer."""
        return isinstance(self.kind, Conv2d | Linear)


class Cost(NamedTuple):
    """What a part of a network costs; activation bytes are for one image in float32."""

    params: int = 0
    macs: int = 0
    activation_bytes: int = 0
    depth: int = 0

    def plus(self, other: "Cost", times: int = 1) -> "Cost":
        return Cost(*(own + times * added for own, added in zip(self, other, strict=True)))


def cost_of(layers: tuple[Layer, ...], off_path: tuple[Layer, ...] = ()) -> Cost:
    """Sum the costs of `layers`; depth leaves out those `off_path`, on the shortcut."""
    depth = sum(layer.weighted for layer in layers) - sum(layer.weighted for layer in off_path)
    return Cost(
        sum(layer.params for layer in layers),
        sum(layer.macs for layer in layers),
        sum(layer.activation_bytes for layer in layers),
        depth,
    )


class Costed:
    """A part of a network with a `cost`, whose figures are its attributes."""

    __slots__ = ()
    cost: Cost

    @property
    def params(self) -> int:
        return self.cost.params

    @property
    def macs(self) -> int:
        """Return the multiply–accumulates for one image; FLOPs are twice as many."""
        return self.cost.macs

    @property
    def activation_bytes(self) -> int:
        return self.cost.activation_bytes

    @property
    def depth(self) -> int:
        """Return the number of convolutions and linear layers on the main path: 18 for ResNet-18."""
        return self.cost.depth


class Signal(NamedTuple):
    """A map between two layers: its shape, what position 0 sees, and the input pixels between two positions.

    `seen` are input pixels along one axis, as if the image had no edges; None where each position sees all of it.
    """

    shape: Shape
    seen: range | None = range(1)
    jump: int = 1

    @property
    def field(self) -> int | None:
        """Return the receptive field: the side in input pixels of what a position sees."""
        return None if self.seen is None else len(self.seen)

    def spread(self, before: int, after: int) -> "Signal":
        """Return the signal with every position seeing so many more input pixels at either end."""
        if self.seen is None:
            return self
        return self._replace(seen=range(self.seen.start - before, self.seen.stop + after))

    def plus(self, other: "Signal") -> "Signal":
        """Return the sum with another signal of this shape; its positions see what they see in either."""
        assert self.seen is not None
        assert other.seen is not None
        start, stop = min(self.seen.start, other.seen.start), max(self.seen.stop, other.seen.stop)
        return self._replace(seen=range(start, stop))


Step = tuple[str, Kind]


def propagate(signal: Signal, steps: Iterable[Step]) -> tuple[tuple[Layer, ...], Signal]:
    """Send `signal` through named `steps`; return their layers and the signal after them.

    The receptive field grows by (kernel − 1) × jump and the jump by the stride (Araujo et al., Distill 2019).
    """
    layers = []
    shape, seen, jump = signal
    for name, kind in steps:
        output, kernel = kind.output(shape), kind.kernel
        if kernel is None or seen is None:
            seen = None
        elif kernel > 1:
            start = seen.start - kind.padding * jump
            seen = range(start, start + len(seen) + (kernel - 1) * jump)
        jump *= kind.stride
        field = None if seen is None else len(seen)
        layers.append(Layer(name=name, kind=kind, input=shape, output=output, receptive_field=field))
        shape = output
    return tuple(layers), Signal(shape, seen, jump)
