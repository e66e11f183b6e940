"""Checkpoints: written whole or not at all, with the previous one kept, each verified by its sha256. No Qt."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, NamedTuple

import torch
from torch.nn.utils import get_total_norm
from torch.serialization import get_crc32_options, set_crc32_options

from explorer.engine.weights.files import load_plain
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.json_lines import MISREAD
from explorer.sentences import NOTHING, Sentence, joined, system_words, translatable
from explorer.validation import Complaint, Refused, refuse

NEWEST, PREVIOUS = "checkpoint.pt", "checkpoint.previous.pt"
UNKNOWN = translatable("its sha256 does not match run.json")
DAMAGED = translatable("{name} is damaged ({cause})")
UNREADABLE = translatable("{name} cannot be read: {error}")
_PART = NEWEST + ".part"
_TABLES = ("model", "optimizer", "schedule", "counters")  # of a training's state
_MORE = 2**20  # bytes written to make the system say why writing failed


class Unwritten(Exception):
    """A file that could not be written; the old one is still there."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Found(NamedTuple):
    """A checkpoint that was read; `warning` says what is wrong with a newer one."""

    state: dict[str, Any]
    warning: Sentence


def save_checkpoint(folder: RunFolder, state: dict[str, Any]) -> None:
    """Write `state`, keeping the checkpoint before it if that is whole. Raises Unwritten."""
    _refuse_infinite(state)
    newest, temporary = folder.path / NEWEST, folder.path / _PART
    try:
        if _newest(folder.path, folder.hashes) == temporary:
            temporary.replace(newest)
        with _without_crc32():
            torch.save(state, temporary)
        digest = seal(temporary)
        hashes = true_hashes(folder)
        before = {PREVIOUS: hashes[NEWEST]} if NEWEST in hashes else {}
        # The manifest first: whichever step is the last before a crash, it knows the files that are there.
        folder.sealed = False
        folder.update(hashes={**hashes, **before, NEWEST: digest})
        if before:
            newest.replace(folder.path / PREVIOUS)
        temporary.replace(newest)
        folder.sealed = True
    except (OSError, RuntimeError) as error:
        raise unwritten(temporary, NEWEST, error) from None


@contextmanager
def _without_crc32() -> Iterator[None]:
    """Switch off the checksums of `torch.save`: they take half its time, and the sha256 covers the whole file."""
    before = get_crc32_options()
    set_crc32_options(False)
    try:
        yield
    finally:
        set_crc32_options(before)


def _refuse_infinite(state: dict[str, Any]) -> None:
    """Raise Unwritten if a weight is not finite: after the last finite loss came one more step."""
    weights = {name: values for name, values in state.get("model", {}).items() if values.is_floating_point()}
    if get_total_norm(weights.values()).isfinite():  # one pass over them; to look at each takes twenty times as long
        return
    if bad := [name for name, values in weights.items() if not values.isfinite().all()]:
        what = translatable("{name} was not written: {weight} contains non-finite values")
        raise Unwritten(Sentence(what, {"name": NEWEST, "weight": bad[0]}))


def seal(path: Path) -> str:
    """Make sure that `path` is on the disk and return its sha256. Raises OSError."""
    with path.open("rb+") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return digest


def true_hashes(folder: RunFolder) -> dict[str, str]:
    """Return the sha256 of each file that is whole; a process that died may have left run.json ahead of its files.

    Raises OSError.
    """
    hashes = folder.hashes
    if folder.sealed:
        return hashes
    found = {name: sha256_of(folder.path / name) for name in hashes if (folder.path / name).is_file()}
    return {name: digest for name, digest in found.items() if digest in hashes.values()}


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unwritten(temporary: Path, name: str, error: Exception) -> Unwritten:
    """Return why `name` could not be written, and remove the part that was written to `temporary`."""
    reason, free = system_words(error) if isinstance(error, OSError) else _system_reason(temporary), 0
    with suppress(OSError):  # the folder itself may be gone
        temporary.unlink(missing_ok=True)
        free = shutil.disk_usage(temporary.parent).free // 10**6
    what = translatable("could not write {name}, {free:,} MB free: {reason}")
    return Unwritten(Sentence(what, {"name": name, "free": free, "reason": reason}))


def _system_reason(torn: Path) -> Sentence:
    """Return the system's reason for a short file, found by writing more: torch and safetensors do not tell it."""
    try:
        with torn.open("ab") as file:
            file.write(bytes(_MORE))
    except OSError as error:
        return system_words(error)
    return Sentence(translatable("writing was interrupted"))


@contextmanager
def usable_checkpoint() -> Iterator[None]:
    """Raise Refused where a checkpoint is whole but has other content, as that of another version may have."""
    try:
        yield
    except Refused:
        raise
    except MISREAD as error:
        what = translatable("cannot be used by this version: {error}")
        raise refuse("checkpoint", what, error=f"{type(error).__name__} {error}") from None


def load_checkpoint(folder: Path, hashes: dict[str, str]) -> Found | None:
    """Read the newest whole checkpoint; None if none was ever written. Raises Refused if none is left."""
    faults: list[Sentence] = []
    for name, path in ((NEWEST, _newest(folder, hashes)), (PREVIOUS, folder / PREVIOUS)):
        state, fault = _read_state(name, path, hashes)
        if state is not None:
            what = translatable("{damage}; continuing from {name}")
            return Found(state, Sentence(what, {"damage": faults[0], "name": name}) if faults else NOTHING)
        if fault:
            faults.append(fault)
    if faults:
        raise Refused(Complaint("checkpoint", joined("; ", faults)))
    return None


def _newest(folder: Path, hashes: dict[str, str]) -> Path:
    """Return the newest checkpoint, which a process that died between two renames left under its temporary name."""
    path, part = folder / NEWEST, folder / _PART
    with suppress(OSError):
        if not path.exists() and part.exists() and sha256_of(part) in hashes.values():
            return part
    return path


def _read_state(name: str, path: Path, hashes: dict[str, str]) -> tuple[dict[str, Any] | None, Sentence]:
    """Return the state in the checkpoint called `name`, or what is wrong with it; neither if there never was one."""
    try:
        if sha256_of(path) not in hashes.values():
            return None, Sentence(DAMAGED, {"name": name, "cause": Sentence(UNKNOWN)})
        state = load_plain(path)
        cause: str = Sentence(translatable("it is not a checkpoint"))
    except FileNotFoundError:
        return None, Sentence(translatable("{name} is missing"), {"name": name}) if name in hashes else NOTHING
    except OSError as error:
        return None, Sentence(UNREADABLE, {"name": name, "error": system_words(error)})
    except MemoryError:
        raise
    except UnpicklingError:
        state, cause = None, Sentence(translatable("it contains more than plain data; none of it was executed"))
    except Exception as error:  # torch.load raises almost anything on a bad file
        state, cause = None, (str(error) or type(error).__name__).splitlines()[0][:120]
    if isinstance(state, dict) and all(isinstance(state.get(table), dict) for table in _TABLES):
        return state, NOTHING
    return None, Sentence(DAMAGED, {"name": name, "cause": cause})
