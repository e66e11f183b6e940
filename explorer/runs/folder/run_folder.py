"""RunFolder: the folder of a run, opened by the process that writes it. No torch, no Qt."""

import os
import platform
import re
import secrets
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from explorer.architecture.design import Design
from explorer.architecture.notation import design_table
from explorer.paths import expand_user, is_file
from explorer.runs.data.record import DataRecord
from explorer.runs.events import Event
from explorer.runs.folder.lock import LOCK
from explorer.runs.folder.log import EventLog
from explorer.runs.folder.manifest import MANIFEST, hashes_of, read_manifest, unwritable, write_manifest, writing
from explorer.runs.folder.run import RunState
from explorer.runs.json_lines import read_record
from explorer.runs.recipe import Recipe, recipe_table
from explorer.runs.studies.trial import Trial
from explorer.runs.versions import PROGRAM, installed_version
from explorer.sentences import translatable
from explorer.validation import Refused, refuse

_PACKAGES = (PROGRAM, "torch", "torchvision", "torchinfo", "numpy")
_LOCK_WAIT = 1.0  # seconds: another process may be testing the lock
_FROM_ELSEWHERE = (  # entries that other processes write while a run trains
    *("name", "note", "hidden", "tags", "starred", "colour"),
    "test_looks",
)


def folder_name(design: Design, created: datetime) -> str:
    """Return a unique and readable name of a folder, of characters that every file system accepts."""
    name = re.sub(r"[^\w]+", "-", design.name).strip("-_")[:40] or "network"
    return f"{created:%Y%m%d-%H%M%S}-{name}-{secrets.token_hex(2)}"


def new_folder(root: Path, design: Design, created: datetime) -> Path:
    """Make a folder with a new `folder_name` below `root`, which is created if missing. Raises OSError."""
    root.mkdir(parents=True, exist_ok=True)
    while True:
        path = root / folder_name(design, created)
        with suppress(FileExistsError):
            path.mkdir()
            return path


def installed_versions() -> dict[str, str]:
    """Return the versions of the packages that matter to a run, without importing them."""
    return {package: found for package in _PACKAGES if (found := installed_version(package))}


class RunFolder:
    """A run folder opened by the worker that writes it; the lock is held until `close`.

    `sealed` says that the manifest's hashes are known to be those of the files.
    """

    def __init__(self, folder: Path) -> None:
        """Take the lock of an existing folder. Raises Refused."""
        self.path = folder
        self.sealed = False
        self._lock = FileLock(folder / LOCK)
        try:
            self._lock.acquire(timeout=_LOCK_WAIT, poll_interval=0.05)
        except Timeout:
            table = read_manifest(folder)
            what = translatable("in use by process {process} since {since}")
            raise refuse("run", what, process=table.get("process"), since=table.get("since")) from None
        except OSError as error:
            raise unwritable(folder, error) from None
        try:
            self.manifest = read_manifest(folder) if is_file(folder / MANIFEST) else {}
            self.events = EventLog(folder)
        except (OSError, Refused) as error:
            self._lock.release()
            raise unwritable(folder, error) if isinstance(error, OSError) else error from None

    @classmethod
    def create(
        cls,
        root: Path,
        design: Design,
        recipe: Recipe,
        params: int,
        parent: str | None = None,
        grown: tuple[str, ...] = (),
        seed: int | None = None,
    ) -> "RunFolder":
        """Create a new run below `root`, which is created if missing; `grown` as in `Train`. Raises Refused.

        `seed` draws the initial weights, by default the recipe's.
        """
        created = datetime.now().astimezone()
        root = expand_user("runs", root)
        try:
            path = new_folder(root.absolute(), design, created)
        except OSError as error:
            raise unwritable(root, error) from None
        try:
            folder = cls(path)
        except Refused:
            shutil.rmtree(path, ignore_errors=True)
            raise
        folder.manifest = {
            "state": RunState.RUNNING,
            "created": created.isoformat(timespec="milliseconds"),
            "design": design_table(design),
            "recipe": recipe_table(recipe),
            "seed": recipe.seed if seed is None else seed,
            "versions": installed_versions(),
            "parent": parent,
            "grown": grown,
            "params": params,
            "best_accuracy": None,
            "best_epoch": 0,
            "epochs_done": 0,
            "batches": "",
            "hashes": {},
        }
        try:
            folder.mark_running()
        except OSError as error:
            folder.discard()
            raise unwritable(path, error) from None
        return folder

    @property
    def hashes(self) -> dict[str, str]:
        """The sha256 of each file that the run wrote, by its name, as the manifest has them."""
        return hashes_of(self.manifest)

    @property
    def data(self) -> DataRecord | None:
        """What the run is trained on; None for a run of an older version."""
        table = self.manifest.get("data")
        return read_record(DataRecord, table) if table else None

    @property
    def trial(self) -> Trial | None:
        """Which trial of a study the run is; None for a run of its own."""
        table = self.manifest.get("trial")
        return read_record(Trial, table) if table else None

    def mark_running(self, **changes: object) -> None:
        """Write to the manifest that this process trains the run. Raises OSError."""
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        self.update(state=RunState.RUNNING, process=os.getpid(), host=platform.node(), since=since, **changes)

    def update(self, **changes: object) -> None:
        """Change keys of the manifest; what other processes write stays as it is in the file. Raises OSError."""
        with writing(self.path):
            try:
                now = read_manifest(self.path)
            except Refused:  # it is written for the first time, or damaged
                now = {}
            elsewhere = {key: now[key] for key in _FROM_ELSEWHERE if key in now}
            self.manifest = {**self.manifest, **elsewhere, **changes}
            write_manifest(self.path, self.manifest)

    def log(self, event: Event) -> None:
        """Append to the run's events. Raises OSError."""
        self.events.append(event)

    def close(self) -> None:
        with suppress(OSError):  # of a disk that fails; every line before it was written at once
            self.events.close()
        self._lock.release()

    def discard(self) -> None:
        """Remove the folder of a run that has not started."""
        self.close()
        shutil.rmtree(self.path, ignore_errors=True)
