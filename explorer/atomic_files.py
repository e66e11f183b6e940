"""Atomic writing: a file is replaced whole or not at all. No torch, no Qt."""

import os
import stat
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace the file at `path` by a complete one or leave it unchanged; text is written in UTF-8. Raises OSError.

    The file that a link leads to is replaced, and keeps its mode and owner. What is no file, such as a device or a
    pipe, is written to.
    """
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    try:
        before = path.stat()
    except FileNotFoundError:
        before = None
    if before and not stat.S_ISREG(before.st_mode):
        path.write_bytes(data)
        return
    path = path.resolve()
    temporary = path.with_name(path.name + ".part")
    try:
        temporary.unlink(missing_ok=True)  # else a link of that name would be followed
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if before:
            _give_rights(temporary, before)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def _give_rights(path: Path, before: os.stat_result) -> None:
    """Give `path` the owner and the mode that its predecessor had, as far as the system allows it."""
    with suppress(OSError, AttributeError):  # Windows has no owners
        os.chown(path, before.st_uid, before.st_gid)
    with suppress(OSError):
        path.chmod(stat.S_IMODE(before.st_mode))
