"""Commands: lines with what is trained beside a design, and lines of older versions."""

import json
from pathlib import Path

import pytest

from explorer.architecture.notation import design_table
from explorer.architecture.presets import preset
from explorer.architecture.twins import twin_of
from explorer.runs.commands import Train, command_line, read_command
from explorer.runs.recipe import Recipe
from explorer.runs.sides import Side, twin_side, with_seeds
from explorer.validation import Refused
from tests.twins import with_twin

MINI, RECIPE, RUNS = preset("mini"), Recipe(seed=3), Path("runs")


def read(**values):
    table = {"command": "train", "design": design_table(MINI), "recipe": {"seed": 3}, **values}
    return read_command(json.dumps(table), RUNS)


def test_every_side_comes_back_as_it_was_sent():
    first = Side(MINI, RECIPE, 3)
    sides = with_seeds([first, twin_side(first), Side(MINI, RECIPE.change(lr=0.01), 3)], 2)
    order = Train(MINI, RECIPE, RUNS, beside=sides[1:])
    assert read_command(command_line(order), Path("elsewhere")) == order
    assert order.sides == sides


def test_an_old_line_has_its_twin():
    assert read(twin=True) == with_twin(Train(MINI, RECIPE, RUNS))
    assert read(twin=False) == Train(MINI, RECIPE, RUNS)
    assert read(twin=True, beside=[{"seed": 4}]).beside == (Side(twin_of(MINI), RECIPE, 3), Side(MINI, RECIPE, 4))


def test_a_side_is_like_the_first_in_all_it_does_not_name():
    assert read(beside=[{"seed": 4}, {"recipe": {"seed": 3, "lr": 0.2}, "design": None}]).beside == (
        Side(MINI, RECIPE, 4),
        Side(MINI, RECIPE.change(lr=0.2), 3),
    )


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"twin": "yes"}, "command: is not understood"),
        ({"beside": "twin"}, "command: is not understood"),
        ({"beside": [{"seed": "one"}]}, "command: is not understood"),
        ({"beside": [{"recipe": {"seed": 3, "lr": -1}}]}, "lr: must be more than 0"),
        ({"beside": [{}]}, "beside: nothing differs"),
        ({"beside": [{"recipe": {"seed": 4}}]}, "beside: Seed 3 → 4: both must see the same images"),
        ({"beside": [{"seed": 4}, {"seed": 4}]}, "beside: names the same network twice"),
        ({"beside": [{"seed": n} for n in range(4, 40)]}, "beside: at most 32 networks"),
        ({"beside": [{"seed": 4}], "weights": "run"}, "beside: another seed changes nothing"),
    ],
)
def test_what_cannot_be_trained_together_is_refused(values, reason):
    with pytest.raises(Refused) as refused:
        read(**values)
    assert str(refused.value).startswith(reason)


def test_all_go_to_another_device():
    order = with_twin(Train(MINI, RECIPE, RUNS)).on_device("cuda:1")
    assert [side.recipe.device for side in order.sides] == ["cuda:1", "cuda:1"]
