"""Blocks that join later: which they are, when, and what does not fit."""

import pytest

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.runs.commands import Train, command_line, read_command
from explorer.runs.late_blocks import late_blocks
from explorer.runs.recipe import Recipe, read_recipe, recipe_table
from explorer.runs.sides import Side, twin_side
from explorer.validation import Refused

DESIGN = preset("cifar-resnet32")  # five blocks in each of three stages
RECIPE = Recipe(epochs=20)


def late(grow, design=DESIGN):
    return late_blocks(plan_network(design), RECIPE.change(grow=grow))


def test_the_last_blocks_of_a_stage_join_one_by_one():
    assert late("") == ()
    assert late("stage3@5,10,15") == ((5, "layer3.2"), (10, "layer3.3"), (15, "layer3.4"))
    assert late(" stage1@10 ; stage3@15, 5;") == ((5, "layer3.3"), (10, "layer1.4"), (15, "layer3.4"))
    assert late("stage2@7,7") == ((7, "layer2.3"), (7, "layer2.4"))


@pytest.mark.parametrize(
    ("grow", "why"),
    [
        ("layer3@5", "must be like stage3@5,10,15, with ; between stages, not 'layer3@5'"),
        ("stage3@", "must be like"),
        ("stage3@-5", "must be like"),
        ("stage4@5", "there is no stage 4: the design has 3"),
        ("stage0@5", "there is no stage 0"),
        ("stage3@1,2,3,4,5", "stage 3: 5 of 5 cannot join later; the first block sets width and stride"),
        ("stage3@5,20", "blocks join after epoch 1 to 19, not after epoch 20"),
        ("stage3@0,5", "blocks join after epoch 1 to 19, not after epoch 0"),
        ("stage3@5;stage3@6", "names stage 3 twice"),
    ],
)
def test_what_does_not_fit_is_refused_at_once(grow, why, tmp_path):
    with pytest.raises(Refused, match=r"^grow: ") as refused:
        Train(DESIGN, RECIPE.change(grow=grow), tmp_path)
    assert why in str(refused.value)


def test_all_that_does_not_fit_is_said():
    with pytest.raises(Refused) as refused:
        late("stage1@50;stage7@5")
    assert len(refused.value.complaints) == 2


@pytest.mark.parametrize("shortcut", ["none", "projection-all"])
def test_only_identities_join(shortcut):
    with pytest.raises(Refused, match="No identity"):
        late("stage3@5", DESIGN.change(shortcut=shortcut))


def test_a_plain_twin_and_known_weights_are_refused(tmp_path):
    recipe = RECIPE.change(grow="stage3@5")
    twin = twin_side(Side(DESIGN, recipe, recipe.seed))
    with pytest.raises(Refused, match=r"grow: No identity: a plain block has no shortcut"):
        Train(DESIGN, recipe, tmp_path, beside=(twin,))
    with pytest.raises(Refused, match="grow: blocks that join later begin as identities"):
        Train(DESIGN, recipe, tmp_path, weights="imagenet")


def test_orders_and_recipes_keep_it(tmp_path):
    order = Train(DESIGN, RECIPE.change(grow="stage3@5"), tmp_path)
    assert read_command(command_line(order), tmp_path) == order
    assert read_recipe(recipe_table(order.recipe)) == order.recipe
    assert read_recipe({}).grow == ""
