"""Winograd's convolutions: those of 3×3 taps with fewer multiplications. No Qt.

A tile of (m + 2)² positions is what m×m outputs see. Along each axis tile and taps are polynomials, which multiply as
their values do, at m + 1 points and at infinity: (m + 2)² products instead of 9 m². Small matrices lead to the values
and back. This is F(m×m, 3×3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), which
GPU libraries have. In 32 bits the largest error is 1e-5 of the largest value, some seven times as much as usual.

Maps are (n, height, width, channels), taps (outputs, 3, 3, channels).
"""

from collections.abc import Iterator
from functools import cache
from math import prod
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

_POINTS = (0.0, 1.0, -1.0, 2.0, -2.0)
_TRANSFORM = 80  # multiplications of a matmul take as long as the transform of one value
AT_ONCE = 2**20  # values computed together: they should stay in the processor's caches
MAX_KEPT = 2**25  # values that a layer keeps for backward


class _Scheme(NamedTuple):
    """The matrices that transform `taps`, `tiles`, and products into `outputs`; one row per value made."""

    taps: Tensor
    tiles: Tensor
    outputs: Tensor


@cache
def _scheme(side: int, dtype: torch.dtype) -> _Scheme:
    """Return the scheme for tiles of `side`×`side` outputs: Kronecker products of the matrices for one axis."""
    points, infinity = _POINTS[: side + 1], [0.0, 0.0, 1.0]
    others = [[each for each in points if each != point] for point in points]
    shares = [prod(point - each for each in rest) for point, rest in zip(points, others, strict=True)]
    taps = [[point**power / share for power in range(3)] for point, share in zip(points, shares, strict=True)]
    tiles = [[*_coefficients(rest), 0.0] for rest in others]
    outputs = [[*(point**power for point in points), float(power == side - 1)] for power in range(side)]
    rows = ([*taps, infinity], [*tiles, _coefficients(points)], outputs)
    with torch.inference_mode(mode=False):
        axes = (torch.tensor(each, dtype=torch.float64) for each in rows)
        return _Scheme(*(torch.kron(axis, axis).to(dtype) for axis in axes))


def _coefficients(roots: tuple[float, ...] | list[float]) -> list[float]:
    """Return the coefficients of the polynomial with these roots, lowest power first."""
    found = [1.0]
    for root in roots:
        found = [lower - root * same for lower, same in zip([0.0, *found], [*found, 0.0], strict=True)]
    return found


def _transform(matrix: Tensor, values: Tensor) -> Tensor:
    """Multiply the first dimension of `values` by `matrix`."""
    return (matrix @ values.reshape(len(values), -1)).view(len(matrix), *values.shape[1:])


class Tiling(NamedTuple):
    """How maps of `height`×`width` are cut into tiles that compute `side`×`side` outputs each."""

    height: int
    width: int
    side: int

    @property
    def _grid(self) -> tuple[int, int]:
        """Return the number of tiles down and across."""
        return -(-self.height // self.side), -(-self.width // self.side)

    @property
    def values(self) -> int:
        """Return the number of values of all tiles, per channel."""
        return prod(self._grid) * (self.side + 2) ** 2

    def step(self, taps: Tensor) -> int:
        """Return how many maps are computed together."""
        return max(1, AT_ONCE // (self.values * max(len(taps), taps.shape[3])))

    def seen(self, maps: Tensor, step: int) -> Iterator[Tensor]:
        """Yield the transformed tiles of `step` maps at a time: (values of a tile, tiles, channels)."""
        side, (down, across), channels = self.side, self._grid, maps.shape[3]
        frame = maps.new_zeros(min(step, len(maps)), (down + 1) * side, (across + 1) * side, channels)
        each, row, column, channel = frame.stride()
        strides = row, column, each, side * row, side * column, channel
        for part in torch.split(maps, step):
            frame[: len(part), 1 : 1 + self.height, 1 : 1 + self.width] = part
            tiles = frame.as_strided((side + 2, side + 2, len(part), down, across, channels), strides)
            yield _transform(_scheme(side, maps.dtype).tiles, _flat(tiles))

    def allocate(self, maps: int, channels: int, like: Tensor) -> Tensor:
        """Return an empty tensor for the outputs of all tiles, which may be larger than the maps."""
        down, across = self._grid
        return like.new_empty(maps, down * self.side, across * self.side, channels)

    def write(self, products: Tensor, padded: Tensor) -> None:
        """Write the outputs of `products`, (values of a tile, tiles, channels), into `padded` maps."""
        squares = self.squares(padded)
        squares.copy_(_transform(_scheme(self.side, padded.dtype).outputs, products).view(squares.shape))

    def squares(self, padded: Tensor) -> Tensor:
        """Return a view of each tile's outputs in `padded` maps: (side, side, n, down, across, channels)."""
        down, across = self._grid
        return padded.view(len(padded), down, self.side, across, self.side, -1).permute(2, 4, 0, 1, 3, 5)

    def crop(self, padded: Tensor) -> Tensor:
        """Return the maps alone, never as a view: autograd refuses changes of a view that is made in a function."""
        maps = padded[:, : self.height, : self.width]
        return padded if maps.shape == padded.shape else maps.clone(memory_format=torch.contiguous_format)

    def pad(self, maps: Tensor) -> Tensor:
        """Pad `maps` with zeros at the bottom and the right, up to whole tiles."""
        down, across = self._grid
        padding = 0, 0, 0, across * self.side - self.width, 0, down * self.side - self.height
        return F.pad(maps, padding) if any(padding) else maps.contiguous()


def _flat(values: Tensor) -> Tensor:
    """Reshape (side, side, n, down, across, channels) to (values, tiles, channels)."""
    return values.flatten(2, 4).flatten(0, 1)


def tiling(height: int, width: int) -> Tiling:
    """Return the tiling of a map that has the fewest values."""
    return min((Tiling(height, width, side) for side in range(2, len(_POINTS))), key=lambda each: each.values)


def is_faster(inputs: int, outputs: int, height: int, width: int) -> bool:
    """Return whether the products save more multiplications, for these channels, than the transforms cost."""
    products = inputs * outputs
    transforms = _TRANSFORM * (inputs + outputs)
    return tiling(height, width).values * (products + transforms) < 9 * height * width * products


def values_kept(maps: int, channels: int, height: int, width: int) -> int:
    """Return how many values of tiles are kept for backward; 0 where they are too many and computed again there."""
    values = maps * channels * tiling(height, width).values
    return values if values <= MAX_KEPT else 0


def values_of_taps(inputs: int, outputs: int, height: int, width: int) -> int:
    """Return how many values backward makes of the taps: those of two transforms, and two copies of the taps."""
    return inputs * outputs * 2 * ((tiling(height, width).side + 2) ** 2 + 9)


def convolve(maps: Tensor, taps: Tensor) -> Tensor:
    """Convolve `maps`, padded by 1, with `taps` at stride 1: (n, height, width, outputs)."""
    if not torch.is_grad_enabled():
        return _multiply(maps, taps)  # there will be no backward to keep tiles for
    out: Tensor = _Winograd.apply(maps, taps)
    return out


class _Winograd(torch.autograd.Function):
    """A convolution with its gradients.

    The gradient of the maps is the convolution of the output's gradient with the taps turned around; that of the taps
    is computed from the input's tiles and those of the output's gradient.
    """

    @staticmethod
    def forward(ctx: Any, maps: Tensor, taps: Tensor) -> Tensor:
        kept: list[Tensor] = []
        count, height, width, channels = maps.shape
        out = _multiply(maps, taps, kept if values_kept(count, channels, height, width) else None)
        ctx.save_for_backward(maps, taps, *kept)
        return out

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor]:
        maps, taps, *kept = ctx.saved_tensors
        cut = tiling(*maps.shape[1:3])
        step, matrices = cut.step(taps), _scheme(cut.side, maps.dtype)
        of_values = maps.new_zeros(len(matrices.taps), len(taps), taps.shape[3])
        for seen, part in zip(kept or cut.seen(maps, step), torch.split(cut.pad(gradient), step), strict=True):
            of_values.baddbmm_(_transform(matrices.outputs.t(), _flat(cut.squares(part))).mT, seen)
        of_taps = _transform(matrices.taps.t(), of_values).view(3, 3, *of_values.shape[1:]).permute(2, 0, 1, 3)
        of_maps = _multiply(gradient, taps.flip(1, 2).transpose(0, 3)) if ctx.needs_input_grad[0] else None
        return of_maps, of_taps.contiguous()


def _multiply(maps: Tensor, taps: Tensor, kept: list[Tensor] | None = None) -> Tensor:
    """Convolve without gradients; the transformed tiles are appended to `kept`."""
    cut = tiling(*maps.shape[1:3])
    step = cut.step(taps)
    values = _transform(_scheme(cut.side, maps.dtype).taps, taps.permute(1, 2, 0, 3).flatten(0, 1)).mT
    padded = cut.allocate(len(maps), len(taps), maps)
    for seen, part in zip(cut.seen(maps, step), torch.split(padded, step), strict=True):
        cut.write(seen @ values, part)
        if kept is not None:
            kept.append(seen)
    return cut.crop(padded)
