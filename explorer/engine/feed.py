"""Feed: the batches of one epoch, in its order and with its augmentation. No Qt."""

from torch import Tensor

from explorer.engine.augment import Augmentation
from explorer.engine.loader import Loader, epoch_order, floats
from explorer.runs.recipe import Recipe


class Feed:
    """`feed[bounds]` are images, floats in [0, 1] and channels last, and their targets.

    Targets are labels, or shares of the classes where images were mixed. All of it depends on the seed and the epoch.
    """

    def __init__(self, loader: Loader, recipe: Recipe, epoch: int, classes: int) -> None:
        self.loader, self.classes = loader, classes
        device, height, width = loader.pixels.device, *loader.pixels.shape[2:]
        self.order = epoch_order(len(loader), recipe.seed, epoch, device)
        self.augmentation = Augmentation(recipe, len(loader), (height, width), epoch, device)

    def __getitem__(self, bounds: slice) -> tuple[Tensor, Tensor]:
        chosen = self.order[bounds]
        pixels = self.augmentation.pixels(self.loader.pixels[chosen], bounds)
        mixed, targets = self.augmentation.mix(pixels, self.loader.labels[chosen], self.classes, bounds)
        return floats(mixed), targets
