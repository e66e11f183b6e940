"""Tap ranges: which positions of a map a kernel sees, and with which of its taps, along one axis. No torch."""

from typing import NamedTuple


class TapRange(NamedTuple):
    """The `positions` of the map that one output position sees along one axis, and the `taps` that meet them."""

    positions: slice
    taps: slice


def tap_ranges(size: int, kernel: int, stride: int) -> list[TapRange]:
    """Return the range of every output position on a map of `size` positions, for a kernel padded by kernel // 2."""
    starts = range(-(kernel // 2), size - kernel // 2, stride)
    spans = [(max(0, start), min(size, start + kernel), start) for start in starts]
    return [TapRange(slice(first, end), slice(first - start, end - start)) for first, end, start in spans]


class Taps(NamedTuple):
    """The taps `first` … `end` − 1 along one axis, and the `padding` that remains before them."""

    first: int
    end: int
    padding: int


def useful_taps(size: int, kernel: int, stride: int) -> Taps:
    """Return the taps of a kernel padded by kernel // 2 that meet a map of `size` positions at any output position."""
    taps = [each.taps for each in tap_ranges(size, kernel, stride)]
    first = min(each.start for each in taps)
    return Taps(first, max(each.stop for each in taps), kernel // 2 - first)
