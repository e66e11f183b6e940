"""Scan: which images a data set has, class by class, and what is wrong with them. No Qt."""

import queue
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from statistics import median_low

from explorer.engine.data.datasets import load_data
from explorer.engine.data.images.division import divide_data
from explorer.engine.data.images.health import find_problems
from explorer.engine.data.progress import Cancelled, Report, Warn, unwarned
from explorer.engine.training.failure import answered
from explorer.runs.data.catalogue import CATALOGUE, describe_data
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.events import Event, Progress, Warned
from explorer.runs.questions.data import ClassCount, Scan, Scanned

_WAIT = 0.2  # seconds: so often it is looked whether to go on


def scan(question: Scan) -> Iterator[Event]:
    """Yield progress several times a second, and at the end the answer, or why there is none.

    Until it is known how many images there are, the total is 0. The scan rests while nobody takes what it yields, and
    ends when the iterator is closed.
    """
    happened: queue.Queue[Event] = queue.Queue(maxsize=1)
    is_over = threading.Event()

    def tell(event: Event) -> None:
        while not is_over.is_set():
            with suppress(queue.Full):
                happened.put(event, timeout=_WAIT)
                return
        raise Cancelled

    def report(done: int, total: int) -> None:
        tell(Progress(question.name, done, total, question.id))

    def work() -> None:
        with suppress(Cancelled):
            tell(answered(question, lambda: scan_data(question, report, warn=lambda reason: tell(Warned(reason)))))

    threading.Thread(target=work, name="scan", daemon=True).start()
    latest = Progress(question.name, 0, 0, question.id)
    try:
        while True:
            event: Event = latest
            with suppress(queue.Empty):
                event = happened.get(timeout=_WAIT)
            yield event
            if isinstance(event, Progress):
                latest = event
            elif not isinstance(event, Warned):
                return
    finally:
        is_over.set()


def scan_data(question: Scan, report: Report, verify: bool = False, warn: Warn = unwarned) -> Scanned:
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
