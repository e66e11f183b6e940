"""A run folder: manifest, events, lock; written atomically, listed without reading curves. No torch, no Qt.

`run.json` is the manifest. The worker holds `run.lock` for as long as it works on the folder, so a run that says
"running" while its lock is free was interrupted. What the user remarks on a run, its name, a note and whether it is
hidden, is in the manifest too, as is how often its test part was looked at; any process may write these meanwhile.
"""

import json
import os
import platform
import re
import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple

from filelock import FileLock, Timeout

from explorer.architecture.design import Design
from explorer.architecture.notation import design_table
from explorer.architecture.twins import kind_of
from explorer.atomic_files import write_atomically
from explorer.paths import expand_user, is_file, user_folder
from explorer.runs.data.record import DataRecord, class_names
from explorer.runs.events import Changed, Event
from explorer.runs.json_lines import MISREAD, read_record
from explorer.runs.lock import LOCK, is_held
from explorer.runs.log import EventLog
from explorer.runs.recipe import Recipe, recipe_table
from explorer.runs.versions import PROGRAM, installed_version
from explorer.sentences import NOTHING, Sentence, system_words, translatable
from explorer.validation import Refused, refuse

MANIFEST, _MANIFEST_LOCK = "run.json", "run.json.lock"
_PACKAGES = (PROGRAM, "torch", "torchvision", "torchinfo", "numpy")
_LOCK_WAIT = 1.0  # seconds: another process may be testing the lock
_WRITE_WAIT = 10.0  # seconds: another process may be writing the manifest
_FROM_ELSEWHERE = ("name", "note", "hidden", "test_looks")  # entries that other processes write while a run trains


class RunState(StrEnum):
    """The state of a run, written as in its manifest."""

    RUNNING = translatable("running")
    PAUSED = translatable("paused")
    FINISHED = translatable("finished")
    STOPPED = translatable("stopped")
    FAILED = translatable("failed")
    # in no manifest: no process holds the lock of a run that is marked running or paused
    INTERRUPTED = translatable("interrupted")


ACTIVE = (RunState.RUNNING, RunState.PAUSED)
_ENDED = (RunState.FINISHED, RunState.STOPPED)
RESUMABLE = (RunState.STOPPED, RunState.INTERRUPTED, RunState.FAILED)


@dataclass(frozen=True, slots=True)
class Again:
    """Which run was repeated, by its id, and what is different in its data, in words."""

    run: str
    changes: Sentence = NOTHING


@dataclass(frozen=True, slots=True)
class Run:
    """A run as a list of runs shows it.

    `beside` are the runs that were trained with it, among which it is called `label`; `difference` is that from the
    first of them, in words. `seed` drew its initial weights. `batches` is a sha256 over the images and the order they
    were seen in, equal for runs on the same batches. `changes` are what the user changed while it
    trained. `seconds` is the time that training took so far, 0 if the manifest does not tell. `data` is None for a run
    of an older version. `rewrites` are the names of those that it computes with on a `device` of that kind, which is
    empty for a run of an older version. `test_looks` counts how often it has been evaluated on the test part.
    `again` is None unless it repeats another run.
    """

    id: str
    folder: Path
    state: RunState
    created: datetime
    design: Design
    recipe: Recipe
    best_accuracy: float | None
    best_epoch: int
    epochs_done: int
    parent: str | None
    params: int
    seed: int
    batches: str
    beside: tuple[str, ...] = ()
    label: Sentence = NOTHING
    difference: Sentence = NOTHING
    name: str = ""
    note: str = ""
    hidden: bool = False
    changes: tuple[Changed, ...] = ()
    seconds: float = 0.0
    data: DataRecord | None = None
    rewrites: tuple[str, ...] = ()
    device: str = ""
    test_looks: int = 0
    again: Again | None = None

    @property
    def class_names(self) -> tuple[str, ...]:
        """A name per class of the design; one that the data have no class for is called by its number."""
        return class_names(self.data, self.design.classes)


@dataclass(frozen=True, slots=True)
class KnownStart:
    """The weights that a run began with, named as a source, of which so many tensors `matched`."""

    source: str
    matched: int


@dataclass(frozen=True, slots=True)
class Origin:
    """The entries of run.json about what a run began with, for who would repeat it.

    `versions` are those of the packages, `weights` known ones, and `grown` blocks. `begins` and `own` as in `Siblings`.
    """

    versions: Mapping[str, str] = field(default_factory=dict)
    weights: KnownStart | None = None
    parent: str | None = None
    grown: tuple[str, ...] = ()
    begins: Sentence = NOTHING
    own: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The known weights or the run that it began with, as in `Train`; empty where it began with new weights."""
        return self.weights.source if self.weights else self.parent or ""


@dataclass(frozen=True, slots=True)
class Siblings:
    """The entries of run.json about the runs that were trained with one on the same batches; `label` … as in `Run`.

    `begins` says how many tensors began equal to those of the first run; `own` are the names of the others.
    """

    beside: tuple[str, ...] = ()
    label: Sentence = NOTHING
    difference: Sentence = NOTHING
    begins: Sentence = NOTHING
    own: tuple[str, ...] = ()


class UnreadableRun(NamedTuple):
    """A folder with a run that cannot be read, and why."""

    folder: Path
    reason: Sentence


class Listing(NamedTuple):
    """The runs in a folder, newest first, and those that cannot be read."""

    runs: tuple[Run, ...]
    unreadable: tuple[UnreadableRun, ...]


@dataclass(frozen=True, slots=True)
class _Manifest:
    """The entries of run.json that make a `Run`."""

    state: str
    created: str
    design: Design
    recipe: Recipe
    best_accuracy: float
    best_epoch: int
    epochs_done: int
    parent: str | None
    params: int
    seed: int | None = None
    twin: str | None = None  # of older versions, which trained no other networks side by side
    beside: tuple[str, ...] = ()
    label: Sentence = NOTHING
    difference: Sentence = NOTHING
    batches: str = ""
    host: str = ""
    name: str = ""
    note: str = ""
    hidden: bool = False
    changes: tuple[Changed, ...] = ()
    seconds: float = 0.0
    data: DataRecord | None = None
    rewrites: tuple[str, ...] = ()
    device: str = ""
    test_looks: int = 0
    again: Again | None = None


def default_runs() -> Path:
    """Return the default folder of runs, in the user's data folder."""
    return user_folder("data") / "runs"


def check_runs_folder(root: Path) -> None:
    """Create `root` if it is missing, and try to write there. Raises Refused."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=root):
            pass
    except OSError as error:
        raise unwritable(root, error) from None


def list_runs(root: Path) -> tuple[Run, ...]:
    """Return the runs below `root` that can be read, newest first."""
    return survey_runs(root).runs


def survey_runs(root: Path) -> Listing:
    """Read every run below `root`; where that cannot be listed, it is itself what is unreadable."""
    runs: list[Run] = []
    unreadable = []
    try:
        folders = sorted(root.iterdir())
    except FileNotFoundError:
        folders = []
    except OSError as error:
        return Listing((), (UnreadableRun(root, system_words(error)),))
    for folder in folders:
        try:
            if (folder / MANIFEST).is_file():
                runs.append(read_run(folder))
        except OSError as error:
            unreadable.append(UnreadableRun(folder, system_words(error)))
        except Refused as refused:
            unreadable.append(UnreadableRun(folder, refused.complaints[0].what))
    return Listing(tuple(sorted(runs, key=lambda run: (run.created, run.id), reverse=True)), tuple(unreadable))


def newest_ended(runs: Iterable[Run], design: Design) -> Run | None:
    """Return the newest ended run of `design` in `runs`, which are newest first; None if there is none."""
    return next((run for run in runs if run.design == design and run.state in _ENDED), None)


def find_run(text: str, root: Path) -> Run:
    """Return the run with the id `text` below `root`, or in the folder `text`. Raises Refused."""
    reason = None
    for folder in (root / text, expand_user("run", text)):
        try:
            if text and (folder / MANIFEST).is_file():
                return read_run(folder.resolve())
        except OSError as error:
            reason = system_words(error)
    if reason:
        raise refuse("run", translatable("{text!r} cannot be read: {reason}"), text=text[:200], reason=reason)
    what = translatable("there is no run {text!r} in {folder!r}")
    raise refuse("run", what, text=text[:200], folder=str(root))


def read_run(folder: Path) -> Run:
    """Read the run in `folder` from its manifest alone. Raises Refused."""
    where = str(folder / MANIFEST)
    try:
        status = (folder / MANIFEST).stat()
    except OSError as error:
        raise refuse(where, translatable("cannot be read: {error}"), error=system_words(error)) from None
    manifest, created = _known_manifest(folder, (status.st_ino, status.st_mtime_ns, status.st_size))
    if manifest.state not in list(RunState):
        what = translatable("has the state {state!r}, which this version does not know")
        raise refuse(where, what, state=manifest.state[:40])
    state = RunState(manifest.state)
    if state in ACTIVE and not is_held(folder, manifest.host):
        state = RunState.INTERRUPTED
    return Run(
        id=folder.name,
        folder=folder,
        state=state,
        created=created,
        design=manifest.design,
        recipe=manifest.recipe,
        best_accuracy=manifest.best_accuracy,
        best_epoch=manifest.best_epoch,
        epochs_done=manifest.epochs_done,
        parent=manifest.parent,
        params=manifest.params,
        seed=manifest.recipe.seed if manifest.seed is None else manifest.seed,
        batches=manifest.batches,
        beside=manifest.beside or ((manifest.twin,) if manifest.twin else ()),
        label=Sentence(kind_of(manifest.design)) if manifest.twin else manifest.label,
        difference=manifest.difference,
        name=manifest.name,
        note=manifest.note,
        hidden=manifest.hidden,
        changes=manifest.changes,
        seconds=manifest.seconds,
        data=manifest.data,
        rewrites=manifest.rewrites,
        device=manifest.device,
        test_looks=manifest.test_looks,
        again=manifest.again,
    )


@lru_cache(maxsize=4096)  # of a thousand runs, one has changed since they were last listed
def _known_manifest(folder: Path, status: tuple[int, ...]) -> tuple[_Manifest, datetime]:
    """Return what run.json, which has this `status`, says of a run and when that was created. Raises Refused."""
    where, table = str(folder / MANIFEST), read_manifest(folder)
    try:
        manifest = read_record(_Manifest, table)
        return manifest, datetime.fromisoformat(manifest.created).astimezone()  # one without a zone is meant here
    except Refused as refused:
        raise refuse(where, translatable("cannot be read: {error}"), error=refused.sentence) from None
    except (*MISREAD, OSError):  # OSError: Windows knows no time zone of very old dates
        raise refuse(where, translatable("is not a run")) from None


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read run.json. Raises Refused."""
    try:
        table = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
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
    return _hashes_of(read_manifest(folder))


def read_origin(folder: Path) -> Origin:
    """Read from run.json what a run began with. Raises Refused."""
    table = read_manifest(folder)
    try:
        return read_record(Origin, {**table, "grown": list(read_paths(table.get("grown", ())))})
    except MISREAD:
        raise refuse(str(folder / MANIFEST), translatable("is not a run")) from None


def _hashes_of(manifest: dict[str, Any]) -> dict[str, str]:
    hashes = manifest.get("hashes")
    return hashes if isinstance(hashes, dict) else {}


def read_paths(grown: str | Iterable[str]) -> tuple[str, ...]:
    """Return the paths of blocks in a list, or in a text with commas, as in old manifests."""
    paths = grown.split(",") if isinstance(grown, str) else grown
    return tuple(filter(None, map(str.strip, paths)))


def remark(folder: Path, **remarks: str | bool) -> None:
    """Write the user's `name` or `note` of the run in `folder`, or whether it is `hidden`. Raises Refused."""
    try:
        with _writing(folder):
            _write_manifest(folder, {**read_manifest(folder), **remarks})
    except OSError as error:
        raise unwritable(folder, error) from None


def count_test_look(folder: Path) -> int:
    """Note that the run in `folder` is evaluated on its test part; return how often it has been. Raises Refused."""
    try:
        with _writing(folder):
            manifest = read_manifest(folder)
            looks = int(manifest.get("test_looks", 0)) + 1
            _write_manifest(folder, {**manifest, "test_looks": looks})
            return looks
    except OSError as error:
        raise unwritable(folder, error) from None


def _writing(folder: Path) -> AbstractContextManager[object]:
    """Keep other processes from writing the manifest until the context ends. Raises OSError."""
    folder.stat()  # a lock would make a folder again that was removed
    return FileLock(folder / _MANIFEST_LOCK).acquire(timeout=_WRITE_WAIT)


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    write_atomically(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")


def folder_name(design: Design, created: datetime) -> str:
    """Return a unique and readable name of a folder, of characters that every file system accepts."""
    name = re.sub(r"[^\w]+", "-", design.name).strip("-_")[:40] or "network"
    return f"{created:%Y%m%d-%H%M%S}-{name}-{secrets.token_hex(2)}"


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
            root = root.absolute()
            root.mkdir(parents=True, exist_ok=True)
            while True:
                path = root / folder_name(design, created)
                try:
                    path.mkdir()
                    break
                except FileExistsError:
                    continue
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
        return _hashes_of(self.manifest)

    @property
    def data(self) -> DataRecord | None:
        """What the run is trained on; None for a run of an older version."""
        table = self.manifest.get("data")
        return read_record(DataRecord, table) if table else None

    def mark_running(self, **changes: object) -> None:
        """Write to the manifest that this process trains the run. Raises OSError."""
        since = datetime.now().astimezone().isoformat(timespec="seconds")
        self.update(state=RunState.RUNNING, process=os.getpid(), host=platform.node(), since=since, **changes)

    def update(self, **changes: object) -> None:
        """Change keys of the manifest; what other processes write stays as it is in the file. Raises OSError."""
        with _writing(self.path):
            try:
                now = read_manifest(self.path)
            except Refused:  # it is written for the first time, or damaged
                now = {}
            elsewhere = {key: now[key] for key in _FROM_ELSEWHERE if key in now}
            self.manifest = {**self.manifest, **elsewhere, **changes}
            _write_manifest(self.path, self.manifest)

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


def unwritable(folder: Path, error: OSError) -> Refused:
    what = translatable("{path!r} cannot be written: {error}")
    return refuse("runs", what, path=str(folder), error=system_words(error))
