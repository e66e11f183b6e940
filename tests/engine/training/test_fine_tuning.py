"""Fine-tuning against training from scratch: four patterns, sixty images of each, weights from eight other patterns."""

import copy
from collections.abc import Iterator, Mapping

import pytest
import torch
from torch import Tensor

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.data.augment import Feed
from explorer.engine.data.loader import PlacedLoader, batch_bounds
from explorer.engine.training.state import Training
from explorer.runs.recipe import FINE_TUNE, RECIPES, Recipe
from tests.engine import small
from tests.engine.patterns import PATTERNS, SEEN, patterns

KNOWN, NEW = [*PATTERNS][:8], [*PATTERNS][8:]
ALIKE = {"batch_size": 32, "flip": True, "resized_crop": 0.5, "device": "cpu", "precision": "fp32"}
FROM_SCRATCH = {  # as good as they get here
    "one-cycle": Recipe(**ALIKE, epochs=10),
    "cosine": Recipe(**ALIKE, epochs=10, schedule="cosine", warm_up=1.0, lr=0.05),
}
ENOUGH = 3  # times as many epochs from scratch


def training(recipe: Recipe, images: PlacedLoader, weights: Mapping[str, Tensor] | None = None) -> Training:
    """A network for the classes of `images`, with the known weights of all but its head."""
    design = preset("mini").change(input=(3, *SEEN), classes=int(images.labels.max()) + 1)
    steps = len(batch_bounds(len(images), recipe.batch_size))
    work = Training(plan_network(design), recipe, small.CPU, steps)
    if weights:
        own = {name: values for name, values in work.network.state_dict().items() if name.startswith("fc")}
        work.network.load_state_dict({**weights, **own})
    return work


def accuracies(work: Training, images: PlacedLoader, validation: PlacedLoader) -> Iterator[float]:
    """Train, and yield the validation accuracy after every epoch."""
    for epoch in range(1, work.recipe.epochs + 1):
        feed = Feed(images, work.recipe, epoch, work.plan.design.classes)
        for batch in feed.batches(batch_bounds(len(images), work.recipe.batch_size)):
            work.learn(*batch)
        work.counters.next_epoch()
        _, hits = work.test(*validation.batch(slice(0, len(validation)))).sums
        yield float(hits) / len(validation)


@pytest.mark.uses
def test_it_has_after_one_epoch_what_takes_three_times_as_many_from_scratch():
    known = patterns(KNOWN, 150, 1)
    first = training(Recipe(**{**ALIKE, "resized_crop": 0.0}, epochs=8), known)
    *_, accuracy = accuracies(first, known, patterns(KNOWN, 50, 2))
    assert accuracy > 0.95
    images, validation = patterns(NEW, 60, 3), patterns(NEW, 100, 4)
    needed = []
    for seed in range(3):
        recipe = RECIPES[FINE_TUNE].change(seed=seed, device="cpu", precision="fp32")
        work = training(recipe, images, first.network.state_dict())
        before = copy.deepcopy(work.network.state_dict())
        reached = next(accuracies(work, images, validation))
        after = work.network.state_dict()
        assert {name for name in before if not torch.equal(before[name], after[name])} == {"fc.weight", "fc.bias"}
        for name, scratch in FROM_SCRATCH.items():
            found = accuracies(training(scratch.change(seed=seed), images), images, validation)
            epochs = next((epoch for epoch, each in enumerate(found, 1) if each >= reached), scratch.epochs + 1)
            needed.append(epochs)
            print(f"seed {seed}: {reached:.3f} after the first epoch; from scratch ({name}) after {epochs}")
    best = [min(pair) for pair in zip(needed[::2], needed[1::2], strict=True)]
    assert sum(best) / len(best) >= ENOUGH, needed
