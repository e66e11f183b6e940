"""Confusion: which classes are taken for which, and what that says of each class. No torch, no Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from explorer.runs.results.predictions import Predictions


@dataclass(frozen=True, slots=True)
class ClassResult:
    """How well a class is recognised; a share of nothing is 0.

    `support` images are of the class, `predictions` are taken for it. `precision` is the share of these that are of it,
    `recall` the share of those that are taken for it, `f1` their harmonic mean.
    """

    support: int
    predictions: int
    precision: float
    recall: float
    f1: float


class ConfusedPair(NamedTuple):
    """So many images of the class `truth` are taken for the class `predicted`."""

    truth: int
    predicted: int
    images: int


def confusion_matrix(
    labels: "Sequence[int] | NDArray[np.int32]", predicted: "Sequence[int] | NDArray[np.int32]", classes: int
) -> "NDArray[np.int64]":
    """Return how many images of each class (rows) are taken for each class (columns), int64 (classes, classes)."""
    import numpy as np

    places = np.asarray(labels, np.int64) * classes + np.asarray(predicted, np.int64)
    return np.bincount(places, minlength=classes * classes).reshape(classes, classes)


def class_results(matrix: "NDArray[np.int64]") -> tuple[ClassResult, ...]:
    """Return what a matrix of (classes, classes) says of each class."""
    hits, support, predictions = matrix.diagonal().tolist(), matrix.sum(1).tolist(), matrix.sum(0).tolist()
    return tuple(
        ClassResult(
            support=there,
            predictions=taken,
            precision=right / taken if taken else 0.0,
            recall=right / there if there else 0.0,
            f1=2 * right / (there + taken) if there + taken else 0.0,
        )
        for right, there, taken in zip(hits, support, predictions, strict=True)
    )


def mistakes(predictions: "Predictions") -> tuple[int, ...]:
    """Return the places of the images that are taken for another class, the most confident mistake first."""
    import numpy as np

    wrong = np.flatnonzero(predictions.predicted != predictions.labels)
    return tuple(wrong[np.argsort(-predictions.confidence[wrong], kind="stable")].tolist())


def worst_pairs(matrix: "NDArray[np.int64]", count: int) -> tuple[ConfusedPair, ...]:
    """Return the `count` pairs of classes of which most images are confused, the worst first."""
    import numpy as np

    truths, predicted = np.nonzero(matrix)
    apart = truths != predicted
    truths, predicted = truths[apart], predicted[apart]
    images = matrix[truths, predicted]
    worst = np.argsort(-images, kind="stable")[:count]
    columns = (values[worst].tolist() for values in (truths, predicted, images))
    return tuple(map(ConfusedPair, *columns))


def confusion_order(matrix: "NDArray[np.int64]") -> tuple[int, ...]:
    """Return the classes in an order in which those that are confused stand together; those that are not come last.

    Clusters are joined by the mean share of images that their classes confuse (average linkage, found by chains of
    nearest neighbours: Murtagh 1983), with those ends side by side that are confused most.
    """
    import numpy as np

    shares = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    between = shares + shares.T
    np.fill_diagonal(between, 0.0)
    confused = np.flatnonzero(between.any(1)).tolist()
    clusters = {label: [label] for label in confused}
    alike = between.copy()  # of the clusters, each known by one of its classes
    np.fill_diagonal(alike, -1.0)
    alike[:, ~between.any(1)] = -1.0
    chain: list[int] = []
    while len(clusters) > 1:
        if not chain:
            chain = [next(iter(clusters))]
        last = chain[-1]
        nearest = int(alike[last].argmax())
        if len(chain) < 2 or alike[last, nearest] > alike[last, chain[-2]]:
            chain.append(nearest)
            continue
        first = chain[-2]
        del chain[-2:]
        one, other = clusters[first], clusters.pop(last)
        joint = (len(one) * alike[first] + len(other) * alike[last]) / (len(one) + len(other))
        joint[[first, last]] = -1.0
        joint[alike[first] < 0] = -1.0
        alike[first], alike[:, first] = joint, joint
        alike[last], alike[:, last] = -1.0, -1.0
        clusters[first] = _joined(one, other, between)
    order = [label for cluster in clusters.values() for label in cluster]
    return (*(order[::-1] if order and order[0] > order[-1] else order), *np.flatnonzero(~between.any(1)).tolist())


def _joined(one: list[int], other: list[int], between: "NDArray[np.float64]") -> list[int]:
    """Return two rows of classes as one, turned so that the ends that meet are confused most."""
    turned = ((left, right) for left in (one, one[::-1]) for right in (other, other[::-1]))
    left, right = max(turned, key=lambda rows: between[rows[0][-1], rows[1][0]])
    return left + right
