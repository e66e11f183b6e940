"""Plot of a search as SVG: accuracy over each knob, or over the MACs with the front, for light and dark pages.

No torch, no Qt.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from xml.etree.ElementTree import Element

from explorer.figures import drawing, element, ticks
from explorer.runs.studies.search import Objective, Search, range_of
from explorer.runs.studies.search_trial import SearchState, SearchTrial

_WIDTH, _PANEL, _TOP = 320, 240, 54  # pixels of a panel, and above all of them
_LEFT, _RIGHT, _BOTTOM = 56, 16, 46  # margins in a panel
_CHARACTER, _LINE = 6.6, 18  # average width, and height
_UNITS = ((" G", 1e9), (" M", 1e6), (" k", 1e3))
_STYLE = (
    "@media (prefers-color-scheme: dark) { .page { fill: #22262c } .text { fill: #e7eaee } .quiet { fill: #a3acb8 } "
    ".grid { stroke: #3b424c } .dot { fill: #6ba1ff } .best { fill: #f0964b } .front { stroke: #f0964b } }"
)


@dataclass(frozen=True, slots=True)
class _Panel:
    """The `places` of points on an axis from `first` to `last`, and the marks of that with their places."""

    label: str
    places: tuple[float, ...]
    first: float
    last: float
    marks: tuple[tuple[float, str], ...]


def search_svg(search: Search, trials: Sequence[SearchTrial], best: Sequence[int]) -> str:
    """Return the drawing of the finished trials; those with the numbers in `best` stand out."""
    done = [trial for trial in trials if trial.state is SearchState.FINISHED]
    panels = list(_panels(search, done)) if done else []
    across = _WIDTH if len(panels) > 1 else 2 * _WIDTH
    corners = [(number % 2 * _WIDTH, _TOP + number // 2 * _PANEL) for number in range(len(panels))]
    width, height = 2 * _WIDTH, max((y for _, y in corners), default=0) + _PANEL
    goal = " and ".join("MACs" if each is Objective.MACS else each for each in search.objectives)
    title = search.study.name or search.study.design.name or "Search"
    heading = f"validation accuracy of {len(done)} finished trials; in orange the best in {goal}"
    return drawing(
        width,
        height,
        element("title", title),
        element("style", _STYLE),
        element("rect", width=width, height=height, fill="#ffffff", class_="page"),
        _text(title[: int(width / _CHARACTER) - 16], _LEFT, 1.4 * _LINE, font_weight="bold"),
        _text(heading if done else "no trial has finished yet", _LEFT, 2.4 * _LINE, quiet=True),
        *(
            element("g", *_drawn(panel, across, done, best, search), transform=f"translate({x},{y})")
            for panel, (x, y) in zip(panels, corners, strict=True)
        ),
    )


def _panels(search: Search, done: Sequence[SearchTrial]) -> Iterator[_Panel]:
    if Objective.MACS in search.objectives:
        place = search.objectives.index(Objective.MACS)
        macs = [trial.results[place] for trial in done]
        yield _numbers("MACs", macs, min(macs), max(macs), max(macs) >= 10 * min(macs))
        return
    for at, knob in enumerate(search.study.knobs):
        bounds = range_of(search.study, knob)
        values = [trial.values[at] for trial in done]
        if bounds:
            yield _numbers(knob.key, list(map(float, values)), bounds.low, bounds.high, bounds.is_logarithmic)
        else:
            places = tuple(float(knob.values.index(value)) for value in values)
            named = tuple((float(place), value) for place, value in enumerate(knob.values))
            yield _Panel(knob.key, places, -0.5, len(named) - 0.5, named)


def _numbers(label: str, values: Sequence[float], low: float, high: float, logarithmic: bool) -> _Panel:
    if logarithmic:
        powers = (factor * 10.0**power for power in range(floor(log10(low)), ceil(log10(high))) for factor in (1, 2, 5))
        marks = tuple((log10(value), _compact(value)) for value in (*powers, high) if low <= value <= high)
        return _Panel(f"{label}, logarithmic", tuple(map(log10, values)), log10(low), log10(high), marks)
    marks = tuple((value, _compact(value)) for value in ticks(low, high) if low <= value <= high)
    return _Panel(label, tuple(values), low, high, marks)


def _compact(value: float) -> str:
    """Write a number on an axis: 0.05, 8, 2.5 M."""
    unit, size = next((each for each in _UNITS if value >= each[1]), ("", 1.0))
    return f"{value / size:.4g}{unit}"


def _drawn(
    panel: _Panel, across: int, done: Sequence[SearchTrial], best: Sequence[int], search: Search
) -> Iterator[Element]:
    """Yield the axes, the points and, of two objectives, the front."""
    accuracies = [trial.results[0] for trial in done]
    levels = ticks(min(accuracies), max(accuracies))
    right = across - _RIGHT
    x = _scale(panel.first, panel.last, _LEFT + 10, right - 10)
    y = _scale(levels[0], levels[-1], _PANEL - _BOTTOM, 10)
    for level in levels:
        height = f"{y(level):.1f}"
        yield element("line", x1=_LEFT, x2=right, y1=height, y2=height, stroke="#d4d8de", class_="grid")
        yield _text(f"{100 * level:.4g} %", _LEFT - 6, y(level) + 4, quiet=True, text_anchor="end")
    end = 0.0
    for place, words in panel.marks:
        half = len(words) * _CHARACTER / 2
        if x(place) - half > end:
            yield _text(words, x(place), _PANEL - _BOTTOM + _LINE, quiet=True, text_anchor="middle")
            end = x(place) + half + 4
    yield _text(panel.label, (_LEFT + right) / 2, _PANEL - 8, text_anchor="middle")
    points = [(x(place), y(accuracy)) for place, accuracy in zip(panel.places, accuracies, strict=True)]
    front = sorted(point for trial, point in zip(done, points, strict=True) if trial.number in best)
    if len(search.objectives) > 1:
        line = " ".join(f"{at:.1f},{down:.1f}" for at, down in front)
        yield element("polyline", points=line, fill_opacity=0, stroke="#ac4a05", stroke_width=1.5, class_="front")
    for at, down in points:
        hue, kind = ("#ac4a05", "best") if (at, down) in front else ("#2460c0", "dot")
        yield element("circle", cx=f"{at:.1f}", cy=f"{down:.1f}", r=4, fill=hue, class_=kind)


def _scale(low: float, high: float, first: float, last: float) -> Callable[[float], float]:
    return lambda value: first + (last - first) * ((value - low) / (high - low) if high > low else 0.5)


def _text(words: str, x: float, y: float, quiet: bool = False, **attributes: object) -> Element:
    fill, kind = ("#5b6470", "quiet") if quiet else ("#1d2229", "text")
    return element("text", words, x=f"{x:.1f}", y=f"{y:.1f}", fill=fill, class_=kind, **attributes)
