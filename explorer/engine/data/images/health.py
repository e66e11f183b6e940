"""Health: what is wrong with the images of a folder that was examined and divided. No Qt.

The problems of images that the user keeps are not listed. A measure that holds for most images is their style.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from explorer.engine.data.images.division import Division
from explorer.engine.data.images.examination import SMALL, Examined
from explorer.engine.data.images.near_duplicates import group_alike
from explorer.runs.data.image_list import Part
from explorer.runs.questions.data import MAX_FILES, MAX_GROUPS, ClassCount, DataProblem, ProblemKind, Reason
from explorer.sentences import Sentence, translatable

_DARK, _BRIGHT = 0.32, 0.95  # of brightness from 0 to 1, as in CleanVision 0.3.7
_BLURRED = (
    0.06  # of sharpness: none of 28 photos had less; blurred by 2 % of their longer side 27 had, 6 by CleanVision
)
_STYLE = 0.5  # of the images: so many have it on purpose (CleanVision too)
_NARROW = 0.35  # the shorter side to the longer one (CleanVision too)
_FAR = 3.0  # times the distance between the quartiles of all sizes, in octaves: outside it is odd (CleanVision too)
_LEAST_SPREAD = 1 / 3  # octaves: among images of one size, another is odd if it is not half or twice as large
_FEW = 10  # images of a class to train with: Flowers-102 has so many, the fewest of torchvision's data sets

_Group = tuple[str, ...]
_Floats = npt.NDArray[np.float64]


class _Row(NamedTuple):
    """An image whose problems count."""

    file: str
    label: int
    part: Part
    examined: Examined


def find_problems(division: Division, classes: Sequence[ClassCount]) -> tuple[DataProblem, ...]:
    """Return the problems that there are, kind by kind; where some are worse than others they come first."""
    kept = frozenset(division.decisions.kept)
    images = zip(division.images.images, division.parts, division.examined, strict=True)
    rows = [_Row(image.file, image.label, part, found) for image, part, found in images if image.file not in kept]
    return tuple(problem for problem in _problems(division, rows, kept, classes) if problem.groups)


def _problems(
    division: Division, rows: list[_Row], kept: frozenset[str], classes: Sequence[ClassCount]
) -> Iterator[DataProblem]:
    unreadable = [(each.file, each.reason) for each in division.unreadable if each.file not in kept]
    closed = translatable("the folder cannot be read")
    unreadable += [(folder, closed) for folder in division.images.unreadable]
    yield _problem(
        ProblemKind.UNREADABLE, [(file,) for file, _ in unreadable], [Reason(Sentence(each)) for _, each in unreadable]
    )
    same = _together(rows, lambda row: row.examined.digest)
    copies = _together(rows, lambda row: (row.examined.digest, row.label, row.part))
    yield _problem(ProblemKind.DUPLICATE, map(_files, copies))
    yield _problem(ProblemKind.LEAK, (_files(equal) for equal in same if len({row.part for row in equal}) > 1))
    yield _problem(ProblemKind.NEAR_DUPLICATE, map(_files, _alike(rows)))
    yield _problem(ProblemKind.TWO_CLASSES, (_files(equal) for equal in same if len({row.label for row in equal}) > 1))
    dark = np.array([_DARK - row.examined.brightest for row in rows])
    bright = np.array([row.examined.darkest - _BRIGHT for row in rows])
    blurred = np.array([_BLURRED - row.examined.sharpness for row in rows])
    blurred[(dark > 0) | (bright > 0)] = 0  # such an image has no edges, in focus or not
    for kind, excess in ((ProblemKind.DARK, dark), (ProblemKind.BRIGHT, bright), (ProblemKind.BLURRED, blurred)):
        yield _styled(kind, rows, excess)
    yield _styled(ProblemKind.ODD_SIZE, rows, _oddness(rows))
    few = [each for each in classes if each.train < _FEW or not each.validation]
    yield _problem(ProblemKind.FEW, [(each.name,) for each in sorted(few, key=lambda each: each.train)])


def _problem(kind: ProblemKind, found: Iterable[_Group], reasons: Sequence[Reason] = ()) -> DataProblem:
    """Return a problem with as many of its groups as are sent."""
    groups = list(found)
    sent: list[_Group] = []
    room = MAX_FILES
    for group in groups[:MAX_GROUPS]:
        if room:
            sent.append(group[:room])
            room -= len(sent[-1])
    return DataProblem(kind, sum(map(len, groups)), tuple(sent), tuple(reasons[: len(sent)]))


def _styled(kind: ProblemKind, rows: Sequence[_Row], excess: _Floats) -> DataProblem:
    """Return the problem of all images with a positive `excess`, unless most have it."""
    worst = np.argsort(-excess, kind="stable")[: np.count_nonzero(_unusual(excess) > 0)]
    return _problem(kind, ((rows[place].file,) for place in worst))


def _unusual(excess: _Floats) -> _Floats:
    """Return `excess`, or zeros if it is positive for most images."""
    return np.zeros_like(excess) if np.count_nonzero(excess > 0) > _STYLE * len(excess) else excess


def _oddness(rows: Sequence[_Row]) -> _Floats:
    """Return by how much each image is too large, too small or too narrow among the others."""
    if not rows:
        return np.zeros(0)
    widths, heights = (np.array([getattr(row.examined, side) for row in rows], float) for side in ("width", "height"))
    sizes = np.log2(widths * heights) / 2
    low, high = np.percentile(sizes, (25, 75))
    reach = _FAR * max(high - low, _LEAST_SPREAD)
    far = np.maximum(low - reach - sizes, sizes - high - reach)
    narrow = _NARROW - np.minimum(widths / heights, heights / widths)
    return np.maximum(_unusual(far), _unusual(narrow))


def _together(rows: Iterable[_Row], key: Callable[[_Row], Hashable]) -> list[list[_Row]]:
    """Return the groups of several rows with the same key, the largest first."""
    found = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return sorted((group for group in found.values() if len(group) > 1), key=len, reverse=True)


def _alike(rows: Sequence[_Row]) -> list[list[_Row]]:
    """Return groups of images that are almost the same, each of several equal ones only once; the worst first."""
    firsts: dict[str, _Row] = {}
    for row in rows:
        firsts.setdefault(row.examined.digest, row)
    first = list(firsts.values())
    width, height = SMALL
    pixels = np.frombuffer(bytes.fromhex("".join(row.examined.small for row in first)), np.uint8)
    groups = [[first[place] for place in group] for group in group_alike(pixels.reshape(-1, height, width, 3))]
    return sorted(groups, key=lambda group: (len({row.part for row in group}), len(group)), reverse=True)


def _files(rows: Iterable[_Row]) -> _Group:
    return tuple(row.file for row in rows)
