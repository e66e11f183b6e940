"""Images: where a script finds those of its run, and how it reads them. No Qt."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from explorer.architecture.plan import Plan
from explorer.architecture.source.lines import Lines
from explorer.engine.data.datasets import DATASETS, Data, read_bundled, read_cifar, read_idx
from explorer.engine.data.images.own_images import ImagePart, divide_images
from explorer.engine.data.progress import Report
from explorer.paths import real_name
from explorer.runs.data.catalogue import CATALOGUE, DataSet, describe_data
from explorer.runs.data.image_list import Part
from explorer.runs.data.storage import stored_size
from explorer.runs.folder.run import Run

READERS: dict[Callable[[DataSet], Data], str] = {
    read_bundled: "bundled",
    read_idx: "idx",
    read_cifar: "cifar",
}  # whose likes are in `readers.py`
FILES = "files"


@dataclass(frozen=True, slots=True)
class Images:
    """The `place` of the images, the kind of `reader`, and the (height, width) at which it reads them.

    `is_resized`: they have another size there. `lists` are the files of a folder, part by part and class by class.
    """

    place: Path
    reader: str
    stored: tuple[int, int]
    is_resized: bool = False
    lists: tuple[str, ...] = ()


def images_of(plan: Plan, run: Run, report: Report) -> Images:
    """Find the images of a run. Raises Refused if they are not what they were, and what `report` raises."""
    _, height, width = plan.design.input
    if run.recipe.data in CATALOGUE:
        data = describe_data(run.recipe.data)
        assert data.shape
        is_resized = data.shape[1:] != (height, width)
        return Images(data.path, READERS[DATASETS[data.name]], (height, width), is_resized)
    own = divide_images(run.recipe, plan.design, report, run.data)
    names = own.record.class_names
    lists = (
        *_listed("TRAIN", own.parts[Part.TRAIN], names),
        *_listed("VALIDATION", own.parts[Part.VALIDATION], names),
    )
    return Images(own.root, FILES, stored_size(plan.design, run.recipe, run.data), lists=lists)


def _listed(name: str, part: ImagePart, class_names: tuple[str, ...]) -> Iterator[str]:
    """Yield a table of the files of each class, in the order in which the run has them."""
    files: list[Lines] = [[] for _ in class_names]
    for file, label in zip(part.files, part.labels, strict=True):
        files[label].append(f"        {literal(real_name(file))},")
    yield f"{name} = {{"
    for class_name, its_files in zip(class_names, files, strict=True):
        rest = [*its_files, "    ],"] if its_files else []
        yield f"    {literal(class_name)}: [" + ("" if rest else "],")
        yield from rest
    yield "}"


def literal(text: str) -> str:
    """Write a text in Python, in double quotes where that needs no escapes."""
    written = repr(text)
    return f'"{written[1:-1]}"' if written[0] == "'" and '"' not in text else written
