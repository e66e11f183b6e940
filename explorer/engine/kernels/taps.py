"""TapRange: which positions of a map a kernel sees, and with which of its taps, along one axis. No torch."""

from typing import NamedTuple


class TapRange(NamedTuple):
    """Of one output position along one axis: the `positions` of the map that it tap_ranges, with which `taps`."""

    positions: slice
    taps: slice


def tap_ranges(size: int, kernel: int, stride: int) -> list[TapRange]:
    """Of every output position on a map of `size` positions, for a kernel padded by kernel // 2."""
    starts = range(-(kernel // 2), size - kernel // 2, stride)
    spans = [(max(0, start), min(size, start + kernel), start) for start in starts]
    return [TapRange(slice(first, end), slice(first - start, end - start)) for first, end, start in spans]


class Taps(NamedTuple):
    """The taps `first` … `end` − 1 along one axis, and the padding that is left in front of them."""

    first: int
    end: int
    padding: int


def useful_taps(size: int, kernel: int, stride: int) -> Taps:
    """Which taps of a kernel padded by kernel // 2 reach into a map of `size` positions, from any output position."""
    taps = [reach.taps for reach in tap_ranges(size, kernel, stride)]
    first = min(each.start for each in taps)
    return Taps(first, max(each.stop for each in taps), kernel // 2 - first)
