"""In which cells pictures stand: groups stay together, and every place is found again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.gui.data.thumbnails.layout import ThumbnailLayout

GROUPS = st.lists(st.integers(1, 9), max_size=12)


def places(groups, columns):
    layout = ThumbnailLayout(groups, columns)
    return [layout.place(picture) for picture in range(len(layout))]


def test_one_group_fills_row_after_row():
    assert places([5], 3) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)]


def test_a_group_that_fits_into_a_row_is_not_broken():
    assert places([2, 2, 1], 3) == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]


def test_a_group_larger_than_a_row_begins_one():
    assert places([1, 4, 1], 3) == [(0, 0), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1)]


@given(GROUPS, st.integers(1, 7))
def test_places_are_distinct_in_order_and_found_again(groups, columns):
    layout = ThumbnailLayout(groups, columns)
    found = [layout.place(picture) for picture in range(len(layout))]
    assert found == sorted(set(found))
    assert len(found) == sum(groups)
    assert all(column < columns for _, column in found)
    assert layout.rows == (found[-1][0] + 1 if found else 0)
    for picture, (row, column) in enumerate(found):
        assert layout.nearest(row, column) == picture
        assert list(layout.between(row, column, column)) == [picture]
        assert picture in layout.in_rows(row, row)


@given(GROUPS, st.integers(1, 7))
def test_no_group_is_broken_that_fits_into_a_row(groups, columns):
    layout, start = ThumbnailLayout(groups, columns), 0
    for size in groups:
        rows = {layout.place(picture)[0] for picture in range(start, start + size)}
        assert len(rows) == -(-size // columns)
        start += size


@given(GROUPS, st.integers(1, 7), st.integers(-2, 20), st.integers(0, 5))
def test_what_is_in_some_rows_and_its_groups(groups, columns, first, more):
    layout = ThumbnailLayout(groups, columns)
    shown = layout.in_rows(first, first + more)
    assert [*shown] == [each for each in range(len(layout)) if first <= layout.place(each)[0] <= first + more]
    bounds = [range(sum(groups[:number]), sum(groups[: number + 1])) for number in range(len(groups))]
    assert [*layout.groups_of(shown)] == [group for group in bounds if {*group} & {*shown}]


@pytest.mark.parametrize(("left", "right", "found"), [(-3, 0, [3]), (1, 9, [4, 5]), (2, 1, []), (5, 9, [])])
def test_columns_may_lie_outside(left, right, found):
    assert [*ThumbnailLayout([6], 3).between(1, left, right)] == found


def test_nothing_has_no_rows():
    layout = ThumbnailLayout([], 4)
    assert layout.rows == len(layout) == 0
    assert [*layout.in_rows(0, 9)] == [*layout.groups_of(layout.in_rows(0, 9))] == []
