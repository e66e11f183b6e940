"""Spread: how far the results of runs lie apart that differ in nothing but the seed. No torch, no Qt."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot
from statistics import fmean, stdev
from typing import Self

from explorer.runs.sides import Side, labels
from explorer.sentences import NOTHING, Sentence, translatable


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


def spread_in_words(sides: Sequence[Side], accuracies: Mapping[int, float]) -> Iterator[Sentence]:
    """Yield the mean accuracy of each network with several seeds, and its gap to the first one's.

    `accuracies` are by the number of the side; those of runs that did not finish are missing.
    """
    found: dict[Side, list[float]] = {}
    for number, accuracy in sorted(accuracies.items()):
        found.setdefault(replace(sides[number], seed=sides[0].seed), []).append(accuracy)
    if max(map(len, found.values()), default=0) < 2:
        return
    names = labels(list(found))
    spreads = [Spread.of(values) for values in found.values()]
    for name, each in zip(names, spreads, strict=True):
        what = translatable("{name}{mean:.4f} ± {deviation:.4f} over {count} seeds")
        start = Sentence(translatable("{name}: "), {"name": name}) if name else NOTHING
        yield Sentence(what, {"name": start, "mean": each.mean, "deviation": each.deviation, "count": each.count})
    for name, each in zip(names[1:], spreads[1:], strict=True):
        gap = Gap.between(each, spreads[0])
        if gap.seeds < 2:
            continue
        what = translatable("{name} against {first}: {size:+.4f}, within the spread of {deviation:.4f}")
        if gap.is_clear:
            what = translatable("{name} against {first}: {size:+.4f}, larger than the spread of {deviation:.4f}")
        yield Sentence(what, {"name": name, "first": names[0], "size": gap.size, "deviation": gap.deviation})
