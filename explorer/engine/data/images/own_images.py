"""OwnImages: the images of a folder or a table, examined and divided, with the record of them. No Qt."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.architecture.design import Design
from explorer.engine.data.cache import Shape, Source
from explorer.engine.data.images.division import divide_data
from explorer.engine.data.images.examination import Examined
from explorer.engine.data.progress import Report
from explorer.runs.data.changes import refuse_changed
from explorer.runs.data.image_list import ImageList, ListedImage, Part
from explorer.runs.data.record import DataRecord
from explorer.runs.data.storage import stored_size
from explorer.runs.recipe import Recipe
from explorer.sentences import translatable
from explorer.validation import refuse


@dataclass(frozen=True, slots=True)
class ImagePart:
    """The images of one part; `contents` are the sha256 of their files."""

    files: tuple[str, ...]
    paths: tuple[Path, ...]
    sources: tuple[Source, ...]
    labels: tuple[int, ...]
    contents: tuple[str, ...]

    def fingerprint(self, shape: Shape, background: str) -> str:
        """Return a sha256 over what decides about pixels and labels."""
        return _sha256([*zip(self.contents, self.labels, strict=True), shape, background])


@dataclass(frozen=True, slots=True)
class OwnImages:
    root: Path
    parts: Mapping[Part, ImagePart]
    record: DataRecord


def divide_images(recipe: Recipe, design: Design, report: Report, known: DataRecord | None) -> OwnImages:
    """Examine and divide the images of a recipe, for networks of a design. Raises Refused, and what `report` raises.

    `known` is the record of a run that goes on: its decisions hold, and all else has to be as it was.
    """
    channels, _, _ = design.input
    if channels not in (1, 3):
        what = translatable("the design takes {channels} channels; images have 1 or 3")
        raise refuse("input", what, channels=channels)
    division = divide_data(recipe, report, known)
    images, parts = division.images, division.parts
    if (count := len(images.class_names)) > design.classes:
        what = translatable("{data} has {count} classes, but the design has only {classes}")
        raise refuse("data", what, data=str(images.root), count=count, classes=design.classes)
    rows = list(zip(images.images, division.examined, parts, strict=True))
    record = DataRecord(
        name=recipe.data,
        layout=images.layout,
        class_names=images.class_names,
        train=parts.count(Part.TRAIN),
        validation=parts.count(Part.VALIDATION),
        test=parts.count(Part.TEST),
        split=division.split,
        fingerprint=_sha256(
            [(row.file, images.class_names[row.label], part, each.contents) for row, each, part in rows]
        ),
        decisions=division.decisions,
        unreadable=len(division.unreadable),
        skipped=images.skipped,
        stored=stored_size(design, recipe, known),
    )
    if known:
        refuse_changed(known, record)
    if not record.train or not record.validation:
        raise refuse("data", translatable("{data} has no images for training or for validation"), data=recipe.data)
    found = {part: _part(images, [row[:2] for row in rows if row[2] is part]) for part in Part}
    return OwnImages(images.root, found, record)


def _part(images: ImageList, rows: Sequence[tuple[ListedImage, Examined]]) -> ImagePart:
    return ImagePart(
        files=tuple(image.file for image, _ in rows),
        paths=tuple(images.path(image) for image, _ in rows),
        sources=tuple(Source(image.file, each.size, each.changed) for image, each in rows),
        labels=tuple(image.label for image, _ in rows),
        contents=tuple(each.contents for _, each in rows),
    )


def _sha256(values: Sequence[object]) -> str:
    return hashlib.sha256("\n".join(map(json.dumps, values)).encode()).hexdigest()
