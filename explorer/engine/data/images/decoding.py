"""Decoding: the image in a file, upright, with 8 bits and on a background, at the size that is needed. No Qt.

All images are opened here: for the scan, training, thumbnails, and one dropped on the window. Pillow reads the
files; of an animation it is the first frame.
"""

import os
import stat
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from explorer.sentences import Sentence, system_words, translatable
from explorer.validation import Refused, refuse

Pixels = npt.NDArray[np.uint8]

# Of these Pillow knows no more than the name, or asks another program to draw them, such as Ghostscript.
_REFUSED_FORMATS = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"}
_DEEP_RANGE = 65535.0  # of whole numbers of more than 8 bits; Pillow reads many 16-bit files as 32-bit numbers
_FLOAT_RANGES = (1.0, 255.0, _DEEP_RANGE)  # of floats: the first that all values lie in

warnings.filterwarnings("ignore", module=r"PIL\.")  # the scan says what is wrong with which image


class Unusable(ValueError):
    """A file is no image that can be used; the text says why."""


class Opened(NamedTuple):
    """An image that was read; `turned` says that it was rotated or mirrored as its EXIF data ask.

    `size` is that of the whole image, upright: (width, height).
    """

    upright: Image.Image
    turned: bool
    size: tuple[int, int]


def decode(path: Path, shape: tuple[int, int, int], background: str = "white") -> Pixels:
    """Read the image in a file as `fit_image` returns it. Raises Refused."""
    _, height, width = shape
    return fit_image(open_image(path, (width, height)).upright, shape, background)


def decode_each(
    paths: Iterable[Path], shape: tuple[int, int, int], background: str = "white"
) -> list[Pixels | Sentence]:
    """Return of each file its image as `decode` does, or the reason why there is none."""
    return [_decoded_or_not(path, shape, background) for path in paths]


def _decoded_or_not(path: Path, shape: tuple[int, int, int], background: str) -> Pixels | Sentence:
    try:
        return decode(path, shape, background)
    except Refused as refused:
        reason = refused.complaints[0].what.values["reason"]  # without the file
        assert isinstance(reason, Sentence)
        return reason


def open_image(path: Path, smallest: tuple[int, int] | None = None) -> Opened:
    """Read the image in a file and turn it upright. Raises Refused.

    Where `smallest`, (width, height), is enough, a large JPEG is decoded at a fraction of its size.
    """
    try:
        with open_regular(path) as file, open_header(file) as image:
            return load_upright(image, smallest)
    except Exception as error:  # Pillow raises almost anything on a bad file
        what = translatable("{path!r} is not a usable image: {reason}")
        raise refuse("data", what, path=str(path), reason=reason_of(error)) from None


def reason_of(error: Exception) -> Sentence:
    """Return in plain words why an image cannot be used."""
    if isinstance(error, Unusable):
        return Sentence(str(error))
    if isinstance(error, UnidentifiedImageError):
        return Sentence(translatable("unknown format"))
    if isinstance(error, Image.DecompressionBombError):
        return Sentence(translatable("far more pixels than a photo has"))
    if isinstance(error, MemoryError):
        return Sentence(translatable("too large for the memory"))
    if isinstance(error, OSError) and error.errno:
        return system_words(error)
    return Sentence(translatable("cut off or damaged"))


# In steps, for who wants more of a file than its image


@contextmanager
def open_regular(path: Path) -> Iterator[BufferedReader]:
    """Open a file that is neither empty nor something else, such as a named pipe, which would block for ever.

    Raises OSError and Unusable.
    """
    with open(path, "rb", opener=_open_at_once) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise Unusable(translatable("not a regular file"))
        if not status.st_size:
            raise Unusable(translatable("empty"))
        yield file


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


@contextmanager
def open_header(file: BufferedReader) -> Iterator[Image.Image]:
    """Open an image whose pixels are not loaded yet. Raises whatever Pillow does."""
    with Image.open(file, formats=_formats()) as image:
        yield image


@cache
def _formats() -> tuple[str, ...]:
    Image.preinit()  # the most usual formats first
    Image.init()
    return tuple(name for name in Image.ID if name not in _REFUSED_FORMATS)


def load_upright(image: Image.Image, smallest: tuple[int, int] | None = None) -> Opened:
    """Load the pixels of an image, as many as `open_image` says, and turn it. Raises whatever Pillow does."""
    orientation = _orientation(image)
    width, height = image.size
    if smallest:
        image.draft(None, smallest[::-1] if orientation > 4 else smallest)
    image.load()  # a truncated file shows itself only here
    if orientation != 1:
        ImageOps.exif_transpose(image, in_place=True)
    return Opened(image, orientation != 1, (height, width) if orientation > 4 else (width, height))


def _orientation(image: Image.Image) -> int:
    """Return which way the image lies, 1 to 8 as in EXIF; 1, upright, where the EXIF data are damaged."""
    found = 1
    with suppress(Exception):  # the pixels are good all the same
        found = image.getexif().get(ExifTags.Base.Orientation, 1)
    return found if found in range(1, 9) else 1


# Pixels of one kind


def fit_image(image: Image.Image, shape: tuple[int, int, int], background: str = "white") -> Pixels:
    """Return `image` as uint8 of (height, width, channels): resized by the shorter side, cropped at the centre.

    `shape` is (channels, height, width), of 1 or 3 channels; `background` is as for `flatten`.
    """
    channels, height, width = shape
    fitted = ImageOps.fit(flatten(image, channels, background), (width, height), Image.Resampling.BILINEAR)
    return np.array(fitted, np.uint8).reshape(height, width, channels)


def flatten(image: Image.Image, channels: int, background: str = "white") -> Image.Image:
    """Return `image` with 8 bits in 1 or 3 channels; what is transparent shows the `background`, a colour's name.

    Whole numbers of more than 8 bits are scaled by the range of 16 bits, which no camera exceeds. Floats are scaled by
    the range from 0 to 1, or to 255 or 65535 if one is larger.
    """
    mode = "L" if channels == 1 else "RGB"
    if image.mode[0] in "IF":
        image = _eight_bits(image)
    if image.has_transparency_data:
        ground = Image.new("RGBA", image.size, background)
        ground.alpha_composite(image.convert("RGBA"))
        image = ground
    return image if image.mode == mode else image.convert(mode)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a deep grey image as L, or as LA if one of its values stands for transparent."""
    deep, limit = np.asarray(image), _DEEP_RANGE
    if image.mode == "F":
        deep = np.nan_to_num(deep, posinf=0.0, neginf=0.0)
        limit = next((each for each in _FLOAT_RANGES if deep.max() <= each), _DEEP_RANGE)
    scaled = Image.fromarray((deep.clip(0, limit) * (255 / limit)).round().astype(np.uint8))
    hidden = image.info.get("transparency")
    if isinstance(hidden, int):
        scaled.putalpha(Image.fromarray(np.where(deep == hidden, 0, 255).astype(np.uint8)))
    return scaled
