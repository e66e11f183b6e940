"""Preprocessing: from stored images to what the network sees. No Qt."""

from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """The (height, width) that the network sees, and the `mean` and `deviation` of each channel, of values in [0, 1].

    Without these it sees values in [0, 1].
    """

    size: tuple[int, int]
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()

    def inputs(self, pixels: Tensor) -> Tensor:
        """Return what the network sees of uint8 images (n, channels, height, width): floats, channels last.

        Larger images are cropped at the centre.
        """
        return self.scale(self.crop(pixels))

    def crop(self, pixels: Tensor) -> Tensor:
        """Return the centre of images (n, channels, height, width) at the size that the network sees."""
        return centre(pixels, self.size)

    def scale(self, pixels: Tensor) -> Tensor:
        """Return images of the network's size, with values from 0 to 255, as floats that it sees, channels last."""
        values = pixels.float().div_(255)
        if self.mean:
            values.sub_(_channels(self.mean, pixels.device)).div_(_channels(self.deviation, pixels.device))
        return values.contiguous(memory_format=torch.channels_last)


def centre(pixels: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the centre of images (n, channels, height, width), of (height, width) `size`."""
    height, width = size
    top, left = (pixels.shape[2] - height) // 2, (pixels.shape[3] - width) // 2
    return pixels[:, :, top : top + height, left : left + width]


@cache
def _channels(values: tuple[float, ...], device: torch.device) -> Tensor:
    """Return one value per channel, (channels, 1, 1), on `device`; a copy for every batch would wait for it."""
    with torch.inference_mode(mode=False):
        return torch.tensor(values, device=device)[:, None, None]
