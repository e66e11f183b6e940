"""SeenImages: images as a run's network sees them, by their names. No Qt."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

from explorer.architecture.design import Design
from explorer.architecture.presets import preset
from explorer.engine.data.datasets import Images, load_data
from explorer.engine.data.images.decoding import decode
from explorer.engine.data.loader import place_images
from explorer.engine.data.preprocessing import Preprocessing
from explorer.paths import expand_user, real_name
from explorer.runs.data.catalogue import CATALOGUE, describe_data
from explorer.runs.data.image_list import list_images
from explorer.runs.data.record import DataRecord
from explorer.runs.data.storage import stored_size
from explorer.runs.recipe import Recipe
from explorer.sentences import system_words, translatable
from explorer.validation import refuse

_CPU = torch.device("cpu")


class SeenImages:
    """The images of a run's data, and others, as its network sees them when it is evaluated.

    `record` is that of the run's data, None for a run of an older version, whose network sees values from 0 to 1.
    """

    def __init__(self, design: Design, recipe: Recipe, record: DataRecord | None, device: torch.device) -> None:
        self._design, self._recipe, self._device = design, recipe, device
        self.shape = design.input[0], *stored_size(design, recipe, record)  # that is stored for training
        self.background = recipe.background
        mean, deviation = (record.mean, record.deviation) if record else ((), ())
        self.preprocessing = Preprocessing(design.input[1:], mean, deviation)

    def inputs(self, names: Sequence[str]) -> Tensor:
        """Return what the network sees of images, floats (n, channels, height, width). Raises Refused."""
        pixels = torch.stack([self.pixels(name) for name in names])
        return self.preprocessing.inputs(pixels.to(self._device))

    def pixels(self, name: str) -> Tensor:
        """Return an image at the size that is stored for training, uint8 (channels, height, width). Raises Refused."""
        if Path(name).is_absolute():
            return self._read(Path(name))
        if self._recipe.data in CATALOGUE:
            return self._named(name)
        return self._read(root_of_data(self._recipe.data) / real_name(name))

    def _read(self, path: Path) -> Tensor:
        return torch.from_numpy(decode(path, self.shape, self.background)).permute(2, 0, 1)

    def _named(self, name: str) -> Tensor:
        alone = Images(named_image(self._recipe.data, name).unsqueeze(0), torch.zeros(1, dtype=torch.int64))
        return place_images(alone, self._design, _CPU).pixels[0]


def root_of_data(data: str) -> Path:
    """Return what the files of a folder or a table of images are relative to. Raises Refused."""
    path = expand_user("data", data)
    try:
        return _root(path, path.stat().st_mtime_ns)
    except OSError as error:
        raise refuse("data", "{path}: {error}", path=str(path), error=system_words(error)) from None


@lru_cache(maxsize=4)
def _root(path: Path, changed: int) -> Path:
    """Return the root; `changed` is when the folder or the table last did."""
    return list_images(path).root


def named_image(data: str, name: str) -> Tensor:
    """Return the image LABEL/N of a named set, uint8 (channels, height, width) of its own size. Raises Refused."""
    images = _named_images(data)
    label, number = (int(part) if part.isdecimal() else -1 for part in name.partition("/")[::2])
    if not 0 <= label < len(images) or not 0 <= number < len(images[label]):
        raise refuse("files", translatable("{name!r} is no image of the data set"), name=name)
    return images[label][number]


@lru_cache(maxsize=1)
def _named_images(name: str) -> tuple[Tensor, ...]:
    """Return the images of each class of a named set, (n, channels, height, width). Raises Refused."""
    data_set = describe_data(name)
    data = load_data(name, data_set.fit(preset("mini"), own_size=True))
    pixels, labels = (torch.cat(both) for both in zip(*data, strict=True))
    return tuple(pixels[labels == label] for label in range(data_set.classes))
