"""Tuning: which rewrites make this network train faster on this device, measured on some steps. No Qt."""

import time
from collections.abc import Callable
from dataclasses import replace

import torch

from explorer.architecture.design import Design
from explorer.architecture.plan import Plan
from explorer.engine.kernels.rewrites import Rewrites, promised
from explorer.engine.training.state import Training
from explorer.runs.recipe import Recipe

# Multiply–accumulates of one forward: some tenths of a second for a step on two cores. With few images the cost of the
# weights hides that of the maps: of 4 at 96×96 channels_last in bf16 is slower than without, of 32 it is 1.4 × faster.
AFFORDABLE = 8 * 10**9
_PATIENCE = 5.0  # seconds; what has not been tried by then stays as promised
_SHORTEST, _LONGEST = 0.01, 0.5  # seconds of a step: outside tuning gains nothing, or takes too long
_ROUNDS = 3  # each of which must find a rewrite slower: other work on the machine may slow any one of them
_MARGIN = 1.1  # how much slower: two equal runs should choose the same rewrites

known: dict[tuple[Design, int, str, str, int, torch.device], Rewrites] = {}


def tuned(plan: Plan, recipe: Recipe, device: torch.device) -> Rewrites:
    """Return the promised rewrites without those that measure slower, once per network, batch size and device."""
    key = (plan.design, recipe.batch_size, recipe.precision, recipe.arithmetic, recipe.frozen_stages, device)
    if key not in known:
        if device.type != "cuda":
            recipe = recipe.change(batch_size=trial_batch(plan, recipe, AFFORDABLE))
        kept = ("bf16",) if recipe.precision == "bf16" else ()
        known[key] = fastest(promised(plan, recipe, device), kept, lambda each: trial(plan, recipe, device, each))
    return known[key]


def trial_batch(plan: Plan, recipe: Recipe, macs: int) -> int:
    """Return the recipe's batch size, or a power of two whose forward takes at most `macs` multiply–accumulates.

    Not any number: with 601 images of 28×28, a convolution in fp32 and channels_last crashed torch 2.15 on a processor.
    """
    return min(recipe.batch_size, max(2, 1 << (macs // plan.macs).bit_length() >> 1))


def fastest(hoped: Rewrites, kept: tuple[str, ...], stepper: Callable[[Rewrites], Callable[[], float]]) -> Rewrites:
    """Return the rewrites of `hoped` that are not slower, each timed in turns against the rest without it.

    Those in `kept` stay. `stepper` makes, for some rewrites, a function that takes one training step and returns its
    seconds. Without any there is nothing to time.
    """
    if not hoped.names:
        return hoped
    best, best_step = hoped, stepper(hoped)
    best_step()
    if not _SHORTEST < best_step() < _LONGEST:
        return hoped
    end = time.monotonic() + _PATIENCE
    for name in reversed([each for each in hoped.names if each not in kept]):  # the most doubtful first
        if time.monotonic() > end:
            break
        without = replace(best, **{name: False})
        other_step = stepper(without)
        other_step()
        if all(best_step() > _MARGIN * other_step() for _ in range(_ROUNDS)):
            best, best_step = without, other_step
    return best


def trial(plan: Plan, recipe: Recipe, device: torch.device, rewrites: Rewrites) -> Callable[[], float]:
    """Return a function that takes a training step of the real network on random images and returns its seconds.

    It is one of those after the epochs in which only the head learns.
    """
    with torch.random.fork_rng():
        training = Training(plan, recipe.change(head_epochs=0, grow=""), device, 10**6, rewrites)
        pixels = torch.rand(recipe.batch_size, *plan.design.input, device=device)
    pixels = pixels.contiguous(memory_format=torch.channels_last)
    labels = torch.zeros(recipe.batch_size, dtype=torch.long, device=device)

    def step() -> float:
        start = time.monotonic()
        loss, _ = training.learn(pixels, labels)
        loss.item()  # waits until the device has done it
        return time.monotonic() - start

    return step
