"""The spread over seeds, and the gap between two sides, against numbers worked out by hand."""

import pytest

from explorer.runs.spread import Gap, Spread


def test_the_spread_of_three_values():
    assert Spread.of([0.7, 0.8, 0.9]) == Spread(pytest.approx(0.8), pytest.approx(0.1), 3)


def test_one_value_has_no_spread():
    assert Spread.of([0.5]) == Spread(0.5, 0.0, 1)


def test_a_gap_is_clear_when_it_is_larger_than_what_seeds_do():
    low, high = Spread(0.5, 0.03, 3), Spread(0.6, 0.04, 2)
    gap = Gap.between(high, low)
    assert gap == Gap(pytest.approx(0.1), pytest.approx(0.05), 2)
    assert gap.is_clear
    assert Gap.between(low, high).is_clear
    assert not Gap.between(Spread(0.54, 0.04, 2), low).is_clear


def test_single_seeds_say_nothing_about_the_gap():
    assert not Gap.between(Spread(0.9, 0.0, 1), Spread(0.1, 0.0, 1)).is_clear
    assert not Gap.between(Spread(0.9, 0.0, 3), Spread(0.1, 0.0, 1)).is_clear
