"""Manifest: run.json, the entries of a run; several processes may write it. No torch, no Qt."""

import json
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from filelock import FileLock

from explorer.atomic_files import write_atomically
from explorer.sentences import system_words, translatable
from explorer.validation import Refused, refuse

MANIFEST, _MANIFEST_LOCK = "run.json", "run.json.lock"
_WRITE_WAIT = 10.0  # seconds: another process may be writing the manifest
_MAX_BYTES = 64 * 2**20  # a manifest with a decision on each of a million images is smaller


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read run.json. Raises Refused."""
    path = folder / MANIFEST
    try:
        table = json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size <= _MAX_BYTES else None
    except OSError as error:
        what = translatable("cannot be read: {error}")
        raise refuse(str(folder / MANIFEST), what, error=system_words(error)) from None
    except (ValueError, RecursionError):
        raise refuse(str(folder / MANIFEST), translatable("is damaged: it is not JSON")) from None
    if not isinstance(table, dict):
        raise refuse(str(folder / MANIFEST), translatable("is not a run"))
    return table


def read_hashes(folder: Path) -> dict[str, str]:
    """Return the sha256 of each file that the run wrote, by its name. Raises Refused."""
    return hashes_of(read_manifest(folder))


def hashes_of(manifest: dict[str, Any]) -> dict[str, str]:
    hashes = manifest.get("hashes")
    return hashes if isinstance(hashes, dict) else {}


def read_paths(grown: str | Iterable[str]) -> tuple[str, ...]:
    """Return the paths of blocks in a list, or in a text with commas, as in old manifests."""
    paths = grown.split(",") if isinstance(grown, str) else grown
    return tuple(filter(None, map(str.strip, paths)))


def remark(folder: Path, **remarks: str | bool | int | tuple[str, ...]) -> None:
    """Write what the user remarks on the run in `folder`, from `name` to `colour` as in `Run`. Raises Refused."""
    try:
        with writing(folder):
            write_manifest(folder, {**read_manifest(folder), **remarks})
    except OSError as error:
        raise unwritable(folder, error) from None


def count_test_look(folder: Path) -> int:
    """Note that the run in `folder` is evaluated on its test part; return how often it has been. Raises Refused."""
    try:
        with writing(folder):
            manifest = read_manifest(folder)
            looks = int(manifest.get("test_looks", 0)) + 1
            write_manifest(folder, {**manifest, "test_looks": looks})
            return looks
    except OSError as error:
        raise unwritable(folder, error) from None


def writing(folder: Path) -> AbstractContextManager[object]:
    """Keep other processes from writing the manifest until the context ends. Raises OSError."""
    folder.stat()  # a lock would make a folder again that was removed
    return FileLock(folder / _MANIFEST_LOCK).acquire(timeout=_WRITE_WAIT)


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    write_atomically(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")


def unwritable(folder: Path, error: OSError) -> Refused:
    what = translatable("{path!r} cannot be written: {error}")
    return refuse("runs", what, path=str(folder), error=system_words(error))
