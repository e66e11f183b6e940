"""Run: a run as a list shows it, read from its manifest alone. No torch, no Qt.

The worker holds `run.lock` for as long as it works on the folder, so a run that says "running" while its lock is free
was interrupted. What the user remarks on a run, its name, a note and whether it is hidden, is in the manifest too, as
is how often its test part was looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from explorer.architecture.design import Design
from explorer.architecture.twins import kind_of
from explorer.runs.data.record import DataRecord, class_names
from explorer.runs.events import Changed, Learned
from explorer.runs.folder.lock import is_held
from explorer.runs.folder.manifest import MANIFEST, read_manifest, read_paths
from explorer.runs.json_lines import MISREAD, read_record
from explorer.runs.recipe import Recipe
from explorer.runs.studies.trial import Trial
from explorer.sentences import NOTHING, Sentence, system_words, translatable
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
    has ended and its study wants to know it.
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
    changes: tuple[Changed, ...] = ()
    seconds: float = 0.0
    data: DataRecord | None = None
    rewrites: tuple[str, ...] = ()
    device: str = ""
    test_looks: int = 0
    again: Again | None = None
    trial: Trial | None = None
    learned: Learned | None = None


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
        trial=manifest.trial,
        learned=manifest.learned,
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


def read_origin(folder: Path) -> Origin:
    """Read from run.json what a run began with. Raises Refused."""
    table = read_manifest(folder)
    try:
        return read_record(Origin, {**table, "grown": list(read_paths(table.get("grown", ())))})
    except MISREAD:
        raise refuse(str(folder / MANIFEST), translatable("is not a run")) from None
