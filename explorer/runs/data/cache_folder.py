"""The folder of decoded images: what it has, how many bytes it may take, and how it is emptied. No torch, no Qt.

Each root of images has a folder of its own. A set in it is all images at one size: a file of pixels, and beside it a
file with a header in its first line. The set that was used least recently goes first where there is not enough room.
"""

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from explorer.atomic_files import write_atomically
from explorer.paths import user_folder
from explorer.sentences import system_words, translatable
from explorer.validation import refuse

SET, PIXELS, LOCK = ".set", ".pixels", ".lock"  # suffixes
_LIMIT = "cache_limit"
_MAX_HEADER = 100_000  # characters
_SPARE = 256 * 2**20  # bytes of the disk that stay free, for checkpoints above all


@dataclass(frozen=True, slots=True)
class CachedSet:
    """The images of `root` at the shape (channels, height, width), in `bytes` on the disk.

    `path` is the file with the header, `used` the time of the last use in seconds since 1970.
    """

    path: Path
    root: str
    shape: tuple[int, ...]
    bytes: int
    used: float


def cache_folder() -> Path:
    """Return the folder of everything that is kept about images."""
    return user_folder("cache") / "images"


def folder_of(root: Path) -> Path:
    """Return the folder of what is kept about the images in `root`; its name begins like that of the root."""
    resolved = root.resolve()
    name = re.sub(r"[^\w]+", "-", resolved.name, flags=re.ASCII).strip("-")[:40] or "images"
    return cache_folder() / f"{name}-{hashlib.sha256(os.fsencode(resolved)).hexdigest()[:16]}"


def cached_sets() -> tuple[CachedSet, ...]:
    """Return all sets, the most recently used one first. Raises Refused."""
    try:
        found = [_read_set(path) for path in cache_folder().glob(f"*/*{SET}")]
    except OSError as error:
        raise _unusable(error) from None
    return tuple(sorted(filter(None, found), key=lambda each: each.used, reverse=True))


def _read_set(path: Path) -> CachedSet | None:
    """Return the set with its header at `path`, None if it has just gone or is damaged."""
    try:
        with path.open(encoding="utf-8") as file:
            header = json.loads(file.readline(_MAX_HEADER))
        files = [path, *path.parent.glob(f"{path.stem}*{PIXELS}")]
        size = sum(each.stat().st_size for each in files)
        return CachedSet(path, str(header["root"]), tuple(header["shape"]), size, path.stat().st_mtime)
    except (OSError, ValueError, LookupError, TypeError):
        return None


def cache_bytes() -> int:
    """Return the bytes of everything in the folder, 0 where it cannot be read."""
    return sum(_size(path) for path in _files(cache_folder()))


def _files(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from folder.rglob("*")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def cache_limit() -> int:
    """Return how many bytes the folder may take, 0 for no limit."""
    try:
        return max(0, int((user_folder("config") / _LIMIT).read_text(encoding="ascii")))
    except (OSError, ValueError):
        return 0


def use_cache_limit(limit: int) -> None:
    """Let the folder take no more than `limit` bytes from now on, 0 for no limit. Raises Refused."""
    path = user_folder("config") / _LIMIT
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, f"{limit}\n")
    except OSError as error:
        raise _unusable(error) from None
    make_room(0)


def make_room(needed: int, spare: Path | None = None) -> bool:
    """Remove sets, the least recently used one first, until `needed` bytes fit; return whether they do.

    The set at `spare`, and those that a process is writing, stay. Bytes fit where neither the limit nor the free space
    of the disk is exceeded.
    """
    sets = [each for each in cached_sets() if each.path != spare]
    if not _fits(needed, sum(each.bytes for each in sets)):
        return False
    while not _fits(needed):
        if not sets:
            return False
        _remove_set(sets.pop().path)
    return True


def _fits(needed: int, removed: int = 0) -> bool:
    """Return whether `needed` bytes fit once so many are `removed`."""
    limit = cache_limit()
    is_allowed = not limit or cache_bytes() - removed + needed <= limit
    return is_allowed and needed + _SPARE <= _free_bytes(cache_folder()) + removed


def _free_bytes(folder: Path) -> int:
    """Return the free bytes of the disk that has, or will have, `folder`."""
    place = next(each for each in (folder, *folder.parents) if each.exists())
    return shutil.disk_usage(place).free


def clear_cache() -> int:
    """Remove everything but what a process is writing; return how many bytes are gone. Raises Refused."""
    before = cache_bytes()
    try:
        folders = [each for each in cache_folder().iterdir() if each.is_dir()]
    except FileNotFoundError:
        return 0
    except OSError as error:
        raise _unusable(error) from None
    for folder in folders:
        removed = [_remove_set(path) for path in folder.glob(f"*{SET}")]
        if all(removed):
            shutil.rmtree(folder, ignore_errors=True)
    return before - cache_bytes()


def _remove_set(path: Path) -> bool:
    """Remove the set with its header at `path` unless a process is writing it; return whether it is gone.

    A process that reads it keeps what it has mapped; Windows does not let it go before that process has ended.
    """
    try:
        with FileLock(path.with_suffix(LOCK)).acquire(timeout=0):
            for each in (path, *path.parent.glob(f"{path.stem}*{PIXELS}")):
                each.unlink(missing_ok=True)
        path.with_suffix(LOCK).unlink(missing_ok=True)
    except (OSError, Timeout):
        return False
    return True


def touch(path: Path) -> None:
    """Note that the set with its header at `path` is used now."""
    with suppress(OSError):
        os.utime(path, (time.time(),) * 2)


def _unusable(error: OSError) -> Exception:
    what = translatable("{path!r} cannot be used: {error}")
    return refuse("cache", what, path=str(error.filename), error=system_words(error))
