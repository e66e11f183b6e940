"""Curves: a value after each epoch, of training and of validation, as SVG. No Qt."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.etree.ElementTree import Element

from explorer.figures import element, ticks

_WIDTH, _HEIGHT = 480, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 12, 34  # margins
_MAX_DOTTED = 30  # epochs; with more, dots would hide the line


@dataclass(frozen=True, slots=True)
class Curve:
    """A curve called `name` with a value for each epoch from 1; one that is no number leaves a gap."""

    name: str
    values: Sequence[float]


def curve_figure(title: str, axis: str, curves: Sequence[Curve], write: Callable[[float], str], best: int) -> Element:
    """Return a figure of at least one value; `axis` names the epochs, `write` the values, and `best` is an epoch."""
    finite = [value for curve in curves for value in curve.values if math.isfinite(value)]
    epochs = max(len(curve.values) for curve in curves)
    values = ticks(min(finite, default=0.0), max(finite, default=1.0))
    scale = _Scale(epochs, values[0], values[-1])
    drawing = element(
        "svg",
        element("title", title),
        *_grid(scale, values, write),
        *_epoch_axis(scale, axis),
        *([_best_line(scale, best)] if best else []),
        *(shape for number, curve in enumerate(curves) for shape in _shapes(scale, curve, f"curve{number}")),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        xmlns="http://www.w3.org/2000/svg",
    )
    keys = (
        element("span", element("i", class_=f"key curve{number}"), curve.name) for number, curve in enumerate(curves)
    )
    return element("figure", element("figcaption", element("b", title), *keys), drawing)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where epochs, from 1, and values are drawn."""

    epochs: int
    low: float
    high: float

    def x(self, epoch: int) -> str:
        share = (epoch - 1) / (self.epochs - 1) if self.epochs > 1 else 0.5
        return f"{_LEFT + share * (_WIDTH - _LEFT - _RIGHT):.1f}"

    def y(self, value: float) -> str:
        share = (value - self.low) / (self.high - self.low)
        return f"{_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM):.1f}"


def _grid(scale: _Scale, values: Sequence[float], write: Callable[[float], str]) -> Iterator[Element]:
    for value in values:
        y = scale.y(value)
        yield element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_="grid")
        yield element("text", write(value), x=_LEFT - 6, y=y, dy="0.35em", text_anchor="end")


def _epoch_axis(scale: _Scale, axis: str) -> Iterator[Element]:
    step = max(1, round(ticks(0, scale.epochs)[1]))
    for epoch in sorted({1, *range(step, scale.epochs + 1, step)}):
        yield element("text", f"{epoch:,}", x=scale.x(epoch), y=_HEIGHT - _BOTTOM + 14, text_anchor="middle")
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield element("text", axis, x=middle, y=_HEIGHT - 4, text_anchor="middle")


def _best_line(scale: _Scale, best: int) -> Element:
    x = scale.x(best)
    return element("line", x1=x, x2=x, y1=_TOP, y2=_HEIGHT - _BOTTOM, class_="best")


def _shapes(scale: _Scale, curve: Curve, style: str) -> Iterator[Element]:
    """Yield a line for each part of a curve without gaps, and its dots."""
    points = list(enumerate(curve.values, 1))
    for is_finite, part in groupby(points, lambda point: math.isfinite(point[1])):
        if is_finite:
            places = [(scale.x(epoch), scale.y(value)) for epoch, value in part]
            yield element("polyline", points=" ".join(map(",".join, places)), class_=style)
            if len(points) <= _MAX_DOTTED:
                yield from (element("circle", cx=x, cy=y, r=2.5, class_=style) for x, y in places)
