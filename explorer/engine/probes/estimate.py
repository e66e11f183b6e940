"""Estimate: how long an epoch takes and how much memory training needs, measured on a few steps. No Qt."""

from dataclasses import replace

import torch

from explorer.architecture.plan import Plan
from explorer.engine.devices import available_memory, choose_device
from explorer.engine.training.failure import answered
from explorer.engine.training.memory import data_bytes, memory_needed
from explorer.engine.training.run import buildable_plan
from explorer.engine.training.tuning import trial, trial_batch, tuned
from explorer.runs.answers import Answer, Estimate, Estimated
from explorer.runs.data.catalogue import describe_data
from explorer.runs.events import Failed
from explorer.runs.recipe import Recipe

_AFFORDABLE = 10**10  # multiply–accumulates of one forward: some tenths of a second for a step on two cores
_TRIALS = 2
_VALIDATION = 1 / 6 / 3  # a sixth as many images, and forward is a third of the work


def estimate(question: Estimate) -> Answer | Failed:
    """Estimate seconds per epoch and bytes of memory; a design that does not fit is not tried."""
    return answered(question, lambda: measure(question))


def measure(question: Estimate) -> Estimated:
    """Compute the memory and time some steps. Raises Refused."""
    design, recipe = question.design, question.recipe
    plan, device = buildable_plan(design), choose_device(recipe.device)
    data = describe_data(recipe.data)
    images = data_bytes(data, design)
    found = Estimated(
        device=str(device),
        memory_bytes=images + memory_needed(plan, recipe, recipe.batch_size),
        available_bytes=available_memory(device) or 0,
        data_bytes=images,
    )
    batch_size = trial_batch(plan, recipe, _AFFORDABLE)
    free = available_memory(device)
    if free is not None and memory_needed(plan, recipe, batch_size) > free:
        return found  # nothing to measure: the figures above say why
    seconds = _time_step(plan, recipe.change(batch_size=batch_size), device)
    return replace(found, seconds_per_epoch=seconds / batch_size * data.train * (1 + _VALIDATION))


def _time_step(plan: Plan, recipe: Recipe, device: torch.device) -> float:
    """Return the seconds of one training step, after one to warm up."""
    step = trial(plan, recipe, device, tuned(plan, recipe, device))
    step()
    return sum(step() for _ in range(_TRIALS)) / _TRIALS
