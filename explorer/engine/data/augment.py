"""Augmentation of an epoch's training images: drawn once per epoch, computed on the device. No Qt.

In this order: a crop to the network's size, shifts and flips, colours, erasing, CutMix; all of them on pixels from 0 to
255, which are normalised afterwards. All random numbers depend on the seed and the epoch alone and are drawn on the
CPU, so that a resumed run, or a run on another device, sees the same images. Each change has its own stream of them, so
that two recipes that share a change share what it draws, whatever else they do.
"""

from collections.abc import Callable, Iterator, Sequence
from math import log

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from explorer.engine.data.colour_jitter import change_colours, draw_factors
from explorer.engine.data.loader import Loader, balanced_order, drawn_from, epoch_order
from explorer.engine.data.preprocessing import Preprocessing
from explorer.engine.data.resized_crop import draw_rectangles, resize_rectangles
from explorer.runs.recipe import Recipe

_SHARES = (0.02, 1 / 3)  # of an image's area that is erased (Zhong et al., arXiv 1708.04896)
_SIDES = (0.3, 1 / 0.3)  # its height to its width
_MOVES, _ERASURES, _MIXES, _CROPS, _COLOURS = range(1, 6)  # streams of the epoch's random numbers; its order has one

_Change = Callable[[Tensor, slice], Tensor]


class Augmentation:
    """The augmentation of one epoch; `bounds` are positions in the epoch's order of images."""

    def __init__(
        self,
        recipe: Recipe,
        images: int,
        stored: tuple[int, int],
        preprocessing: Preprocessing,
        epoch: int,
        device: torch.device,
    ) -> None:
        """Draw the random numbers of the epoch; `stored` is the (height, width) of the images, perhaps larger."""
        moves, erasures, mixes, crops, colours = (
            drawn_from(recipe.seed, epoch, stream) for stream in (_MOVES, _ERASURES, _MIXES, _CROPS, _COLOURS)
        )
        size = preprocessing.size
        self._size, self.cutmix = size, recipe.cutmix
        self._changes: list[_Change] = []
        if recipe.resized_crop:
            self.rectangles = draw_rectangles(images, recipe.resized_crop, stored, crops).to(device)
            self._changes.append(self._crop_and_resize)
        elif stored != size:
            self._changes.append(lambda pixels, bounds: preprocessing.crop(pixels))
        if recipe.flip or recipe.crop:
            self._crop = recipe.crop
            self.shifts = torch.randint(0, 2 * recipe.crop + 1, (2, images), generator=moves).to(device)
            self.flips = (torch.rand(images, generator=moves) < 0.5).to(device)
            self._changes += [change for change, on in ((self._shift, recipe.crop), (self._flip, recipe.flip)) if on]
        if recipe.jitter:
            self.factors = draw_factors(images, recipe.jitter, colours).to(device)
            self._changes.append(lambda pixels, bounds: change_colours(pixels, self.factors[:, bounds]))
        if recipe.erase:
            boxes = boxes_of(torch.rand(4, images, generator=erasures), size)
            boxes[2:] *= torch.rand(images, generator=erasures) < recipe.erase
            self.boxes = boxes.to(device)
            self._changes.append(self._erase)
        self._mixes = torch.rand(4, images, generator=mixes) if recipe.cutmix else None

    def pixels(self, pixels: Tensor, bounds: slice) -> Tensor:
        """Return augmented images of the network's size; both are uint8 of (n, channels, height, width)."""
        for change in self._changes:
            pixels = change(pixels, bounds)
        return pixels

    def _crop_and_resize(self, pixels: Tensor, bounds: slice) -> Tensor:
        return resize_rectangles(pixels, self.rectangles[:, bounds], self._size)

    def _shift(self, pixels: Tensor, bounds: slice) -> Tensor:
        """Shift each image, by one gather."""
        height, width = self._size
        down, right = self.shifts[:, bounds, None]
        rows, columns = (torch.arange(side, device=pixels.device) for side in (height, width))
        padded = F.pad(pixels, (self._crop,) * 4)
        images = torch.arange(len(pixels), device=pixels.device)[:, None, None]
        return padded[images, :, (rows + down)[:, :, None], (columns + right)[:, None]].permute(0, 3, 1, 2)

    def _flip(self, pixels: Tensor, bounds: slice) -> Tensor:
        return torch.where(self.flips[bounds, None, None, None], pixels.flip(3), pixels)

    def _erase(self, pixels: Tensor, bounds: slice) -> Tensor:
        return pixels.masked_fill(_inside(self.boxes[:, bounds], self._size), 0)

    def mix(self, pixels: Tensor, labels: Tensor, classes: int, bounds: slice) -> tuple[Tensor, Tensor]:
        """Apply CutMix (Yun et al., arXiv 1905.04899) to some batches: a rectangle comes from the neighbouring image.

        `pixels` are uint8 of (n, channels, height, width). Targets are the (n,) labels, or, where images were mixed,
        (n, classes) shares of the area.
        """
        if self._mixes is None:
            return pixels, labels
        chance, share, *centre = self._mixes[:, bounds.start].tolist()
        if chance >= self.cutmix:
            return pixels, labels
        box = box_of(share, centre, self._size)
        mask = _inside(torch.tensor(box, device=pixels.device)[:, None], self._size)
        own = F.one_hot(labels, classes).float()
        kept = 1 - box[2] * box[3] / (self._size[0] * self._size[1])
        return torch.where(mask, pixels.roll(1, 0), pixels), torch.lerp(own.roll(1, 0), own, kept)


def boxes_of(drawn: Tensor, size: tuple[int, int]) -> Tensor:
    """Return top, left, height and width of n rectangles, (4, n) int64, from numbers in [0, 1) of (4, n)."""
    height, width = size
    share = _SHARES[0] + drawn[0] * (_SHARES[1] - _SHARES[0])
    least, most = (log(side) for side in _SIDES)
    sides = (least + drawn[1] * (most - least)).exp()
    tall = (share * sides).sqrt().mul(height).round().clamp(1, height)
    wide = (share / sides).sqrt().mul(width).round().clamp(1, width)
    top, left = (drawn[2] * (height - tall + 1)).floor(), (drawn[3] * (width - wide + 1)).floor()
    return torch.stack((top, left, tall, wide)).long()


def box_of(share: float, centre: list[float], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return top, left, height and width of a rectangle around `centre` with `share` of the area, cut at the edges.

    `centre` is in fractions of `size`, (height, width) in pixels.
    """
    root = share**0.5
    spans = []
    for middle, whole in zip(centre, size, strict=True):
        half, at = root * whole / 2, middle * whole
        first, last = max(0, round(at - half)), min(whole, round(at + half))
        spans.append((first, last - first))
    (top, tall), (left, wide) = spans
    return top, left, tall, wide


def _inside(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Return which pixels are inside their image's rectangle: bool of (n, 1, height, width) for `boxes` of (4, n)."""
    top, left, tall, wide = boxes[:, :, None]
    rows, columns = (torch.arange(side, device=boxes.device) for side in size)
    down = (rows >= top) & (rows < top + tall)
    across = (columns >= left) & (columns < left + wide)
    return torch.logical_and(down[:, :, None], across[:, None, :]).unsqueeze(1)


class Feed:
    """The batches of one epoch: `feed[bounds]` are images as the network sees them, and their targets.

    Images are floats (n, channels, height, width), channels last; targets are (n,) labels, or (n, classes) shares where
    images were mixed. Both depend on nothing but the seed and the epoch. `order` has the numbers of the images, each
    once, or, where the recipe draws balanced classes, some more often.
    """

    def __init__(self, loader: Loader, recipe: Recipe, epoch: int, classes: int) -> None:
        self._loader, self._classes = loader, classes
        device = loader.device
        if recipe.balance == "sampling":
            self.order = balanced_order(loader.labels, recipe.seed, epoch)
        else:
            self.order = epoch_order(len(loader), recipe.seed, epoch, device)
        self._augmentation = Augmentation(recipe, len(loader), loader.stored, loader.preprocessing, epoch, device)

    def batches(self, bounds: Sequence[slice]) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the batches at `bounds`, of which the loader is told before."""
        self._loader.expect([self.order[each] for each in bounds])
        return map(self.__getitem__, bounds)

    def __getitem__(self, bounds: slice) -> tuple[Tensor, Tensor]:
        chosen = self.order[bounds]
        pixels = self._augmentation.pixels(self._loader.read(chosen), bounds)
        mixed, targets = self._augmentation.mix(pixels, self._loader.labels[chosen], self._classes, bounds)
        return self._loader.preprocessing.scale(mixed), targets
