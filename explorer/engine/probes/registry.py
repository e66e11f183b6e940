"""Probes: questions about a network, each one function in `PROBES`. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from explorer.engine.probes import batch_norms, feature_maps, lesion, torchinfo_time
from explorer.engine.probes.probed_network import ProbedNetwork, open_probed_network
from explorer.engine.training.failure import answered
from explorer.engine.training.run import TrainingRun
from explorer.runs.answers import Answer, Insert, Maps, Norms, Probe, Torchinfo, Zero
from explorer.runs.events import Failed

PROBES: dict[type[Probe], Callable[[ProbedNetwork, Any], Answer]] = {
    Zero: lesion.zero,
    Insert: lesion.insert,
    Norms: batch_norms.compare_norms,
    Maps: feature_maps.compute_feature_maps,
    Torchinfo: torchinfo_time.torchinfo,
}


def probe(question: Probe, run: TrainingRun | None = None) -> Answer | Failed:
    """Answer a question about a network, or return why that failed; between two batches of a `run`, perhaps about it.

    The copy of the run's weights is gone afterwards.
    """

    def ask() -> Answer:
        with torch.random.fork_rng(), torch.inference_mode():
            probed = open_probed_network(question, run)
            return replace(PROBES[type(question)](probed, question), step=probed.step)

    return answered(question, ask)


def forward_images(question: Probe, run: TrainingRun) -> int:
    """Return how many images a run's network has to see for an answer; a kind that is not named is taken for short."""
    plan = run.training.plan
    match question:
        case Zero() | Insert():
            return 2 * min(len(run.validation), lesion.most_images(plan))
        case Norms():
            return 2 * min(len(run.validation), batch_norms.most_images(plan, question.recipe))
        case _:
            return 1 + feature_maps.SETTLING
