"""Resized crops: a random rectangle of each image, brought to the network's size. No Qt.

The rectangles are those of torchvision's `RandomResizedCrop` (Szegedy et al., arXiv 1409.4842), the pixels those of its
`resized_crop`, to the level on a processor. There torch's own resizing, image by image, is several times as fast as
products of matrices; on an accelerator two products resize a whole batch where a kernel per image would take longer.
"""

from math import log

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

_CROPPED_SIDES = (3 / 4, 4 / 3)  # a rectangle's width to its height
_TRIES = 10  # until a rectangle fits into its image


def draw_rectangles(images: int, share: float, size: tuple[int, int], generator: torch.Generator) -> Tensor:
    """Return top, left, height and width of a rectangle per image, (4, images) int64, on the CPU.

    Each has between `share` and all of the area of an image of `size`, (height, width).
    """
    height, width = size
    area = height * width * (share + torch.rand(_TRIES, images, generator=generator) * (1 - share))
    least, most = map(log, _CROPPED_SIDES)
    sides = (least + torch.rand(_TRIES, images, generator=generator) * (most - least)).exp()
    tall, wide = (area / sides).sqrt().round(), (area * sides).sqrt().round()
    fits = (tall > 0) & (tall <= height) & (wide > 0) & (wide <= width)
    first = fits.int().argmax(0, keepdim=True)
    found = fits.any(0)
    whole = (
        min(height, round(width / _CROPPED_SIDES[0])),
        min(width, round(height * _CROPPED_SIDES[1])),
    )  # none fits: the largest
    tall, wide = (
        torch.where(found, tried.gather(0, first)[0], float(side))
        for tried, side in zip((tall, wide), whole, strict=True)
    )
    place = torch.rand(2, images, generator=generator)
    places = (
        torch.where(found, (drawn * (of - side + 1)).floor(), ((of - side) / 2).round())
        for drawn, of, side in zip(place, size, (tall, wide), strict=True)
    )
    return torch.stack((*places, tall, wide)).long()


def resize_rectangles(pixels: Tensor, rectangles: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the rectangle of each image at `size`: bilinear, antialiased where it shrinks.

    Images are uint8 (n, channels, height, width), `rectangles` top, left, height and width, (4, n) int64.
    """
    if pixels.device.type != "cpu":
        return _resize_at_once(pixels, rectangles, size)
    out = pixels.new_empty(*pixels.shape[:2], *size)
    for image, place, (top, left, tall, wide) in zip(pixels, out, rectangles.t().tolist(), strict=True):
        part = image[None, :, top : top + tall, left : left + wide]
        place.copy_(F.interpolate(part, size, mode="bilinear", antialias=True)[0])
    return out


def _resize_at_once(pixels: Tensor, rectangles: Tensor, size: tuple[int, int]) -> Tensor:
    """Do the same by two batched products of matrices; rounding may differ by one level."""
    top, left, tall, wide = rectangles
    (count, channels, height, width), (down, across) = pixels.shape, size
    rows, columns = _shares(top, tall, height, down), _shares(left, wide, width, across)
    lines = torch.bmm(rows, pixels.permute(0, 2, 1, 3).reshape(count, height, -1).float())
    resized = torch.bmm(lines.view(count, -1, width), columns.transpose(1, 2)).view(count, down, channels, across)
    return resized.round_().clamp_(0, 255).to(torch.uint8).permute(0, 2, 1, 3)


def _shares(starts: Tensor, lengths: Tensor, size: int, new: int) -> Tensor:
    """Return the share of each of `size` positions in each of `new` ones, (n, new, size): a triangle around its centre.

    The new positions divide the `lengths` positions from `starts` on, both (n,).
    """
    scale = lengths[:, None, None] / new
    middles = starts[:, None, None] + (torch.arange(new, device=starts.device)[:, None] + 0.5) * scale
    positions = torch.arange(size, device=starts.device)
    triangles = (1 - ((positions + 0.5 - middles) / scale.clamp(min=1)).abs()).clamp_(min=0)
    inside = (positions >= starts[:, None]) & (positions < (starts + lengths)[:, None])
    triangles *= inside[:, None]
    return triangles / triangles.sum(2, keepdim=True)
