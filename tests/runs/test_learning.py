"""The rules on made curves, with and without noise."""

import random

import pytest

from explorer.runs.learning import Learning, Side, Trend, compare_sides, learning_of


def falling(epochs: int, least: float = 0.1) -> list[float]:
    return [least + 2 / (1 + epoch) for epoch in range(epochs)]


def noisy(values: list[float], share: float, seed: int) -> list[float]:
    chance = random.Random(seed)
    return [value + chance.gauss(0, share) for value in values]


@pytest.mark.parametrize("epochs", [0, 1])
def test_before_the_second_epoch_nothing_can_be_said(epochs):
    assert learning_of(falling(epochs), falling(epochs)).trend is Trend.UNKNOWN


@pytest.mark.parametrize("epochs", [2, 3, 5, 20, 60])
def test_a_falling_loss_is_still_falling(epochs):
    assert learning_of(falling(epochs), falling(epochs)) == Learning(Trend.FALLING)


@pytest.mark.parametrize("before", [1, 4, 9])
def test_a_loss_that_stays_has_stalled_since_its_last_fall(before):
    curve = falling(before)
    curve += [curve[-1]] * 3
    assert learning_of(curve, curve) == Learning(Trend.STALLED, before)
    assert learning_of(curve[:-1], curve[:-1]).trend is not Trend.STALLED


def test_small_falls_add_up():
    curve = [1 - 0.006 * epoch for epoch in range(30)]
    assert learning_of(curve, curve).trend is Trend.FALLING


def test_a_rising_validation_loss_beside_a_falling_one_is_overfitting_since_its_lowest():
    train, validation = falling(10), [1.0, 0.8, 0.6, 0.5, 0.45, 0.5, 0.56, 0.62, 0.7, 0.8]
    assert learning_of(train, validation) == Learning(Trend.OVERFITTING, 6)
    assert learning_of(train[:5], validation[:5]).trend is Trend.FALLING
    both = learning_of(validation, validation)
    assert both.trend is not Trend.OVERFITTING  # a run that gets worse at everything does not over-fit


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_neither_progress_nor_overfitting(seed):
    """Runs that fall to a plateau by epoch 20 and stay there for 40 epochs, with noise of a twentieth."""
    curve = [max(0.5, 2.0 - 0.08 * epoch) for epoch in range(60)]
    found = learning_of(noisy(curve, 0.025, seed), noisy(curve, 0.025, seed + 100))
    assert found.trend is Trend.STALLED
    assert 15 <= found.since <= 45


@pytest.mark.parametrize("seed", range(20))
def test_a_trend_is_seen_through_noise(seed):
    down, up = [2.0 - 0.06 * epoch for epoch in range(30)], [abs(epoch - 12) * 0.05 + 0.5 for epoch in range(30)]
    train = noisy(down, 0.03, seed)
    assert learning_of(train, noisy(down, 0.03, seed + 100)).trend is Trend.FALLING
    found = learning_of(train, noisy(up, 0.03, seed + 100))
    assert found.trend is Trend.OVERFITTING
    assert abs(found.since - 14) <= 2


def test_what_is_said_of_a_run():
    assert Learning(Trend.STALLED, 4).sentence == "stalled since epoch 4"
    assert Learning(Trend.OVERFITTING, 6).sentence == "over-fits since epoch 6"


def test_one_run_against_another():
    a, b = Side("A", ((0.5, 0.6, 0.66),)), Side("B", ((0.55, 0.7),))
    assert compare_sides(a, b) == "B is ahead of A; after epoch 2 the gap is 10.0 points"
    b = Side("B", ((0.7, 0.74, 0.75),))
    assert compare_sides(a, b) == "B learns faster than A; after epoch 3 the gap is 9.0 points"
    assert compare_sides(b, a) == compare_sides(a, b)
    assert compare_sides(a, Side("C", ((0.5, 0.6, 0.661),))) == (
        "C and A are equal after epoch 3: the gap is 0.1 points"
    )
    assert compare_sides(a, Side("D", ((),))) is None


def test_several_seeds_are_compared_by_their_means():
    a = Side("A", ((0.80,), (0.82,), (0.84,)))
    assert compare_sides(a, Side("B", ((0.90,), (0.90,)))) == (
        "B is ahead of A: after epoch 1 the gap is 8.0 ± 2.0 points, more than the spread of the seeds"
    )
    assert compare_sides(a, Side("B", ((0.82,), (0.84,)))) == (
        "B and A do not differ clearly: after epoch 1 the gap is 1.0 ± 2.4 points, no more than the spread of the seeds"
    )
    assert compare_sides(a, Side("B", ((0.9,),))) == (
        "B is ahead of A: after epoch 1 the gap is 8.0 points; "
        "whether that is more than chance takes several seeds of both"
    )
