"""Kept networks: those of runs that were asked about last, opened once as long as their weights stay. No Qt."""

from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import torch

from explorer.engine.probes.feature_maps import SETTLING, settle_norms
from explorer.engine.probes.trained_network import TrainedNetwork, open_trained
from explorer.engine.training.checkpoint import NEWEST
from explorer.engine.training.weights import BEST
from explorer.runs.data.image_list import Part
from explorer.runs.folder import find_run
from explorer.runs.questions.results import RunQuestion
from explorer.runs.results.predictions import read_images
from explorer.validation import Refused

_KEPT = 2  # one run's trained network and its initial one


def kept_network(question: RunQuestion) -> TrainedNetwork:
    """Return the network of a question about a run, whose parameters get no gradients. Raises Refused.

    The norms of a fresh network have seen some images, as after its first training step.
    """
    run = find_run(question.run, question.runs)
    recipe = run.recipe.change(device=question.recipe.device)
    about = RunQuestion(run.design, recipe, runs=question.runs, run=str(run.folder), fresh=question.fresh)
    return _opened(about, 0 if question.fresh else changed(run.folder / BEST) or changed(run.folder / NEWEST))


def changed(path: Path) -> int:
    """Return when a file last changed, in nanoseconds; 0 if it is not there."""
    with suppress(OSError):
        return path.stat().st_mtime_ns
    return 0


@lru_cache(maxsize=_KEPT)
def _opened(question: RunQuestion, changed: int) -> TrainedNetwork:
    """Return the network with the weights that were written when they were `changed`. Raises Refused."""
    with torch.random.fork_rng():
        opened = open_trained(question)
    opened.network.requires_grad_(False)
    if question.fresh:
        _settle(opened)
    return opened


@torch.no_grad()
def _settle(opened: TrainedNetwork) -> None:
    """Show a fresh network some images that its run was evaluated on, as far as they are known and there."""
    with suppress(Refused):
        files = read_images(opened.run.folder, Part.VALIDATION).files
        spread = files[:: max(1, len(files) // SETTLING)][:SETTLING]
        settle_norms(opened.network, lambda: opened.images.inputs(spread))
