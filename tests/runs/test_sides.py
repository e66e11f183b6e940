"""Sides: what each is called, how it differs in words, and why it cannot see the same batches."""

import pytest

from explorer.architecture.presets import preset
from explorer.architecture.twins import twin_of
from explorer.runs.recipe import RECIPES, Recipe
from explorer.runs.sides import (
    Side,
    differences,
    labels,
    obstacle,
    on_same_batches,
    twin_side,
    weights_in_words,
    with_seeds,
)

RESNET, RECIPE = preset("resnet18"), Recipe()
FIRST = Side(RESNET, RECIPE, 0)


def beside(design=RESNET, seed=0, **recipe):
    return Side(design, RECIPE.change(**recipe), seed)


def test_twins_are_residual_and_plain():
    assert labels([FIRST, twin_side(FIRST)]) == ("residual", "plain")
    plain = Side(twin_of(RESNET), RECIPE, 0)
    assert labels([plain, twin_side(plain)]) == ("plain", "residual")


def test_designs_have_their_names_or_the_value_that_differs():
    assert labels([FIRST, beside(preset("resnet34"))]) == ("ResNet-18", "ResNet-34")
    everywhere = beside(RESNET.change(shortcut="projection-all"))
    assert labels([FIRST, everywhere]) == ("shortcut B (1×1 where the shape changes)", "shortcut C (1×1 everywhere)")
    deeper = beside(RESNET.with_stage(1, blocks=3))
    assert labels([FIRST, deeper]) == ("stage 2: Blocks 2", "stage 2: Blocks 3")
    assert labels([FIRST, everywhere, deeper]) == ("design 1", "design 2", "design 3")


def test_recipes_have_their_names_or_the_value_that_differs():
    assert labels([FIRST, beside(lr=0.01)]) == ("Learning rate 0.1", "Learning rate 0.01")
    named = on_same_batches(RECIPES["best"], RECIPE).change(batch_size=64)
    assert labels([FIRST, Side(RESNET, named, 0)]) == ("quick", "best")
    assert labels([FIRST, beside(lr=0.01, clip=0.0)]) == ("recipe 1", "recipe 2")


def test_seeds_are_named_where_there_are_several():
    assert labels([FIRST]) == ("",)
    assert labels(with_seeds([FIRST], 3)) == ("seed 0", "seed 1", "seed 2")
    both = with_seeds([FIRST, twin_side(FIRST)], 2)
    assert labels(both) == ("residual, seed 0", "plain, seed 0", "residual, seed 1", "plain, seed 1")


def test_the_difference_in_words():
    """ResNet-18 has five blocks that keep the shape: a 1×1 with its norm on each is what C adds to B."""
    added = sum(count * (width * width + 2 * width) for count, width in ((2, 64), (1, 128), (1, 256), (1, 512)))
    everywhere = beside(RESNET.change(shortcut="projection-all"))
    assert differences([FIRST, everywhere]) == (
        "",
        f"shortcut C (1×1 everywhere) instead of shortcut B (1×1 where the shape changes): +{added:,} parameters",
    )
    same_size = beside(RESNET.change(shortcut="average"))
    assert differences([FIRST, same_size])[1].endswith(": same parameters and MACs")
    assert differences([FIRST, beside(lr=0.01)])[1] == "recipe: Learning rate 0.1 → 0.01"
    assert differences([FIRST, beside(lr=0.01, seed=4)])[1] == "recipe: Learning rate 0.1 → 0.01; other initial weights"


def test_of_several_seeds_each_side_differs_from_the_first_with_its_seed():
    found = differences(with_seeds([FIRST, beside(lr=0.01)], 2))
    assert found == (
        "",
        "recipe: Learning rate 0.1 → 0.01",
        "other initial weights",
        "recipe: Learning rate 0.1 → 0.01",
    )


@pytest.mark.parametrize(
    ("side", "reason"),
    [
        (FIRST, "nothing differs: the same network, recipe and seed"),
        (beside(preset("mini")), "images of 1×28×28 instead of 3×224×224"),
        (beside(RESNET.change(classes=10)), "10 classes instead of 1,000"),
        (beside(batch_size=5), "Batch size 64 → 5: both must see the same images"),
        (beside(data="cifar10"), "Data fashion-mnist-12k → cifar10"),
        (beside(epochs=2), "Epochs 10 → 2"),
        (Side(RESNET, RECIPE.change(seed=1), 0), "Seed 0 → 1"),
        (beside(normalise="data"), "Normalisation off → data"),
        (beside(balance="sampling"), "Class balance off → sampling"),
    ],
)
def test_what_cannot_see_the_same_batches(side, reason):
    assert obstacle(FIRST, side).startswith(reason)


@pytest.mark.parametrize("side", [twin_side(FIRST), beside(lr=0.01), beside(seed=1), beside(preset("resnet50"))])
def test_what_can(side):
    assert obstacle(FIRST, side) == ""


def test_which_tensors_begin_equal_in_words():
    assert weights_in_words(62, 62, ()) == "all 62 tensors begin equal"
    own = ("layer1.0.downsample.0", "layer1.0.downsample.1")
    said = weights_in_words(38, 41, own)
    assert said == "38 of 41 tensors begin equal; its own: layer1.0.downsample.0, layer1.0.downsample.1"
    assert weights_in_words(1, 9, tuple("abcdefgh")).endswith("its own: a, b, c, d, e, f, 2 more")
