"""Optimizer, schedule and averaging that a recipe asks for, all torch's own. No Qt."""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, AdamW, Optimizer
from torch.optim.lr_scheduler import (
    ConstantLR,
    CosineAnnealingLR,
    LinearLR,
    LRScheduler,
    OneCycleLR,
    SequentialLR,
)
from torch.optim.swa_utils import AveragedModel

from explorer.engine.training.parts import learning_parts
from explorer.runs.recipe import Recipe

_Tensors = tuple[Tensor, ...] | list[Tensor]

_ONE_CYCLE_RISE = 0.3  # of the steps, as torch has it


def _without_compiler(kind: type[Optimizer]) -> Callable[..., Optimizer]:
    """Return the class `kind` without the compiler's guards around its methods.

    At the first call the guards import torch's compiler, for more than five seconds, only to disable it; nothing is
    compiled here. `step` loses its `no_grad` with them and gets it back.
    """
    guarded = ("add_param_group", "load_state_dict", "state_dict", "zero_grad")
    methods = {name: inspect.unwrap(getattr(kind, name)) for name in guarded}
    return type(kind.__name__, (kind,), {**methods, "step": torch.no_grad()(inspect.unwrap(kind.step))})


_EagerSGD, _EagerAdamW = _without_compiler(SGD), _without_compiler(AdamW)


def make_optimizer(model: nn.Module, recipe: Recipe) -> Optimizer:
    """Make the recipe's optimizer for all that learns, the last layer in its first group.

    Weight decay applies to convolutions and linear layers, not to norms and biases.
    """
    groups = []
    for part in learning_parts(model, recipe):
        decayed = [values for values in part.parameters if values.ndim > 1]
        free = [values for values in part.parameters if values.ndim <= 1]
        groups += [
            {"params": parameters, "lr": part.rate, "weight_decay": decay}
            for parameters, decay in ((decayed, recipe.weight_decay), (free, 0.0))
            if parameters
        ]
    fused = next(model.parameters()).device.type in ("cpu", "cuda")  # one pass over the memory instead of five
    if recipe.optimizer == "adamw":
        return _EagerAdamW(groups, lr=recipe.lr, fused=fused)
    nesterov = recipe.nesterov and recipe.momentum > 0
    return _EagerSGD(groups, lr=recipe.lr, momentum=recipe.momentum, nesterov=nesterov, fused=fused)


def restore_optimizer(optimizer: Optimizer, state: dict[str, Any]) -> None:
    """Load `state` into `optimizer`, with every tensor in the memory format of its parameter.

    torch's fused steps require equal formats without checking; a state from another device, or from before a rewrite,
    may have another.
    """
    optimizer.load_state_dict(state)
    for values, kept in optimizer.state.items():
        for name, each in kept.items():
            if isinstance(each, Tensor) and each.shape == values.shape and each.stride() != values.stride():
                kept[name] = torch.empty_like(values).copy_(each)


def bring_to_rest(optimizer: Optimizer) -> None:
    """Let what has not moved yet have a momentum of 0: torch's SGD wants all of a group to have one, or none."""
    for group in optimizer.param_groups:
        moving = [values for values in group["params"] if "momentum_buffer" in optimizer.state.get(values, {})]
        for values in group["params"] if moving else ():
            optimizer.state[values].setdefault("momentum_buffer", torch.zeros_like(values))


_SCHEDULES: dict[str, Callable[[Optimizer, int], LRScheduler]] = {
    "constant": lambda optimizer, steps: ConstantLR(optimizer, factor=1, total_iters=0),
    "cosine": lambda optimizer, steps: CosineAnnealingLR(optimizer, T_max=steps),
}


def make_schedule(optimizer: Optimizer, recipe: Recipe, steps_per_epoch: int) -> LRScheduler:
    """Make the schedule of the learning rate over all steps of the run; the groups have their highest rates now."""
    steps = steps_per_epoch * recipe.epochs
    rise = min(round(recipe.warm_up * steps_per_epoch), steps - 1)
    if recipe.schedule == "one-cycle":
        share = rise / steps if rise else _ONE_CYCLE_RISE
        highest = [group["lr"] for group in optimizer.param_groups]
        return OneCycleLR(optimizer, highest, total_steps=steps, pct_start=share, cycle_momentum=False)
    make = _SCHEDULES[recipe.schedule]
    if not rise:
        return make(optimizer, steps)
    rising = LinearLR(optimizer, start_factor=1 / (rise + 1), total_iters=rise)
    return SequentialLR(optimizer, [rising, make(optimizer, steps - rise)], milestones=[rise])


def average_of(model: nn.Module, decay: float) -> AveragedModel:
    """Return an exponential moving average of `model`, norms' statistics included."""
    return AveragedModel(model, multi_avg_fn=partial(update_averages, decay), use_buffers=True)


def update_averages(decay: float, averages: _Tensors, values: _Tensors, count: Tensor | int) -> None:
    """Move averages towards the values after `count` steps; the first ones count more."""
    assert isinstance(count, Tensor)
    if not averages[0].is_floating_point():
        torch._foreach_copy_(averages, values)
        return
    share = 1 - torch.clamp((1 + count) / (10 + count), max=decay)  # left on the device
    ways = torch._foreach_sub(values, averages)
    torch._foreach_mul_(ways, share)
    torch._foreach_add_(averages, ways)
