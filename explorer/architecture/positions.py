"""Positions: which positions of its input a path through a block reads, and which it never sees. No torch, no Qt.

A layer with the kernel k, the stride s and the padding p computes position i from the inputs i · s − p … i · s − p +
k − 1, along rows as along columns, so that a position is read if its row and its column are.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from explorer.architecture.blocks import Block, Join
from explorer.architecture.layers import Layer


class ReadPositions(NamedTuple):
    """Whether each row and each column of a map is read; a position is if both of its own are."""

    rows: tuple[bool, ...]
    columns: tuple[bool, ...]

    @property
    def share(self) -> Fraction:
        """Return the share of the positions that are read: 1/4 for a 1×1 with stride 2 on an even size."""
        return Fraction(sum(self.rows) * sum(self.columns), len(self.rows) * len(self.columns))

    def reads(self, row: int, column: int) -> bool:
        return self.rows[row] and self.columns[column]


def read_positions(layers: Sequence[Layer]) -> ReadPositions:
    """Return what the last of `layers`, which follow one another, depends on in the input of the first."""
    return ReadPositions(*(_read_along(layers, axis) for axis in (1, 2)))


def _read_along(layers: Sequence[Layer], axis: int) -> tuple[bool, ...]:
    """Return whether each index of the first input's axis, 1 for rows and 2 for columns, is read."""
    read = set(range(layers[-1].output[axis]))
    for layer in reversed(layers):
        kind, size = layer.kind, layer.input[axis]
        assert kind.kernel is not None
        starts = (index * kind.stride - kind.padding for index in read)
        read = {place for start in starts for place in range(max(0, start), min(start + kind.kernel, size))}
    return tuple(index in read for index in range(layers[0].input[axis]))


def read_by_branch(block: Block) -> ReadPositions:
    """Return the positions of the block's input that its branch reads."""
    return read_positions((*block.before, *block.branch))


def read_by_shortcut(block: Block) -> ReadPositions | None:
    """Return the positions of the block's input that its shortcut reads; None in a plain block, which has none."""
    if block.way.join is Join.NONE:
        return None
    if block.shortcut:
        return read_positions((*block.before, *block.shortcut))
    _, height, width = block.input  # the identity and a padded shortcut take every stride-th position as it is
    return ReadPositions(*(tuple(index % block.stride == 0 for index in range(size)) for size in (height, width)))


def unread_share(block: Block) -> Fraction:
    """Return the share of the positions of its input that neither branch nor shortcut of the block read."""
    branch, shortcut = read_by_branch(block), read_by_shortcut(block)
    if shortcut is None:
        return 1 - branch.share
    pairs = (zip(one, other, strict=True) for one, other in zip(branch, shortcut, strict=True))
    both = ReadPositions(*(tuple(first and second for first, second in pair) for pair in pairs))
    return 1 - branch.share - shortcut.share + both.share
