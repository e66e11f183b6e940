"""Probes: questions about a network, each one function in `PROBES`. No Qt."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from explorer.engine.probes import batch_norms, feature_maps, lesion, torchinfo_time
from explorer.engine.probes.probed_network import ProbedNetwork, open_probed_network
from explorer.engine.runs.training_run import TrainingRun
from explorer.engine.training.failure import answered
from explorer.runs.events import Failed
from explorer.runs.questions.blocks import Insert, Norms, Zero
from explorer.runs.questions.networks import Torchinfo
from explorer.runs.questions.pictures import Maps
from explorer.runs.questions.question import Answer, Probe

PROBES: dict[type[Probe], Callable[[ProbedNetwork, Any], Answer]] = {
    Zero: lesion.zero,
    Insert: lesion.insert,
    Norms: batch_norms.compare_norms,
    Maps: feature_maps.compute_feature_maps,
    Torchinfo: torchinfo_time.torchinfo,
}


def probe(question: Probe, run: TrainingRun | None = None, images: int | None = None) -> Answer | Failed:
    """Answer a question about a network, or return why that failed; between two batches of a `run`, perhaps about it.

    So many `images` should pass a network at most, so that the run need not wait for long; the copy of its weights is
    gone afterwards.
    """

    def ask() -> Answer:
        with torch.random.fork_rng(), torch.inference_mode():
            probed = open_probed_network(question, run, images)
            return replace(PROBES[type(question)](probed, question), step=probed.step)

    return answered(question, ask)


def least_images(question: Probe) -> int:
    """Return how many images have to pass a network for an answer; a kind that is not named is taken for short."""
    match question:
        case Zero() | Insert():
            return 2 * lesion.MIN_IMAGES
        case Norms():
            return 2 * batch_norms.MIN_IMAGES
        case _:
            return 1 + feature_maps.SETTLING
