"""Split: which images train, validate and test. No torch, no Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from explorer.runs.data.image_list import ImageList, Part
from explorer.sentences import translatable


class SplitKind(StrEnum):
    """Who says which images train, validate and test, written as in JSON."""

    FOUND = translatable("found")  # the folders or the table
    STRATIFIED = translatable("stratified")  # drawn class by class
    PUBLISHED = translatable("published")  # a named set with a training and a test part, which validates


@dataclass(frozen=True, slots=True)
class Split:
    """How images were divided; `ratio` has the shares to train, validate and test with, if they were drawn."""

    kind: SplitKind
    seed: int = 0
    ratio: tuple[float, ...] = ()


def divide(
    images: ImageList, groups: Sequence[int], seed: int, validation_share: float, test_share: float
) -> tuple[Split, tuple[Part, ...]]:
    """Return how images are divided, and the part of each.

    `groups` has one number per image, equal for images that must not be in different parts.
    """
    raise NotImplementedError
