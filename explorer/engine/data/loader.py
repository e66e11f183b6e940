"""Loader: the images of one part of the data, and in which order an epoch sees them. No Qt."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from explorer.architecture.design import Design
from explorer.engine.data.datasets import Images
from explorer.engine.data.preprocessing import Preprocessing

_BALANCE = 10  # a stream of the epoch's random numbers; those of `augment` are others
_RESIZE_AT_ONCE = 1000  # images; bounds the memory that resizing takes


class Loader(ABC):
    """Images with int64 `labels` (n,) on the device; `stored` is their (height, width), the network's or larger."""

    labels: Tensor
    stored: tuple[int, int]
    preprocessing: Preprocessing

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def device(self) -> torch.device:
        return self.labels.device

    @abstractmethod
    def read(self, chosen: Tensor | slice) -> Tensor:
        """Return the chosen images, uint8 (k, channels, height, width) of the stored size, on the device."""

    def expect(self, batches: Sequence[Tensor | slice]) -> None:
        """Note which images will be read next, batch by batch, for a loader that can read ahead.

        It knows a batch of numbers again by the memory that it is in, which has to stay as it is.
        """
        return

    def apart(self) -> "Loader":
        """Return the same images for another run, whose batches are expected on their own."""
        return self

    def batch(self, chosen: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Return the chosen images as the network sees them, and their labels."""
        return self.preprocessing.inputs(self.read(chosen)), self.labels[chosen]

    @abstractmethod
    def fingerprint(self) -> str:
        """Return the sha256 of the images and their labels."""


class PlacedLoader(Loader):
    """All images on the device: `pixels` are uint8 (n, channels, height, width).

    `content` is their fingerprint if that is known.
    """

    def __init__(
        self, pixels: Tensor, labels: Tensor, preprocessing: Preprocessing | None = None, content: str = ""
    ) -> None:
        self.pixels, self.labels, self._content = pixels, labels, content
        height, width = pixels.shape[2:]
        self.stored = height, width
        self.preprocessing = preprocessing or Preprocessing((height, width))

    def read(self, chosen: Tensor | slice) -> Tensor:
        return self.pixels[chosen]

    def fingerprint(self) -> str:
        if not self._content:  # of a large set it takes half a second
            digest = hashlib.sha256()
            for part in (self.pixels, self.labels):
                digest.update(part.cpu().contiguous().numpy().data)
            self._content = digest.hexdigest()
        return self._content


def place_images(images: Images, design: Design, device: torch.device) -> PlacedLoader:
    """Resize `images` to the design's size and move them to `device`.

    The resizing happens once, on the CPU, where torch enlarges uint8 exactly as PIL does.
    """
    _, height, width = design.input
    return PlacedLoader(resized(images.pixels, (height, width)).to(device), images.labels.to(device))


def resized(pixels: Tensor, size: tuple[int, int]) -> Tensor:
    """Return uint8 images (n, channels, height, width) at another (height, width), bilinear and antialiased."""
    if pixels.shape[2:] == size:
        return pixels
    found = pixels.new_empty(*pixels.shape[:2], *size)
    for part, place in zip(*(torch.split(each, _RESIZE_AT_ONCE) for each in (pixels, found)), strict=True):
        place.copy_(F.interpolate(part, size, mode="bilinear", antialias=True))
    return found


def batch_bounds(images: int, batch_size: int) -> list[slice]:
    """Return the bounds of each batch; a single last image joins the batch before, since a norm needs two."""
    starts = list(range(0, images, batch_size))
    if batch_size > 1 and len(starts) > 1 and images - starts[-1] == 1:
        starts.pop()
    return [slice(start, end) for start, end in zip(starts, [*starts[1:], images], strict=True)]


def evenly_spaced(images: int, most: int) -> Tensor:
    """Return the numbers of at most so many images, int64, at equal distances: those of a folder lie class by class."""
    count = min(images, most)
    return torch.arange(count) * images // count


def epoch_order(images: int, seed: int, epoch: int, device: torch.device) -> Tensor:
    """Return the order of the epoch's images, an int64 permutation that depends on the seed and the epoch alone."""
    return torch.randperm(images, generator=drawn_from(seed, epoch)).to(device)


def balanced_order(labels: Tensor, seed: int, epoch: int) -> Tensor:
    """Return as many images as there are, drawn with replacement so that every class is equally likely, int64.

    `labels` are (n,); like `epoch_order` it depends on the seed and the epoch alone, besides these.
    """
    known = labels.cpu()
    chances = known.bincount().double().reciprocal()[known]
    drawn = torch.multinomial(chances, len(known), replacement=True, generator=drawn_from(seed, epoch, _BALANCE))
    return drawn.to(labels.device)


def drawn_from(*numbers: int) -> torch.Generator:
    """Return a generator on the CPU whose random numbers depend on `numbers` alone."""
    mixed = int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1)
    return torch.Generator().manual_seed(mixed)


def seen_after(before: str, images: str, order: Tensor, bounds: list[slice]) -> str:
    """Return a sha256 over all that a run has trained on: `before`, and the batches of the epoch that starts.

    `images` is the loader's fingerprint. Equal for two runs means the same batches in the same order.
    """
    digest = hashlib.sha256(f"{before} {images} {[each.stop for each in bounds]}".encode())
    digest.update(order.cpu().numpy().data)
    return digest.hexdigest()
