"""How long training takes, how much memory, and which learning rate suits: questions and answers. No torch, no Qt."""

from dataclasses import dataclass
from typing import ClassVar

from explorer.runs.questions.question import Answer, Question


@dataclass(frozen=True, slots=True)
class Estimate(Question):
    """How long does an epoch take, and how much memory does training need?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Bytes of memory that training takes at most, by what lies there.

    `optimizer` is what optimizer and averaging keep, `activations` what a step keeps for backward and works with.
    `data` are the images, which networks that train together share.
    """

    weights: int
    gradients: int
    optimizer: int
    activations: int
    data: int = 0

    @property
    def total(self) -> int:
        return self.data + self.own

    @property
    def own(self) -> int:
        """All but the images."""
        return self.lasting + self.activations

    @property
    def lasting(self) -> int:
        """What a network takes also between two steps."""
        return self.weights + self.gradients + self.optimizer

    def of(self, networks: int) -> int:
        """Return the bytes that so many networks need that train together."""
        return self.data + networks * self.own


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated(Answer):
    """An estimate; `available_bytes` is 0 if unknown, `seconds_per_epoch` None if the network was too large to try.

    An epoch includes the reading of its images. `largest_batch` is the largest power of two that fits, 0 if none does,
    None if unknown. Images of a folder are decoded at the first start, in `decoding_seconds` and into `cache_bytes` on
    the disk; both are 0 if they have been. `checkpoint_bytes` is what the run will take on the disk at most.
    """

    device: str
    memory: Memory
    available_bytes: int
    seconds_per_epoch: float | None = None
    largest_batch: int | None = None
    decoding_seconds: float = 0.0
    cache_bytes: int = 0
    checkpoint_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Sweep(Question):
    """How does the loss change at learning rates from small to large?"""

    long: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept(Answer):
    """The smoothed loss at each learning rate tried, and the rate that is `advised`."""

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    advised: float
