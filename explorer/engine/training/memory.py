"""How much memory training needs, without trying. No Qt."""

from explorer.architecture.plan import Plan
from explorer.engine.devices import choose_device
from explorer.engine.kernels.fast_layers import winograd_convolutions
from explorer.engine.kernels.rewrites import promised
from explorer.engine.kernels.winograd import values_kept
from explorer.runs.recipe import Recipe

_FLOAT = 4  # bytes


def memory_needed(plan: Plan, recipe: Recipe, batch_size: int) -> int:
    """Return bytes: parameters, gradients, what optimizer and averaging keep, and every layer's output for a batch.

    Convolutions by Winograd's scheme keep the tiles of what they saw as well.
    """
    kept = (2 if recipe.optimizer == "adamw" else int(recipe.momentum > 0)) + (recipe.ema > 0)
    tiled = winograd_convolutions(plan) if promised(plan, recipe, choose_device(recipe.device)).winograd else ()
    tiles = sum(values_kept(batch_size, *layer.input) for layer in tiled)
    return _FLOAT * ((2 + kept) * plan.params + tiles) + batch_size * plan.activation_bytes
