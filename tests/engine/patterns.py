"""Coloured images of patterns such as stripes, rings and bricks: turned, moved, in colours of their own, with noise."""

from collections.abc import Callable

import torch
from torch import Tensor

from explorer.engine.data.loader import PlacedLoader
from explorer.engine.data.preprocessing import Preprocessing

SEEN, STORED = (28, 28), 32
Pattern = Callable[[Tensor, Tensor], Tensor]  # from two coordinates, in radians, to values between −1 and 1


def _far(across: Tensor, down: Tensor) -> Tensor:
    return (across**2 + down**2).sqrt()


PATTERNS: dict[str, Pattern] = {
    "stripes": lambda across, down: across.sin(),
    "checks": lambda across, down: across.sin() * down.sin(),
    "rings": lambda across, down: _far(across, down).sin(),
    "honeycomb": lambda across, down: (
        (across.cos() + (across / 2 + 0.866 * down).cos() + (across / 2 - 0.866 * down).cos()) / 2
    ),
    "curtain": lambda across, down: (across + 2 * torch.asin(down.sin())).sin(),
    "bricks": lambda across, down: torch.maximum(across.cos(), (down + 3.14 * (across / 6.28).floor()).cos()),
    "clouds": lambda across, down: (across.sin() + (1.7 * down + across).sin() + (0.6 * down - 1.3 * across).sin()) / 2,
    "spiral": lambda across, down: (_far(across, down) + 2 * torch.atan2(down, across)).sin(),
    "dots": lambda across, down: torch.tanh(3 * (across.cos() + down.cos() - 0.8)),
    "rays": lambda across, down: (5 * torch.atan2(down, across)).sin(),
    "waves": lambda across, down: (across + 2 * down.sin()).sin(),
    "grid": lambda across, down: 2 * torch.maximum(across.cos() ** 8, down.cos() ** 8) - 1,
}


def patterns(names: list[str], each: int, seed: int) -> PlacedLoader:
    """Return `each` images of every named pattern, a class each, stored with room for crops and seen normalised."""
    generator = torch.Generator().manual_seed(seed)
    count = each * len(names)
    labels = torch.arange(count) % len(names)
    angle, scale, left, top = torch.rand(4, count, 1, 1, generator=generator)
    places = torch.linspace(-1, 1, STORED)
    across, down = places - 0.8 * (left - 0.5), places[:, None] - 0.8 * (top - 0.5)
    cos, sin, scale = (6.28 * angle).cos(), (6.28 * angle).sin(), 9 + 4 * scale
    turned = scale * (across * cos + down * sin), scale * (down * cos - across * sin)
    shapes = torch.stack([PATTERNS[names[label]](*axes) for label, *axes in zip(labels.tolist(), *turned, strict=True)])
    share = (shapes[:, None] + 1) / 2
    dark, light = 0.4 * torch.rand(2, count, 3, 1, 1, generator=generator)
    values = dark * share + (light + 0.6) * (1 - share)
    values += 0.06 * torch.randn(values.shape, generator=generator)
    pixels = (255 * values).clamp(0, 255).to(torch.uint8)
    return PlacedLoader(pixels, labels, Preprocessing(SEEN, (0.5,) * 3, (0.3,) * 3))
