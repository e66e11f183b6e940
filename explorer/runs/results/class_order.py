"""The order of classes in a confusion matrix, and the worst of many. No torch, no Qt."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def confused_together(matrix: "NDArray[np.int64]") -> tuple[int, ...]:
    """Return the classes of a matrix of (classes, classes) so that those stand side by side that are confused.

    The most confused pair is joined first, and then chains of classes by the next pair of their ends. The chain with
    the most confused pair comes first, and what is never confused last.
    """
    import numpy as np

    both = np.triu(matrix + matrix.T, 1)
    firsts, seconds = np.nonzero(both)
    worst = np.argsort(-both[firsts, seconds], kind="stable")
    chains = {number: [number] for number in range(len(matrix))}
    pairs = [*zip(firsts[worst].tolist(), seconds[worst].tolist(), strict=True)]
    for first, second in pairs:
        left, right = chains[first], chains[second]
        if left is right or first not in (left[0], left[-1]) or second not in (right[0], right[-1]):
            continue
        if left[-1] != first:
            left.reverse()
        if right[0] != second:
            right.reverse()
        left.extend(right)
        chains.update(dict.fromkeys(right, left))
    confused = dict.fromkeys(number for pair in pairs for number in pair)
    found = {id(chains[number]): chains[number] for number in (*confused, *chains)}
    return tuple(number for chain in found.values() for number in chain)


def most_confused(matrix: "NDArray[np.int64]", count: int) -> tuple[int, ...]:
    """Return `count` classes at most, in their order: those of the pairs of which most images are confused."""
    import numpy as np

    truths, predicted = np.nonzero(matrix)
    counts = np.where(truths == predicted, 0, matrix[truths, predicted])
    worst = np.argsort(-counts, kind="stable")[: count * count]
    found: dict[int, None] = {}
    for truth, taken in zip(truths[worst].tolist(), predicted[worst].tolist(), strict=True):
        if truth != taken and len(found.keys() | {truth, taken}) <= count:
            found.update({truth: None, taken: None})
    return tuple(sorted(found))
