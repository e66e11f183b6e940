"""Winograd's convolution is the convolution, forwards and backwards, however much is computed at once or kept."""

import pytest
import torch
from torch import nn

from explorer.engine.kernels import winograd
from explorer.engine.kernels.winograd import Tiling, tiling
from tests.engine.convolution import both_ways


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (4, 4), (6, 6), (7, 5), (12, 8), (9, 14)])
def test_it_is_the_convolution(height, width, bias):
    torch.manual_seed(0)
    whole = nn.Conv2d(5, 3, 3, 1, 1, bias=bias).double()
    expected, found = both_ways(whole, winograd.convolve, torch.rand(2, 5, height, width).double())
    torch.testing.assert_close(found, expected)
    with torch.inference_mode():
        image = torch.rand(1, 5, height, width).double().permute(0, 2, 3, 1)
        put_out = winograd.convolve(image, whole.weight.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        torch.testing.assert_close(put_out, nn.functional.conv2d(image.permute(0, 3, 1, 2), whole.weight, padding=1))


@pytest.mark.parametrize("kept", [0, winograd.MAX_KEPT])
@pytest.mark.parametrize("at_once", [0, 3 * 8 * 8 * 4 * 5, winograd.AT_ONCE])
def test_it_does_not_depend_on_how_much_is_computed_at_once_or_kept(at_once, kept, monkeypatch):
    monkeypatch.setattr(winograd, "AT_ONCE", at_once)
    monkeypatch.setattr(winograd, "MAX_KEPT", kept)
    torch.manual_seed(0)
    images = torch.rand(7, 4, 8, 8).double().contiguous(memory_format=torch.channels_last)
    expected, found = both_ways(nn.Conv2d(4, 5, 3, 1, 1).double(), winograd.convolve, images)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("size", [8, 7])
def test_what_it_puts_out_may_change_in_place(size):
    """As a block adds its shortcut; a map of whole tiles is no exception."""
    maps, taps = torch.rand(2, size, size, 4), torch.rand(4, 3, 3, 4, requires_grad=True)
    out = winograd.convolve(maps, taps).permute(0, 3, 1, 2)
    out += 1
    out.sum().backward()
    assert taps.grad.any()


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


@pytest.mark.parametrize("size", [(1, 8, 8), (2, 8, 8), (1, 7, 8), (2, 7, 9)])
def test_a_shortcut_may_be_added_in_place(size):
    """The branch of a pre-activation block ends with a convolution, whose output autograd must let it change."""
    count, height, width = size
    maps, taps = torch.rand(count, height, width, 4), torch.rand(4, 3, 3, 4)
    side = maps.permute(0, 3, 1, 2)
    expected = nn.functional.conv2d(side, taps.permute(0, 3, 1, 2), padding=1) + side
    out = winograd.convolve(maps.requires_grad_(), taps.requires_grad_()).permute(0, 3, 1, 2)
    out += side
    torch.testing.assert_close(out.detach(), expected)
    out.sum().backward()
    assert maps.grad is not None
    assert taps.grad is not None
