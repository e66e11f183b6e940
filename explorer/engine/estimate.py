"""Estimate: how long an epoch takes and how much memory training needs, by trying a few steps. No Qt."""

import torch

from explorer.architecture.plan import Plan
from explorer.architecture.reading import Refused
from explorer.engine.devices import available_memory, choose_device
from explorer.engine.lean import winograd_convolutions
from explorer.engine.rewrites import promised
from explorer.engine.session import buildable_plan, failure
from explorer.engine.tuning import trial, trial_batch, tuned
from explorer.engine.winograd import values_kept
from explorer.runs.catalogue import describe_data
from explorer.runs.commands import Estimate
from explorer.runs.events import Failed, Result
from explorer.runs.recipe import Recipe

AFFORDABLE = 10**10  # multiply–accumulates of one forward: some tenths of a second for a step on two cores
TRIALS = 2
FLOAT = 4  # bytes
VALIDATION = 1 / 6 / 3  # a sixth as many images, and forward is a third of the work


def estimate(command: Estimate) -> Result | Failed:
    """Seconds an epoch, and bytes of memory; a design that does not fit is not tried."""
    try:
        values = measure(command)
    except Refused as refused:
        return Failed(refused.sentence, of="estimate", id=command.id)
    except Exception as error:
        failed = failure(error, command.recipe)
        return Failed(failed.reason, of="estimate", advice=failed.advice, id=command.id)
    return Result("estimate", command.id, values)


def measure(command: Estimate) -> dict[str, float | int | str | bool]:
    """Raises Refused."""
    design, recipe = command.design, command.recipe
    plan, device = buildable_plan(design), choose_device(recipe.device)
    images = describe_data(recipe.data).train
    values: dict[str, float | int | str | bool] = {
        "memory_bytes": memory_needed(plan, recipe, recipe.batch_size),
        "available_bytes": available_memory(device) or 0,
        "device": str(device),
    }
    batch_size = trial_batch(plan, recipe, AFFORDABLE)
    free = available_memory(device)
    if free is not None and memory_needed(plan, recipe, batch_size) > free:
        return values  # nothing to measure: the figures above say why
    seconds = time_step(plan, recipe.change(batch_size=batch_size), device)
    return {"seconds_per_epoch": seconds / batch_size * images * (1 + VALIDATION), **values}


def memory_needed(plan: Plan, recipe: Recipe, batch_size: int) -> int:
    """Bytes: parameters, gradients, what optimizer and averaging keep of them, and for a batch every layer's output.

    Convolutions by Winograd's scheme keep the tiles of what they saw as well.
    """
    kept = (2 if recipe.optimizer == "adamw" else int(recipe.momentum > 0)) + (recipe.ema > 0)
    tiled = winograd_convolutions(plan) if promised(plan, recipe, choose_device(recipe.device)).winograd else ()
    tiles = sum(values_kept(batch_size, *layer.input) for layer in tiled)
    return FLOAT * ((2 + kept) * plan.params + tiles) + batch_size * plan.activation_bytes


def time_step(plan: Plan, recipe: Recipe, device: torch.device) -> float:
    """Seconds of one training step, after one to warm up."""
    step = trial(plan, recipe, device, tuned(plan, recipe, device))
    step()
    return sum(step() for _ in range(TRIALS)) / TRIALS
