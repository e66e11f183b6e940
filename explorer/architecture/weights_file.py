"""Files of trained weights that say which design they are of, read without the weights. No torch, no Qt.

A safetensors file begins with the size of its header, eight bytes, and the header, a table of JSON in which exports of
this program have the design.
"""

import json
from pathlib import Path

from explorer.sentences import translatable
from explorer.validation import refuse

WEIGHTS_SUFFIX = ".safetensors"
_MAX_HEADER = 100_000_000  # bytes: safetensors reads no longer one


def is_weights_file(path: Path) -> bool:
    """Return whether a file is called as one of weights."""
    return path.name.lower().endswith(WEIGHTS_SUFFIX)


def read_design_text(path: Path) -> str:
    """Return the text of the design file that is in a file of weights. Raises Refused, OSError."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = file.read(size) if size <= _MAX_HEADER else b""
    try:
        table = json.loads(header)
        metadata = table.get("__metadata__") or {}
        design = metadata.get("design")
    except (ValueError, AttributeError, RecursionError):
        raise refuse(str(path), translatable("is not a safetensors file, or is damaged")) from None
    if not isinstance(design, str):
        what = translatable("has weights but no design; open a design, then choose this file as the weights")
        raise refuse(str(path), what)
    return design
