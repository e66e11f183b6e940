"""PlottedStudy: a study as its plot draws it. No widgets."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlottedPoint:
    """A mean with the deviation around it at the place `x`, in `words`, and the ids of its runs."""

    x: float
    mean: float
    deviation: float
    words: str
    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlottedSeries:
    name: str
    points: tuple[PlottedPoint, ...]


@dataclass(frozen=True, slots=True)
class PlottedStudy:
    """A study as it is drawn: `ticks` along an axis, and a quantity that is written by `form`; `heading` names both.

    `notes` stand below. `words` say all of it; they stand for it where nothing is drawn yet.
    """

    heading: str
    ticks: tuple[tuple[float, str], ...]
    form: Callable[[float], str]
    series: tuple[PlottedSeries, ...]
    words: str
    notes: str
