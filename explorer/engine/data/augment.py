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

_ERASED_SHARES = (0.02, 1 / 3)  # of an image's area that is erased (Zhong et al., arXiv 1708.04896)
_ERASED_SIDES = (0.3, 1 / 0.3)  # its height to its width
MOVES, ERASURES, MIXES, CROPS, COLOURS = range(1, 6)  # streams of the epoch's random numbers; its order has one

_Positions = slice | Tensor  # in the epoch's order of images
_Change = Callable[[Tensor, _Positions], Tensor]


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
            drawn_from(recipe.seed, epoch, stream) for stream in (MOVES, ERASURES, MIXES, CROPS, COLOURS)
        )
        size = preprocessing.size
        self._cutmix = recipe.cutmix
        self._changes: list[_Change] = []
        if recipe.resized_crop:
            self.rectangles = draw_rectangles(images, recipe.resized_crop, stored, crops).to(device)
            self._changes.append(lambda pixels, bounds: resize_rectangles(pixels, self.rectangles[:, bounds], size))
        elif stored != size:
            self._changes.append(lambda pixels, bounds: preprocessing.crop(pixels))
        self.shifts, self.flips = (drawn.to(device) for drawn in draw_moves(images, recipe.crop, moves))
        if recipe.crop:
            self._changes.append(lambda pixels, bounds: shift(pixels, self.shifts[:, bounds], recipe.crop))
        if recipe.flip:
            self._changes.append(lambda pixels, bounds: flip(pixels, self.flips[bounds]))
        if recipe.jitter:
            self.factors = draw_factors(images, recipe.jitter, colours).to(device)
            self._changes.append(lambda pixels, bounds: change_colours(pixels, self.factors[:, bounds]))
        if recipe.erase:
            self.boxes = draw_boxes(images, recipe.erase, size, erasures).to(device)
            self._changes.append(lambda pixels, bounds: erase(pixels, self.boxes[:, bounds]))
        self._mixes = draw_mixes(images, mixes) if recipe.cutmix else None

    @property
    def mixes(self) -> bool:
        """Whether an image may have a part of the one before it in the batch."""
        return self._mixes is not None

    def pixels(self, pixels: Tensor, bounds: _Positions) -> Tensor:
        """Return augmented images of the network's size; both are uint8 of (n, channels, height, width)."""
        for change in self._changes:
            pixels = change(pixels, bounds)
        return pixels

    def mix(self, pixels: Tensor, labels: Tensor, classes: int, first: int) -> tuple[Tensor, Tensor]:
        """Mix some of the batches as `cutmix` does; the others stay as they are. The batch begins at `first`."""
        if self._mixes is None:
            return pixels, labels
        return cutmix(pixels, labels, self._mixes[:, first], self._cutmix, classes)


def draw_moves(images: int, most: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return shifts of images, (2, images) from 0 to twice `most`, and which of them are mirrored, (images,)."""
    shifts = torch.randint(0, 2 * most + 1, (2, images), generator=generator)
    return shifts, torch.rand(images, generator=generator) < 0.5


def shift(pixels: Tensor, shifts: Tensor, most: int) -> Tensor:
    """Shift each image by up to `most` pixels down and right, or up and left; by one gather."""
    down, right = shifts[:, :, None]
    rows, columns = (torch.arange(side, device=pixels.device) for side in pixels.shape[2:])
    padded = F.pad(pixels, (most,) * 4)
    images = torch.arange(len(pixels), device=pixels.device)[:, None, None]
    return padded[images, :, (rows + down)[:, :, None], (columns + right)[:, None]].permute(0, 3, 1, 2)


def flip(pixels: Tensor, flips: Tensor) -> Tensor:
    """Mirror those of the images that are chosen, left and right."""
    return torch.where(flips[:, None, None, None], pixels.flip(3), pixels)


def draw_boxes(images: int, share: float, size: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Return the rectangle to erase of each image, (4, images) as `boxes_of`; a `share` of them is not empty."""
    boxes = boxes_of(torch.rand(4, images, generator=generator), size)
    boxes[2:] *= torch.rand(images, generator=generator) < share
    return boxes


def erase(pixels: Tensor, boxes: Tensor) -> Tensor:
    """Make a rectangle of each image black; `boxes` are (4, n)."""
    height, width = pixels.shape[2:]
    return pixels.masked_fill(_inside(boxes, (height, width)), 0)


def draw_mixes(images: int, generator: torch.Generator) -> Tensor:
    """Return numbers in [0, 1), (4, images), of which a batch uses those of its first image."""
    return torch.rand(4, images, generator=generator)


def cutmix(pixels: Tensor, labels: Tensor, drawn: Tensor, chance: float, classes: int) -> tuple[Tensor, Tensor]:
    """Apply CutMix (Yun et al., arXiv 1905.04899) with this `chance`: a rectangle comes from the neighbouring image.

    `pixels` are uint8 of (n, channels, height, width), and (4,) numbers are `drawn` for them. Targets are the (n,)
    labels, or, where images were mixed, (n, classes) shares of the area.
    """
    luck, share, *centre = drawn.tolist()
    if luck >= chance:
        return pixels, labels
    height, width = pixels.shape[2:]
    box = box_of(share, centre, (height, width))
    mask = _inside(torch.tensor(box, device=pixels.device)[:, None], (height, width))
    own = F.one_hot(labels, classes).float()
    kept = 1 - box[2] * box[3] / (height * width)
    return torch.where(mask, pixels.roll(1, 0), pixels), torch.lerp(own.roll(1, 0), own, kept)


def boxes_of(drawn: Tensor, size: tuple[int, int]) -> Tensor:
    """Return top, left, height and width of n rectangles, (4, n) int64, from numbers in [0, 1) of (4, n)."""
    height, width = size
    share = _ERASED_SHARES[0] + drawn[0] * (_ERASED_SHARES[1] - _ERASED_SHARES[0])
    least, most = (log(side) for side in _ERASED_SIDES)
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

    def batches(self, bounds: Sequence[slice], parts: Sequence[slice] | None = None) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield the batches at `bounds`, or of each only one of the `parts`; the loader is told of them before."""
        parts = bounds if parts is None else parts
        positions = [self._needed(batch, part) for batch, part in zip(bounds, parts, strict=True)]
        chosen = [self.order[each] for each in positions]
        self._loader.expect(chosen)
        return map(self._read, bounds, parts, positions, chosen)

    def __getitem__(self, bounds: slice) -> tuple[Tensor, Tensor]:
        return self._read(bounds, bounds, bounds, self.order[bounds])

    def _needed(self, batch: slice, part: slice) -> _Positions:
        """Return the positions of a part; where images are mixed, after that of the one before its first."""
        if part == batch or not self._augmentation.mixes:
            return part
        before = (part.start if part.start > batch.start else batch.stop) - 1
        return torch.tensor([before, *range(part.start, part.stop)], device=self.order.device)

    def _read(self, batch: slice, part: slice, positions: _Positions, chosen: Tensor) -> tuple[Tensor, Tensor]:
        pixels = self._augmentation.pixels(self._loader.read(chosen), positions)
        mixed, targets = self._augmentation.mix(pixels, self._loader.labels[chosen], self._classes, batch.start)
        before = len(chosen) - (part.stop - part.start)
        return self._loader.preprocessing.scale(mixed[before:]), targets[before:]
