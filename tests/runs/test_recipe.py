from dataclasses import fields

import pytest

from explorer.runs.recipe import FREE, RECIPES, Recipe, costly, read_recipe
from explorer.validation import Refused

COSTLY = {
    "data": "fashion-mnist",
    "device": "cpu",
    "validation_share": 0.3,
    "test_share": 0.0,
    "batch_size": 256,
    "optimizer": "adamw",
    "momentum": 0.0,
    "clip": 0.5,
    "resized_crop": 0.3,
    "frozen_stages": 2,
    "ema": 0.9,
    "precision": "fp32",
    "arithmetic": "plain",
}


def test_every_knob_costs_something_or_nothing():
    assert {*FREE, *COSTLY} == {each.name for each in fields(Recipe)}


@pytest.mark.parametrize("name", COSTLY)
def test_what_costs_time_or_memory_makes_another_estimate(name):
    assert costly(Recipe().change(**{name: COSTLY[name]})) != costly(Recipe())


def test_epochs_seed_and_rate_make_no_other_estimate():
    best = RECIPES["best"]
    assert costly(best.change(epochs=7, seed=5, lr=0.01, schedule="constant", flip=False)) == costly(best)
    assert costly(best) != costly(Recipe())


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("lr", 0, "must be more than 0, not 0"),
        ("lr", 101, "must be at most 100, not 101"),
        ("momentum", 1, "must be less than 1, not 1"),
        ("weight_decay", -0.5, "must be at least 0, not -0.5"),
    ],
)
def test_a_bound_is_said_as_it_is_meant(name, value, complaint):
    with pytest.raises(Refused) as caught:
        read_recipe({name: value})
    assert str(caught.value) == f"{name}: {complaint}"
