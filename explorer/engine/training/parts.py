"""Parts: the stem, the stages and the head of a network, which need not all learn, or not equally fast. No Qt."""

from itertools import groupby
from typing import NamedTuple

from torch import Tensor, nn

from explorer.runs.recipe import Recipe


class LearningPart(NamedTuple):
    """Parameters that begin to learn at the same time; `rate` is the highest of their schedule."""

    rate: float
    parameters: list[Tensor]


def learning_parts(network: nn.Module, recipe: Recipe) -> list[LearningPart]:
    """Return what learns in the course of the run, the last layer first.

    A stage learns slower than what follows by the recipe's factor, and so does the stem; the norm at the end of a
    pre-activation network belongs to the head.
    """
    parts = _parts_of(network)
    last = len(parts) - 1
    found: dict[tuple[float, bool], list[Tensor]] = {}
    for number in range(_frozen_count(parts, recipe), len(parts)):
        rate = recipe.lr * recipe.backbone_rate ** max(0, last - 1 - number)
        waits = recipe.head_epochs > 0 and number < last
        parameters = (values for module in parts[number] for values in module.parameters())
        found.setdefault((rate, waits), []).extend(parameters)
    return [LearningPart(rate, parameters) for (rate, _), parameters in reversed(found.items()) if parameters]


def frozen_modules(network: nn.Module, recipe: Recipe, head_only: bool) -> list[nn.Module]:
    """Return the modules that keep their weights and statistics: all below the last layer, or the recipe's."""
    parts = _parts_of(network)
    frozen = parts[: len(parts) - 1 if head_only else _frozen_count(parts, recipe)]
    return [module for part in frozen for module in part]


def _frozen_count(parts: list[list[nn.Module]], recipe: Recipe) -> int:
    """Return how many parts never learn: at most the stem and all stages."""
    return min(recipe.frozen_stages, len(parts) - 2)


def _parts_of(network: nn.Module) -> list[list[nn.Module]]:
    """Return the modules of the stem, of each stage, of the head but its last layer, and of that, in this order."""
    parts: list[list[nn.Module]] = []
    for are_stages, children in groupby(network.named_children(), lambda child: child[0].startswith("layer")):
        modules = [module for _, module in children]
        parts += [[module] for module in modules] if are_stages else [modules]
    *backbone, head = parts
    return [*backbone, head[:-1], head[-1:]]
