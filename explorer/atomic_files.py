"""Atomic writing: a file, or a folder of files, is replaced whole or not at all. No torch, no Qt."""

import os
import secrets
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace the file at `path` by a complete one or leave it unchanged; text is written in UTF-8. Raises OSError.

    The file that a link leads to is replaced, and keeps its mode and owner. What is no file, such as a device or a
    pipe, is written to.
    """
    data = _encoded(content)
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
        _write_new(temporary, data)
        if before:
            _give_rights(temporary, before)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def write_folder_atomically(path: Path, files: Mapping[str, str | bytes]) -> None:
    """Put a folder with these files, by their paths in it, in the place of the one at `path`. Raises OSError.

    That is there, complete and under its name, until the other one is complete; if writing fails, it stays.
    """
    path = path.resolve()
    own = secrets.token_hex(4)  # no folder of the user's has such a name
    temporary, before = (path.with_name(f"{path.name}.{own}.{kind}") for kind in ("part", "previous"))
    try:
        temporary.mkdir()
        for name, content in files.items():
            file = temporary / name
            if not file.parent.is_dir():
                file.parent.mkdir(parents=True)
            _write_new(file, _encoded(content))
        if path.exists():
            path.rename(before)
        try:
            temporary.rename(path)
        except OSError:
            if before.exists():
                before.rename(path)
            raise
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _encoded(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode("utf-8")


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, down to the disk. Raises OSError."""
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _give_rights(path: Path, before: os.stat_result) -> None:
    """Give `path` the owner and the mode that its predecessor had, as far as the system allows it."""
    with suppress(OSError, AttributeError):  # Windows has no owners
        os.chown(path, before.st_uid, before.st_gid)
    with suppress(OSError):
        path.chmod(stat.S_IMODE(before.st_mode))
