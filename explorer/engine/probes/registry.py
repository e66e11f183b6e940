"""Probes: questions about a network that is not training, each one function in `PROBES`. No Qt."""

from collections.abc import Callable
from typing import Any

import torch

from explorer.engine.probes import batch_norms, feature_maps, lesion, torchinfo_time
from explorer.engine.probes.probed_network import ProbedNetwork, open_probed_network
from explorer.engine.training.failure import answered
from explorer.runs.answers import Answer, Insert, Maps, Norms, Probe, Torchinfo, Zero
from explorer.runs.events import Failed

PROBES: dict[type[Probe], Callable[[ProbedNetwork, Any], Answer]] = {
    Zero: lesion.zero,
    Insert: lesion.insert,
    Norms: batch_norms.compare_norms,
    Maps: feature_maps.compute_feature_maps,
    Torchinfo: torchinfo_time.torchinfo,
}


def probe(question: Probe) -> Answer | Failed:
    """Answer a question about a network, or return why that failed."""

    def ask() -> Answer:
        with torch.random.fork_rng(), torch.inference_mode():
            return PROBES[type(question)](open_probed_network(question), question)

    return answered(question, ask)
