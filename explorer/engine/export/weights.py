"""The weights of an exported network, and what a file of them says besides. No Qt."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from explorer.architecture.notation import to_toml
from explorer.engine.export.source import Source
from explorer.engine.model import ResNet, build_model
from explorer.engine.training.weights import best_facts, best_weights
from explorer.engine.weights.facts import facts_of_run
from explorer.runs.folder.run import Run
from explorer.sentences import Sentence


class TrainedWeights(NamedTuple):
    """Tensors by their names in the network, and the metadata of a file with them.

    `warning` says why they are not the best ones.
    """

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]
    warning: Sentence


def trained_weights(run: Run) -> TrainedWeights:
    """Read the best weights of a run, or those of its last checkpoint if there are no others. Raises Refused."""
    facts, stored = best_facts(run), best_weights(run)
    while facts != (now := best_facts(run)):  # a run under way has replaced them meanwhile
        facts, stored = now, best_weights(run)
    known = facts if facts["epoch"] == str(stored.epoch) else {"epoch": str(stored.epoch)}
    tensors = {name: values.contiguous() for name, values in stored.tensors.items()}  # a checkpoint's: channels last
    metadata = {**facts_of_run(run).metadata(run.design), **known, "run": run.id}
    return TrainedWeights(tensors, metadata, stored.warning)


def network_of(source: Source) -> tuple[ResNet, Mapping[str, str]]:
    """Return the network as the plan says it, in eval mode on the processor, and the metadata of a file with it.

    It has the weights of the run, or else initial ones. Raises Refused.
    """
    if source.run is None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return build_model(source.plan).eval(), {"design": to_toml(source.plan.design)}
    tensors, metadata, _ = trained_weights(source.run)
    with torch.device("meta"):  # draws nothing
        network = build_model(source.plan)
    network.load_state_dict(tensors, assign=True)
    return network.eval(), metadata
