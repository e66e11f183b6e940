"""Curves: smoothing, epochs, what was measured first, and a resume."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from explorer.gui.workers.curves import Curves, Series
from explorer.gui.workers.moving_mean import MovingMean
from explorer.runs.events import Epoch, Gradients, Started, Verdict
from explorer.runs.folder.log import EventLog, read_curves, read_events
from tests.gui.made_lines import made_step, started

VALUES = st.lists(st.one_of(st.floats(-100, 100), st.just(np.nan)), min_size=1, max_size=300).map(np.array)


def mean_around(values: np.ndarray, place: int, half: int) -> float:
    part = values[max(place - half, 0) : place + half + 1]
    return float(np.nanmean(part)) if np.isfinite(part).any() else np.nan


@given(VALUES, VALUES, st.floats(0, 1), st.integers(0, 20))
def test_a_mean_is_that_of_what_is_around_in_whatever_chunks_values_come(before, after, share, half):
    means, kept = MovingMean(), round(share * len(before))
    means.at(before, np.arange(len(before)), half)
    means.cut(kept)
    values = np.concatenate([before[:kept], after])
    found = means.at(values, np.arange(len(values)), half)
    expected = [mean_around(values, place, half) for place in range(len(values))]
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_a_million_values_are_smoothed_at_a_few_places_and_noise_goes():
    chance, series = np.random.default_rng(0), Series(2)
    trend = np.linspace(2, 1, 1_000_000)
    series.rows = np.stack([np.arange(1_000_000.0), trend + chance.normal(0, 0.3, 1_000_000)])
    series.count = 1_000_000
    steps, values = series.smoothed(1, 0, 999_999, 400, share=0.02)
    assert len(steps) == 800
    assert (steps[0], steps[-1]) == (0, 999_999)
    inside = slice(20, -20)  # at the ends, the mean is of one side alone
    assert np.abs(values - trend[steps.astype(int)])[inside].max() < 0.02


def test_without_a_share_every_value_is_itself():
    curves = Curves(made_step(number, 1 / number) for number in range(1, 50))
    steps, values = curves.train.smoothed(1, 10, 20, 400, share=0.0)
    assert steps.tolist() == list(range(9, 22))
    np.testing.assert_allclose(values, 1 / steps)


def test_a_resume_cuts_what_was_smoothed():
    curves = Curves([started(10), *(made_step(number, 1.0) for number in range(1, 21))])
    curves.train.smoothed(1, 0, 20, 400, share=1.0)
    curves.apply_event(started(10, step=10))
    for number in range(11, 21):
        curves.apply_event(made_step(number, 3.0))
    assert curves.train.smoothed(1, 0, 20, 400, share=2.0)[1].tolist() == [2.0] * 20


def test_epochs_are_known_from_the_start_or_from_the_first_that_is_done():
    assert Curves([started(157)]).steps_per_epoch == 157
    assert Curves([made_step(300, 1.0), Epoch(2, 314, 1.0, 0.5, 0.9, 0.6, 1.0)]).steps_per_epoch == 157


def test_the_first_gradients_stay():
    curves = Curves(Gradients(number, ("stem", "head"), (number, 1.0)) for number in (1, 50, 90))
    assert (curves.first_gradients.step, curves.gradients.step) == (1, 90)


def test_a_log_read_many_steps_at_once_has_the_curves_of_its_events(tmp_path):
    log = EventLog(tmp_path)
    for start in (0, 900):  # resumed before its last step
        log.append(Started("id", "folder", 1, Verdict(True, 1, 1), "cpu", 600, 3, start))
        for number in range(start + 1, start + 1201):
            log.append(made_step(number, 1 / number))
            if number % 600 == 0:
                log.append(Epoch(number // 600, number, 1.0, 0.6, 0.5, 0.8, 8.0))
    log.close()
    fast, slow = Curves(read_curves(tmp_path)), Curves(read_events(tmp_path))
    for one, other in ((fast.train, slow.train), (fast.validation, slow.validation)):
        assert one.count == other.count > 1
        assert np.array_equal(one.rows[:, : one.count], other.rows[:, : other.count])
    assert fast.steps_per_epoch == slow.steps_per_epoch
