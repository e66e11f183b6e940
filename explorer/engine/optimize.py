"""Optimizer, schedule and precision that a recipe asks for, all torch's own. No Qt."""

import inspect
from collections.abc import Callable

import torch
from torch import nn
from torch.optim import SGD, AdamW, Optimizer
from torch.optim.lr_scheduler import ConstantLR, CosineAnnealingLR, LRScheduler, OneCycleLR

from explorer.engine.devices import multiplies_bf16_fast
from explorer.runs.recipe import Recipe


def without_compiler(kind: type[Optimizer]) -> Callable[..., Optimizer]:
    """`kind` with the compiler's guards taken off its methods.

    They import torch's compiler at the first call, for five seconds and more, only to keep it away from an optimizer.
    Nothing is compiled here. `step` loses its own guard of gradients with them and gets it back.
    """
    guarded = ("add_param_group", "load_state_dict", "state_dict", "zero_grad")
    methods = {name: inspect.unwrap(getattr(kind, name)) for name in guarded}
    return type(kind.__name__, (kind,), {**methods, "step": torch.no_grad()(inspect.unwrap(kind.step))})


EagerSGD, EagerAdamW = without_compiler(SGD), without_compiler(AdamW)


def make_optimizer(model: nn.Module, recipe: Recipe) -> Optimizer:
    """Weight decay falls on the weights of convolutions and linear layers, not on norms and biases, all vectors."""
    decayed = [values for values in model.parameters() if values.ndim > 1]
    free = [values for values in model.parameters() if values.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": free, "weight_decay": 0.0}]
    fused = decayed[0].device.type in ("cpu", "cuda")  # one pass over the memory instead of five
    if recipe.optimizer == "adamw":
        return EagerAdamW(groups, lr=recipe.lr, fused=fused)
    nesterov = recipe.nesterov and recipe.momentum > 0
    return EagerSGD(groups, lr=recipe.lr, momentum=recipe.momentum, nesterov=nesterov, fused=fused)


SCHEDULES: dict[str, Callable[[Optimizer, float, int], LRScheduler]] = {
    "constant": lambda optimizer, lr, steps: ConstantLR(optimizer, factor=1, total_iters=0),
    "cosine": lambda optimizer, lr, steps: CosineAnnealingLR(optimizer, T_max=steps),
    "one-cycle": lambda optimizer, lr, steps: OneCycleLR(optimizer, lr, total_steps=steps, cycle_momentum=False),
}


def make_schedule(optimizer: Optimizer, recipe: Recipe, steps: int) -> LRScheduler:
    """`steps` is the whole run's."""
    return SCHEDULES[recipe.schedule](optimizer, recipe.lr, steps)


def uses_bf16(recipe: Recipe, device: torch.device) -> bool:
    return recipe.precision == "bf16" or (recipe.precision == "auto" and multiplies_bf16_fast(device))
