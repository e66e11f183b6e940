"""Subject: the network that a question is about, ready to be run, and the data that it learns from. No Qt."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import nn

from explorer.architecture.plan import Plan
from explorer.engine.datasets import Data, load_data
from explorer.engine.devices import choose_device
from explorer.engine.growth import fill, paths_of
from explorer.engine.rewrites import make_network
from explorer.engine.session import buildable_plan
from explorer.engine.weights import weights_of
from explorer.runs.commands import Probe
from explorer.runs.folder import find_run
from explorer.runs.recipe import Recipe


@dataclass(frozen=True)
class Subject:
    """A network in eval mode on `device`; its data is read when a question first wants it."""

    plan: Plan
    network: nn.Module
    recipe: Recipe
    device: torch.device

    @cached_property
    def data(self) -> Data:
        """All images, for training and validation. Raises Refused."""
        return load_data(self.recipe.data, self.plan.design)


def subject_of(command: Probe) -> Subject:
    """The network with its run's weights, or with those that a run would begin with. Raises Refused.

    `values["grown"]` names blocks that the design has more than the run's, as in a `Train`.
    """
    plan, device = buildable_plan(command.design), choose_device(command.recipe.device)
    torch.manual_seed(command.recipe.seed)
    network = make_network(plan, device)
    if command.run:
        run, inserted = find_run(command.run, command.runs), paths_of(str(command.values.get("grown", "")))
        fill(network, command.design, run, weights_of(run), inserted)
    return Subject(plan, network.eval(), command.recipe, device)
