"""SavedSession: what a window shows again at the next start, and the file that keeps it. No widgets, no torch.

A file has two lines of JSON: the version with a checksum, and the session. What fits its checksum was written by this
program, so it is read without the strict reader, whose import of pydantic would delay the first paint; so would that of
filelock, hence Qt's own locks.

Every window has a file of its own, locked while the window is open. A new window continues the file that was written
last and is not locked; so windows that are open at the same time never write to one another's file.
"""

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from itertools import chain, count
from pathlib import Path
from typing import Any

from PySide6.QtCore import QLockFile

from explorer.architecture.design import Design
from explorer.architecture.notation import design_table, trusted_design
from explorer.atomic_files import write_atomically
from explorer.paths import expand_user, user_folder
from explorer.runs.recipe import Recipe, recipe_table
from explorer.sentences import translatable
from explorer.validation import refuse

_SCHEMA = 1
_NAME = "session-{number}.json"


@dataclass(frozen=True, slots=True)
class Step:
    """One undo step, with the design after it; `opened` are the files of Save before and after it, if it changes that.

    None stands for no file.
    """

    label: str
    design: Design
    opened: tuple[Path | None, Path | None] | None = None


@dataclass(frozen=True, slots=True)
class DocumentState:
    """What a document consists of: the `first` design, the steps from there, and how many of them are done.

    `clean_index` is the number of steps at which the file at `path` was saved, -1 if they cannot be reached any more.
    """

    first: Design
    steps: tuple[Step, ...] = ()
    index: int = 0
    clean_index: int = 0
    path: Path | None = None
    baseline: Design | None = None
    selection: str = ""

    @property
    def design(self) -> Design:
        """The design that is shown."""
        return self.steps[self.index - 1].design if self.index else self.first


@dataclass(frozen=True, slots=True)
class SavedSession:
    """A document, the page that is shown, and what Start would train; `own_size` and `weights` as in `TrainingChoice`.

    `page_windows` are the names of the pages in windows of their own, each with its place on the screen, and
    `pasted_block` is the source that "Check my block" shows. `studies` are the folders of those that go on.
    """

    document: DocumentState
    page: str
    recipe: Recipe
    own_size: bool | None = None
    page_windows: tuple[tuple[str, str], ...] = ()
    weights: str = ""
    pasted_block: str = ""
    studies: tuple[str, ...] = ()


def state_folder() -> Path:
    """Return the folder of the files, in the user's state folder."""
    return user_folder("state")


class SessionFile:
    """The file of one window, locked until `close`."""

    def __init__(self, folder: Path) -> None:
        """Choose and lock a file in `folder`, which is created if missing. Raises OSError and Refused."""
        folder = expand_user("session", folder)
        folder.mkdir(parents=True, exist_ok=True)
        known = sorted(folder.glob(_NAME.format(number="*")), key=_modified, reverse=True)
        for path in chain(known, _other_paths(folder, known)):
            self._path, self._lock = path, QLockFile(str(path.with_suffix(".lock")))
            self._lock.setStaleLockTime(0)  # it is free once its process is gone, whatever its age
            if self._lock.tryLock(0):
                return
            if self._lock.error() is not QLockFile.LockError.LockFailedError:
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    def read(self) -> SavedSession | None:
        """Return the session in the file, or None if there is none.

        A file that is damaged or was made by a newer version is kept under another name. Raises Refused, which names
        it, and OSError if it cannot be read or renamed; then the file stays as it is.
        """
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except OSError:
            self.close()
            raise
        except ValueError:
            text = ""
        reason = translatable("is damaged; it is kept as {name}")
        try:
            heading, body = text.splitlines()
            if (header := json.loads(heading))["schema"] > _SCHEMA:
                reason = translatable("was made by a newer version of this program; it is kept as {name}")
            elif header["sha256"] == sha256(body.encode()).hexdigest():
                return _read_session(json.loads(body))
        except (ValueError, LookupError, TypeError, RecursionError):
            pass
        aside = self._path.with_name(f"{self._path.name}.{datetime.now():%Y%m%d-%H%M%S}")
        try:
            self._path.replace(aside)
        except OSError:
            self.close()
            raise
        raise refuse(str(self._path), reason, name=aside.name)

    def write(self, session: SavedSession) -> None:
        """Replace the session in the file. Raises OSError."""
        body = json.dumps(_session_table(session))
        header = json.dumps({"schema": _SCHEMA, "sha256": sha256(body.encode()).hexdigest()})
        write_atomically(self._path, f"{header}\n{body}\n")

    def close(self) -> None:
        self._lock.unlock()


def _modified(path: Path) -> float:
    return path.stat().st_mtime


def _other_paths(folder: Path, known: list[Path]) -> Iterator[Path]:
    """Yield every path in `folder` that a file may have and none has."""
    # a window that was opened just now has its lock, and no file yet
    paths = (folder / _NAME.format(number=number) for number in count(1))
    return (path for path in paths if path not in known)


def _session_table(session: SavedSession) -> dict[str, object]:
    state = session.document
    return {
        "first": _table_of(state.first, state.first.name),
        "steps": [
            {
                "label": step.label,
                "design": _table_of(step.design, step.design.name),
                "opened": step.opened and [*map(_path_text, step.opened)],
            }
            for step in state.steps
        ],
        "index": state.index,
        "clean_index": state.clean_index,
        "path": _path_text(state.path),
        "baseline": state.baseline and _table_of(state.baseline, state.baseline.name),
        "selection": state.selection,
        "page": session.page,
        "recipe": recipe_table(session.recipe),
        "own_size": session.own_size,
        "page_windows": dict(session.page_windows),
        "weights": session.weights,
        "pasted_block": session.pasted_block,
        "studies": session.studies,
    }


@lru_cache(maxsize=512)
def _table_of(design: Design, name: str) -> dict[str, object]:
    """Return the `design_table` of a design, from a cache: of a long history most designs were written before.

    Designs of different names are equal, so `name` tells them apart.
    """
    return design_table(design)


def _read_session(table: Any) -> SavedSession:
    """Return the session of a `_session_table`. Raises LookupError or TypeError."""
    steps = tuple(
        Step(
            label=step["label"],
            design=trusted_design(step["design"]),
            opened=step["opened"] and (_read_path(step["opened"][0]), _read_path(step["opened"][1])),
        )
        for step in table["steps"]
    )
    document = DocumentState(
        first=trusted_design(table["first"]),
        steps=steps,
        index=table["index"],
        clean_index=table["clean_index"],
        path=_read_path(table["path"]),
        baseline=table["baseline"] and trusted_design(table["baseline"]),
        selection=table["selection"],
    )
    return SavedSession(
        document=document,
        page=table["page"],
        recipe=Recipe(**table["recipe"]),
        own_size=table["own_size"],
        page_windows=tuple(table.get("page_windows", {}).items()),  # which older versions had not
        weights=table.get("weights", ""),  # nor these
        pasted_block=table.get("pasted_block", ""),
        studies=tuple(table.get("studies", ())),  # nor these
    )


def _path_text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _read_path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
