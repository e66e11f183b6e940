"""What a trained network makes of images, and why: questions and answers. No torch, no Qt.

An image is named as in `Thumbnails`, relative to the data of the run or LABEL/N; one from elsewhere by its full path.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from explorer.runs.data.image_list import Part
from explorer.runs.questions.pictures import Sheet
from explorer.runs.questions.question import Answer, Question
from explorer.sentences import NOTHING, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class RunQuestion(Question):
    """A question about the network of a `run`, an id below `runs` or a folder; design and recipe are that run's.

    The weights are those of its best epoch so far, of a run under way as of one that has ended; of a `fresh` network
    those that it began with.
    """

    runs: Path
    run: str
    fresh: bool = False
    beside: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluate(RunQuestion):
    """What does the network make of each image of a part of the run's data?

    `epoch` is "best", or "last" for the weights of the last checkpoint.
    """

    part: Part = Part.VALIDATION
    epoch: str = "best"
    long: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated(Answer):
    """The predictions are in the run's folder, as those after `epoch`.

    `looks` says how often the run has been evaluated on that part by now, if it is the test part. `warning` says which
    weights were taken if not those asked for.
    """

    run: str
    part: Part
    epoch: int
    images: int
    accuracy: float
    loss: float
    looks: int = 0
    warning: Sentence = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """The most likely classes of an image, the likeliest first, and their probabilities."""

    classes: tuple[int, ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classify(RunQuestion):
    """Which classes are the images at these paths? Folders stand for all images below them."""

    paths: tuple[str, ...]
    top: int = 5
    long: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class ClassifiedImage:
    """What an image was taken for, or the `reason` why it could not be read."""

    file: str
    likely: Likely | None = None
    reason: Sentence = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """The images in the order of the paths, each once; `class_names` are in the order of the logits.

    `warning` says which weights were taken if not those of the best epoch, and what else makes them differ from it.
    """

    class_names: tuple[str, ...]
    images: tuple[ClassifiedImage, ...]
    warning: Sentence = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified(Answer):
    """The `Classification` of so many images stands in the worker's `file`, as JSON; a line would be too long."""

    file: str
    images: int


@dataclass(frozen=True, slots=True)
class Patch:
    """A rectangle of an image as the network sees it, in its pixels, which is erased, or moved by (`down`, `right`).

    What it leaves has the mean of the image.
    """

    top: int
    left: int
    height: int
    width: int
    down: int = 0
    right: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(RunQuestion):
    """Where in the image is the evidence for some classes, by what the section `stage` of the network outputs?

    The most likely class beside them follows. The `patches` of the image are changed first.
    """

    file: str
    stage: str = ""
    classes: tuple[int, ...] = ()
    patches: tuple[Patch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceMaps(Answer):
    """The image as the network sees it, then one map per class asked for, 0 … 255 of its largest value, in `file`.

    A map is as large as the image. `strengths` are those largest values, 0 where nothing speaks for the class. `likely`
    has the classes asked for, too. `epoch` is that of the weights, 0 before training; `warning` says which were taken
    if not those asked for.
    """

    file: str
    sheets: tuple[Sheet, ...]
    classes: tuple[int, ...]
    strengths: tuple[float, ...]
    likely: Likely
    class_names: tuple[str, ...] = ()
    epoch: int = 0
    warning: Sentence = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours(RunQuestion):
    """Which training images are nearest to an image, by the features before the head?"""

    file: str
    count: int = 8
    long: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestImages(Answer):
    """Training images, the nearest first, each with its class and the cosine of the angle between the features."""

    files: tuple[str, ...]
    labels: tuple[int, ...]
    similarities: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesions(RunQuestion):
    """What is each block worth: what does the network make of validation images without it?

    At most so many `images`, spread over the set. A block is switched off by setting its branch to zero, so that only
    its shortcut is left, if it has one.
    """

    images: int = 2000
    long: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockWorths(Answer):
    """The accuracy and loss of the whole network on so many `images`, and those without each of its `blocks`.

    `epoch` is that of the weights, and `warning` says which were taken if not those of the best epoch.
    """

    run: str
    epoch: int
    images: int
    accuracy: float
    loss: float
    blocks: tuple[str, ...]
    accuracies: tuple[float, ...]
    losses: tuple[float, ...]
    warning: Sentence = NOTHING

    @property
    def worths(self) -> tuple[float, ...]:
        """How much accuracy is lost without each block; below 0 where it is gained."""
        return tuple(self.accuracy - without for without in self.accuracies)
