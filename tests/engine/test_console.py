"""What a person reads at a terminal."""

import pytest

from explorer.architecture.presets import preset
from explorer.engine.console import Console, spread_lines
from explorer.runs.events import Threads
from explorer.runs.recipe import Recipe
from explorer.runs.sides import Side, twin_side, with_seeds
from explorer.sentences import Sentence


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Threads(0, 2, 2), ""),
        (Threads(9, 1, 2, Sentence("The computer is busy")), "The computer is busy: 1 of 2 cores\n"),
        (Threads(9, 2, 2, Sentence("More cores are free")), "More cores are free: 2 of 2 cores\n"),
    ],
)
def test_a_number_of_threads_is_said_with_its_reason(capsys, event, line):
    Console().send(event)
    assert capsys.readouterr().out == line


# Several seeds

FIRST = Side(preset("resnet18"), Recipe(), 0)
SIDES = with_seeds([FIRST, twin_side(FIRST)], 2)


def test_several_seeds_have_a_spread_and_a_gap():
    assert list(spread_lines(SIDES, {0: 0.8, 1: 0.5, 2: 0.82, 3: 0.6})) == [
        "residual: 0.8100 ± 0.0141 over 2 seeds",
        "plain: 0.5500 ± 0.0707 over 2 seeds",
        "plain against residual: -0.2600, larger than the spread of 0.0721",
    ]
    within = list(spread_lines(SIDES, {0: 0.8, 1: 0.78, 2: 0.82, 3: 0.83}))
    assert within[2] == "plain against residual: -0.0050, within the spread of 0.0381"


def test_one_seed_has_none():
    assert list(spread_lines([FIRST, twin_side(FIRST)], {0: 0.8, 1: 0.5})) == []
    assert list(spread_lines(with_seeds([FIRST], 2), {0: 0.8, 1: 0.6})) == ["0.7000 ± 0.1414 over 2 seeds"]


def test_a_side_that_has_one_result_left_has_no_gap():
    assert list(spread_lines(SIDES, {0: 0.8, 1: 0.5, 2: 0.82})) == [
        "residual: 0.8100 ± 0.0141 over 2 seeds",
        "plain: 0.5000 ± 0.0000 over 1 seeds",
    ]
