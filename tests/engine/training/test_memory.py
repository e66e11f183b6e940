"""The memory that training needs, from the plan alone."""

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.training.memory import memory_needed
from explorer.runs.recipe import Recipe

MINI = preset("mini")
RECIPE = Recipe(device="cpu")


def test_memory_counts_what_training_keeps():
    plan = plan_network(MINI)
    assert memory_needed(plan, RECIPE, 0) == 3 * 4 * 77_754  # weights, gradients, momentum
    assert memory_needed(plan, RECIPE.change(optimizer="adamw"), 0) == 4 * 4 * 77_754
    assert memory_needed(plan, RECIPE, 10) - memory_needed(plan, RECIPE, 9) == plan.activation_bytes


def test_memory_counts_the_tiles_of_winograds_convolutions():
    """3×3 tiles of 36 values on maps of 12×12, 2×2 tiles of 25 on 6×6, …: of d2l-resnet18 at 96×96."""
    plan, recipe = plan_network(preset("d2l-resnet18")), RECIPE.change(precision="fp32")
    tiles = 4 * 64 * 36 * 36 + 3 * 128 * 9 * 36 + 3 * 256 * 4 * 25
    needed = [memory_needed(plan, recipe, images) for images in (3, 2)]
    assert needed[0] - needed[1] == plan.activation_bytes + 4 * tiles
