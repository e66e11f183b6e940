"""Preparation: the images and the networks of runs that train on them, as much as fits into memory. No Qt."""

from collections.abc import Sequence
from dataclasses import replace

import torch

from explorer.architecture.checks import buildable_plan
from explorer.architecture.plan import Plan
from explorer.engine.data.loader import batch_bounds
from explorer.engine.data.progress import Report, unreported
from explorer.engine.data.training_data import TrainingData, open_data
from explorer.engine.devices import available_memory, choose_device
from explorer.engine.kernels.rewrites import Rewrites
from explorer.engine.training.memory import memory_needed, refuse_too_large
from explorer.engine.training.ranks import ALONE, Ranks, largest_part, part_of
from explorer.engine.training.state import Training, single_valued_norm
from explorer.engine.training.tuning import tuned
from explorer.engine.weights.statistics import Statistics
from explorer.runs.data.record import DataRecord
from explorer.runs.recipe import Recipe
from explorer.runs.sides import Side
from explorer.sentences import translatable
from explorer.validation import refuse


def prepare(
    *sides: Side,
    rewrites: Rewrites | None = None,
    anyway: bool = False,
    report: Report = unreported,
    known: DataRecord | None = None,
    statistics: Statistics | None = None,
    ranks: Ranks = ALONE,
) -> tuple[TrainingData, list[Training]]:
    """Open the data and build the networks that share it. Raises Refused, and what `report` raises.

    `rewrites` are by default the fastest for the first network, and for the first one of another precision. What does
    not fit into memory is refused before anything is read, unless `anyway`. `known` and `statistics` are as for
    `open_data`. Each of the `ranks` computes a part of every batch.
    """
    plans = [buildable_plan(side.design) for side in sides]
    first, recipe = sides[0].design, sides[0].recipe
    device = ranks.device(choose_device(recipe.device))
    if not anyway:
        parts = [_part_of_recipe(side.recipe, ranks) for side in sides]
        beside = ranks.local_size if device.type == "cpu" else 1
        refuse_too_large(list(zip(plans, parts, strict=True)) * beside, device)
    torch.backends.cudnn.benchmark = True  # sizes hardly change: the fastest algorithms are worth finding
    largest = recipe.change(resized_crop=max(side.recipe.resized_crop for side in sides))  # all share stored images
    data = open_data(
        largest, first, device, report, known=known, statistics=statistics, room=_room(plans, sides, device)
    )
    for plan in plans:
        if len(data.train) == 1 and (layer := single_valued_norm(plan)):
            what = translatable("has one training image; {layer} has 1×1 maps, and a norm needs two values")
            raise refuse("data", what, layer=layer)
    bounds = batch_bounds(len(data.train), recipe.batch_size)
    steps, last = len(bounds), bounds[-1].stop - bounds[-1].start
    if recipe.sync_norms and not part_of(bounds[-1], ranks.size - 1, ranks.size).share:  # it would count images twice
        what = translatable("the last batch of an epoch has {count} images, too few for norms over {size} GPUs")
        raise refuse("batch_size", what, count=last, size=ranks.size)
    counts = data.train.labels.bincount(minlength=first.classes).tolist()
    chosen: dict[str, Rewrites] = {}
    trainings = []
    for plan, side in zip(plans, sides, strict=True):
        if side.recipe.precision not in chosen:
            chosen[side.recipe.precision] = rewrites or tuned(plan, _part_of_recipe(side.recipe, ranks), device)
        rewritten = chosen[side.recipe.precision]
        if ranks.size > 1:
            rewritten = _for_several(rewritten, side.recipe)
        trainings.append(Training(plan, side.recipe, device, steps, rewritten, side.seed, counts, ranks))
    return data, trainings


def _for_several(rewrites: Rewrites, recipe: Recipe) -> Rewrites:
    """Return the rewrites for several ranks: a recorded step would leave out what they tell each other.

    Norms that share their statistics know nothing of a bias that a convolution leaves out.
    """
    return replace(rewrites, graph=False, folded=rewrites.folded and not recipe.sync_norms)


def _part_of_recipe(recipe: Recipe, ranks: Ranks) -> Recipe:
    """Return a recipe with the batches that one rank computes."""
    return recipe.change(batch_size=largest_part(recipe.batch_size, ranks.size))


def _room(plans: Sequence[Plan], sides: Sequence[Side], device: torch.device) -> int | None:
    """Return how many bytes images may take on the device, beside what training takes; None if that is unknown."""
    free = available_memory(device)
    if free is None:
        return None
    needs = (memory_needed(plan, side.recipe, side.recipe.batch_size) for plan, side in zip(plans, sides, strict=True))
    return max(0, free - sum(each.total for each in needs))
