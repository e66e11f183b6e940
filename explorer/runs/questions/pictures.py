"""What an image becomes in a network: question and answer, and pictures in a worker's file. No torch, no Qt."""

from dataclasses import dataclass

from explorer.architecture.layers import Shape
from explorer.runs.questions.question import Answer, Probe

MAX_MAPS = 9  # a sheet shows the most active ones
_MAX_SIDE = 88  # pixels


@dataclass(frozen=True, slots=True)
class Sheet:
    """The pixels of a section, or of an image at the empty `path`, in a file of uint8 from `offset` on.

    `shape` is (height, width) of grey or (height, width, 3) of RGB. Maps stand side by side, each `sent_size` large.
    """

    path: str
    offset: int
    shape: tuple[int, ...]


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
