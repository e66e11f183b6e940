"""TrainingData: the images that a run trains and validates with, opened from wherever they fit, and their record.

No Qt. A named set lies on the device. Images of the user's own are examined, divided, and decoded once into the cache
on the disk. A processor trains from that, for what the system keeps of it in memory costs nothing; another device gets
them all if they fit, else batch by batch. Without room on the disk they lie in memory if they fit there; else they are
decoded again in every epoch.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import assert_never

import numpy as np
import torch
from torch import Tensor

from explorer.architecture.design import Design
from explorer.engine.data.cache import NoRoom, Shape, decoded, store
from explorer.engine.data.datasets import load_data
from explorer.engine.data.decoding_loader import DecodingLoader
from explorer.engine.data.images.decoding import Pixels
from explorer.engine.data.images.own_images import ImagePart, OwnImages, divide_images
from explorer.engine.data.loader import Loader, PlacedLoader, place_images
from explorer.engine.data.mapped_loader import MappedLoader
from explorer.engine.data.preprocessing import Preprocessing
from explorer.engine.data.progress import Report, unreported
from explorer.engine.devices import available_memory
from explorer.engine.weights.statistics import IMAGENET, Statistics
from explorer.paths import real_name
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.data.record import DataRecord
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.data.storage import stored_bytes, stored_size
from explorer.runs.recipe import Recipe
from explorer.runs.results.predictions import numbered_files
from explorer.sentences import NOTHING, Sentence, translatable
from explorer.validation import refuse

_SAMPLE, _AT_ONCE = 1000, 100  # images that mean and deviation are measured over; in memory at a time
_MAY_TAKE = 0.5  # of the memory that is free, unless it is said how much


@dataclass(frozen=True, slots=True)
class Gallery:
    """The images of one part; their `files` are below the `root`, in the order of the loader.

    A named set has no root; of an image that comes without a name, `files` has none.
    """

    loader: Loader
    files: tuple[str, ...] = ()
    root: Path | None = None

    def path(self, number: int) -> Path | None:
        """Return the file of an image."""
        return self.root / real_name(self.files[number]) if self.root else None


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Images to train and to validate with; `warning` says why they are not kept on the disk.

    The files to validate with are below the `root`, in the order of their loader. A named set has none.
    """

    train: Loader
    validation: Loader
    record: DataRecord
    validation_files: tuple[str, ...] = ()
    root: Path | None = None
    warning: Sentence = NOTHING

    @property
    def gallery(self) -> Gallery:
        """The images to validate with."""
        return Gallery(self.validation, self.validation_files, self.root)


def open_data(
    recipe: Recipe,
    design: Design,
    device: torch.device,
    report: Report = unreported,
    *,
    known: DataRecord | None = None,
    statistics: Statistics | None = None,
    room: int | None = None,
) -> TrainingData:
    """Open the data of a recipe for networks of a design. Raises Refused, and what `report` raises.

    `known` is the record of a run that goes on: its decisions hold, and all else has to be as it was. `statistics` are
    those of the weights to start from. Images may take `room` bytes on the device.
    """
    if recipe.data in CATALOGUE:
        data = _open_named(recipe, design, device)
    else:
        data = _open_own(recipe, design, device, report, known, room)
    mean, deviation = _statistics(recipe, design, data.train, known, statistics)
    for loader in (data.train, data.validation):
        loader.preprocessing = Preprocessing(loader.preprocessing.size, mean, deviation)
    return replace(data, record=replace(data.record, mean=mean, deviation=deviation))


def open_gallery(
    recipe: Recipe,
    design: Design,
    device: torch.device,
    known: DataRecord | None = None,
    part: Part = Part.VALIDATION,
    report: Report = unreported,
) -> Gallery:
    """Open only the images of one part, as `open_data` does. Raises Refused, and what `report` raises."""
    if recipe.normalise == "data" and not known:  # which is measured over the others
        return open_data(recipe, design, device).gallery
    if recipe.data in CATALOGUE:
        gallery = _open_named_part(recipe, design, device, part)
    else:
        images = divide_images(recipe, design, lambda done, total: report(done, 2 * total), known)
        found = images.parts[part]
        if not found.files:
            what = translatable("{data} has no images in its {part} part")
            raise refuse("data", what, data=str(images.root), part=Sentence(part))
        opening, count = _opening(images, recipe, design, device, None), len(found.files)
        loader, _ = opening.open(found, lambda done, _: report(count + done, 2 * count))
        gallery = Gallery(loader, found.files, images.root)
    statistics = _statistics(recipe, design, gallery.loader, known, None)
    gallery.loader.preprocessing = Preprocessing(design.input[1:], *statistics)
    return gallery


def _statistics(
    recipe: Recipe, design: Design, train: Loader, known: DataRecord | None, weights: Statistics | None
) -> Statistics:
    """Return mean and deviation of each channel as the recipe wants them, empty for none."""
    if known:
        return known.mean, known.deviation
    if recipe.normalise == "off":
        return (), ()
    if recipe.normalise == "data":
        return _measured(train)
    mean, deviation = weights or (IMAGENET.mean, IMAGENET.deviation)
    channels = design.input[0]
    if len(mean) in (0, channels):  # without any, the weights expect values from 0 to 1
        return mean, deviation
    return (sum(mean) / len(mean),) * channels, (sum(deviation) / len(deviation),) * channels


def _measured(train: Loader) -> Statistics:
    """Return mean and deviation of each channel over some images, the same whatever the device."""
    count = min(_SAMPLE, len(train))
    chosen = torch.linspace(0, len(train) - 1, count).round().long().to(train.device)
    sums = squares = torch.zeros(())
    values = 0
    for numbers in torch.split(chosen, _AT_ONCE):
        pixels = train.preprocessing.crop(train.read(numbers)).cpu().long()  # sums of whole numbers are exact
        sums, squares = sums + pixels.sum((0, 2, 3)), squares + pixels.square().sum((0, 2, 3))
        values += pixels[:, 0].numel()
    means = [total / values for total in sums.tolist()]
    variances = [total / values - mean**2 for total, mean in zip(squares.tolist(), means, strict=True)]
    return tuple(mean / 255 for mean in means), tuple(max(each, 0.0) ** 0.5 / 255 or 1.0 for each in variances)


def _open_named(recipe: Recipe, design: Design, device: torch.device) -> TrainingData:
    """Read a set of the catalogue onto the device. Its files are checked, so that they are what they were."""
    train, validation = (place_images(part, design, device) for part in load_data(recipe.data, design))
    entry = CATALOGUE[recipe.data]
    published = [recipe.data, *(file.md5 for file in entry.files)]
    record = DataRecord(
        name=recipe.data,
        layout=Layout.NAMED,
        class_names=entry.class_names,
        train=len(train),
        validation=len(validation),
        test=0,
        split=Split(SplitKind.PUBLISHED),
        fingerprint=hashlib.sha256(" ".join(published).encode()).hexdigest(),
    )
    return TrainingData(train, validation, record)


def _open_named_part(recipe: Recipe, design: Design, device: torch.device, part: Part) -> Gallery:
    """Read one part of a set of the catalogue onto the device. Raises Refused."""
    data = load_data(recipe.data, design)
    match part:
        case Part.TRAIN:
            images, before = data.train, []
        case Part.VALIDATION:
            images, before = data.validation, data.train.labels.tolist()
        case Part.TEST:
            what = translatable("{data} has no test part of its own: what was published for testing validates")
            raise refuse("data", what, data=Sentence(CATALOGUE[recipe.data].label))
        case _:
            assert_never(part)
    return Gallery(place_images(images, design, device), numbered_files(images.labels.tolist(), before))


def _open_own(
    recipe: Recipe, design: Design, device: torch.device, report: Report, known: DataRecord | None, room: int | None
) -> TrainingData:
    """Divide and open the images of a folder or a table. Raises Refused, and what `report` raises."""
    images = divide_images(recipe, design, lambda done, total: report(done, 2 * total), known)
    opening = _opening(images, recipe, design, device, room)
    count, first = images.record.train + images.record.validation, images.record.train
    train, warning = opening.open(images.parts[Part.TRAIN], lambda done, _: report(count + done, 2 * count))
    part = images.parts[Part.VALIDATION]
    validation, _ = opening.open(part, lambda done, _: report(count + first + done, 2 * count))
    return TrainingData(train, validation, images.record, part.files, images.root, warning)


@dataclass(frozen=True, slots=True)
class _Opening:
    """How parts of own images are opened; `fits` says whether all fit into the memory of the device."""

    root: Path
    shape: Shape
    background: str
    preprocessing: Preprocessing
    device: torch.device
    fits: bool

    def open(self, part: ImagePart, report: Report) -> tuple[Loader, Sentence]:
        """Return a loader, and why the images are not kept on the disk. Raises Refused, and what `report` raises."""
        labels = torch.tensor(part.labels).to(self.device)
        common = labels, self.preprocessing, part.fingerprint(self.shape, self.background)
        try:
            stored = store(self.root, part.sources, self.shape, self.background, report)
        except NoRoom as error:
            if not self.fits:
                return DecodingLoader(part.paths, self.shape, self.background, *common), error.sentence
            images = chain.from_iterable(decoded(part.paths, self.shape, self.background))
            pixels = _reported(images, len(labels), report)
            return PlacedLoader(self._placed(pixels, len(labels)), *common), error.sentence
        if self.device.type == "cpu" or not self.fits:
            return MappedLoader(stored, *common), NOTHING
        return PlacedLoader(
            self._placed((stored.pixels[place] for place in stored.places), len(labels)), *common
        ), NOTHING

    def _placed(self, images: Iterable[Pixels], count: int) -> Tensor:
        """Return all images on the device, uint8 (n, channels, height, width)."""
        channels, height, width = self.shape
        placed = torch.empty((count, height, width, channels), dtype=torch.uint8, device=self.device)
        remaining = iter(images)
        for part in torch.split(placed, _AT_ONCE):
            part.copy_(torch.from_numpy(np.stack(list(islice(remaining, len(part))))))
        return placed.permute(0, 3, 1, 2)


def _opening(images: OwnImages, recipe: Recipe, design: Design, device: torch.device, room: int | None) -> _Opening:
    """Return how to open images where they may take `room` bytes on the device, by default half of what is free."""
    shape = (design.input[0], *stored_size(design, recipe, images.record))
    needed = stored_bytes(images.record.train + images.record.validation, shape[0], shape[1:])
    if room is None:
        room = int(_MAY_TAKE * (available_memory(device) or 0))
    preprocessing = Preprocessing(design.input[1:])
    return _Opening(images.root, shape, recipe.background, preprocessing, device, fits=needed <= room)


def _reported(images: Iterable[Pixels], total: int, report: Report) -> Iterator[Pixels]:
    for done, pixels in enumerate(images, 1):
        yield pixels
        report(done, total)
