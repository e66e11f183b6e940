"""Plot: the outcome of a study as SVG, with mean and spread, for light pages and dark ones. No torch, no Qt."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import log
from textwrap import wrap
from xml.etree.ElementTree import Element

from explorer.figures import drawing, element, ticks
from explorer.runs.destination import write_content
from explorer.runs.studies.folder import StudyFolder
from explorer.runs.studies.outcome import Outcome, Point, Scale, Series
from explorer.runs.studies.study import Measure

PLOT = "plot.svg"  # in a study's folder
_WIDTH, _HEIGHT = 640, 400  # pixels, the height without words below
_LEFT, _RIGHT, _BOTTOM = 64, 20, 48  # margins
_LINE = 18  # height of a line of text
_CHARACTER = 6.6  # its width on average
_APART = 5.0  # pixels between the error bars of two series
_CAP = 4.0  # half the width of the end of an error bar
LIGHT = ("#2460c0", "#ac4a05", "#1c754a", "#96307f", "#786000", "#0a7083", "#b32d37", "#6049c0")
DARK = ("#6ba1ff", "#f0964b", "#63c592", "#d983c8", "#d1b54a", "#4fbfd1", "#f07f86", "#a595f2")
_DASHES = ("", "7 4", "2 3", "9 3 2 3")
# the attributes of each element are those of a light page, for readers that know no style
_STYLE = (
    "@media (prefers-color-scheme: dark) {{ .page {{ fill: #22262c }} .text {{ fill: #e7eaee }} {series} }}".format(
        series=" ".join(f".line{at} {{ stroke: {hue} }} .dot{at} {{ fill: {hue} }}" for at, hue in enumerate(DARK))
    )
    + "\n@media (prefers-color-scheme: dark) { .quiet { fill: #a3acb8 } .grid { stroke: #3b424c } }"
)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where points and values are drawn: between these places, at which points lie, and these values."""

    top: float
    first: float
    last: float
    low: float
    high: float

    def x(self, place: float) -> float:
        share = (place - self.first) / (self.last - self.first) if self.last > self.first else 0.5
        width = _WIDTH - _LEFT - _RIGHT
        return _LEFT + (0.04 + 0.92 * share) * width  # so that no error bar is cut

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - self.top)


def write_plot(study: StudyFolder, outcome: Outcome) -> None:
    """Write what a study shows into its folder. Raises Refused."""
    write_content(study.folder / PLOT, plot_svg(outcome, study.title))


def plot_svg(outcome: Outcome, title: str) -> str:
    """Return the drawing; `title` names the study."""
    words = [line for each in outcome.words for line in wrap(each, int((_WIDTH - _LEFT - _RIGHT) / _CHARACTER))]
    width, height = _WIDTH, _HEIGHT + len(words) * _LINE + (_LINE if words else 0)
    legend = list(_legend_rows([series.name for series in outcome.series]))
    top = 2.5 * _LINE + (1 + len(legend)) * _LINE
    write = value_writer(outcome.measure)
    points = [point for series in outcome.series for point in series.points]
    known = [point.spread for point in points if point.spread]
    values = ticks(
        min((each.mean - each.deviation for each in known), default=0.0),
        max((each.mean + each.deviation for each in known), default=1.0),
    )
    places = [_place(outcome.scale, point) for point in points]
    frame = _Frame(top, min(places), max(places), values[0], values[-1])
    return drawing(
        width,
        height,
        element("title", title),
        element("style", _STYLE),
        element("rect", width=width, height=height, fill="#ffffff", class_="page"),
        _text(title, _LEFT, 1.4 * _LINE, font_weight="bold"),
        _text(heading(outcome), _LEFT, 2.4 * _LINE, quiet=True),
        *_legend(legend),
        *_value_axis(frame, values, write),
        *_knob_axis(frame, outcome),
        *(shape for at, each in enumerate(outcome.series) for shape in _shapes(frame, outcome, each, at)),
        *(_text(line, _LEFT, _HEIGHT + (down + 0.6) * _LINE, quiet=True) for down, line in enumerate(words)),
        *([] if known else [_text("no run has finished yet", width / 2, _HEIGHT / 2, True, text_anchor="middle")]),
    )


def heading(outcome: Outcome) -> str:
    """Say what is shown, over which knob, and of how many runs a point is."""
    of = f" by {outcome.axis}" if outcome.axis else ""
    counts = {point.spread.count if point.spread else 0 for each in outcome.series for point in each.points}
    least, most = min(counts, default=0), max(counts, default=0)
    if most < 2:
        return f"{outcome.measure}{of}; {'one run per point' if most else 'no run has finished yet'}"
    runs = f"{most}" if least == most else f"{least} to {most}"
    return f"{outcome.measure}{of}; mean and standard deviation of {runs} runs per point"


def value_writer(measure: Measure) -> Callable[[float], str]:
    """Return what writes a value on an axis."""
    if measure is Measure.ACCURACY:
        return lambda value: f"{100 * value:.4g} %"
    return lambda value: f"{value:.4g}"


def _place(scale: Scale, point: Point) -> float:
    return log(point.place) if scale is Scale.LOG else point.place


def _text(words: str, x: float, y: float, quiet: bool = False, **attributes: object) -> Element:
    fill, kind = ("#5b6470", "quiet") if quiet else ("#1d2229", "text")
    return element("text", words, x=f"{x:.1f}", y=f"{y:.1f}", fill=fill, class_=kind, **attributes)


def _legend_rows(names: Sequence[str]) -> Iterator[list[tuple[int, str, float]]]:
    """Yield rows of number, name and place of the series, as many to a row as it has room for."""
    row, x = list[tuple[int, str, float]](), float(_LEFT)
    for at, name in enumerate(names):
        needed = 40 + len(name) * _CHARACTER + 16
        if row and x + needed > _WIDTH - _RIGHT:
            yield row
            row, x = [], float(_LEFT)
        if name:
            row.append((at, name, x))
            x += needed
    if row:
        yield row


def _legend(rows: Sequence[Sequence[tuple[int, str, float]]]) -> Iterator[Element]:
    for down, row in enumerate(rows):
        y = 3.6 * _LINE + down * _LINE
        for at, name, x in row:
            yield _line(at, [(x, y - 4), (x + 32, y - 4)])
            yield _dot(at, x + 16, y - 4)
            yield _text(name, x + 40, y)


def _value_axis(frame: _Frame, values: Sequence[float], write: Callable[[float], str]) -> Iterator[Element]:
    for value in values:
        y = f"{frame.y(value):.1f}"
        yield element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, stroke="#d4d8de", class_="grid")
        yield _text(write(value), _LEFT - 8, frame.y(value) + 4, quiet=True, text_anchor="end")


def _knob_axis(frame: _Frame, outcome: Outcome) -> Iterator[Element]:
    """Yield the values of the knob, as they were written, where there is room, and its name below."""
    known = {point.value: _place(outcome.scale, point) for each in outcome.series for point in each.points}
    end = 0.0
    for value, place in sorted(known.items(), key=lambda each: each[1]):
        x, half = frame.x(place), len(value) * _CHARACTER / 2
        if x - half > end:
            yield _text(value, x, _HEIGHT - _BOTTOM + _LINE, quiet=True, text_anchor="middle")
            end = x + half + 4
    logarithmic = ", logarithmic" if outcome.scale is Scale.LOG else ""
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield _text(f"{outcome.axis}{logarithmic}", middle, _HEIGHT - 10, text_anchor="middle")


def _shapes(frame: _Frame, outcome: Outcome, series: Series, at: int) -> Iterator[Element]:
    """Yield a line for each part of a series without gaps, and the mean and the spread of its points."""
    aside = (at - (len(outcome.series) - 1) / 2) * min(_APART, 24 / len(outcome.series))
    for is_known, part in groupby(series.points, lambda point: point.spread is not None):
        places = []
        for point in part if is_known else ():
            assert point.spread
            x, spread = frame.x(_place(outcome.scale, point)) + aside, point.spread
            places.append((x, frame.y(spread.mean)))
            if spread.count > 1:
                low, high = (frame.y(spread.mean + sign * spread.deviation) for sign in (-1, 1))
                yield _line(at, [(x, low), (x, high)], dashed=False)
                yield from (_line(at, [(x - _CAP, y), (x + _CAP, y)], dashed=False) for y in (low, high))
        if len(places) > 1 and outcome.scale is not Scale.NAMES:
            yield _line(at, places)
        yield from (_dot(at, x, y) for x, y in places)


def _line(at: int, places: Sequence[tuple[float, float]], dashed: bool = True) -> Element:
    hue, dashes = at % len(LIGHT), _DASHES[at % len(_DASHES)] if dashed else ""
    return element(
        "polyline",
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places),
        fill="none",
        stroke=LIGHT[hue],
        stroke_width=2 if dashed else 1.5,
        class_=f"line{hue}",
        **({"stroke_dasharray": dashes} if dashes else {}),
    )


def _dot(at: int, x: float, y: float) -> Element:
    hue = at % len(LIGHT)
    return element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=4, fill=LIGHT[hue], class_=f"dot{hue}")
