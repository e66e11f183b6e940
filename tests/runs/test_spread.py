"""The spread over seeds, and the gap between two sides, against numbers worked out by hand."""

import pytest

from explorer.architecture.presets import preset
from explorer.runs.recipe import Recipe
from explorer.runs.sides import Side, twin_side, with_seeds
from explorer.runs.spread import Gap, Spread, spread_in_words

FIRST = Side(preset("resnet18"), Recipe(), 0)


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


def test_several_seeds_have_a_spread_and_a_gap():
    sides = with_seeds([FIRST, twin_side(FIRST)], 2)
    assert list(spread_in_words(sides, {0: 0.8, 1: 0.5, 2: 0.82, 3: 0.6})) == [
        "residual: 0.8100 ± 0.0141 over 2 seeds",
        "plain: 0.5500 ± 0.0707 over 2 seeds",
        "plain against residual: -0.2600, larger than the spread of 0.0721",
    ]
    within = list(spread_in_words(sides, {0: 0.8, 1: 0.78, 2: 0.82, 3: 0.83}))
    assert within[2] == "plain against residual: -0.0050, within the spread of 0.0381"


def test_one_seed_has_none():
    assert list(spread_in_words([FIRST, twin_side(FIRST)], {0: 0.8, 1: 0.5})) == []
    assert list(spread_in_words(with_seeds([FIRST], 2), {0: 0.8, 1: 0.6})) == ["0.7000 ± 0.1414 over 2 seeds"]
