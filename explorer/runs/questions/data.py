"""What a data set has, what is wrong with it and what it looks like: questions and answers. No torch, no Qt."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from explorer.runs.data.split import Split
from explorer.runs.questions.pictures import Sheet
from explorer.runs.questions.question import Answer, Question
from explorer.sentences import Sentence, translatable

MAX_GROUPS, MAX_FILES = 500, 1000  # of a kind of problem: a line of JSON is not long


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
    training images and then those to validate with. Images from elsewhere are called by their full paths, all or none.

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
