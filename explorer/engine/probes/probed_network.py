"""ProbedNetwork: the network that a question is about, ready to run, with its data. No Qt."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import nn

from explorer.architecture.checks import buildable_plan
from explorer.architecture.design import Design
from explorer.architecture.identity import deepened
from explorer.architecture.plan import Plan, plan_network
from explorer.engine.data.training_data import Gallery, open_gallery
from explorer.engine.devices import choose_device
from explorer.engine.kernels.rewrites import exact_rewrites, make_network
from explorer.engine.runs.training_run import TrainingRun
from explorer.engine.training.growth import fill, grow
from explorer.engine.training.weights import load_weights, weights_of
from explorer.runs.data.record import DataRecord
from explorer.runs.folder.survey import find_run
from explorer.runs.questions.question import Probe
from explorer.runs.recipe import Recipe

# what decides about images and how they are computed with
_SEEN = ("validation_share", "test_share", "split_seed", "background", "normalise", "arithmetic")


@dataclass(frozen=True)
class ProbedNetwork:
    """A network in eval mode on `device`; its data is opened when a question first needs it, unless a run has it.

    `known` is the record of the data that its weights have learned from. `step` is the last one of the run under way
    that the weights are of, and `images` how many should pass a network at most while that run waits.
    """

    plan: Plan
    network: nn.Module
    recipe: Recipe
    device: torch.device
    opened: Gallery | None = None
    known: DataRecord | None = None
    step: int | None = None
    images: int | None = None

    @cached_property
    def gallery(self) -> Gallery:
        """Return the images to validate with. Raises Refused."""
        return self.opened or open_gallery(self.recipe, self.plan.design, self.device, self.known)


def is_about(probe: Probe, run: TrainingRun) -> bool:
    """Return whether a question is about the newest weights of a run under way."""
    if probe.fresh:
        return False
    if probe.run:
        return Path(probe.run).name == run.folder.path.name
    return probe.design == run.training.plan.design


def shares_images(probe: Probe, run: TrainingRun) -> bool:
    """Return whether a question's network sees the images of a run under way, as that run's network does."""
    design, known = probe.design, run.training.plan.design
    if (probe.recipe.data, design.input, design.classes) != (run.training.recipe.data, known.input, known.classes):
        return False
    return is_about(probe, run) or probe.recipe == _seeing_as(probe.recipe, run.training.recipe)


def _seeing_as(recipe: Recipe, other: Recipe) -> Recipe:
    """Return `recipe` with the same images to validate with, and arithmetic, as another recipe of the same data."""
    return recipe.change(**{name: getattr(other, name) for name in _SEEN})


def open_probed_network(probe: Probe, run: TrainingRun | None = None, images: int | None = None) -> ProbedNetwork:
    """Build the network with its run's weights, or with the initial weights of a new run. Raises Refused.

    Between two batches of a `run` it gets a copy of that run's weights if it is about them, and shares its images.
    """
    plan, device = buildable_plan(probe.design), choose_device(probe.recipe.device)
    opened, record, step, known, recipe = None, None, probe.step, None, probe.recipe
    if run:
        device = run.training.device
        opened = run.gallery if shares_images(probe, run) else None
    if run and is_about(probe, run):
        known, step = (run.training.plan.design, run.training.evaluated.state_dict()), run.training.counters.step
        recipe = recipe.change(arithmetic=run.training.recipe.arithmetic)
    elif probe.weights:
        known = _without_grown(probe), load_weights(Path(probe.weights))
    elif probe.run:
        saved = find_run(probe.run, probe.runs)
        known = saved.design, weights_of(saved)
        if recipe.data == saved.recipe.data:
            record, recipe = saved.data, _seeing_as(recipe, saved.recipe)
    network = _initial_network(plan, recipe, device)
    if known:
        parent, weights = known
        fill(network, probe.design, parent, weights, probe.grown)
    elif probe.grown:
        before = _initial_network(plan_network(_without_grown(probe)), recipe, device)
        grow(network, before.state_dict(), probe.grown)
    return ProbedNetwork(plan, network.eval(), recipe, device, opened, record, step, images)


def _without_grown(probe: Probe) -> Design:
    return deepened(probe.design, *probe.grown, by=-1)


def _initial_network(plan: Plan, recipe: Recipe, device: torch.device) -> nn.Module:
    torch.manual_seed(recipe.seed)
    return make_network(plan, device, exact_rewrites(recipe))
