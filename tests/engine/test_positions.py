"""The positions that the arithmetic says a path reads are those on which torch's gradient is not zero."""

import pytest
import torch
from torch import nn

from explorer.architecture.blocks import BLOCKS, SHORTCUTS, Join
from explorer.architecture.positions import ReadPositions, read_by_branch, read_by_shortcut
from explorer.engine.model import ResidualBlock
from tests.architecture.test_positions import block_of


@pytest.mark.parametrize("size", [(7, 7), (8, 5), (1, 3)], ids=str)
@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("stride_on", ["1x1", "3x3"])
@pytest.mark.parametrize("shortcut", SHORTCUTS)
@pytest.mark.parametrize("kind", BLOCKS)
def test_positions_are_read_where_the_gradient_is_not_zero(kind, shortcut, stride_on, stride, size):
    block = block_of((4, *size), 8, stride, block=kind, shortcut=shortcut, stride_on=stride_on)
    module = ResidualBlock(block).eval()
    for weights in module.parameters():
        nn.init.ones_(weights)  # so that nothing cancels, and no ReLU is at 0
    x = torch.ones(1, 4, *size)
    assert gradient(lambda start: module.run(module.branch, start), module, x) == read_by_branch(block)
    read = read_by_shortcut(block)
    if block.way.join is Join.NONE:
        assert read is None
    else:
        assert gradient(lambda start: module.shortcut(start, start), module, x) == read


def gradient(path, module: ResidualBlock, x: torch.Tensor) -> ReadPositions:
    """The rows and columns of `x` that the output of a path depends on, checked to be independent of each other."""
    x = x.clone().requires_grad_()
    path(module.run(module.before, x * 1)).sum().backward()
    seen = x.grad[0].sum(0) > 0
    rows, columns = seen.any(1), seen.any(0)
    assert torch.equal(seen, rows[:, None] & columns)
    return ReadPositions(tuple(rows.tolist()), tuple(columns.tolist()))
