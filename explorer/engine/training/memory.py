"""How much memory training needs, without trying. No Qt."""

from collections.abc import Sequence

import torch

from explorer.architecture.design import Design
from explorer.architecture.plan import Plan
from explorer.engine.devices import available_memory, choose_device
from explorer.engine.kernels.fast_layers import winograd_convolutions
from explorer.engine.kernels.rewrites import promised
from explorer.engine.kernels.winograd import values_kept
from explorer.runs.data.catalogue import DataSet, describe_data
from explorer.runs.recipe import Recipe
from explorer.runs.sides import MAX_AT_ONCE
from explorer.sentences import translatable
from explorer.validation import refuse

_FLOAT, _LABEL = 4, 8  # bytes


def memory_needed(plan: Plan, recipe: Recipe, batch_size: int) -> int:
    """Return bytes: parameters, gradients, what optimizer and averaging keep, and every layer's output for a batch.

    Convolutions by Winograd's scheme keep the tiles of what they saw as well.
    """
    tiled = winograd_convolutions(plan) if promised(plan, recipe, choose_device(recipe.device)).winograd else ()
    tiles = sum(values_kept(batch_size, *layer.input) for layer in tiled)
    return _weight_bytes(plan, recipe) + _FLOAT * tiles + batch_size * plan.activation_bytes


def _weight_bytes(plan: Plan, recipe: Recipe) -> int:
    """Return the bytes that stay between two steps: parameters, gradients, what optimizer and averaging keep."""
    kept = (2 if recipe.optimizer == "adamw" else int(recipe.momentum > 0)) + (recipe.ema > 0)
    return _FLOAT * (2 + kept) * plan.params


def data_bytes(data: DataSet, design: Design) -> int:
    """Return the bytes of all images at the design's size, and of their labels, which stay on the device.

    Those of a folder stay on the disk where they do not fit.
    """
    if data.shape is None:
        return 0
    channels, height, width = design.input
    return data.train * 6 // 5 * (channels * height * width + _LABEL)  # a sixth of all or less are to validate with


def refuse_too_large(networks: Sequence[tuple[Plan, Recipe]], device: torch.device) -> None:
    """Raise Refused with the numbers if training all these networks on the same images takes more than is free.

    Those that wait until one of the first `MAX_AT_ONCE` has ended take no more than their weights.
    """
    plan, recipe = networks[0]
    data = data_bytes(describe_data(recipe.data), plan.design)
    weights = [_weight_bytes(plan, recipe) for plan, recipe in networks]
    steps = [memory_needed(plan, recipe, recipe.batch_size) for plan, recipe in networks]
    at_once = sorted((step - kept for step, kept in zip(steps, weights, strict=True)), reverse=True)[:MAX_AT_ONCE]
    training = sum(weights) + sum(at_once)
    # the images are read into main memory first
    for place, needed in {torch.device("cpu"): data, device: data + training}.items():
        free = available_memory(place)
        if free is not None and needed > free:
            what = translatable("training needs {needed:,.0f} MiB on {device}; {free:,.0f} MiB are free")
            raise refuse("memory", what, needed=needed / 2**20, free=free / 2**20, device=place.type)
