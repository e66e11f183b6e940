"""Colour jitter: random brightness, contrast and saturation per image. No Qt.

Each is as in torchvision's `ColorJitter`, which does one batch alike and takes the three in any order; here each image
has factors of its own, in this order.
"""

import torch
from torch import Tensor

_GREY = (0.2989, 0.587, 0.114)  # shares of red, green and blue in the brightness that is seen


def draw_factors(images: int, jitter: float, generator: torch.Generator) -> Tensor:
    """Return factors between 1 − `jitter` and 1 + `jitter`, (3, images): of brightness, contrast and saturation."""
    return 1 + jitter * (2 * torch.rand(3, images, generator=generator) - 1)


def change_colours(pixels: Tensor, factors: Tensor) -> Tensor:
    """Return images of other colours; both are uint8 (n, channels, height, width), `factors` (3, n).

    Images of one channel have no saturation.
    """
    brightness, contrast, saturation = factors[:, :, None, None, None]
    values = (pixels * brightness).clamp_(0, 255)
    mean = _grey(values).mean((1, 2, 3), keepdim=True)
    values = torch.lerp(mean, values, contrast).clamp_(0, 255)
    if pixels.shape[1] == len(_GREY):
        values = torch.lerp(_grey(values), values, saturation).clamp_(0, 255)
    return values.round_().to(torch.uint8)


def _grey(values: Tensor) -> Tensor:
    """Return the brightness that is seen of (n, channels, height, width) as one channel."""
    if values.shape[1] != len(_GREY):
        return values.mean(1, keepdim=True)
    parts = (channel * share for channel, share in zip(torch.split(values, 1, 1), _GREY, strict=True))
    return sum(parts, torch.zeros((), device=values.device))
