"""ImageList: which images a folder or a table has, by class and part; no image is opened. No torch, no Qt."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from explorer.sentences import translatable


class Layout(StrEnum):
    """How images and their classes are stored, written as in JSON."""

    CLASSES = translatable("classes")  # one folder per class
    SPLITS = translatable("splits")  # folders of parts, each with one folder per class
    TABLE = translatable("table")  # a CSV file with a file and a class in each row
    NAMED = translatable("named")  # a data set of the catalogue


class Part(StrEnum):
    """What an image is for, written as in JSON."""

    TRAIN = translatable("train")
    VALIDATION = translatable("validation")
    TEST = translatable("test")


@dataclass(frozen=True, slots=True)
class ListedImage:
    """An image: its `file`, relative to the root with `/`, the place of its class, and its part if that is given."""

    file: str
    label: int
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class ImageList:
    """The images below `root`, in the order of their classes and then of their files.

    `skipped` counts files that are of no format which is read.
    """

    root: Path
    layout: Layout
    class_names: tuple[str, ...]
    images: tuple[ListedImage, ...]
    skipped: int = 0

    def path(self, image: ListedImage) -> Path:
        return self.root / image.file
