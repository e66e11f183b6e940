"""Outcome: what the runs of a study show, as series of points with mean and spread over the seeds. No torch, no Qt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from itertools import pairwise
from math import isfinite
from typing import assert_never

from explorer.runs.folder.run import Run
from explorer.runs.spread import Spread
from explorer.runs.studies.folder import StudyFolder
from explorer.runs.studies.nested import Network, nested_words
from explorer.runs.studies.schedule import KnownTrial, TrialState, schedule_of
from explorer.runs.studies.study import Knob, Measure, StudyKind
from explorer.runs.studies.trials import point_text
from explorer.sentences import Sentence

_WIDE = 8  # of the largest value to the smallest one: from here on an axis may be logarithmic


class Scale(StrEnum):
    """How the values of a knob lie on an axis."""

    LINEAR = auto()
    LOG = auto()
    NAMES = auto()  # one after the other, at 0, 1, 2 …


@dataclass(frozen=True, slots=True)
class Point:
    """One value of the knob on the axis, at `place`, and the runs that were finished with it, by their ids.

    `spread` is None while there is none, or where none had a finite measure. `planned` are the runs that are to be.
    """

    value: str
    place: float
    spread: Spread | None
    runs: tuple[str, ...]
    planned: int


@dataclass(frozen=True, slots=True)
class Series:
    """The points with the same values of the other knobs, which are its `name`; empty if there is only one series."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The series of a study over the knob `axis`, whose values lie on a `scale`; `axis` is empty without a knob.

    `words` say what is compared and what is seen, where there is more to say than the series show.
    """

    measure: Measure
    axis: str
    scale: Scale
    series: tuple[Series, ...]
    words: tuple[Sentence, ...] = ()


def measured(run: Run, measure: Measure) -> float | None:
    """Return what a study compares of a finished run; None where that is not known or not finite."""
    match measure:
        case Measure.ACCURACY:
            value = run.best_accuracy
        case Measure.TRAINING_LOSS:
            value = run.learned.loss if run.learned else None
        case _:
            assert_never(measure)
    return value if value is not None and isfinite(value) else None


def outcome(study: StudyFolder, runs: Iterable[Run]) -> Outcome:
    """Return what the finished ones of `runs` show, of which others than the study's are ignored. Raises Refused."""
    knobs, measure = study.study.knobs, study.study.measure
    axis = _axis(knobs)
    others = [place for place in range(len(knobs)) if place != axis]
    groups: dict[tuple[str, ...], dict[str, list[KnownTrial]]] = {}
    for known in schedule_of(study, runs).trials:
        values = known.trial.values
        group = groups.setdefault(tuple(values[place] for place in others), {})
        group.setdefault(values[axis] if knobs else "", []).append(known)
    nested = study.study.kind is StudyKind.NESTED
    if nested:  # the first network is that from which the others have grown, too
        first, groups = knobs[axis].values[0], {(network,): groups[network,] for network in Network}
        groups[Network.GROWN,][first] = groups[Network.SCRATCH,][first]
    written = knobs[axis].values if knobs else ("",)
    scale = _scale(written)
    places = {text: float(text) if scale is not Scale.NAMES else float(at) for at, text in enumerate(written)}
    series = tuple(
        Series(
            values[0] if nested else point_text([knobs[place] for place in others], values),
            tuple(
                sorted(
                    (_point(text, places[text], trials, measure) for text, trials in group.items()),
                    key=lambda point: point.place,
                )
            ),
        )
        for values, group in groups.items()
    )
    spreads = {each.name: [point.spread for point in each.points] for each in series}
    words = nested_words(study.study, spreads) if nested else ()
    return Outcome(measure, knobs[axis].key if knobs else "", scale, series, words)


def _point(text: str, place: float, trials: Sequence[KnownTrial], measure: Measure) -> Point:
    runs = [known.run for known in trials if known.state is TrialState.DONE and known.run]
    values = [value for run in runs if (value := measured(run, measure)) is not None]
    return Point(
        value=text,
        place=place,
        spread=Spread.of(values) if values else None,
        runs=tuple(run.id for run in runs),
        planned=len(trials),
    )


def _axis(knobs: Sequence[Knob]) -> int:
    """Return the place of the first knob whose values are several numbers; else of the first one."""
    return next((at for at, knob in enumerate(knobs) if _scale(knob.values) is not Scale.NAMES), 0)


def _scale(values: Sequence[str]) -> Scale:
    """Return how values lie on an axis: those that are multiplied from one to the next, on a logarithmic one."""
    try:
        numbers = sorted(map(float, values))
    except ValueError:
        return Scale.NAMES
    pairs = list(pairwise(numbers))
    if len(numbers) < 2 or not all(map(isfinite, numbers)):
        return Scale.NAMES
    if len(numbers) < 3 or numbers[0] <= 0:
        return Scale.LINEAR
    steps, ratios = [high - low for low, high in pairs], [high / low for low, high in pairs]
    unlike = max(ratios) / min(ratios)
    grows = numbers[-1] >= _WIDE * numbers[0] and unlike < max(steps) / min(steps)
    return Scale.LOG if grows or unlike < 1.01 else Scale.LINEAR
