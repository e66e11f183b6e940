"""Confusion: which classes are taken for which, and what that says of each class. No torch, no Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
