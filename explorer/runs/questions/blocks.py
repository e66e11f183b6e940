"""What a block does, and what a norm: questions and answers. No torch, no Qt."""

import math
from dataclasses import dataclass

from explorer.runs.questions.pictures import Sheet
from explorer.runs.questions.question import Answer, Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Zero(Probe):
    """What changes when the branches of `blocks` are set to zero?"""

    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert(Probe):
    """What changes when an identity is inserted so that it is called `block`?"""

    block: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Norms(Probe):
    """What changes when every norm uses the statistics of one batch, and what are those of the norms of `block`?"""

    block: str


@dataclass(frozen=True, slots=True)
class Example:
    """One image of class `label`, with the probabilities of some classes before a change and after it.

    `classes` are the most likely ones, and `label`; the most likely of all before or after stands first.
    """

    picture: Sheet
    label: int
    classes: tuple[int, ...]
    before: tuple[float, ...]
    after: tuple[float, ...]

    @property
    def answer_before(self) -> int:
        """Return the place in `classes` of the most likely class before the change."""
        return self.before.index(max(self.before))

    @property
    def answer_after(self) -> int:
        return self.after.index(max(self.after))


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The effect of a change on what the network makes of so many `images` of the validation set.

    `moved` of them are taken for another class. `difference` is the largest of any logit, and `equal` says that all
    were the same, bit for bit. The `examples` are the images whose probabilities changed most, with their pictures in
    the worker's `file`, which it removes after a few more answers and when it ends.
    """

    images: int
    accuracy_before: float
    accuracy_after: float
    moved: int
    difference: float
    equal: bool
    file: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Answer):
    """The `effect` of a change of `blocks`.

    `identities` are those of the blocks that output what came in, bit for bit, on every image.
    """

    blocks: tuple[str, ...]
    identities: tuple[str, ...]
    effect: Effect

    @property
    def is_identity(self) -> bool:
        """Return whether the last of the blocks is an identity."""
        return self.blocks[-1] in self.identities


@dataclass(frozen=True, slots=True, kw_only=True)
class Zeroed(Comparison):
    """The effect of zeroing `blocks`, in the order in which they were named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inserted(Comparison):
    """The effect of inserting a block, the only one in `blocks`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NormStatistics:
    """The mean and the variance of what a norm receives, in the batch and running, averaged over its channels.

    `distance` is how far apart the two means of a channel are, in running standard deviations, on average.
    """

    name: str
    batch_mean: float
    running_mean: float
    batch_variance: float
    running_variance: float
    distance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchStatistics(Answer):
    """The `effect` of the statistics of one batch in place of the running ones, and those of each of `norms`.

    The running ones have seen so many training `steps`; `initial_share` is what is left in them of their initial
    values, 0 and 1.
    """

    effect: Effect
    norms: tuple[NormStatistics, ...]
    steps: int
    initial_share: float

    @property
    def agree(self) -> bool:
        """Return whether the accuracies differ by no more than two standard deviations of what chance would do."""
        effect = self.effect
        return abs(effect.accuracy_after - effect.accuracy_before) * effect.images <= 2 * math.sqrt(effect.moved)
