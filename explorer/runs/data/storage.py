"""How many bytes the images of a data set take once they are decoded. No torch, no Qt."""

import shutil
from pathlib import Path

from explorer.architecture.design import Design
from explorer.runs.data.catalogue import DataSet
from explorer.runs.data.record import DataRecord
from explorer.runs.recipe import Recipe

_LABEL = 8  # bytes
_ROOM = 256, 224  # for crops: images are stored larger than the network sees them by this ratio, as is usual


def stored_size(design: Design, recipe: Recipe, known: DataRecord | None = None) -> tuple[int, int]:
    """Return the (height, width) at which images of a folder are stored: the design's, or larger for random crops.

    `known` is the record of a run, which may have been trained beside one whose images are larger.
    """
    if known and known.stored:
        height, width = known.stored
        return height, width
    _, height, width = design.input
    if not recipe.resized_crop:
        return height, width
    more, less = _ROOM
    return -(-height * more // less), -(-width * more // less)


def stored_bytes(images: int, channels: int, size: tuple[int, int]) -> int:
    """Return the bytes of so many images of (height, width) `size` in uint8, with their labels."""
    height, width = size
    return images * (channels * height * width + _LABEL)


def image_count(data: DataSet) -> int:
    """Return the number of images of all parts."""
    return data.train + data.validation + data.test


def free_bytes(folder: Path) -> int:
    """Return the free bytes of the disk that has, or will have, `folder`; 0 where the system does not say."""
    try:
        return shutil.disk_usage(next(each for each in (folder, *folder.parents) if each.exists())).free
    except (OSError, StopIteration):
        return 0
