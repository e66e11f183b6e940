"""Division: the images of a folder or a table that can be used, examined, and the part that each is for. No Qt.

Both a scan and a training divide them here, so that what is shown is what is trained on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from explorer.engine.data.images.examination import Examined
from explorer.engine.data.images.image_index import index_images
from explorer.engine.data.progress import Report, Warn, unwarned
from explorer.paths import expand_user
from explorer.runs.data.decisions import Decisions, read_decisions
from explorer.runs.data.image_list import ImageList, Part, list_images
from explorer.runs.data.record import DataRecord
from explorer.runs.data.split import Split, divide
from explorer.runs.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file, relative to the root, that is left out, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Division:
    """The `images` that can be used, after `decisions`; `examined` and `parts` are in their order."""

    images: ImageList
    decisions: Decisions
    examined: tuple[Examined, ...]
    split: Split
    parts: tuple[Part, ...]
    unreadable: tuple[Unreadable, ...]


def divide_data(
    recipe: Recipe, report: Report, known: DataRecord | None = None, warn: Warn = unwarned, verify: bool = False
) -> Division:
    """Examine and divide the images of a recipe, and apply the user's decisions. Raises Refused.

    `report`, `warn` and `verify` are as for `index_images`. Images with equal pixels are in one part. By the record
    `known` of a run the images are divided as that run had them, and its decisions hold.
    """
    listed = list_images(expand_user("data", recipe.data))
    decisions = known.decisions if known else read_decisions(listed.root)
    before_decisions = known is None or known.split.before_decisions
    chosen = decisions.apply(listed)
    examined = index_images(listed, report, warn, verify)
    found = {image.file: each for image, each in zip(listed.images, examined, strict=True)}
    readable = _readable(listed if before_decisions else chosen, found)
    numbers: dict[str, int] = {}
    groups = [numbers.setdefault(found[image.file].digest, len(numbers)) for image in readable.images]
    split, drawn = divide(readable, groups, recipe.split_seed, recipe.validation_share, recipe.test_share)
    parts = {image.file: part for image, part in zip(readable.images, drawn, strict=True)}
    images = _readable(chosen, found)
    errors = ((image.file, found[image.file].error) for image in chosen.images)
    return Division(
        images=images,
        decisions=decisions,
        examined=tuple(found[image.file] for image in images.images),
        split=replace(split, before_decisions=before_decisions),
        parts=tuple(parts[image.file] for image in images.images),
        unreadable=tuple(Unreadable(file, error) for file, error in errors if error),
    )


def _readable(images: ImageList, found: Mapping[str, Examined]) -> ImageList:
    return images.with_images(image for image in images.images if not found[image.file].error)
