"""Split: which images train, validate and test. No torch, no Qt."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from explorer.runs.data.image_list import ImageList, Part
from explorer.sentences import translatable
from explorer.validation import refuse

_ORDER = (Part.TRAIN, Part.VALIDATION, Part.TEST)  # who is served first where images are few


class SplitKind(StrEnum):
    """Who says which images train, validate and test, written as in JSON."""

    FOUND = translatable("found")  # the folders or the table
    STRATIFIED = translatable("stratified")  # drawn class by class
    PUBLISHED = translatable("published")  # a named set with a training and a test part, which validates


@dataclass(frozen=True, slots=True)
class Split:
    """How images were divided; `ratio` has the shares to train, validate and test with, if they were drawn.

    `before_decisions`: all images of the data were divided, each as of the class of its folder, so that an image keeps
    its part whatever is decided. Older versions divided those that were left, as of the class they were moved to.
    """

    kind: SplitKind
    seed: int = 0
    ratio: tuple[float, ...] = ()
    before_decisions: bool = False


def divide(
    images: ImageList, groups: Sequence[int], seed: int, validation_share: float, test_share: float
) -> tuple[Split, tuple[Part, ...]]:
    """Return how images are divided, and the part of each. Raises Refused if the shares leave none to train with.

    `groups` has one number per image, equal for images that must not be in different parts. Parts that folders or a
    table give stay; with no validation part the test part validates, and images of no part train.
    """
    given = {image.part for image in images.images}
    if given & {Part.VALIDATION, Part.TEST}:
        test = Part.TEST if Part.VALIDATION in given else Part.VALIDATION
        return Split(SplitKind.FOUND), tuple(
            test if image.part is Part.TEST else image.part or Part.TRAIN for image in images.images
        )
    train_share = round(1 - validation_share - test_share, 6)
    if train_share <= 0:
        what = translatable("leaves nothing to train with, since {test:g} is for testing")
        raise refuse("validation_share", what, test=test_share)
    ratio = (train_share, validation_share, test_share)
    return Split(SplitKind.STRATIFIED, seed, ratio), _drawn(images, groups, seed, validation_share, test_share)


def _drawn(
    images: ImageList, groups: Sequence[int], seed: int, validation_share: float, test_share: float
) -> tuple[Part, ...]:
    """Draw the part of each group, class by class; only files and seed decide, not the order of the list."""
    members: dict[int, list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        members[group].append(place)
    keys = [hashlib.blake2b(f"{seed}/{image.file}".encode(), digest_size=8).digest() for image in images.images]
    drawn = sorted(members.values(), key=lambda places: (-len(places), min(keys[place] for place in places)))
    labels = [image.label for image in images.images]
    left = {  # images that each part of a class still wants
        label: _wanted(count, validation_share, test_share) for label, count in Counter(labels).items()
    }
    missing = {label: [part for part in _ORDER if wanted[part]] for label, wanted in left.items()}
    waiting = Counter(label for places in drawn for label in {labels[place] for place in places})
    parts = [Part.TRAIN] * len(labels)
    for places in drawn:
        inside = [labels[place] for place in places]
        # the last groups of a class go where it has no image yet
        owed = {part for label in inside if waiting[label] <= len(missing[label]) for part in missing[label]}
        wants = {part: sum(left[label][part] for label in inside) for part in _ORDER}
        # an image alone is held out first, so that a few images more leave most where they are
        held_out = [part for part in (Part.TEST, Part.VALIDATION) if len(places) == 1 and wants[part] > 0]
        part = [*(part for part in _ORDER if part in owed), *held_out, max(wants, key=wants.__getitem__)][0]
        for label in inside:
            left[label][part] -= 1
        for label in {*inside}:
            waiting[label] -= 1
            if part in missing[label]:
                missing[label].remove(part)
        for place in places:
            parts[place] = part
    return tuple(parts)


def _wanted(count: int, validation_share: float, test_share: float) -> dict[Part, int]:
    """Return how many images of a class go into each part: first one to train, one to validate, one to test."""
    is_tested = test_share > 0 and count > 2
    validation = min(max(1, round(count * validation_share)), count - 1 - is_tested)
    test = min(max(1, round(count * test_share)), count - 1 - validation) if is_tested else 0
    return {Part.TRAIN: count - validation - test, Part.VALIDATION: validation, Part.TEST: test}
