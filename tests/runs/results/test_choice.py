"""Which images are looked at, and in which order."""

import numpy as np

from explorer.runs.results.choice import ImageChoice

LABELS = np.array([0, 0, 0, 1, 1, 2], np.int32)
PREDICTED = np.array([0, 1, 0, 1, 0, 0], np.int32)
CONFIDENCE = np.array([0.9, 0.4, 0.5, 0.8, 0.6, 0.7], np.float32)


def places(choice: ImageChoice) -> tuple[int, ...]:
    return choice.places(LABELS, PREDICTED, CONFIDENCE)


def test_without_a_class_they_are_the_mistakes_the_most_confident_first() -> None:
    assert places(ImageChoice()) == (5, 4, 1)


def test_of_a_class_mistakes_come_first_and_the_surest_hit_last() -> None:
    assert places(ImageChoice(truth=0)) == (1, 2, 0)
    assert places(ImageChoice(predicted=0)) == (5, 4, 2, 0)


def test_of_a_cell_they_are_of_one_class_and_taken_for_one() -> None:
    assert places(ImageChoice(1, 0)) == (4,)
    assert places(ImageChoice(0, 0)) == (2, 0)
    assert places(ImageChoice(2, 1)) == ()


def test_order_is_that_of_the_images_where_all_are_equally_sure() -> None:
    even = np.full(6, 0.5, np.float32)
    assert ImageChoice(0, 0).places(LABELS, PREDICTED, even) == (0, 2)
