"""Which positions a path reads; tests/engine/test_positions.py holds the arithmetic against gradients."""

from fractions import Fraction

import pytest

from explorer.architecture.blocks import Block, build_block
from explorer.architecture.design import Design, Stage
from explorer.architecture.layers import Shape, Signal
from explorer.architecture.positions import read_by_branch, read_by_shortcut, unread_share


def block_of(shape: Shape, width: int, stride: int, **changes) -> Block:
    """The block of a design with these `changes`, on a map of `shape`."""
    design = Design((1, 8, 8), 3, (Stage(1, 8),)).change(**changes)
    return build_block("layer1.0", design.block, design.wiring(shape[0], width, stride), Signal(shape))[0]


@pytest.mark.parametrize(
    ("changes", "branch", "shortcut"),
    [
        ({}, 1, Fraction(1, 4)),
        ({"shortcut": "average"}, 1, 1),
        ({"shortcut": "pad"}, 1, Fraction(1, 4)),
        ({"shortcut": "none"}, 1, None),
        ({"block": "bottleneck"}, 1, Fraction(1, 4)),
        ({"block": "bottleneck", "stride_on": "1x1"}, Fraction(1, 4), Fraction(1, 4)),
        ({"block": "preact-basic"}, 1, Fraction(1, 4)),
    ],
)
def test_a_one_by_one_with_stride_two_never_sees_three_quarters(changes, branch, shortcut):
    block = block_of((4, 8, 8), 8, 2, **changes)
    assert read_by_branch(block).share == branch
    read = read_by_shortcut(block)
    assert (read and read.share) == shortcut


def test_which_positions_they_are():
    read = read_by_shortcut(block_of((4, 5, 4), 8, 3))
    assert (read.rows, read.columns) == ((True, False, False, True, False), (True, False, False, True))
    assert read.reads(3, 0)
    assert not read.reads(3, 1)
    assert read.share == Fraction(4, 20)


def test_a_three_by_three_with_stride_four_leaves_gaps():
    read = read_by_branch(block_of((4, 8, 8), 8, 4))
    assert read.rows == (True, True, False, True, True, True, False, False)


def test_the_identity_reads_all():
    block = block_of((4, 7, 7), 4, 1)
    assert read_by_shortcut(block).share == read_by_branch(block).share == 1


def test_what_a_whole_block_never_sees():
    """In torchvision's v1 both paths stride on a 1×1; v1.5 strides on the 3×3, which sees the rest."""
    assert unread_share(block_of((4, 8, 8), 8, 2, block="bottleneck", stride_on="1x1")) == Fraction(3, 4)
    assert unread_share(block_of((4, 8, 8), 8, 2, block="bottleneck")) == 0
    plain = block_of((4, 8, 8), 8, 2, block="bottleneck", stride_on="1x1", shortcut="none")
    assert unread_share(plain) == Fraction(3, 4)
    gaps = block_of((4, 8, 8), 8, 4)
    seen = [
        [path.reads(row, column) for path in (read_by_branch(gaps), read_by_shortcut(gaps))]
        for row in range(8)
        for column in range(8)
    ]
    assert unread_share(gaps) == Fraction(sum(not any(paths) for paths in seen), 64)
