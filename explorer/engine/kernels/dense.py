"""Dense convolutions: where the output map is no larger than the kernel, each of its rows is one matmul. No Qt.

Only rows of taps that meet a position of the input take part. Maps are (n, height, width, channels), taps (outputs,
kernel, kernel, channels).
"""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from explorer.engine.kernels.taps import TapRange, tap_ranges, useful_taps


def convolve(maps: Tensor, taps: Tensor, stride: int) -> Tensor:
    """Convolve `maps`, padded by half the kernel, with `taps`: (n, height, width, outputs)."""
    (height, width), kernel = maps.shape[1:3], taps.shape[1]
    columns = useful_taps(width, kernel, stride)
    padding = 0, 0, columns.padding, _padded_width(width, kernel, stride) - columns.padding - width
    rows = tap_ranges(height, kernel, stride)
    out: Tensor = _RowMatmul.apply(F.pad(maps, padding), taps, rows, slice(columns.first, columns.end), stride)
    return out


def _padded_width(width: int, kernel: int, stride: int) -> int:
    """Return the width of maps once they are padded at the sides; it may be less than before."""
    columns = useful_taps(width, kernel, stride)
    return (width - 1) // stride * stride + columns.end - columns.first


def values_kept(maps: int, channels: int, height: int, width: int, kernel: int, stride: int) -> int:
    """Return how many values of padded maps are kept for backward."""
    return maps * channels * height * _padded_width(width, kernel, stride)


class _RowMatmul(torch.autograd.Function):
    """One matrix product per row of a convolution's output; autograd's own backward would copy all weights per row.

    `pixels` (n, height, width, channels), padded at the sides, and `taps` (outputs, kernel, kernel, channels), of which
    all `columns` are used and, of the rows, those of each range in `rows`. The output has its channels last too.
    """

    @staticmethod
    def forward(
        ctx: Any, pixels: Tensor, taps: Tensor, rows: Sequence[TapRange], columns: slice, stride: int
    ) -> Tensor:
        ctx.save_for_backward(pixels, taps)
        ctx.where = rows, columns, stride
        width = columns.stop - columns.start
        out = [_windows(pixels, row, width, stride) @ taps[:, row.taps, columns].flatten(1).t() for row in rows]
        return torch.stack(out, 1)

    @staticmethod
    def backward(ctx: Any, out: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients of `pixels` and `taps` for the gradient `out` of the output."""
        (pixels, taps), (rows, columns, stride) = ctx.saved_tensors, ctx.where
        of_pixels = torch.zeros_like(pixels) if ctx.needs_input_grad[0] else None
        of_taps = taps.new_zeros(taps.shape)
        width = columns.stop - columns.start
        for across, row in zip(out.unbind(1), rows, strict=True):
            used = taps[:, row.taps, columns]
            if of_pixels is not None:
                spread = (across @ used.flatten(1)).view(*across.shape[:2], *used.shape[1:])
                for window in range(across.shape[1]):
                    left = window * stride
                    of_pixels[:, row.positions, left : left + width] += spread[:, window]
            reached = _windows(pixels, row, width, stride).reshape(-1, used.shape[1], used[0, 0].numel())
            for line, tap in enumerate(range(row.taps.start, row.taps.stop)):
                of_taps[:, tap, columns].view(len(taps), -1).addmm_(across.flatten(0, 1).t(), reached[:, line])
        return of_pixels, of_taps, None, None, None


def _windows(pixels: Tensor, row: TapRange, width: int, stride: int) -> Tensor:
    """Return the values that each position of an output row sees: (n, positions, taps · channels)."""
    return pixels[:, row.positions].unfold(2, width, stride).permute(0, 2, 1, 4, 3).flatten(2)
