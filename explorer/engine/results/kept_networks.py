"""Kept networks: those of runs that were asked about last, opened once as long as their weights stay. No Qt."""

from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import torch

from explorer.engine.data.progress import unreported
from explorer.engine.probes.feature_maps import SETTLING, settle_norms
from explorer.engine.results.trained_network import TrainedNetwork, open_trained
from explorer.engine.training.checkpoint import NEWEST
from explorer.engine.training.known_weights import known_weights, read_to_end
from explorer.engine.training.weights import BEST
from explorer.engine.weights.published import published_weights
from explorer.runs.data.image_list import Part
from explorer.runs.folder.manifest import read_manifest
from explorer.runs.folder.survey import find_run
from explorer.runs.questions.results import RunQuestion
from explorer.runs.results.predictions import read_images
from explorer.runs.weights import Published, find_weights
from explorer.sentences import NOTHING, Sentence, translatable
from explorer.validation import Refused

_KEPT = 2  # one run's trained network and its initial one


def kept_network(question: RunQuestion) -> TrainedNetwork:
    """Return the network of a question about a run, whose parameters get no gradients. Raises Refused.

    A fresh one has what its run began with, as far as that is known; its norms have seen some images, as after the
    first training step.
    """
    run = find_run(question.run, question.runs)
    recipe = run.recipe.change(device=question.recipe.device, data=question.recipe.data)
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
        opened = replace(opened, warning=_begin(opened, question.runs))
        _settle(opened)
    return opened


def _begin(opened: TrainedNetwork, runs: Path) -> Sentence:
    """Load the known weights that a run began with; return what is to be said where they were others than drawn."""
    manifest = read_manifest(opened.run.folder)
    if not any(manifest.get(entry) for entry in ("weights", "grown", "begins")):
        return NOTHING
    try:
        if _load_known((manifest.get("weights") or {}).get("source"), opened, runs):
            return NOTHING
    except Refused:
        pass
    return Sentence(translatable("the run began with other weights, which are not here: these were drawn by its seed"))


def _load_known(source: object, opened: TrainedNetwork, runs: Path) -> bool:
    """Load the weights that `source` names if they are here; return whether they are. Raises Refused."""
    if not isinstance(source, str):
        return False
    match find_weights(source, runs):
        case Published(version) if not published_weights(opened.plan.design, version).path.is_file():
            return False  # the user has asked for no download
    read_to_end(known_weights(source, opened.plan, runs), unreported).fit.load(opened.network)
    return True


@torch.no_grad()
def _settle(opened: TrainedNetwork) -> None:
    """Show a fresh network some images that its run was evaluated on, as far as they are known and there."""
    with suppress(Refused):
        files = read_images(opened.run.folder, Part.VALIDATION).files
        spread = files[:: max(1, len(files) // SETTLING)][:SETTLING]
        settle_norms(opened.network, lambda: opened.images.inputs(spread))
