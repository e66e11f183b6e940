"""Splits: alike in each class, groups whole, the same on every machine, and parts that are given."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from explorer.runs.data.image_list import ImageList, Layout, ListedImage, Part
from explorer.runs.data.split import Split, SplitKind, divide
from explorer.validation import Refused

TRAIN, VALIDATION, TEST = Part
shares = st.floats(0.01, 0.9)
counts = st.lists(st.integers(0, 60), min_size=1, max_size=6)


def listed(*images: tuple[int, Part | None]) -> ImageList:
    """Images by their class and part."""
    classes = 1 + max((label for label, _ in images), default=0)
    return ImageList(
        Path("/images"),
        Layout.CLASSES,
        tuple(map(str, range(classes))),
        tuple(ListedImage(f"{label}/{number}.jpg", label, part) for number, (label, part) in enumerate(images)),
    )


def of_sizes(sizes: list[int]) -> ImageList:
    return listed(*((label, None) for label, size in enumerate(sizes) for _ in range(size)))


def tally(images: ImageList, parts: tuple[Part, ...]) -> dict[int, Counter]:
    """How many images of each class are in each part."""
    found: dict[int, Counter] = defaultdict(Counter)
    for image, part in zip(images.images, parts, strict=True):
        found[image.label][part] += 1
    return found


@example([3], 0.5, 0.25, 0)
@given(counts, shares, st.just(0.0) | shares, st.integers(0, 2**32 - 1))
def test_each_class_is_divided_alike(sizes, validation, test, seed):
    assume(validation + test < 0.99)
    images = of_sizes(sizes)
    split, parts = divide(images, range(len(images.images)), seed, validation, test)
    assert split.kind is SplitKind.STRATIFIED
    assert (split.seed, split.ratio) == (seed, (pytest.approx(1 - validation - test, abs=1e-6), validation, test))
    for found in tally(images, parts).values():
        at_least = [TRAIN, VALIDATION, *([TEST] if test else [])]
        assert all(found[part] for part in at_least[: found.total()])
        if found.total() > 20 and validation + test <= 0.9:
            assert abs(found[VALIDATION] - validation * found.total()) <= 1
            assert abs(found[TEST] - test * found.total()) <= 1


@st.composite
def grouped(draw) -> tuple[ImageList, list[int]]:
    """Images with groups of up to four, most of one class and some of several."""
    images = of_sizes(draw(counts))
    groups: list[int] = []
    while len(groups) < len(images.images):
        groups += [len(groups)] * draw(st.integers(1, 4))
    groups = groups[: len(images.images)]
    if draw(st.booleans()):
        groups = draw(st.permutations(groups))
    return images, groups


@given(grouped(), shares, st.just(0.0) | shares, st.integers(0, 9))
def test_groups_stay_whole(drawn, validation, test, seed):
    assume(validation + test < 0.99)
    images, groups = drawn
    _, parts = divide(images, groups, seed, validation, test)
    assert len(parts) == len(images.images)
    assert len(set(zip(groups, parts, strict=True))) == len(set(groups))
    classes: dict[int, set[int]] = defaultdict(set)  # of each group
    for image, group in zip(images.images, groups, strict=True):
        classes[group].add(image.label)
    if any(len(labels) > 1 for labels in classes.values()):
        return  # then a class may have no group of its own to validate with
    for label, found in tally(images, parts).items():
        of_class = sum(label in labels for labels in classes.values())
        at_least = [TRAIN, VALIDATION, *([TEST] if test else [])]
        assert all(found[part] for part in at_least[:of_class])


@given(grouped(), st.integers(0, 9))
def test_every_class_is_trained_whatever_the_groups(drawn, seed):
    images, groups = drawn
    _, parts = divide(images, groups, seed, 0.45, 0.45)
    assert all(found[TRAIN] for found in tally(images, parts).values())


@given(grouped(), st.integers(0, 9), st.randoms(use_true_random=False))
def test_the_order_of_the_list_and_the_numbers_of_groups_do_not_matter(drawn, seed, random):
    images, groups = drawn
    parts = dict(zip(images.images, divide(images, groups, seed, 0.15, 0.15)[1], strict=True))
    pairs = list(zip(images.images, groups, strict=True))
    random.shuffle(pairs)
    shuffled = ImageList(images.root, images.layout, images.class_names, tuple(image for image, _ in pairs))
    _, again = divide(shuffled, [7 - group for _, group in pairs], seed, 0.15, 0.15)
    assert dict(zip(shuffled.images, again, strict=True)) == parts


def test_another_seed_holds_out_other_images():
    images = of_sizes([40, 40])
    drawn = {divide(images, range(80), seed, 0.15, 0.15)[1] for seed in range(5)}
    assert len(drawn) == 5


def test_a_few_images_more_leave_most_where_they_are():
    few, more = of_sizes([200]), of_sizes([204])
    before, after = (divide(images, range(len(images.images)), 0, 0.15, 0.15)[1] for images in (few, more))
    assert sum(one is not two for one, two in zip(before, after, strict=False)) < 12


def test_twelve_classes_of_six_are_all_validated_and_tested():
    images = of_sizes([6] * 12)
    _, parts = divide(images, range(72), 0, 0.15, 0.15)
    assert all(found == {TRAIN: 4, VALIDATION: 1, TEST: 1} for found in tally(images, parts).values())


@pytest.mark.parametrize(
    ("given_parts", "parts"),
    [
        ((TRAIN, VALIDATION), (TRAIN, VALIDATION)),
        ((TRAIN, VALIDATION, TEST), (TRAIN, VALIDATION, TEST)),
        ((TRAIN, TEST), (TRAIN, VALIDATION)),
        ((None, VALIDATION, TRAIN), (TRAIN, VALIDATION, TRAIN)),
        ((None, TEST), (TRAIN, VALIDATION)),
    ],
)
def test_parts_that_are_given_stay(given_parts, parts):
    images = listed(*((0, part) for part in given_parts))
    assert divide(images, [1] * len(parts), 5, 0.15, 0.15) == (Split(SplitKind.FOUND), parts)


def test_training_images_alone_are_divided():
    images = listed(*((label, TRAIN) for label in (0, 1) for _ in range(10)))
    split, parts = divide(images, range(20), 0, 0.2, 0.2)
    assert split.kind is SplitKind.STRATIFIED
    assert Counter(parts) == {TRAIN: 12, VALIDATION: 4, TEST: 4}


@pytest.mark.parametrize("test", [0.5, 0.9])
def test_shares_that_leave_nothing_to_train_with_are_refused(test):
    with pytest.raises(Refused, match=r"^validation_share: leaves nothing to train with, since 0\.\d is for testing$"):
        divide(of_sizes([9, 9]), range(18), 0, 0.5, test)


def test_no_images_are_no_matter():
    assert divide(of_sizes([]), [], 0, 0.15, 0.15)[1] == ()
