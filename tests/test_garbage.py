"""While very many records are made no garbage is looked for, and afterwards it is as before."""

import gc

import pytest

from explorer.garbage import uncollected


@pytest.mark.parametrize("was_on", [True, False])
def test_it_is_as_before_also_after_an_error(was_on):
    on = gc.isenabled()
    try:
        (gc.enable if was_on else gc.disable)()
        with uncollected():
            assert not gc.isenabled()
            with pytest.raises(ZeroDivisionError), uncollected():
                _ = 1 / 0
            assert not gc.isenabled()
        assert gc.isenabled() is was_on
    finally:
        (gc.enable if on else gc.disable)()


def test_of_two_that_overlap_the_last_one_ends_it():
    on = gc.isenabled()
    try:
        gc.enable()
        first, second = uncollected(), uncollected()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert not gc.isenabled()
        second.__exit__(None, None, None)
        assert gc.isenabled()
    finally:
        (gc.enable if on else gc.disable)()
