"""Division: the images of a folder or a table that can be used, examined, and the part that each is for. No Qt.

Both a scan and a training divide them here, so that what is shown is what is trained on.
"""

from dataclasses import dataclass

from explorer.engine.data.images.examination import Examined
from explorer.engine.data.images.image_index import index_images
from explorer.engine.data.progress import Report, Warn, unwarned
from explorer.paths import expand_user
from explorer.runs.data.decisions import Decisions, read_decisions
from explorer.runs.data.image_list import ImageList, Part, list_images
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
    recipe: Recipe, report: Report, decisions: Decisions | None = None, warn: Warn = unwarned, verify: bool = False
) -> Division:
    """Examine and divide the images of a recipe, by the user's decisions if none are given. Raises Refused.

    `report`, `warn` and `verify` are as for `index_images`. Images with equal pixels are in one part.
    """
    listed = list_images(expand_user("data", recipe.data))
    decisions = read_decisions(listed.root) if decisions is None else decisions
    chosen = decisions.apply(listed)
    found = dict(zip(chosen.images, index_images(chosen, report, warn, verify), strict=True))
    images = chosen.with_images(image for image, examined in found.items() if not examined.error)
    examined = tuple(found[image] for image in images.images)
    numbers: dict[str, int] = {}
    groups = [numbers.setdefault(each.digest, len(numbers)) for each in examined]
    split, parts = divide(images, groups, recipe.split_seed, recipe.validation_share, recipe.test_share)
    unreadable = tuple(Unreadable(image.file, each.error) for image, each in found.items() if each.error)
    return Division(images, decisions, examined, split, parts, unreadable)
