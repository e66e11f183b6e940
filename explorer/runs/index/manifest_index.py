"""ManifestIndex: what run.json said of each run when it was last read, in the user's cache. No torch, no Qt.

It is never the truth: what it has of a file counts only while inode, time and size of that file are the same, and
whatever is wrong with the index, the files are read instead. Several processes share it; one that finds it locked does
without. A damaged one is removed and made again, and so is one that another version has made, which has another `form`.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

from explorer.paths import expand_user, is_folder, storable, user_folder
from explorer.validation import Refused

Status = tuple[int, int, int]  # inode, time of the last change in nanoseconds, and size of a file
_FILE = "runs.sqlite"
_WAIT = 0.5  # seconds for another process
_BUSY = (  # errors that say nothing about the file
    *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_PERM, sqlite3.SQLITE_NOMEM),
)
_TABLE = """
CREATE TABLE manifests (
    root TEXT, folder TEXT, inode INTEGER, time INTEGER, size INTEGER, entries TEXT, PRIMARY KEY (root, folder)
) WITHOUT ROWID
"""
_Result = TypeVar("_Result")


class Kept(NamedTuple):
    """What a run.json with this status said; `entries` is text that the index does not look into."""

    status: Status
    entries: str


class ManifestIndex:
    """The index; `form`, a whole number of 31 bits, is that of the entries."""

    def __init__(self, form: int) -> None:
        self._form = form

    def read(self, root: Path) -> dict[str, Kept]:
        """Return what is kept of the run.json of each folder below `root`, by the folder's name."""

        def read(index: sqlite3.Connection) -> dict[str, Kept]:
            rows = index.execute(
                "SELECT folder, inode, time, size, entries FROM manifests WHERE root = ?", (_key(root),)
            )
            return {folder: Kept((inode, time, size), entries) for folder, inode, time, size, entries in rows}

        return self._use(read, {})

    def write(self, root: Path, found: Mapping[str, tuple[Status, str]], gone: Iterable[str]) -> None:
        """Keep what was found in these folders below `root`, and forget those that are gone."""

        def write(index: sqlite3.Connection) -> None:
            index.execute("BEGIN IMMEDIATE")
            for (other,) in index.execute("SELECT DISTINCT root FROM manifests").fetchall():
                if not is_folder(Path(other)):
                    index.execute("DELETE FROM manifests WHERE root = ?", (other,))
            index.executemany(
                "INSERT OR REPLACE INTO manifests VALUES (?, ?, ?, ?, ?, ?)",
                [(_key(root), folder, *status, entries) for folder, (status, entries) in found.items()],
            )
            index.executemany(
                "DELETE FROM manifests WHERE root = ? AND folder = ?", [(_key(root), folder) for folder in gone]
            )
            index.execute("COMMIT")

        self._use(write, None)

    def _use(self, order: Callable[[sqlite3.Connection], _Result], otherwise: _Result) -> _Result:
        """Return what `order` does with the index, which is made again if it is damaged; else `otherwise`."""
        for _ in range(2):
            try:
                file = expand_user("cache", user_folder("cache")) / _FILE
                file.parent.mkdir(parents=True, exist_ok=True)
                with closing(sqlite3.connect(file, timeout=_WAIT, isolation_level=None)) as index:
                    self._make(index)
                    return order(index)
            except (OSError, Refused):
                return otherwise
            except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
                code = getattr(error, "sqlite_errorcode", None)
                if code is not None and code & 0xFF in _BUSY:
                    return otherwise
                with suppress(OSError):
                    file.unlink()
        return otherwise

    def _make(self, index: sqlite3.Connection) -> None:
        """Make the table if there is none of this form. Raises sqlite3.Error."""
        if index.execute("PRAGMA user_version").fetchone() == (self._form,):
            return
        index.execute("BEGIN IMMEDIATE")
        index.execute("DROP TABLE IF EXISTS manifests")
        index.execute(_TABLE)
        index.execute(f"PRAGMA user_version = {self._form}")
        index.execute("COMMIT")


def _key(root: Path) -> str:
    return storable(str(root.absolute()))
