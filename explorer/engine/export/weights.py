"""The weights of an exported network, and what a file of them says besides. No Qt."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from explorer.architecture.notation import to_toml
from explorer.engine.export.source import Source
from explorer.engine.model import ResNet, build_model
from explorer.engine.training.weights import best_facts, weights_of
from explorer.engine.weights.facts import facts_of_run
from explorer.runs.folder import Run


class TrainedWeights(NamedTuple):
    """Tensors by their names in the network, and the metadata of a file with them."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]


def trained_weights(run: Run) -> TrainedWeights:
    """Read the best weights of a run, or those of its checkpoint if no epoch was finished. Raises Refused."""
    while True:
        facts, tensors = best_facts(run), weights_of(run)
        if facts == best_facts(run):  # else a run under way has replaced them meanwhile
            tensors = {
                name: values.contiguous() for name, values in tensors.items()
            }  # those of a checkpoint have channels last
            return TrainedWeights(tensors, {**facts_of_run(run).metadata(run.design), **facts, "run": run.id})


def network_of(source: Source) -> tuple[ResNet, Mapping[str, str]]:
    """Return the network as the plan says it, in eval mode on the processor, and the metadata of a file with it.

    It has the weights of the run, or else initial ones. Raises Refused.
    """
    if source.run is None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return build_model(source.plan).eval(), {"design": to_toml(source.plan.design)}
    tensors, metadata = trained_weights(source.run)
    with torch.device("meta"):  # draws nothing
        network = build_model(source.plan)
    network.load_state_dict(tensors, assign=True)
    return network.eval(), metadata
