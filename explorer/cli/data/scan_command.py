"""`data FOLDER`: what a folder, a table or a named set has by class and part, and what is wrong with it. No Qt."""

from argparse import Namespace
from collections.abc import Iterator
from itertools import chain, islice, zip_longest

from explorer.architecture.presets import DEFAULT, find_design
from explorer.cli.columns import grid, mebibytes
from explorer.cli.flags import given_fields
from explorer.cli.progress_line import ProgressLine
from explorer.cli.terminal import BAD_INPUT, DONE, complain, show
from explorer.paths import storable
from explorer.runs.data.catalogue import describe_data
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.events import Progress
from explorer.runs.questions.data import DataProblem, Scan, Scanned
from explorer.runs.recipe import read_recipe

SHARES = ("validation_share", "test_share", "split_seed")  # fields of a recipe
_FILES = 20  # that are named of each problem


def scan_images(options: Namespace) -> int:
    """Scan the named data, print what was found, and return the exit status. Raises Refused."""
    recipe = read_recipe({**given_fields(options), "data": storable(options.what)})
    data = describe_data(recipe.data, recipe)  # refuses what it can before torch is imported
    design = data.fit(find_design(DEFAULT), own_size=False)
    from explorer.engine.probes.scan import scan_data

    line = ProgressLine(lambda progress: f"{progress.done:,} of {progress.total:,} images")
    try:
        found = scan_data(
            Scan(design, recipe),
            lambda done, total: line.show(Progress("scan", done, total)),
            lambda warning: complain([f"data: {warning}"]),
            options.verify,
        )
    finally:
        line.clear()
    show(options.json, lambda: _values(found), lambda: _text(found))
    if sum(each.train > 0 for each in found.classes) > 1:
        return DONE
    complain(["data: nothing can be trained on: fewer than two classes have images to train with"])
    return BAD_INPUT


def _values(found: Scanned) -> dict[str, object]:
    return {
        "name": found.data,
        "layout": found.layout,
        "classes": [
            {"name": each.name, "train": each.train, "validation": each.validation, "test": each.test}
            for each in found.classes
        ],
        "split": {"kind": found.split.kind, "seed": found.split.seed, "ratio": list(found.split.ratio)},
        "problems": [
            {"kind": problem.kind, "count": problem.count, "files": _first(chain(*problem.groups))}
            for problem in found.problems
        ],
        "skipped": found.skipped,
        "bytes": found.bytes,
    }


def _first(files: Iterator[str]) -> list[str]:
    return list(islice(files, _FILES))


def _text(found: Scanned) -> str:
    counts = [(each.name, each.train, each.validation, each.test) for each in found.classes]
    totals = [sum(column) for column in zip(*(numbers for _, *numbers in counts), strict=True)]
    rows = [("class", "train", "validation", "test"), *map(_cells, counts), _cells(("all", *totals))]
    lines = [
        f"{found.data}: {sum(totals):,} images, {mebibytes(found.bytes)}, layout {found.layout}",
        _split_words(found.split),
        *([f"other files, left out: {found.skipped:,}"] if found.skipped else []),
        "",
        grid(rows, "<>>>"),
    ]
    for problem in found.problems:
        lines += ["", f"{problem.kind}: {problem.count:,}", *(f"  {each}" for each in _problem_lines(problem))]
    return "\n".join(lines)


def _cells(row: tuple[object, ...]) -> tuple[str, ...]:
    name, *numbers = row
    return (str(name), *(f"{number:,}" for number in numbers))


def _split_words(split: Split) -> str:
    match split.kind:
        case SplitKind.FOUND:
            return "split as the folders or the table say"
        case SplitKind.PUBLISHED:
            return "split as published; the test part validates"
        case SplitKind.STRATIFIED:
            train, validation, test = (f"{100 * share:g} %" for share in split.ratio)
            words = f"{train} to train, {validation} to validate, {test} to test"
            return f"split class by class with seed {split.seed}: {words}"


def _problem_lines(problem: DataProblem) -> Iterator[str]:
    """Yield the first groups of a problem, each in a line, with the reason if there is one."""
    shown = 0
    for group, reason in zip_longest(problem.groups, problem.reasons):
        if shown >= _FILES:
            yield "…"
            return
        shown += len(group)
        yield " = ".join(group) + (f": {reason.what}" if reason else "")
