"""Preprocessing: from stored images to what the network sees. No Qt."""

from dataclasses import dataclass

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
        height, width = self.size
        top, left = (pixels.shape[2] - height) // 2, (pixels.shape[3] - width) // 2
        return self.scale(pixels[:, :, top : top + height, left : left + width])

    def scale(self, pixels: Tensor) -> Tensor:
        """Return images of the network's size, with values from 0 to 255, as floats that it sees, channels last."""
        values = pixels.float().div_(255)
        if self.mean:
            mean, deviation = (
                torch.tensor(each, device=pixels.device)[:, None, None] for each in (self.mean, self.deviation)
            )
            values.sub_(mean).div_(deviation)
        return values.contiguous(memory_format=torch.channels_last)
