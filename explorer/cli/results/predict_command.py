"""`predict RUN PATH …`: which classes images from anywhere are, for the network of a run. No Qt."""

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from glob import glob, has_magic
from pathlib import Path

from explorer.cli.columns import grid
from explorer.cli.flags import add_json_flag, add_runs_flag, runs_of
from explorer.cli.progress_line import ProgressLine
from explorer.cli.terminal import BAD_INPUT, Parser, complain, show
from explorer.paths import exists, storable
from explorer.runs.destination import check_destination, write_content
from explorer.runs.events import Progress
from explorer.runs.folder.survey import find_run
from explorer.runs.questions.results import Classification, ClassifiedImage, Classify
from explorer.runs.results.classification import csv_text
from explorer.validation import refuse

_TOP = 3


def add_predict_flags(parser: Parser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id or its folder")
    what = "images, folders (all images below them), or patterns such as 'photos/**/*.jpg'"
    parser.add_argument("paths", nargs="+", metavar="PATH", help=what)
    parser.add_argument("--csv", type=Path, metavar="OUT", help="write a table; a file that exists is replaced")
    what = f"how many classes of each image, the likeliest first (default: {_TOP})"
    parser.add_argument("--top", default=str(_TOP), metavar="K", help=what)
    add_runs_flag(parser)
    add_json_flag(parser)


def predict(options: Namespace) -> int:
    """Print which classes the images are, and write the table; return the exit status. Raises Refused."""
    if not (options.top.isdecimal() and len(options.top) < 10 and int(options.top)):
        raise refuse("top", "must be a whole number of at least 1, not {text!r}", text=options.top[:40])
    run = find_run(options.run, runs_of(options))
    if options.csv is not None:
        check_destination(options.csv, is_folder=False)
    paths = tuple(storable(path) for text in options.paths for path in _matching(text))
    made = _classified(
        Classify(run.design, run.recipe, runs=run.folder.parent, run=run.id, paths=paths, top=int(options.top))
    )
    if not any(each.likely for each in made.images):
        complain(f"{each.file}: {each.reason}" for each in made.images)
        complain(["predict: none of these is an image that can be classified"])
        return BAD_INPUT
    if options.csv is not None:
        write_content(options.csv, csv_text(made))
    return show(options.json, lambda: _values(run.id, made), lambda: _text(made))


def _matching(text: str) -> list[str]:
    """Return the paths that match a pattern, which not every shell replaces; any other text is a path."""
    if exists(Path(text)) or not has_magic(text):
        return [text]
    return sorted(glob(text, recursive=True)) or [text]  # noqa: PTH207, for a Path takes no absolute pattern


def _classified(question: Classify) -> Classification:
    from explorer.engine.results.classification import classify_images

    line = ProgressLine(lambda progress: f"{progress.done:,} of {progress.total:,} images")
    try:
        made = classify_images(question, lambda done, total: line.show(Progress("classify", done, total)))
    finally:
        line.clear()
    complain([f"run: {made.warning}"] if made.warning else [])
    return made


def _values(run: str, made: Classification) -> dict[str, object]:
    return {
        "run": run,
        "classes": list(made.class_names),
        "images": [
            {
                "file": each.file,
                "likely": [{"class": name, "confidence": share} for name, share in _pairs(made, each)],
                "problem": each.reason or None,
            }
            for each in made.images
        ],
    }


def _pairs(made: Classification, image: ClassifiedImage) -> Iterator[tuple[str, float]]:
    """Yield the names of the likeliest classes and their probabilities."""
    if image.likely:
        for label, probability in zip(image.likely.classes, image.likely.probabilities, strict=True):
            yield made.class_names[label], probability


def _text(made: Classification) -> str:
    """Return a line per image, and how many there are of each class."""
    rows = [("image", "class", "confidence", "or")]
    for each in made.images:
        if each.likely:
            (name, share), *others = _pairs(made, each)
            rows.append((each.file, name, f"{share:.2%}", ", ".join(f"{other} {less:.2%}" for other, less in others)))
        else:
            rows.append((each.file, "–", "", str(each.reason)))
    counts = Counter(made.class_names[each.likely.classes[0]] for each in made.images if each.likely)
    words = ", ".join(f"{name} {count:,}" for name, count in counts.most_common())
    unread = len(made.images) - counts.total()
    lines = [grid(rows, "<<><"), "", f"{counts.total():,} images: {words}"]
    return "\n".join([*lines, *([f"no image: {unread:,}"] if unread else [])])
