"""A study in words, and as its plot draws it. No widgets."""

from functools import partial
from math import log10
from typing import assert_never

from PySide6.QtCore import QLocale

from explorer.architecture.blocks import SHORTCUTS
from explorer.architecture.design import Design
from explorer.architecture.twins import NetworkKind
from explorer.gui.document import title_of
from explorer.gui.studies.knob_field import title_of_key
from explorer.gui.studies.plotted_study import PlottedPoint, PlottedSeries, PlottedStudy
from explorer.gui.widgets.text.language import percent, say, whole
from explorer.gui.workers.studies import KnownStudy, StudyState
from explorer.runs.studies.outcome import Point, Scale
from explorer.runs.studies.schedule import TrialState
from explorer.runs.studies.study import Measure, Study, StudyKind
from explorer.sentences import translatable

SHORTCUT = "shortcut"


def title_of_study(study: Study) -> str:
    """Return the name that the user has given a study, or else its design's title and what is varied."""
    if study.name:
        return study.name
    if study.kind is StudyKind.NESTED:
        return say(translatable("{design}: nested classes")).format(design=title_of(study.design))
    varied = say(translatable(", ")).join(title_of_key(knob.key, study.design) for knob in study.knobs)
    return say(translatable("{design}: {varied}")).format(design=title_of(study.design), varied=varied)


def state_text(state: StudyState) -> str:
    match state:
        case StudyState.GOING:
            return say(translatable("going on"))
        case StudyState.HELD:
            return say(translatable("on hold"))
        case StudyState.ELSEWHERE:
            return say(translatable("trained by another process"))
        case StudyState.DONE:
            return say(translatable("done"))
        case StudyState.OPEN:
            return say(translatable("stopped"))
        case _:
            assert_never(state)


def progress_text(known: KnownStudy) -> str:
    """Return how many runs of a study are done, and how many failed or are under way."""
    count, total = known.schedule.count, len(known.schedule.trials)
    words = [say(translatable("{n} of {total} runs done")).format(n=whole(count(TrialState.DONE)), total=whole(total))]
    for state, text in (
        (TrialState.UNDER_WAY, say(translatable("{n} under way"))),
        (TrialState.FAILED, say(translatable("{n} failed"))),
    ):
        if number := count(state):
            words.append(text.format(n=whole(number)))
    return " · ".join(words)


def written(value: float, measure: Measure) -> str:
    """Return a value of what a study compares."""
    match measure:
        case Measure.ACCURACY:
            return percent(value)
        case Measure.TRAINING_LOSS:
            return QLocale().toString(value, "g", 4)
        case _:
            assert_never(measure)


def series_title(name: str, design: Design) -> str:
    """Return what the window calls a series: `plain` for one without shortcuts."""
    parts = [part.partition("=") for part in name.split(" ")]
    if not all(equals for _, equals, _ in parts):
        return say(name)
    return say(translatable(", ")).join(_value_title(key, value, design) for key, _, value in parts)


def _value_title(key: str, value: str, design: Design) -> str:
    if key != SHORTCUT:
        return f"{title_of_key(key, design)} = {value}"
    kind = NetworkKind.PLAIN if SHORTCUTS[value].plain else NetworkKind.RESIDUAL
    return (
        say(kind)
        if kind is NetworkKind.PLAIN
        else say(translatable("{kind} ({value})")).format(kind=say(kind), value=value)
    )


def plotted(known: KnownStudy) -> PlottedStudy:
    """Return a study as its plot draws it: the points that have a value, the axis with all that are to be."""
    found = known.outcome
    log = found.scale is Scale.LOG
    ticks = {
        (log10(point.place) if log else point.place): point.value for series in found.series for point in series.points
    }
    series = []
    for each in found.series:
        title = series_title(each.name, known.study.design) if each.name else ""
        drawn = (
            PlottedPoint(
                x=log10(point.place) if log else point.place,
                mean=point.spread.mean,
                deviation=point.spread.deviation,
                words=_point_words(known, title, point),
                runs=point.runs,
            )
            for point in each.points
            if point.spread
        )
        series.append(PlottedSeries(title, tuple(drawn)))
    along = title_of_key(found.axis, known.study.design) if found.axis else ""
    heading = (
        say(translatable("{measure} by {knob}")).format(measure=say(found.measure), knob=_inside(along))
        if along
        else say(found.measure)
    )
    return PlottedStudy(
        heading=heading,
        ticks=tuple(sorted(ticks.items())),
        form=_FORMS[found.measure],
        series=tuple(series),
        words=_words(known, heading, series),
        notes=" ".join(map(say, found.words)),
    )


def _point_words(known: KnownStudy, title: str, point: Point) -> str:
    """Return the mean of a point with its spread: `plain, 4: 91.2 % ± 0.3 % (3 of 3 runs)`."""
    assert point.spread
    name = say(translatable(", ")).join(filter(None, (title, point.value)))
    value = written(point.spread.mean, known.outcome.measure)
    if point.spread.count > 1:
        value = f"{value} ± {written(point.spread.deviation, known.outcome.measure)}"
    return say(translatable("{name}: {value} ({n} of {total} runs)")).format(
        name=name, value=value, n=whole(len(point.runs)), total=whole(point.planned)
    )


def _words(known: KnownStudy, heading: str, series: list[PlottedSeries]) -> str:
    """Return all that the plot shows, or that there is nothing yet."""
    points = [point.words for each in series for point in each.points]
    if not points:
        return say(translatable("{progress}: a point is drawn when the first run of it is done.")).format(
            progress=progress_text(known)
        )
    return "\n".join((heading, *points, *map(say, known.outcome.words)))


_FORMS = {measure: partial(written, measure=measure) for measure in Measure}


def _inside(title: str) -> str:
    """Return a title as it stands inside a sentence; one of capitals stays."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title
