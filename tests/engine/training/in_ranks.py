"""What the tests of several ranks run in each of them, or alone: a fit in 64 bits with frozen norms."""

import json
import math
import sys
from collections import Counter
from pathlib import Path

import torch
from torch import Tensor, nn

from explorer.architecture.plan import plan_network
from explorer.engine.data.loader import PlacedLoader, batch_bounds
from explorer.engine.kernels.rewrites import Rewrites
from explorer.engine.training import fit as fit_module
from explorer.engine.training.fit import fit
from explorer.engine.training.ranks import ALONE, Ranks, join
from explorer.engine.training.state import Training
from explorer.runs.events import Epoch, Step
from explorer.runs.folder.run_folder import RunFolder
from tests.engine import small

IMAGES = 38  # in batches of 7: the last one has 3, too few for two ranks
EPOCHS = 4
RECIPE = small.RECIPE.change(
    epochs=EPOCHS, batch_size=7, clip=0.5, ema=0.9, head_epochs=1, label_smoothing=0.1, flip=True, crop=1, erase=0.5
)


class CountedLoader(PlacedLoader):
    """Images that count how often each is read."""

    def __init__(self, loader: PlacedLoader) -> None:
        super().__init__(loader.pixels, loader.labels)
        self.reads: Counter[int] = Counter()

    def read(self, chosen: Tensor | slice) -> Tensor:
        self.reads.update(torch.arange(len(self))[chosen].tolist())
        return super().read(chosen)


def trained(ranks: Ranks, images: int, folder: RunFolder | None) -> dict[str, object]:
    """Return the loss of each step, those of validation, and how often this rank has read each image."""
    fit_module.READ_EVERY, fit_module.MEASURE_EVERY = 0.0, math.nan  # an event per step, no norms
    steps = len(batch_bounds(images, RECIPE.batch_size))
    work = Training(plan_network(small.DESIGN), RECIPE, small.CPU, steps, Rewrites(), ranks=ranks)
    assert work.average
    for network in (work.network, work.average.module):
        network.double().register_forward_pre_hook(lambda _, inputs: (inputs[0].double(),))
        for norm in (each for each in network.modules() if isinstance(each, nn.BatchNorm2d)):
            norm.train = lambda mode=True, norm=norm: nn.Module.train(norm, False)  # type: ignore[method-assign,misc]
    train, validation = CountedLoader(small.images(images)), CountedLoader(small.images(50))
    found = list(fit(work, train, validation, folder))
    epochs = [event for event in found if isinstance(event, Epoch)]
    return {
        "losses": [event.loss for event in found if isinstance(event, Step)],
        "validation": [(event.validation_loss, event.validation_accuracy) for event in epochs],
        "accuracies": [event.train_accuracy for event in epochs],
        "reads": [train.reads[number] for number in range(images)],
        "tested": [validation.reads[number] for number in range(50)],
    }


def main(root: Path) -> None:
    ranks = join()
    found = []
    for images in (IMAGES, 40):
        folder = small.new_folder(root / str(images), RECIPE) if ranks is ALONE or not ranks.rank else None
        found.append(trained(ranks, images, folder))
    (root / f"{ranks.rank} of {ranks.size}.json").write_text(json.dumps(found))
    ranks.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
