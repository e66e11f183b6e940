"""ProbedNetwork: the network that a question is about, ready to run, with its data. No Qt."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import nn

from explorer.architecture.identity import deepened
from explorer.architecture.plan import Plan, plan_network
from explorer.engine.data.datasets import Data, load_data
from explorer.engine.devices import choose_device
from explorer.engine.kernels.rewrites import make_network
from explorer.engine.training.growth import fill, grow
from explorer.engine.training.run import buildable_plan
from explorer.engine.training.weights import weights_of
from explorer.runs.answers import Probe
from explorer.runs.folder import find_run
from explorer.runs.recipe import Recipe


@dataclass(frozen=True)
class ProbedNetwork:
    """A network in eval mode on `device`; its data is read when a question first needs it."""

    plan: Plan
    network: nn.Module
    recipe: Recipe
    device: torch.device

    @cached_property
    def data(self) -> Data:
        """Read all images, for training and validation. Raises Refused."""
        return load_data(self.recipe.data, self.plan.design)


def open_probed_network(probe: Probe) -> ProbedNetwork:
    """Build the network with its run's weights, or with the initial weights of a new run. Raises Refused."""
    plan, device = buildable_plan(probe.design), choose_device(probe.recipe.device)

    def initial_network(plan: Plan) -> nn.Module:
        torch.manual_seed(probe.recipe.seed)
        return make_network(plan, device)

    network = initial_network(plan)
    if probe.run:
        run = find_run(probe.run, probe.runs)
        fill(network, probe.design, run, weights_of(run), probe.grown)
    elif probe.grown:
        before = initial_network(plan_network(deepened(probe.design, *probe.grown, by=-1)))
        grow(network, before.state_dict(), probe.grown)
    return ProbedNetwork(plan, network.eval(), probe.recipe, device)
