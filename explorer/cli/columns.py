"""Text in columns for a terminal. No torch, no Qt."""

from collections.abc import Sequence


def grid(rows: Sequence[Sequence[str]], sides: str) -> str:
    """Return `rows` as lines of aligned columns; `sides` has a < (left) or a > (right) per column."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True)).rstrip()
        for row in rows
    )


def mebibytes(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
