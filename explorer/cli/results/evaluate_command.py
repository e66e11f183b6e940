"""`evaluate RUN`: what a run's network makes of a part of its images, by class. torch is imported to evaluate again."""

from argparse import Namespace
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from explorer.cli.columns import grid
from explorer.cli.flags import add_json_flag, add_runs_flag, runs_of
from explorer.cli.progress_line import ProgressLine
from explorer.cli.terminal import Parser, complain, show
from explorer.paths import storable
from explorer.runs.data.image_list import Part
from explorer.runs.events import Progress
from explorer.runs.folder.run import Run, read_run
from explorer.runs.folder.survey import find_run
from explorer.runs.questions.results import Evaluate
from explorer.runs.results.confusion import ClassResult, class_results, confusion_matrix, mistakes, worst_pairs
from explorer.runs.results.predictions import Predictions, evaluated_epochs, read_predictions
from explorer.validation import refuse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_AGAIN = ("best", "last")
_CLASSES, _PAIRS, _MISTAKES = 50, 10, 10  # in text


class _Results(NamedTuple):
    """Predictions with the run that made them and their confusion matrix."""

    run: Run
    predictions: Predictions
    matrix: "NDArray[np.int64]"

    @property
    def classes(self) -> list[tuple[str, ClassResult]]:
        return list(zip(self.predictions.images.class_names, class_results(self.matrix), strict=True))


class _Mistake(NamedTuple):
    """An image that is taken for another class, which has this probability."""

    file: str
    truth: str
    predicted: str
    confidence: float


def add_evaluate_flags(parser: Parser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id or its folder")
    parser.add_argument("--data", metavar="DATA", help="where the run's images have moved to")
    what = "whose weights: the best, the last, or what was kept of the epoch with this number (default: best)"
    parser.add_argument("--epoch", default="best", metavar="best|last|N", help=what)
    what = "which of the run's images (default: validation)"
    parser.add_argument("--part", choices=[part.value for part in Part], default=Part.VALIDATION.value, help=what)
    add_runs_flag(parser)
    add_json_flag(parser)


def evaluate_run(options: Namespace) -> int:
    """Print what the network makes of the images; return the exit status. Raises Refused."""
    run, part = find_run(options.run, runs_of(options)), Part(options.part)
    if options.epoch in _AGAIN:
        predictions = _evaluated(run, part, options)
        run = read_run(run.folder)  # how often the test part has been looked at
    else:
        predictions = _kept(run, part, options)
    matrix = confusion_matrix(predictions.labels, predictions.predicted, len(predictions.images.class_names))
    results = _Results(run, predictions, matrix)
    return show(options.json, lambda: _values(results), lambda: _text(results))


def _kept(run: Run, part: Part, options: Namespace) -> Predictions:
    """Return the predictions that are in the run's folder of the epoch with the given number. Raises Refused."""
    if not options.epoch.isdecimal():
        raise refuse("epoch", "must be best, last or a number, not {text!r}", text=options.epoch[:40])
    if options.data is not None:
        raise refuse("usage", "--data is for best and last; what was kept of an epoch needs no images")
    epoch, there = int(options.epoch), evaluated_epochs(run.folder, part)
    if there and epoch not in there:
        what = "run {run} has no predictions of epoch {epoch}, but of {there}"
        raise refuse("epoch", what, run=run.id, epoch=epoch, there=", ".join(map(str, there)))
    return read_predictions(run.folder, part, epoch)


def _evaluated(run: Run, part: Part, options: Namespace) -> Predictions:
    """Return what the run's best or last weights predict. Raises Refused."""
    from explorer.engine.results.evaluation import evaluate_part

    recipe = run.recipe if options.data is None else run.recipe.change(data=storable(options.data))
    question = Evaluate(run.design, recipe, runs=run.folder.parent, run=run.id, part=part, epoch=options.epoch)
    line = ProgressLine(lambda progress: f"{progress.done / max(1, progress.total):.0%}")
    try:
        predictions, answer = evaluate_part(question, lambda done, total: line.show(Progress("evaluate", done, total)))
    finally:
        line.clear()
    complain([f"run: {answer.warning}"] if answer.warning else [])
    return predictions


def _values(results: _Results) -> dict[str, object]:
    run, predictions, matrix = results
    return {
        "run": run.id,
        "epoch": predictions.epoch,
        "part": predictions.part,
        "test_looks": run.test_looks,
        "images": len(predictions.predicted),
        "accuracy": predictions.accuracy,
        "loss": predictions.loss,
        "classes": [
            {"name": name, "support": each.support, "precision": each.precision, "recall": each.recall, "f1": each.f1}
            for name, each in results.classes
        ],
        "confusion": matrix.tolist(),
        "mistakes": [each._asdict() for each in _mistakes(predictions)],
    }


def _mistakes(predictions: Predictions) -> Iterator[_Mistake]:
    """Yield the mistakes, the most confident one first."""
    images = predictions.images
    names = images.class_names
    for place in mistakes(predictions):
        truth, predicted = names[images.labels[place]], names[predictions.predicted[place]]
        yield _Mistake(images.files[place], truth, predicted, float(predictions.confidence[place]))


def _text(results: _Results) -> str:
    run, predictions, _ = results
    lines = [
        f"run {run.id}, epoch {predictions.epoch}, {predictions.part} part: {len(predictions.predicted):,} images",
        f"accuracy {predictions.accuracy:.4f}, loss {predictions.loss:.4f}",
    ]
    if predictions.part is Part.TEST:
        lines.append(f"the test part has been looked at {run.test_looks:,} time{'s' * (run.test_looks != 1)}")
    return "\n".join([*lines, *_class_lines(results), *_pair_lines(results), *_mistake_lines(predictions)])


def _class_lines(results: _Results) -> Iterator[str]:
    """Yield the classes, the one with the lowest F1 first."""
    worst = sorted(results.classes, key=lambda pair: pair[1].f1)
    rows = [("class", "images", "precision", "recall", "F1")]
    rows += [
        (name, f"{each.support:,}", f"{each.precision:.4f}", f"{each.recall:.4f}", f"{each.f1:.4f}")
        for name, each in worst[:_CLASSES]
    ]
    yield from ("", grid(rows, "<>>>>"))
    if len(worst) > _CLASSES:
        yield f"… and {len(worst) - _CLASSES:,} more, which --json has"


def _pair_lines(results: _Results) -> Iterator[str]:
    """Yield which classes are confused most."""
    names = results.predictions.images.class_names
    rows = [("images", "of", "taken for")]
    for pair in worst_pairs(results.matrix, _PAIRS):
        rows.append((f"{pair.images:,}", names[pair.truth], names[pair.predicted]))
    if len(rows) > 1:
        yield from ("", grid(rows, "><<"))


def _mistake_lines(predictions: Predictions) -> Iterator[str]:
    """Yield the most confident mistakes."""
    rows = [("mistake", "is", "taken for", "confidence")]
    rows += [
        (each.file, each.truth, each.predicted, f"{each.confidence:.4f}")
        for each in islice(_mistakes(predictions), _MISTAKES)
    ]
    if len(rows) > 1:
        yield from ("", grid(rows, "<<<>"))
