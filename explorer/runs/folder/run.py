"""Run: a run as a list shows it, read from its manifest alone. No torch, no Qt.

The worker holds `run.lock` for as long as it works on the folder, so a run that says "running" while its lock is free
was interrupted. What the user remarks on a run, its name, a note, tags, a star, its colour and whether it is hidden, is
in the manifest too, as is how often its test part was looked at.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from explorer.architecture.design import Design
from explorer.architecture.notation import read_table
from explorer.architecture.twins import kind_of
from explorer.runs.data.record import DataRecord, class_names
from explorer.runs.events import Changed, Learned
from explorer.runs.folder.lock import is_held
from explorer.runs.folder.manifest import MANIFEST, read_manifest, read_paths
from explorer.runs.json_lines import MADE_OF, MISREAD, read_record
from explorer.runs.recipe import Recipe, read_recipe
from explorer.runs.studies.trial import Trial
from explorer.sentences import NOTHING, Sentence, translatable
from explorer.validation import Refused, refuse


class RunState(StrEnum):
    """The state of a run, written as in its manifest."""

    RUNNING = translatable("running")
    PAUSED = translatable("paused")
    FINISHED = translatable("finished")
    STOPPED = translatable("stopped")
    FAILED = translatable("failed")
    # in no manifest: no process holds the lock of a run that is marked running or paused
    INTERRUPTED = translatable("interrupted")


_STATES = frozenset(RunState)
ACTIVE = (RunState.RUNNING, RunState.PAUSED)
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
    `again` is None unless it repeats another run, and `trial` unless it is one of a study. `learned` is None unless it
    has ended and its study wants to know it. `colour` is the number, from 1, of the colour that the user gave it, else
    0.
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
    tags: tuple[str, ...] = ()
    starred: bool = False
    colour: int = 0
    changes: tuple[Changed, ...] = ()
    seconds: float = 0.0
    data: DataRecord | None = None
    rewrites: tuple[str, ...] = ()
    device: str = ""
    test_looks: int = 0
    again: Again | None = None
    trial: Trial | None = None
    learned: Learned | None = None

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
    tags: tuple[str, ...] = ()
    starred: bool = False
    colour: int = 0
    changes: tuple[Changed, ...] = ()
    seconds: float = 0.0
    data: DataRecord | None = None
    rewrites: tuple[str, ...] = ()
    device: str = ""
    test_looks: int = 0
    again: Again | None = None
    trial: Trial | None = None
    learned: Learned | None = None


class WrittenRun(NamedTuple):
    """A run with the state that its manifest has, the same run interrupted, and the computer that last worked on it."""

    run: Run
    left: Run
    host: str

    def now(self) -> Run:
        """Return the run as it is now: no process holds the lock of one that was left."""
        is_left = self.run.state in ACTIVE and not is_held(self.run.folder, self.host)
        return self.left if is_left else self.run


def read_run(folder: Path) -> Run:
    """Read the run in `folder` from its manifest alone. Raises Refused."""
    return run_of(folder, read_entries(folder)).now()


def read_entries(folder: Path) -> str:
    """Read from run.json what makes a `Run`, as text for an index. Raises Refused.

    It has a line of JSON for design, recipe and data, which many runs share, and one for all the others.
    """
    table = read_manifest(folder)
    rest = {key: value for key, value in table.items() if key.removesuffix(MADE_OF) in _ENTRIES}
    try:
        return "\n".join(json.dumps(part) for part in (*map(table.get, _SHARED), rest))
    except MISREAD:
        raise refuse(str(folder / MANIFEST), translatable("is not a run")) from None


def run_of(folder: Path, entries: str) -> WrittenRun:
    """Return the run in `folder` that these entries of its manifest describe. Raises Refused."""
    try:
        *shared, rest = entries.split("\n")
        parts = {key: read(text) for (key, read), text in zip(_SHARED.items(), shared, strict=True)}
        manifest = read_record(_Manifest, json.loads(rest), **parts)
        created = datetime.fromisoformat(manifest.created).astimezone()  # one without a zone is meant here
    except Refused as refused:
        what = translatable("cannot be read: {error}")
        raise refuse(str(folder / MANIFEST), what, error=refused.sentence) from None
    except (*MISREAD, OSError):  # OSError: Windows knows no time zone of very old dates
        raise refuse(str(folder / MANIFEST), translatable("is not a run")) from None
    if manifest.state not in _STATES:
        what = translatable("has the state {state!r}, which this version does not know")
        raise refuse(str(folder / MANIFEST), what, state=manifest.state[:40])
    run = _run(folder, manifest, created)
    return WrittenRun(run, replace(run, state=RunState.INTERRUPTED) if run.state in ACTIVE else run, manifest.host)


def _run(folder: Path, manifest: _Manifest, created: datetime) -> Run:
    return Run(
        id=folder.name,
        folder=folder,
        state=RunState(manifest.state),
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
        tags=manifest.tags,
        starred=manifest.starred,
        colour=manifest.colour,
        changes=manifest.changes,
        seconds=manifest.seconds,
        data=manifest.data,
        rewrites=manifest.rewrites,
        device=manifest.device,
        test_looks=manifest.test_looks,
        again=manifest.again,
        trial=manifest.trial,
        learned=manifest.learned,
    )


@lru_cache(maxsize=8192)
def _design(text: str) -> Design:
    return read_table(json.loads(text))


@lru_cache(maxsize=8192)
def _recipe(text: str) -> Recipe:
    return read_recipe(json.loads(text))


@lru_cache(maxsize=8192)
def _data(text: str) -> DataRecord | None:
    table = json.loads(text)
    return None if table is None else read_record(DataRecord, table)


_SHARED: dict[str, Callable[[str], object]] = {"design": _design, "recipe": _recipe, "data": _data}
_ENTRIES = {each.name for each in fields(_Manifest)} - {*_SHARED}
_NAMES = " ".join(each.name for kind in (_Manifest, Design, Recipe, DataRecord) for each in fields(kind))
FORM = crc32(_NAMES.encode()) >> 1  # of the entries of this version, the same in each of its processes


def read_origin(folder: Path) -> Origin:
    """Read from run.json what a run began with. Raises Refused."""
    table = read_manifest(folder)
    try:
        return read_record(Origin, {**table, "grown": list(read_paths(table.get("grown", ())))})
    except MISREAD:
        raise refuse(str(folder / MANIFEST), translatable("is not a run")) from None
