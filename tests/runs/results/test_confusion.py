"""Confusion: scikit-learn's figures on random cases, mistakes, pairs, and an order of classes."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.runs.data.image_list import Part
from explorer.runs.results.confusion import (
    ConfusedPair,
    class_results,
    confusion_matrix,
    confusion_order,
    mistakes,
    worst_pairs,
)
from explorer.runs.results.predictions import EvaluatedImages, Predictions


def predictions(labels, predicted, confidence, classes=3) -> Predictions:
    names = tuple(f"class {label}" for label in range(classes))
    images = EvaluatedImages(names, tuple(f"{place}.png" for place in range(len(labels))), tuple(labels))
    arrays = np.array(predicted, np.int32), np.array(confidence, np.float32)
    return Predictions(images, Part.VALIDATION, 1, *arrays, 0.5)


@st.composite
def cases(draw):
    """A number of classes, and true and predicted classes of images; some classes have none of either."""
    classes = draw(st.integers(1, 12))
    there, taken = (draw(st.sets(st.integers(0, classes - 1), min_size=1)) for _ in range(2))
    count = draw(st.integers(1, 60))
    chosen = (draw(st.lists(st.sampled_from(sorted(some)), min_size=count, max_size=count)) for some in (there, taken))
    return classes, *chosen


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:A single label was found")
@given(cases())
@settings(max_examples=300, deadline=None)
def test_figures_are_those_of_scikit_learn(case):
    metrics = pytest.importorskip("sklearn.metrics")
    classes, truth, predicted = case
    matrix = confusion_matrix(truth, predicted, classes)
    labels = list(range(classes))
    assert np.array_equal(matrix, metrics.confusion_matrix(truth, predicted, labels=labels))
    found = class_results(matrix)
    figures = metrics.precision_recall_fscore_support(truth, predicted, labels=labels, zero_division=0)
    for name, values in zip(("precision", "recall", "f1", "support"), figures, strict=True):
        assert [getattr(each, name) for each in found] == pytest.approx(values.tolist(), rel=1e-12, abs=0), name
    assert [each.predictions for each in found] == matrix.sum(0).tolist()


def test_an_empty_class_has_zeros():
    found = class_results(confusion_matrix([0, 0, 1], [0, 2, 2], 4))
    assert (found[3].support, found[3].predictions, found[3].f1) == (0, 0, 0.0)
    assert (found[1].recall, found[1].precision, found[2].precision, found[2].support) == (0.0, 0.0, 0.0, 0)


def test_the_most_confident_mistake_comes_first():
    found = predictions([0, 1, 2, 0, 1], [0, 0, 1, 2, 2], [0.9, 0.5, 0.8, 0.8, 0.4])
    assert mistakes(found) == (2, 3, 1, 4)  # of equal confidence, the earlier image
    assert mistakes(predictions([0, 1], [0, 1], [0.9, 0.9])) == ()


def test_the_worst_pairs_have_a_direction_and_leave_out_what_is_right():
    matrix = np.array([[9, 2, 0], [5, 7, 2], [0, 0, 8]])
    assert worst_pairs(matrix, 2) == (ConfusedPair(1, 0, 5), ConfusedPair(0, 1, 2))
    assert worst_pairs(matrix, 10)[2:] == (ConfusedPair(1, 2, 2),)
    assert worst_pairs(np.diag([3, 4]), 10) == ()


def blocks(order, groups):
    """Which group each class of an order belongs to, without repetitions."""
    owners = [next(number for number, group in enumerate(groups) if label in group) for label in order]
    return [owner for place, owner in enumerate(owners) if place == 0 or owners[place - 1] != owner]


def test_classes_that_are_confused_stand_together():
    groups = [{0, 5, 7, 2}, {1, 9}, {3, 4, 8}]
    matrix = np.diag([50] * 12)
    for group in groups:
        for truth in group:
            for predicted in group - {truth}:
                matrix[truth, predicted] = 5
    matrix[7, 1] = matrix[9, 3] = 1  # groups touch
    order = confusion_order(matrix)
    assert sorted(order) == list(range(12))
    assert len(blocks(order[:9], groups)) == 3
    assert order[9:] == (6, 10, 11)  # confused with none
    ends = [order.index(7), order.index(1)]
    assert abs(ends[0] - ends[1]) == 1  # where two groups meet, so do their classes


def test_a_rare_class_counts_by_its_share():
    matrix = np.array([[900, 30, 0], [30, 900, 0], [4, 0, 4]])  # half of class 2 is taken for class 0
    assert confusion_order(matrix) in ((1, 0, 2), (2, 0, 1))


@pytest.mark.parametrize("matrix", [np.zeros((5, 5), int), np.diag([3] * 5)], ids=["no images", "no mistakes"])
def test_without_confusion_classes_stay_in_their_order(matrix):
    assert confusion_order(matrix) == (0, 1, 2, 3, 4)


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_an_order_has_every_class_once_and_is_the_same_each_time(seed, classes):
    random = np.random.default_rng(seed)
    matrix = random.poisson(random.random((classes, classes)) ** 4)
    order = confusion_order(matrix)
    assert sorted(order) == list(range(classes))
    assert order == confusion_order(matrix.copy())


def test_a_thousand_classes_in_groups_of_ten():
    random = np.random.default_rng(0)
    group = random.permutation(1000) // 10
    likely = np.where(group[:, None] == group, 0.3, 0.0003)
    np.fill_diagonal(likely, 40.0)
    order = confusion_order(random.poisson(likely))
    together = [group[one] == group[other] for one, other in pairwise(order)]
    assert sum(together) > 850  # of at most 900
