"""Figures: elements of SVG and HTML, in which no text is markup, and round numbers for an axis. No torch, no Qt."""

import math
from xml.etree.ElementTree import Element, tostring

Child = str | Element
_TICKS = 5


def element(tag: str, *children: Child, **attributes: object) -> Element:
    """Return an element; of the names of attributes, `_` at the end is dropped and others become `-`."""
    made = Element(tag, {name.rstrip("_").replace("_", "-"): str(value) for name, value in attributes.items()})
    for child in children:
        if isinstance(child, Element):
            made.append(child)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + child
        else:
            made.text = (made.text or "") + child
    return made


def drawing(width: float, height: float, *children: Child) -> str:
    """Return the text of an SVG file of so many pixels."""
    made = element(
        "svg",
        *children,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=width,
        height=height,
        role="img",
        font_family="sans-serif",
        font_size=12,
    )
    return tostring(made, encoding="unicode") + "\n"


def ticks(low: float, high: float) -> list[float]:
    """Return round numbers in equal steps, from at most `low` to at least `high`."""
    size = (high - low or abs(high) or 1.0) / _TICKS
    unit = 10.0 ** math.floor(math.log10(size))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= size * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, max(last, first + 1) + 1)]
