"""Scan: which images a data set has, class by class, and what is wrong with them. No Qt."""

from collections import Counter
from statistics import median_low

from explorer.engine.data.datasets import load_data
from explorer.engine.data.images.division import divide_data
from explorer.engine.data.images.health import find_problems
from explorer.engine.data.progress import Report, Warn, unwarned
from explorer.runs.data.catalogue import CATALOGUE, describe_data
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.questions.data import ClassCount, Scan, Scanned


def scan_data(question: Scan, report: Report, warn: Warn = unwarned, verify: bool = False) -> Scanned:
    """Return what the data have. Raises Refused, and what `report` raises.

    With `verify` every image is opened, whatever is known. `warn` is told what goes wrong beside.
    """
    if question.recipe.data in CATALOGUE:
        return _scan_named(question)
    division = divide_data(question.recipe, report, warn=warn, verify=verify)
    images, examined = division.images, division.examined
    counts = Counter((image.label, part) for image, part in zip(images.images, division.parts, strict=True))
    classes = tuple(
        ClassCount(name, *(counts[label, part] for part in Part)) for label, name in enumerate(images.class_names)
    )
    return Scanned(
        data=question.recipe.data,
        layout=images.layout,
        classes=classes,
        split=division.split,
        problems=find_problems(division, classes),
        skipped=images.skipped,
        bytes=sum(each.size for each in examined),
        coloured=sum(each.coloured for each in examined) / max(1, len(examined)),
        sides=tuple(median_low(sides) for sides in zip(*((each.height, each.width) for each in examined), strict=True)),
    )


def _scan_named(question: Scan) -> Scanned:
    """Count the images of a set of the catalogue, which are what they were when it was published. Raises Refused."""
    data_set = describe_data(question.recipe.data)
    assert data_set.shape
    data = load_data(data_set.name, data_set.fit(question.design, own_size=False))
    train, validation = (Counter(part.labels.tolist()) for part in data)
    files = [path for file in CATALOGUE[data_set.name].files for path in file.find(data_set.path)] or [data_set.path]
    return Scanned(
        data=data_set.name,
        layout=Layout.NAMED,
        classes=tuple(
            ClassCount(name, train[label], validation[label], 0) for label, name in enumerate(data_set.class_names)
        ),
        split=Split(SplitKind.PUBLISHED),
        problems=(),
        skipped=0,
        bytes=sum(path.stat().st_size for path in files),
        coloured=float(data_set.shape[0] > 1),
        sides=data_set.shape[1:],
    )
