"""Example images: a small folder to try what the program does with own images, made from the data that come with it.

It is divided into training and validation, and three things are wrong with it, as with folders of real people.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from explorer.paths import is_folder, user_folder
from explorer.runs.data.catalogue import CATALOGUE

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_NAME = "example-images"
_CLASSES = {"trousers": 1, "sandals": 5, "bags": 8}  # and their labels
_PARTS = {"train": range(40), "val": range(40, 55)}  # and which images of a class they have
_LEAKS = ("bags", 3), ("sandals", 7)  # images of the training set that are in the validation set as well
_WIDE = ("trousers", 12)  # an image four times as wide as the others
_BROKEN = ("sandals", 20)  # one of which the end is missing


def example_images() -> Path:
    """Return the place of the folder, which need not be there."""
    return user_folder("data") / _NAME


def make_example_images() -> Path:
    """Return the folder, made if need be: all of it or nothing. Raises OSError."""
    place = example_images()
    if not is_folder(place):
        begun = place.with_name(f".{_NAME}-{os.getpid()}")
        try:
            _fill(begun)
            begun.rename(place)
        finally:
            shutil.rmtree(begun, ignore_errors=True)
    return place


def _fill(folder: Path) -> None:
    import numpy as np  # the window starts faster without

    for part in _PARTS:
        for name in _CLASSES:
            (folder / part / name).mkdir(parents=True, exist_ok=True)
    for part, name, number, pixels in _images():
        path = folder / part / name / f"{name}-{number:02}.png"
        _save(np.tile(pixels, 4) if part == "train" and (name, number) == _WIDE else pixels, path)
        if (name, number) in _LEAKS:
            shutil.copyfile(path, folder / "val" / name / f"{name}-copy.png")
        if part == "train" and (name, number) == _BROKEN:
            path.write_bytes(path.read_bytes()[:100])


def _images() -> "Iterator[tuple[str, str, int, npt.NDArray[np.uint8]]]":
    """Yield part, class, number and pixels of each image; they are test images of the data, which no run trains on."""
    import numpy as np

    with np.load(CATALOGUE["fashion-mnist-12k"].places[0]) as arrays:
        images, labels = arrays["test_images"], arrays["test_labels"]
    for name, label in _CLASSES.items():
        own = images[labels == label]
        yield from ((part, name, number, own[number]) for part, numbers in _PARTS.items() for number in numbers)


def _save(pixels: "npt.NDArray[np.uint8]", path: Path) -> None:
    height, width = pixels.shape
    content = pixels.tobytes()  # which the image uses, and does not keep
    image = QImage(content, width, height, width, QImage.Format.Format_Grayscale8)
    if not image.save(str(path)):
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))  # Qt does not say what it was
