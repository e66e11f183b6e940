"""Examination: each image of a data set opened once, for all that is asked about it. No Qt."""

import hashlib
import math
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from functools import partial, reduce
from io import BufferedReader
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

from explorer.engine.data.images.decoding import flatten, load_upright, open_header, open_regular, reason_of
from explorer.engine.data.parallel import in_parallel, returned
from explorer.engine.data.progress import Report, seldom

SMALL = (9, 8)  # pixels of the version that is kept of each image: width, height
_LOOKED_AT = 128  # pixels: the longer side of what is measured
_PIECE = 4  # images that one thread or process examines at a time
_LARGE = 24_000_000  # pixels: one such image at a time is in memory
_ROWS = 512  # are hashed at once
_GREYS, _SPECKS = 16, 0.01  # where channels differ by no more, or in fewer pixels, there is noise and no colour
_LUMA = (0.241, 0.691, 0.068)  # perceived brightness (Finley, 2006), as in CleanVision
_FINE = 1.0  # pixels: what a Gaussian of this radius takes away is detail

_ALONE: AbstractContextManager[Any] = nullcontext()


class Examined(NamedTuple):
    """What is known of a file: its `size`, its time of change in ns, and the sha256 of its `contents`.

    Either the `error` says in English why it is no image that can be used, or all else is known. `digest` is that of
    the pixels, upright, in RGB and on white: equal for two images that look the same. `darkest` and `brightest` are the
    5th and 99th percentile of brightness, from 0 to 1, `sharpness` the share of contrast that is in the
    detail. `small` are the pixels of `SMALL`, RGB, as hexadecimal digits.
    """

    size: int
    changed: int
    error: str = ""
    contents: str = ""
    digest: str = ""
    width: int = 0
    height: int = 0
    coloured: bool = False
    darkest: float = 0.0
    brightest: float = 0.0
    sharpness: float = 0.0
    small: str = ""


def examine(path: Path, turn: AbstractContextManager[Any] = _ALONE) -> Examined:
    """Examine the image in a file; a large one when it has its `turn`."""
    known = Examined(0, 0)
    try:
        with open_regular(path) as file:
            status = os.fstat(file.fileno())
            known = Examined(status.st_size, status.st_mtime_ns)
            return _examine_pixels(file, known, turn)
    except Exception as error:  # Pillow raises almost anything on a bad file
        return known._replace(error=str(reason_of(error)))


def _examine_pixels(file: BufferedReader, known: Examined, turn: AbstractContextManager[Any]) -> Examined:
    contents = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    with open_header(file) as image, turn if image.width * image.height > _LARGE else _ALONE:
        flat = flatten(load_upright(image).upright, 3)
        part = _part(flat)
        darkest, brightest = _brightness(part)
        return known._replace(
            contents=contents,
            digest=_digest(flat),
            width=flat.width,
            height=flat.height,
            coloured=_is_coloured(part),
            darkest=darkest,
            brightest=brightest,
            sharpness=_sharpness(part),
            small=part.resize(SMALL, Image.Resampling.LANCZOS, reducing_gap=3).tobytes().hex(),
        )


def _part(image: Image.Image) -> Image.Image:
    """Return `image` reduced to what is measured, if it is larger."""
    ratio = max(image.size) / _LOOKED_AT
    if ratio <= 1:
        return image
    width, height = (max(int(side // ratio), 1) for side in image.size)
    return image.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=1)


def _digest(image: Image.Image) -> str:
    """Return a hash of size and pixels, some rows at a time: they are copied for it."""
    digest = hashlib.sha256(repr(image.size).encode())
    for top in range(0, image.height, _ROWS):
        digest.update(image.crop((0, top, image.width, min(top + _ROWS, image.height))).tobytes())
    return digest.hexdigest()


def _brightness(image: Image.Image) -> tuple[float, float]:
    """Return the 5th and the 99th percentile of the brightness of an image's pixels, of a quarter of them."""
    values = np.sqrt(np.square(np.asarray(image)[::2, ::2] / 255) @ _LUMA).ravel()
    values.sort()
    return _quantile(values, 0.05), _quantile(values, 0.99)


def _quantile(ordered: npt.NDArray[np.float64], share: float) -> float:
    """Return the value below which a `share` of all lies, as numpy.quantile does, which holds up other threads."""
    place = share * (len(ordered) - 1)
    low, high = float(ordered[int(place)]), float(ordered[math.ceil(place)])
    part = place - int(place)
    return high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part


def _is_coloured(image: Image.Image) -> bool:
    red, green, blue = image.split()
    pairs = (ImageChops.difference(*pair) for pair in ((red, green), (green, blue), (blue, red)))
    levels = reduce(ImageChops.lighter, pairs).histogram()
    return sum(levels[_GREYS + 1 :]) > _SPECKS * sum(levels)


def _sharpness(image: Image.Image) -> float:
    """Return which share of an image's contrast is in its detail, from 0 to 1."""
    grey = image.convert("L")
    contrast = float(np.asarray(grey).std())
    detail = np.asarray(grey, np.int16) - np.asarray(grey.filter(ImageFilter.GaussianBlur(_FINE)))
    return float(detail.std()) / contrast if contrast else 0.0


def examine_all(paths: Sequence[Path], report: Report) -> Iterator[Examined]:
    """Yield what is found in each file, in order.

    What `report` raises ends it at once. While nothing takes what is found, or `report` does not return, a few files
    more are opened at most.
    """
    done, tell = 0, seldom(report)
    work = partial(_examine_piece, turn=get_context("spawn").Lock())
    with closing(in_parallel(work, returned, paths, _PIECE, lambda: tell(done, len(paths)))) as pieces:
        for piece in pieces:
            for examined in piece:
                yield examined
                done += 1
                tell(done, len(paths))


def _examine_piece(paths: Sequence[Path], turn: AbstractContextManager[Any]) -> list[Examined]:
    return [examine(path, turn) for path in paths]
