"""Seeds: runs that differ in nothing but the seed, and how far their results lie apart. No torch, no Qt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from explorer.runs.folder.run import Run
from explorer.runs.results.confusion import class_results, confusion_matrix
from explorer.runs.results.predictions import Predictions
from explorer.runs.spread import Spread


@dataclass(frozen=True, slots=True)
class SeedSpread:
    """The spread of the accuracy, and of the F1 of each class."""

    accuracy: Spread
    f1: tuple[Spread, ...]


def runs_of_other_seeds(run: Run, runs: Iterable[Run]) -> tuple[Run, ...]:
    """Return those of `runs` that differ from `run` in the seed, and besides at most in the device; one per seed."""
    seen, found = {_seeds_of(run)}, []
    for other in runs:
        if _but_seeds(other) == _but_seeds(run) and _seeds_of(other) not in seen:
            seen.add(_seeds_of(other))
            found.append(other)
    return tuple(found)


def spread_over_seeds(predictions: Sequence[Predictions]) -> SeedSpread:
    """Return the spread over the predictions of several runs, at least one, of the same images."""
    classes = len(predictions[0].images.class_names)
    results = [class_results(confusion_matrix(each.labels, each.predicted, classes)) for each in predictions]
    return SeedSpread(
        accuracy=Spread.of([each.accuracy for each in predictions]),
        f1=tuple(Spread.of([each.f1 for each in of_class]) for of_class in zip(*results, strict=True)),
    )


def _seeds_of(run: Run) -> tuple[int, int]:
    """Return the seed of the order of the images and that of the initial weights."""
    return run.recipe.seed, run.seed


def _but_seeds(run: Run) -> tuple[object, ...]:
    """Return what makes a run, without its seeds."""
    images = run.data.fingerprint if run.data else ""
    return run.design, run.recipe.change(seed=0, device="auto"), run.parent, images
