"""Winograd's convolution is the convolution, forwards and backwards, however much is computed at once or kept."""

import pytest
import torch
from torch import nn

from explorer.engine import winograd
from explorer.engine.winograd import Tiling, tiling
from tests.engine.convolution import compare


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (4, 4), (6, 6), (7, 5), (12, 8), (9, 14)])
def test_it_is_the_convolution(height, width, bias):
    whole = nn.Conv2d(5, 3, 3, 1, 1, bias=bias).double()
    compare(whole, winograd.convolve, torch.rand(2, 5, height, width).double())


@pytest.mark.parametrize("kept", [0, winograd.MOST_KEPT])
@pytest.mark.parametrize("at_once", [0, 3 * 8 * 8 * 4 * 5, winograd.AT_ONCE])
def test_it_does_not_depend_on_how_much_is_computed_at_once_or_kept(at_once, kept, monkeypatch):
    monkeypatch.setattr(winograd, "AT_ONCE", at_once)
    monkeypatch.setattr(winograd, "MOST_KEPT", kept)
    images = torch.rand(7, 4, 8, 8).double().contiguous(memory_format=torch.channels_last)
    compare(nn.Conv2d(4, 5, 3, 1, 1).double(), winograd.convolve, images)


def test_in_32_bits_it_is_nearly_as_exact():
    torch.manual_seed(0)
    maps, taps = torch.randn(4, 12, 12, 64), torch.randn(64, 3, 3, 64)
    found, exact = winograd.convolve(maps, taps), winograd.convolve(maps.double(), taps.double())
    assert (found - exact).abs().max() < 2e-5 * exact.abs().max()


@pytest.mark.parametrize(
    ("height", "width", "side"), [(12, 12, 4), (6, 6, 3), (5, 5, 3), (4, 4, 4), (2, 2, 2), (2, 28, 2)]
)
def test_tiles_are_those_with_the_fewest_values(height, width, side):
    assert tiling(height, width) == Tiling(height, width, side)
