"""Near-duplicates: images that are almost the same, found by difference hashes of 64 bits (dHash). No Qt.

Two hashes that differ in three bits at most are equal in one of their four quarters, so that only images are compared
that lie together when they are sorted by a quarter. A hash alone is not enough: of 12,000 pictures of clothes it takes
43,000 pairs for the same. With the colours of the reduced images, which it is made of, it takes 29.
"""

import numpy as np
import numpy.typing as npt

_BITS = 3  # in which the hashes of two images that are almost the same may differ
_LEVELS = 4.0  # of 255: by which their colours differ on average
_COMPARED = 200  # neighbours of an image in each order: where many share a quarter, a chain links those alike
_LUMA = np.array([299, 587, 114])  # ITU-R 601, as Pillow converts colour to grey


def group_alike(images: npt.NDArray[np.uint8]) -> list[list[int]]:
    """Return groups of the places of images that are almost the same, in order.

    `images` are reduced ones, (n, 8, 9, 3). An image is like every other in its group, or like one that is.
    """
    grey = images @ _LUMA
    hashes = np.packbits((grey[:, :, 1:] > grey[:, :, :-1]).reshape(-1, 64), axis=1)
    brightness = grey.sum((1, 2))
    groups = np.arange(len(images))
    for quarter in hashes.view(np.uint16).T:
        _join_neighbours(groups, np.lexsort((brightness, quarter)), quarter, hashes, images)
    found: dict[int, list[int]] = {}
    for place, group in enumerate(groups.tolist()):
        found.setdefault(group, []).append(place)
    return [places for places in found.values() if len(places) > 1]


def _join_neighbours(
    groups: npt.NDArray[np.int64],
    order: npt.NDArray[np.int64],
    quarter: npt.NDArray[np.uint16],
    hashes: npt.NDArray[np.uint8],
    images: npt.NDArray[np.uint8],
) -> None:
    """Give images that are alike one number in `groups`, comparing those that have a quarter in common."""
    for distance in range(1, min(_COMPARED, len(order) - 1) + 1):
        one, other = order[:-distance], order[distance:]
        near = quarter[one] == quarter[other]
        if not near.any():
            return
        near[near] = groups[one[near]] != groups[other[near]]
        near[near] = np.unpackbits(hashes[one[near]] ^ hashes[other[near]], axis=1).sum(1) <= _BITS
        near[near] = _difference(images[one[near]], images[other[near]]) <= _LEVELS
        for first, second in zip(one[near].tolist(), other[near].tolist(), strict=True):
            least, most = sorted((groups[first], groups[second]))
            groups[groups == most] = least


def _difference(one: npt.NDArray[np.uint8], other: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Return by how much the values of each pair of images differ on average."""
    difference: npt.NDArray[np.float64] = np.abs(one.astype(np.int16) - other).mean((1, 2, 3))
    return difference
