"""Checkpoints: written whole or not at all, the one before kept, each known by its sha256. No Qt."""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import torch

from explorer.architecture.reading import Complaint, Refused
from explorer.architecture.words import NOTHING, QT_TRANSLATE_NOOP, Sentence, joined
from explorer.runs.folder import RunFolder

NEWEST, PREVIOUS = "checkpoint.pt", "checkpoint.previous.pt"


class Unwritten(Exception):
    """A file that could not be written; the old one is still there."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Found(NamedTuple):
    """A checkpoint that was read; `warning` says what was wrong with a newer one."""

    state: dict[str, Any]
    warning: Sentence


def save_checkpoint(folder: RunFolder, state: dict[str, Any]) -> None:
    """Write `state`, keeping the checkpoint before it. Raises Unwritten."""
    hashes = folder.manifest["hashes"]
    temporary = folder.path / (NEWEST + ".part")
    try:
        torch.save(state, temporary)
        digest = seal(temporary)
        # The manifest first: whichever step is the last before a crash, it knows the files that are there.
        folder.update(hashes={**hashes, PREVIOUS: hashes.get(NEWEST, ""), NEWEST: digest})
        if (folder.path / NEWEST).exists():
            (folder.path / NEWEST).replace(folder.path / PREVIOUS)
        temporary.replace(folder.path / NEWEST)
    except (OSError, RuntimeError) as error:  # torch reports a full disk as a RuntimeError without a number
        temporary.unlink(missing_ok=True)
        raise unwritten(temporary.with_name(NEWEST), error) from None


def seal(path: Path) -> str:
    """Make sure that `path` is on the disk; its sha256. Raises OSError."""
    with path.open("rb+") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return digest


def unwritten(path: Path, error: Exception) -> Unwritten:
    free = shutil.disk_usage(path.parent).free // 10**6
    reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
    what = QT_TRANSLATE_NOOP("explorer", "could not write {name}, {free:,} MB free: {reason}")
    return Unwritten(Sentence(what, {"name": path.name, "free": free, "reason": Sentence(reason)}))


def load_checkpoint(folder: Path, hashes: dict[str, str]) -> Found | None:
    """The newest checkpoint that is whole, None if none was ever written. Raises Refused if all are damaged."""
    damaged = []
    for name in (NEWEST, PREVIOUS):
        path = folder / name
        if not path.is_file():
            continue
        try:
            with path.open("rb") as file:
                known = hashlib.file_digest(file, "sha256").hexdigest() in hashes.values()
            state = torch.load(path, map_location="cpu", weights_only=True) if known else None
            cause: str = Sentence(QT_TRANSLATE_NOOP("explorer", "its sha256 is not the one in run.json"))
        except Exception as error:  # torch.load raises almost anything on a bad file
            state, cause = None, str(error).splitlines()[0][:120]
        if state is None:
            what = QT_TRANSLATE_NOOP("explorer", "{name} is damaged ({cause})")
            damaged.append(Sentence(what, {"name": name, "cause": cause}))
            continue
        what = QT_TRANSLATE_NOOP("explorer", "{damage}; going on from {name}")
        return Found(state, Sentence(what, {"damage": damaged[0], "name": name}) if damaged else NOTHING)
    if damaged:
        raise Refused(Complaint("checkpoint", joined("; ", damaged)))
    return None
