"""MovingMean: the mean around any place of a series of a million values, from sums that only grow. No Qt."""

import numpy as np


class MovingMean:
    """Sums over a series that is passed to every call and changes only at its end; NaN counts as no value."""

    def __init__(self) -> None:
        self._sums = np.zeros((2, 64))  # of the values and of their number, before each place
        self._count = 0

    def grow(self, values: np.ndarray) -> None:
        """Add the new `values` to the sums."""
        if len(values) >= self._sums.shape[1]:
            sums = np.zeros((2, 2 * len(values)))
            sums[:, : self._count + 1] = self._sums[:, : self._count + 1]
            self._sums = sums
        new = values[self._count :]
        known = ~np.isnan(new)
        for sums, added in zip(self._sums, (np.where(known, new, 0.0), known), strict=True):
            sums[self._count + 1 : len(values) + 1] = sums[self._count] + np.cumsum(added)
        self._count = len(values)

    def cut(self, count: int) -> None:
        """Keep only the sums of the first `count` values."""
        self._count = min(self._count, count)

    def at(self, values: np.ndarray, places: np.ndarray, half: int) -> np.ndarray:
        """Return the mean of the values up to `half` places before and after each of `places`; NaN without any."""
        self.grow(values)
        first, end = np.maximum(places - half, 0), np.minimum(places + half + 1, self._count)
        sums, counts = self._sums[:, end] - self._sums[:, first]
        return np.divide(sums, counts, out=np.full(len(places), np.nan), where=counts > 0)
