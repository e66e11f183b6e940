"""DataRecord: what a run was trained on, as run.json and its weights keep it. No torch, no Qt."""

from dataclasses import dataclass, field

from explorer.runs.data.decisions import Decisions
from explorer.runs.data.image_list import Layout
from explorer.runs.data.split import Split


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRecord:
    """What a run was trained on.

    `fingerprint` is a sha256 over file, class, part and content of every image. `mean` and `deviation` are per channel,
    of values from 0 to 1, empty if the network sees these. `unreadable` and `skipped` files were left out. `stored` is
    the (height, width) of the images of a folder before they are cropped, empty in records of older versions.
    """

    name: str
    layout: Layout
    class_names: tuple[str, ...]
    train: int
    validation: int
    test: int
    split: Split
    fingerprint: str
    decisions: Decisions = field(default_factory=Decisions)
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()
    unreadable: int = 0
    skipped: int = 0
    stored: tuple[int, ...] = ()


def class_names(record: DataRecord | None, classes: int) -> tuple[str, ...]:
    """Return a name per class of a design; one that the data have no class for is called by its number."""
    known = record.class_names if record else ()
    return (*known, *map(str, range(len(known), classes)))
