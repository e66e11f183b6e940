"""What is drawn of a long curve against the curve itself."""

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from explorer.gui.workers.curves import Series
from explorer.gui.workers.peaks import FAN, Pyramid

VALUES = st.lists(st.one_of(st.floats(-100, 100), st.just(float("nan"))), max_size=600).map(np.array)
FRACTION = st.floats(0, 1)
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def grown(values: np.ndarray) -> list[list[list[int]]]:
    """The levels of a pyramid that took all `values` at once."""
    pyramid = Pyramid()
    pyramid.grow(values)
    return contents(pyramid)


def contents(pyramid: Pyramid) -> list[list[list[int]]]:
    return [level.places[: level.count].tolist() for level in pyramid.levels if level.count]


def series_of(values: np.ndarray) -> Series:
    """`values` at every second step: 0, 2, 4 …"""
    series = Series(2)
    for place, value in enumerate(values):
        series.append(2.0 * place, None if np.isnan(value) else value)
    return series


@patient
@given(VALUES, FRACTION, FRACTION, st.integers(1, 40))
def test_no_peak_is_lost_and_every_point_is_a_real_one(values, one, other, buckets):
    begin, end = sorted((round(one * len(values)), round(other * len(values))))
    places = Pyramid().places(values, begin, end, buckets)
    assert set(places.tolist()) <= set(range(begin, end))
    assert np.all(np.diff(places) >= 0)
    if end > begin and not np.all(np.isnan(values[begin:end])):
        assert np.nanmin(values[places]) == np.nanmin(values[begin:end])
        assert np.nanmax(values[places]) == np.nanmax(values[begin:end])


@patient
@given(VALUES, st.integers(1, 40))
def test_the_peaks_of_every_bucket_are_drawn(values, buckets):
    drawn = set(Pyramid().places(values, 0, len(values), buckets).tolist())
    size = 1
    while len(values) > 2 * buckets and len(values) > buckets * size:
        size *= FAN
    for begin in range(0, len(values) - size + 1, size):
        part = values[begin : begin + size]
        if not np.all(np.isnan(part)):
            assert {begin + int(np.nanargmin(part)), begin + int(np.nanargmax(part))} <= drawn


@patient
@given(VALUES, st.lists(st.integers(0, 600), max_size=6))
def test_levels_are_the_same_in_whatever_chunks_values_come(values, ends):
    pyramid = Pyramid()
    for end in sorted(ends):
        pyramid.grow(values[:end])
    pyramid.grow(values)
    assert contents(pyramid) == grown(values)


@patient
@given(VALUES, VALUES, FRACTION)
def test_a_resume_leaves_nothing_of_what_it_cut_off(before, after, share):
    pyramid, kept = Pyramid(), round(share * len(before))
    pyramid.grow(before)
    pyramid.cut(kept)
    values = np.concatenate([before[:kept], after])
    pyramid.grow(values)
    assert contents(pyramid) == grown(values)


@patient
@given(VALUES, FRACTION, FRACTION, st.integers(1, 40))
@example(np.array([1.0, 0.0, 2.0, 1.5, 1.0]), 1.0, 0.25, 1)  # the point beyond is the first of a bucket, and no peak
def test_what_is_in_view_is_drawn_and_one_point_beyond_either_end(values, one, other, pixels):
    series = series_of(values)
    first, last = sorted((round(2 * one * len(values)) - 1.0, round(2 * other * len(values)) - 1.0))
    steps, found = series.visible(1, first, last, pixels)
    inside = [place for place in range(len(values)) if first <= 2 * place <= last]
    if inside:
        beside = {max(inside[0] - 1, 0), min(inside[-1] + 1, len(values) - 1)}
        assert {2.0 * place for place in beside} <= {steps[0], steps[-1]} | {2.0 * each for each in inside}
        assert np.array_equal(found, values[(steps / 2).astype(int)], equal_nan=True)


def test_a_million_points_are_a_few_a_pixel_and_a_closer_look_shows_each():
    values = np.sin(np.arange(1_000_000) / 1000)
    values[123_456] = 5.0
    series = Series(2)
    series.rows = np.stack([np.arange(1_000_000.0), values])
    series.count = len(values)
    steps, found = series.visible(1, 0, 999_999, 400)
    assert len(steps) < 4 * 400 + 100
    assert found.max() == 5.0
    assert steps[found.argmax()] == 123_456
    steps, found = series.visible(1, 123_400, 123_500, 400)
    assert steps.tolist() == list(range(123_399, 123_502))
    assert np.array_equal(found, values[123_399:123_502])


@patient
@given(VALUES)
def test_the_span_of_a_column(values):
    known = values[~np.isnan(values)]
    found = series_of(values).span(1)
    assert np.array_equal(found, (known.min(), known.max()) if len(known) else (np.nan, np.nan), equal_nan=True)
