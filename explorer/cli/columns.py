"""Text in columns for a terminal. No torch, no Qt."""

import re
from collections.abc import Sequence

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def visible(text: str, kept: str = "") -> str:
    """Return `text` with its control characters escaped, which may steer the terminal, but for those `kept`."""
    return _CONTROLS.sub(lambda match: match[0] if match[0] in kept else repr(match[0])[1:-1], text)


def grid(rows: Sequence[Sequence[str]], sides: str) -> str:
    """Return `rows` as lines of aligned columns; `sides` has a < (left) or a > (right) per column."""
    rows = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True)).rstrip()
        for row in rows
    )


def mebibytes(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"
