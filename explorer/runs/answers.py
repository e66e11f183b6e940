"""Questions to a worker, and their answers: two frozen records per question. No torch, no Qt.

A question is sent as a command and its answer as an event, each with the question's `id`. A probe asks about a network.
A new one is two records here, named in `QUESTIONS` and `ANSWERS`, and a function of the engine.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from explorer.architecture.design import Design
from explorer.architecture.layers import Shape
from explorer.runs.data.split import Split
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence, joined, translatable

MAX_GROUPS, MAX_FILES = 500, 1000  # of a kind of problem: a line of JSON is not long
MAX_WEIGHT_ROWS = 4000  # 600 kB of JSON
MAX_MAPS = 9  # a sheet shows the most active ones
_MAX_SIDE = 88  # pixels
_NAMED = 3  # tensors of a kind that a sentence names


@dataclass(frozen=True, slots=True)
class Question:
    """A question about `design` as trained by `recipe`.

    A `long` one reports its progress and ends at a `Stop`, or when it is withdrawn. One that is answered `beside` a run
    does not wait for its end.
    """

    design: Design
    recipe: Recipe
    id: int = 0
    long: ClassVar[bool] = False
    beside: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """Return the name of the question in JSON lines."""
        return type(self).__name__.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe(Question):
    """A question about a network with the weights of `run`, an id or a folder, or with initial ones by the seed.

    Of a run under way they are the newest. Without `run`, they are also those of the run of the same design that the
    worker trains, unless the question is about a `fresh` network.

    `grown` names the blocks inserted since, as in a `Train`; `runs` is the folder of all runs. `weights` is a file of
    the run's weights after `step`, which a worker wrote that passes the question on.
    """

    runs: Path
    run: str = ""
    grown: tuple[str, ...] = ()
    fresh: bool = False
    weights: str = ""
    step: int | None = None
    beside: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a question; `id` is the question's.

    `step` is the last one of the run whose weights answered, if it was under way: the answer is about that moment.
    """

    id: int = 0
    step: int | None = None


# How long, how much


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


# Which learning rate


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


# Pictures


@dataclass(frozen=True, slots=True)
class Sheet:
    """The pixels of a section, or of an image at the empty `path`, in a file of uint8 from `offset` on.

    `shape` is (height, width) of grey or (height, width, 3) of RGB. Maps stand side by side, each `sent_size` large.
    """

    path: str
    offset: int
    shape: tuple[int, ...]


# What a data set has


class ProblemKind(StrEnum):
    """What may be wrong with images, written as in JSON."""

    UNREADABLE = translatable("unreadable")
    DUPLICATE = translatable("duplicate")
    LEAK = translatable("leak")
    NEAR_DUPLICATE = translatable("near-duplicate")
    TWO_CLASSES = translatable("two-classes")
    DARK = translatable("dark")
    BRIGHT = translatable("bright")
    BLURRED = translatable("blurred")
    ODD_SIZE = translatable("odd-size")
    FEW = translatable("few")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the images of a group have a problem."""

    what: Sentence


@dataclass(frozen=True, slots=True)
class DataProblem:
    """One kind of problem. `count` images have it, in `groups` of files that belong together, such as equal ones.

    Files are relative to the folder. There are `MAX_GROUPS` groups and `MAX_FILES` files at most, the worst first. A
    class with `few` images is a group of its own, with its name instead of files. What cannot be read has `reasons`,
    one per group.
    """

    kind: ProblemKind
    count: int
    groups: tuple[tuple[str, ...], ...]
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many images of a class each part has, after decisions and without what cannot be read."""

    name: str
    train: int
    validation: int
    test: int


@dataclass(frozen=True, slots=True)
class Scan(Question):
    """Which images has the data of the recipe, and what is wrong with them? Every image is opened that is not known."""

    long: ClassVar[bool] = True
    beside: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned(Answer):
    """What a data set has; `skipped` files are of no known format, `bytes` is the size of all files of images.

    `coloured` is the share of images with colour, `sides` the median (height, width).
    """

    data: str
    layout: str
    classes: tuple[ClassCount, ...]
    split: Split
    problems: tuple[DataProblem, ...]
    skipped: int
    bytes: int
    coloured: float = 0.0
    sides: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnails(Question):
    """What do some images of the recipe's data look like: `files` relative to the folder?

    Of a named set they are called LABEL/N, the N-th image from 0 of the class with that label, counted through the
    training images and then those to validate with.

    As they are, or as the network sees them when it trains in the epoch `seen`, from 1. Of a larger image the picture's
    longest side is `side` pixels.
    """

    files: tuple[str, ...]
    seen: int = 0
    side: int = 128
    beside: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured(Answer):
    """The pictures of the files asked for, in the worker's `file`; one that is unreadable has the empty shape.

    `sizes` are the (height, width) of the images themselves.
    """

    file: str
    sheets: tuple[Sheet, ...]
    sizes: tuple[tuple[int, ...], ...]


# What weights would give


class WeightFit(StrEnum):
    """What becomes of a tensor, written as in JSON."""

    MATCHED = translatable("matched")
    FITTED = translatable("fitted to the channels")  # the first convolution of a network for colour or for grey
    NEW_HEAD = translatable("head replaced")
    OTHER_SHAPE = translatable("shape differs")
    UNKNOWN = translatable("unknown")
    MISSING = translatable("missing")


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One tensor: its `name` in the design, `there` in the source, its shapes, and what becomes of it."""

    fit: WeightFit
    name: str
    there: str = ""
    shape: tuple[int, ...] = ()
    shape_there: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Weigh(Question):
    """What of the weights in `source` fits the design?"""

    source: str
    runs: Path
    long: ClassVar[bool] = True
    beside: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed(Answer):
    """What fits: the tensors of the design and of the source, and the input that the weights were trained with.

    So many tensors `matched`, or could be fitted. `rows` has all, in the order of the design; of a very deep network
    some that matched are left out. `source` is the question's in full, such as the path of a file.
    """

    source: str
    matched: int
    rows: tuple[WeightRow, ...]
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()
    class_names: tuple[str, ...] = ()

    @property
    def sentence(self) -> Sentence:
        """Say what fits: `imagenet:V2: 265 tensors taken; head replaced (2): fc.weight, fc.bias`."""
        text = translatable("{source}: {matched:,} tensors taken")
        parts = [Sentence(text, {"source": self.source, "matched": self.matched})]
        for fit in WeightFit:
            names = [row.name or row.there for row in self.rows if row.fit is fit]
            if names and fit is not WeightFit.MATCHED:
                more = Sentence("{names} …", {"names": ", ".join(names[:_NAMED])})
                shown = more if len(names) > _NAMED else ", ".join(names)
                line = translatable("{fit} ({count:,}): {names}")
                parts.append(Sentence(line, {"fit": Sentence(fit), "count": len(names), "names": shown}))
        return joined("; ", parts)


# What a block does


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


# What an image becomes


@dataclass(frozen=True, slots=True, kw_only=True)
class Maps(Probe):
    """What are the feature maps of the image in `file`, else of the validation image `image` modulo their number?"""

    image: int = 0
    file: str = ""


@dataclass(frozen=True, slots=True)
class ImageOrigin:
    """The size and Pillow mode of an image before it was resized to the design's input.

    `turned`: it was rotated or mirrored as its EXIF data ask. `cropped`: the longer side lost both ends. `label` is the
    true class, −1 if unknown.
    """

    width: int
    height: int
    mode: str
    turned: bool = False
    cropped: bool = False
    label: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureMaps(Answer):
    """A sheet for the input, and one of the most active maps for each section but the head; `images` to choose from.

    The `file` with their pixels is the worker's, which removes it after a few more answers and when it ends.
    """

    file: str
    sheets: tuple[Sheet, ...]
    origin: ImageOrigin
    predicted: int
    probability: float
    images: int


def sent_size(shape: Shape) -> tuple[int, int]:
    """Return the (height, width) of one map on its sheet: its own, scaled down to sides of at most `_MAX_SIDE`."""
    shrink = max(1.0, max(shape[1:]) / _MAX_SIDE)
    return max(1, round(shape[1] / shrink)), max(1, round(shape[2] / shrink))


# Other networks, and speed


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


# What torchinfo needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Torchinfo(Probe):
    """How long does torchinfo take for the design?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TorchinfoTime(Answer):
    milliseconds: float


QUESTIONS: tuple[type[Question], ...] = (
    *(Estimate, Sweep, Scan, Thumbnails, Weigh, Zero, Insert, Norms, Maps, Outside, Speed, Torchinfo),
)
ANSWERS: tuple[type[Answer], ...] = (
    Estimated,
    Swept,
    Scanned,
    Pictured,
    Weighed,
    Zeroed,
    Inserted,
    BatchStatistics,
    FeatureMaps,
    OutsideNetwork,
    MeasuredSpeed,
    TorchinfoTime,
)
