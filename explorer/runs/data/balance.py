"""Balance: what a recipe's class balance makes of the numbers of images per class. No torch, no Qt."""

from collections.abc import Sequence


def drawn_per_class(counts: Sequence[int], balance: str) -> tuple[float, ...]:
    """Return how many images of each class an epoch is expected to draw, of `counts` training images per class."""
    if balance != "sampling":
        return tuple(map(float, counts))
    share = _images_per_class(counts)
    return tuple(share if count else 0.0 for count in counts)


def class_weights(counts: Sequence[int]) -> tuple[float, ...]:
    """Return the weight of each class in the loss: with it every class counts alike, and an image 1 on average."""
    share = _images_per_class(counts)
    return tuple(share / count if count else 0.0 for count in counts)


def _images_per_class(counts: Sequence[int]) -> float:
    """Return how many images each class that has any would have if all had the same number."""
    return sum(counts) / max(1, sum(map(bool, counts)))
