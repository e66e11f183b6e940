"""Twin: the run of the same network without shortcuts, or with them, to which a run is compared. No torch, no Qt."""

from collections.abc import Iterable

from explorer.architecture.twins import kind_of, twin_of
from explorer.runs.folder.run import Run


def trained_twin(run: Run, runs: Iterable[Run]) -> Run | None:
    """Return the run of the twin on the same data that was trained beside `run`, else the newest; None without one.

    `runs` are the newest first; runs without an epoch have no network worth comparing.
    """
    twins = [each for each in runs if each.epochs_done and _are_twins(run, each)]
    beside = (each for each in twins if each.id in run.beside)
    return next(beside, twins[0] if twins else None)


def _are_twins(one: Run, other: Run) -> bool:
    """Return whether, on the same data, one is the other without its shortcuts, of whichever kind these are."""
    if kind_of(one.design) == kind_of(other.design) or one.recipe.data != other.recipe.data:
        return False
    residual, plain = (other, one) if one.design.plain else (one, other)
    return twin_of(residual.design) == plain.design
