"""Other networks, how fast one is, and how long torchinfo takes: questions and answers. No torch, no Qt."""

from dataclasses import dataclass
from typing import ClassVar

from explorer.architecture.layers import Shape
from explorer.runs.questions.question import Answer, Probe, Question

TORCHVISION = "torchvision:"  # before the name of one of its networks, where a column is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside(Question):
    """What does torchinfo say of torchvision's `network`, with the input and the classes of `design`?

    A network that cannot take that input is asked about with its own, 3×224×224.
    """

    network: str
    beside: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class OutsidePart:
    """Some of a network's modules in a row, up to a pooling layer or a change of size; `holds` counts their classes."""

    name: str
    holds: str
    output: Shape
    params: int
    macs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideNetwork(Answer):
    """A network that is no design: stem, modules and head are its `parts`, in the order of execution.

    `macs` are those of convolutions and linear layers, `mult_adds` what torchinfo prints. `norms`: it has batch norms.
    """

    network: str
    input: Shape
    classes: int
    params: int
    macs: int
    mult_adds: int
    activation_bytes: int
    convolutions: int
    norms: int
    parts: tuple[OutsidePart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed(Question):
    """How many images per second does `design` take, or torchvision's `network` with its input and classes?"""

    network: str = ""
    long: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredSpeed(Answer):
    """Images per second on `device` in batches of `batch_size`, by plain PyTorch in float32, training and inference."""

    device: str
    batch_size: int
    training: float
    inference: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Torchinfo(Probe):
    """How long does torchinfo take for the design?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchinfoTime(Answer):
    milliseconds: float
