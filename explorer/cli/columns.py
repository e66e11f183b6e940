"""Text in columns, for a person at a terminal. No torch, no Qt."""

from collections.abc import Sequence


def grid(rows: Sequence[Sequence[str]], sides: str) -> str:
    """`rows` as lines of aligned columns; `sides` has a < or a > for each column."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True)).rstrip()
        for row in rows
    )
