"""The first lines of a script say how exactly it repeats its run."""

import pytest

from explorer.engine.export.script.heading import heading
from explorer.engine.export.script.history import History
from explorer.runs.folder.run import read_run
from tests.engine import small


@pytest.fixture
def claim(tmp_path):
    """What is said of a run with such a recipe and history, as one line."""

    def say(arithmetic, devices=("cpu",), threads=(2,), rewrites=((),)):
        folder = small.new_folder(tmp_path, small.RECIPE.change(arithmetic=arithmetic))
        folder.close()
        lines = heading(read_run(folder.path), History(1, (), (), devices, threads, tuple(map(frozenset, rewrites))))
        assert max(map(len, lines)) <= 100
        return " ".join(lines[2 : lines.index("", 2)])

    return say


def test_of_a_plain_run_everything_is_equal_under_the_same_conditions(claim):
    said = claim("plain")
    assert said.startswith("Exactly: with torch ")
    assert "on a processor of the same kind and 2 threads, every loss is equal to the last bit" in said
    assert "and 1 thread, every" in claim("plain", threads=(1,))
    assert "on an NVIDIA GPU of the same kind, every loss" in claim("plain", ("cuda",), ())


def test_where_a_plain_run_changed_its_conditions_the_script_says_so(claim):
    assert claim("plain", threads=(2, 4)).endswith("until the run went on with 4, which round sums differently.")
    assert "as it was computed on a processor; it went on on an NVIDIA GPU" in claim("plain", ("cpu", "cuda"))


def test_a_default_run_is_repeated_exactly_where_the_script_has_its_ways(claim):
    said = claim("fast", rewrites=(("channels_last", "bf16"),))
    assert "and 2 threads, every loss is equal to the last bit, for this computes in the run's ways." in said
    others = (
        {"rewrites": (("channels_last", "dense"),)},
        {"rewrites": ((), ("channels_last",))},
        {"devices": ("cuda",), "threads": ()},
        {"rewrites": (("channels_last",),), "threads": ()},  # of older versions, which did not tell
        {"rewrites": ((),)},
    )
    for other in others:
        said = claim("fast", **other)
        assert said.startswith("Not exactly: the run was computed ")
        assert (
            "the first ten losses are within 1e-4 of those that the run's ways have in 64 bits, unless it was unstable"
            in said
        )
    said = claim("fast", rewrites=(("bf16", "dense"),))
    assert said.startswith("Not exactly: the run was computed with fewer than 32 bits per number")
