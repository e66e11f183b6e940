"""Thumbnails: small pictures of the data's images, as they are or as the network sees them when it trains. No Qt."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from explorer.engine.data.augment import Augmentation
from explorer.engine.data.datasets import Images
from explorer.engine.data.images.decoding import fit_image, flatten, open_image
from explorer.engine.data.loader import place_images
from explorer.engine.data.preprocessing import Preprocessing
from explorer.engine.probes.pictures import write_sheets
from explorer.engine.probes.seen_images import named_image, root_of_data
from explorer.engine.training.failure import answered
from explorer.paths import real_name
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.data.storage import stored_size
from explorer.runs.events import Failed
from explorer.runs.questions.data import Pictured, Thumbnails
from explorer.runs.questions.question import Answer
from explorer.validation import Refused

_CPU = torch.device("cpu")


class _Read(NamedTuple):
    """An image as it was read, uint8 of (1 or 3, height, width); in its file it has `size`, (height, width)."""

    pixels: Tensor
    size: tuple[int, ...]


def thumbnails(question: Thumbnails) -> Answer | Failed:
    """Return the pictures of some images of a folder or of a named set, or why there are none."""
    return answered(question, lambda: draw_thumbnails(question))


def draw_thumbnails(question: Thumbnails) -> Pictured:
    """Return the pictures, each in its place. Raises Refused if the data are not there."""
    is_named = question.recipe.data in CATALOGUE and not _is_elsewhere(question)
    read = _read_named(question) if is_named else _read_files(question)
    pictures = [each.pixels for each in read if each]
    if question.seen and pictures:
        pictures = list(_seen(question, torch.stack(pictures)))
    small = iter([_shrunk(pixels, question.side) for pixels in pictures])
    there = (next(small) if each else None for each in read)
    file, sheets = write_sheets(zip(question.files, there, strict=True))
    return Pictured(file=file, sheets=sheets, sizes=tuple(each.size if each else () for each in read))


def _is_elsewhere(question: Thumbnails) -> bool:
    """Return whether the images are not those of the data."""
    return all(Path(file).is_absolute() for file in question.files)


def _read_files(question: Thumbnails) -> list[_Read | None]:
    """Read files of a folder: small and whole, or as they are stored for training; None for what is unreadable."""
    root = Path() if _is_elsewhere(question) else root_of_data(question.recipe.data)
    read = _read_stored if question.seen else _read_whole
    with ThreadPoolExecutor() as pool:  # decoding leaves the interpreter's lock
        return list(pool.map(partial(read, question), (root / real_name(file) for file in question.files)))


def _read_whole(question: Thumbnails, path: Path) -> _Read | None:
    side = question.side
    try:
        opened = open_image(path, (side, side))
    except Refused:
        return None
    image = flatten(opened.upright, 3, question.recipe.background)
    image.thumbnail((side, side))
    return _Read(torch.from_numpy(np.array(image)).permute(2, 0, 1), opened.size[::-1])


def _read_stored(question: Thumbnails, path: Path) -> _Read | None:
    height, width = stored_size(question.design, question.recipe)
    try:
        opened = open_image(path, (width, height))
    except Refused:
        return None
    shape = question.design.input[0], height, width
    pixels = fit_image(opened.upright, shape, question.recipe.background)
    return _Read(torch.from_numpy(pixels).permute(2, 0, 1), opened.size[::-1])


def _read_named(question: Thumbnails) -> list[_Read | None]:
    """Return images of a named set, at the design's size if the network sees them. Raises Refused."""
    found: list[_Read | None] = []
    for name in question.files:
        pixels = named_image(question.recipe.data, name)
        size = tuple(pixels.shape[1:])
        if question.seen:
            alone = Images(pixels.unsqueeze(0), torch.zeros(1, dtype=torch.int64))
            pixels = place_images(alone, question.design, _CPU).pixels[0]
        found.append(_Read(pixels, size))
    return found


def _seen(question: Thumbnails, pixels: Tensor) -> Tensor:
    """Return images of the stored size, (n, channels, height, width), as the batch that they are in that epoch.

    What normalisation does to them cannot be seen.
    """
    recipe, images = question.recipe, len(pixels)
    stored = pixels.shape[2], pixels.shape[3]
    seed = (recipe.seed + crc32(question.files[0].encode())) % 2**32  # so that the next images are not drawn alike
    recipe = recipe.change(seed=seed)
    preprocessing = Preprocessing(question.design.input[1:])
    augmentation = Augmentation(recipe, images, stored, preprocessing, question.seen, _CPU)
    batch = slice(0, images)
    labels = torch.zeros(images, dtype=torch.int64)
    return augmentation.mix(augmentation.pixels(pixels, batch), labels, question.design.classes, batch.start)[0]


def _shrunk(pixels: Tensor, side: int) -> Tensor:
    """Return an image with no side longer than `side`."""
    _, height, width = pixels.shape
    shrink = side / max(height, width)
    if shrink >= 1:
        return pixels
    size = max(1, round(height * shrink)), max(1, round(width * shrink))
    return F.interpolate(pixels.unsqueeze(0), size, mode="bilinear", antialias=True)[0]
