"""Spread: how far the results of runs lie apart that differ in nothing but the seed. No torch, no Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from statistics import fmean, stdev
from typing import Self


@dataclass(frozen=True, slots=True)
class Spread:
    """The mean of `count` values and their sample standard deviation, which is 0 for one value."""

    mean: float
    deviation: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Return the spread of at least one value."""
        return cls(fmean(values), stdev(values) if len(values) > 1 else 0.0, len(values))


@dataclass(frozen=True, slots=True)
class Gap:
    """How far the mean of one side is above the other's; `deviation` is that of the difference of two single runs."""

    size: float
    deviation: float
    seeds: int

    @classmethod
    def between(cls, one: Spread, other: Spread) -> Self:
        """Return the gap from `other` to `one`; `seeds` are those of the side that has fewer."""
        return cls(one.mean - other.mean, hypot(one.deviation, other.deviation), min(one.count, other.count))

    @property
    def is_clear(self) -> bool:
        """Whether it is larger than what seeds alone do; with a single seed on a side that is not known."""
        return self.seeds > 1 and abs(self.size) > self.deviation
