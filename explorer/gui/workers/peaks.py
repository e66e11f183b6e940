"""Pyramid: which few of a million values to draw so that no peak is lost. No Qt.

The lowest level has the indices of the least and the greatest of every four values, the next those of every sixteen,
and so on. A level only ever grows at its end, so what has been put into it stays valid.
"""

from collections.abc import Iterator

import numpy as np

FAN = 4  # buckets that become one on the next level


class _Level:
    """The indices of the least and the greatest value of each bucket, in ascending order: shape (buckets, 2)."""

    def __init__(self) -> None:
        self.places = np.empty((64, 2), dtype=np.int64)
        self.count = 0

    def grow(self, more: np.ndarray) -> None:
        """Append buckets; the array doubles when it is full."""
        wanted = self.count + len(more)
        if wanted > len(self.places):
            places = np.empty((max(wanted, 2 * len(self.places)), 2), dtype=np.int64)
            places[: self.count] = self.places[: self.count]
            self.places = places
        self.places[self.count : wanted] = more
        self.count = wanted


class Pyramid:
    """The levels over a series that is passed to every call and changes only at its end; NaN is never an extreme."""

    def __init__(self) -> None:
        self.levels: list[_Level] = []

    def grow(self, values: np.ndarray) -> None:
        """Add the buckets that the new `values` have filled."""
        number, size = 0, FAN
        while size <= len(values):
            if number == len(self.levels):
                self.levels.append(_Level())
            level, full = self.levels[number], len(values) // size
            if full == level.count:
                return
            if number:
                below = self.levels[number - 1].places[FAN * level.count : FAN * full].reshape(-1, 2 * FAN)
            else:
                below = np.arange(FAN * level.count, FAN * full).reshape(-1, FAN)
            level.grow(_extremes(values, below))
            number, size = number + 1, size * FAN

    def cut(self, count: int) -> None:
        """Keep only the buckets of the first `count` values."""
        for number, level in enumerate(self.levels, 1):
            level.count = min(level.count, count // FAN**number)

    def places(self, values: np.ndarray, start: int, end: int, buckets: int) -> np.ndarray:
        """Return the indices, from `start` to before `end`, of both ends and of the peaks in at most so many `buckets`.

        These are all the indices if there are at most two per bucket.
        """
        self.grow(values)
        number, count = 0, end - start
        while count > 2 * buckets and count > buckets * FAN**number and number < len(self.levels):
            number += 1
        if not number:
            return np.arange(start, end)
        return np.concatenate([[start], *self.cover(number, start, end), [end - 1]])

    def cover(self, number: int, start: int, end: int) -> Iterator[np.ndarray]:
        """Yield indices from whole buckets of level `number`, and from smaller buckets before and after them."""
        if not number:
            yield np.arange(start, end)
            return
        size = FAN**number
        first, last = -(-start // size), end // size
        if first >= last:
            yield from self.cover(number - 1, start, end)
            return
        yield from self.cover(number - 1, start, first * size)
        yield self.levels[number - 1].places[first:last].ravel()
        yield from self.cover(number - 1, last * size, end)


def _extremes(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return for each row of `places` those of its least and its greatest value, ascending: shape (rows, 2)."""
    found, rows = values[places], np.arange(len(places))
    missing = np.isnan(found)
    least = places[rows, np.where(missing, np.inf, found).argmin(axis=1)]
    greatest = places[rows, np.where(missing, -np.inf, found).argmax(axis=1)]
    return np.sort(np.stack([least, greatest], axis=1), axis=1)
