"""Colour jitter: each change is torchvision's own with the same factor."""

import pytest
import torch
import torchvision.transforms.v2.functional as tv

from explorer.engine.data.colour_jitter import change_colours, draw_factors

CHANGES = [tv.adjust_brightness, tv.adjust_contrast, tv.adjust_saturation]


def noise(channels):
    return torch.randint(0, 256, (6, channels, 10, 8), dtype=torch.uint8)


@pytest.mark.parametrize("channels", [1, 3])
def test_colours_are_torchvisions(channels):
    given, factors = noise(channels), draw_factors(6, 0.8, torch.Generator().manual_seed(0))
    for before, after, chosen in zip(given, change_colours(given, factors), factors.t().tolist(), strict=True):
        expected = before / 255
        for change, factor in zip(CHANGES, chosen, strict=True):
            expected = change(expected, factor)
        assert (after / 255 - expected).abs().max() <= 0.51 / 255


@pytest.mark.parametrize("place", range(3))
def test_each_factor_is_one_change(place):
    given, factors = noise(3), torch.ones(3, 6)
    factors[place] = 0.4
    expected = CHANGES[place](given / 255, 0.4)
    assert (change_colours(given, factors) / 255 - expected).abs().max() <= 0.51 / 255


@pytest.mark.parametrize("channels", [1, 3])
def test_factors_of_one_change_nothing(channels):
    given = noise(channels)
    assert torch.equal(change_colours(given, torch.ones(3, 6)), given)


def test_factors_are_spread_evenly():
    factors = draw_factors(5000, 0.4, torch.Generator().manual_seed(0))
    for each in factors:
        assert each.min() == pytest.approx(0.6, abs=0.01)
        assert each.max() == pytest.approx(1.4, abs=0.01)
        assert each.mean() == pytest.approx(1.0, abs=0.02)
