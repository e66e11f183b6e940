"""Loader: a whole data set as one uint8 tensor on the device; no workers. No Qt."""

import hashlib
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from explorer.architecture.design import Design
from explorer.engine.data.datasets import Images

_RESIZE_AT_ONCE = 1000  # images; bounds the memory that resizing takes


@dataclass(frozen=True, slots=True)
class Loader:
    """Images at the design's size, ready on the device."""

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, chosen: Tensor | slice) -> tuple[Tensor, Tensor]:
        """Floats in [0, 1], channels last, and the labels."""
        return floats(self.pixels[chosen]), self.labels[chosen]

    def fingerprint(self) -> str:
        """The sha256 of the images and their labels."""
        digest = hashlib.sha256()
        for part in (self.pixels, self.labels):
            digest.update(part.cpu().contiguous().numpy().data)
        return digest.hexdigest()


def floats(pixels: Tensor) -> Tensor:
    """uint8 images as floats in [0, 1], channels last."""
    return pixels.float().div_(255).contiguous(memory_format=torch.channels_last)


def place_images(images: Images, design: Design, device: torch.device) -> Loader:
    """Resize once, on the CPU where uint8 can be enlarged exactly as PIL does, and move to `device`."""
    size = design.input[1:]
    pixels = images.pixels
    if pixels.shape[2:] != size:
        resized = [
            F.interpolate(part, size, mode="bilinear", antialias=True) for part in torch.split(pixels, _RESIZE_AT_ONCE)
        ]
        pixels = torch.cat(resized)
    return Loader(pixels.to(device), images.labels.to(device))


def batch_bounds(images: int, batch_size: int) -> list[slice]:
    """Where each batch begins and ends; a last single image joins the batch before, for a norm needs two."""
    starts = list(range(0, images, batch_size))
    if batch_size > 1 and len(starts) > 1 and images - starts[-1] == 1:
        starts.pop()
    return [slice(start, end) for start, end in zip(starts, [*starts[1:], images], strict=True)]


def epoch_order(images: int, seed: int, epoch: int, device: torch.device) -> Tensor:
    """A permutation that depends on nothing but the seed and the epoch."""
    return torch.randperm(images, generator=drawn_from(seed, epoch)).to(device)


def drawn_from(*numbers: int) -> torch.Generator:
    """Random numbers on the CPU that depend on these numbers alone."""
    mixed = int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0] >> 1)
    return torch.Generator().manual_seed(mixed)


def seen_after(before: str, images: str, order: Tensor, bounds: list[slice]) -> str:
    """A sha256 over all that a run has trained on: what it had seen before, and the batches of the epoch that begins.

    `images` is the loader's fingerprint. Equal for two runs means the same batches in the same order.
    """
    digest = hashlib.sha256(f"{before} {images} {[each.stop for each in bounds]}".encode())
    digest.update(order.cpu().numpy().data)
    return digest.hexdigest()
