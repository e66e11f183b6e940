"""Pyramid: which few of a million values to draw so that no peak is lost. No Qt.

The lowest level has the places of the least and the greatest of every four values, the next those of every sixteen,
and so on. A level only ever grows at its end, so what has been put into it stays true.
"""

from collections.abc import Iterator

import numpy as np

FAN = 4  # buckets that become one on the next level


class _Level:
    """Two places for every bucket of so many values, in their order: that of its least and that of its greatest."""

    def __init__(self) -> None:
        self.places = np.empty((64, 2), dtype=np.int64)
        self.count = 0

    def grow(self, more: np.ndarray) -> None:
        """Put buckets at the end; the room doubles when it is full."""
        wanted = self.count + len(more)
        if wanted > len(self.places):
            places = np.empty((max(wanted, 2 * len(self.places)), 2), dtype=np.int64)
            places[: self.count] = self.places[: self.count]
            self.places = places
        self.places[self.count : wanted] = more
        self.count = wanted


class Pyramid:
    """Over values that are handed to every call and change only at their end; NaN is neither least nor greatest."""

    def __init__(self) -> None:
        self.levels: list[_Level] = []

    def grow(self, values: np.ndarray) -> None:
        """Take in the `values` that were not there before."""
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
        """Forget all but the first `count` values."""
        for number, level in enumerate(self.levels, 1):
            level.count = min(level.count, count // FAN**number)

    def places(self, values: np.ndarray, begin: int, end: int, buckets: int) -> np.ndarray:
        """The places, from `begin` to before `end`, of both ends and of all peaks in so many buckets or less.

        All places if they are no more than two a bucket.
        """
        self.grow(values)
        number, count = 0, end - begin
        while count > 2 * buckets and count > buckets * FAN**number and number < len(self.levels):
            number += 1
        if not number:
            return np.arange(begin, end)
        return np.concatenate([[begin], *self.cover(number, begin, end), [end - 1]])

    def cover(self, number: int, begin: int, end: int) -> Iterator[np.ndarray]:
        """Whole buckets of level `number` where there are any, and what is beside them in smaller ones."""
        if not number:
            yield np.arange(begin, end)
            return
        size = FAN**number
        first, last = -(-begin // size), end // size
        if first >= last:
            yield from self.cover(number - 1, begin, end)
            return
        yield from self.cover(number - 1, begin, first * size)
        yield self.levels[number - 1].places[first:last].ravel()
        yield from self.cover(number - 1, last * size, end)


def _extremes(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Of each row of `places` that of the least and that of the greatest value, in their order."""
    found, rows = values[places], np.arange(len(places))
    missing = np.isnan(found)
    least = places[rows, np.where(missing, np.inf, found).argmin(axis=1)]
    greatest = places[rows, np.where(missing, -np.inf, found).argmax(axis=1)]
    return np.sort(np.stack([least, greatest], axis=1), axis=1)
