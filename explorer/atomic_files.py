"""Atomic writing: a file is replaced whole or not at all. No torch, no Qt."""

import os
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace `path` by a complete file or leave it unchanged; text is written in UTF-8. Raises OSError."""
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    temporary = path.with_name(path.name + ".part")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
