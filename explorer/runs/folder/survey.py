"""Survey: the runs in a folder, those that cannot be read too, without reading their curves. No torch, no Qt."""

import stat
from collections.abc import Container, Iterable
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, NamedTuple

from explorer.architecture.design import Design
from explorer.paths import expand_user, is_file, storable, user_folder
from explorer.runs.folder.manifest import MANIFEST, unwritable
from explorer.runs.folder.run import FORM, Run, RunState, WrittenRun, read_entries, read_run, run_of
from explorer.sentences import Sentence, system_words, translatable
from explorer.validation import Refused, refuse

if TYPE_CHECKING:
    from explorer.runs.index.manifest_index import ManifestIndex, Status

_MANY = 100  # runs that are read faster than the index is opened
_ENDED = (RunState.FINISHED, RunState.STOPPED)


class UnreadableRun(NamedTuple):
    """A folder with a run that cannot be read, and why."""

    folder: Path
    reason: Sentence


class Listing(NamedTuple):
    """The runs in a folder, newest first, and those that cannot be read."""

    runs: tuple[Run, ...]
    unreadable: tuple[UnreadableRun, ...]


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


def survey_runs(root: Path, changed: Container[str] | None = None) -> Listing:
    """Read every run below `root`; where that cannot be listed, it is itself what is unreadable.

    A manifest that is as it was when this process read it, or as the index knows it, is not read again. With `changed`
    only folders of these names are looked at, and those that are new.
    """
    try:
        names = {path.name for path in root.iterdir()}
    except FileNotFoundError:
        names = set()
    except OSError as error:
        return Listing((), (UnreadableRun(root, system_words(error)),))
    known = _KNOWN.setdefault(root.absolute(), {})
    for name in known.keys() - names:
        del known[name]
    wanted = names if changed is None else {name for name in names if name in changed or name not in known}
    _look_at(root, sorted(wanted), known)
    runs = [each.found.now() for each in known.values() if isinstance(each.found, WrittenRun)]
    unreadable = [each.found for each in known.values() if isinstance(each.found, UnreadableRun)]
    return Listing(tuple(sorted(runs, key=lambda run: (run.created, run.id), reverse=True)), tuple(sorted(unreadable)))


class _Seen(NamedTuple):
    """What was found in a folder, whose manifest had this status; None if that is to be read again."""

    status: "Status | None"
    found: WrittenRun | UnreadableRun


_KNOWN: dict[Path, dict[str, _Seen]] = {}  # by folder of runs and by name, what this process has seen there


def _look_at(root: Path, names: Iterable[str], known: dict[str, _Seen]) -> None:
    """Note in `known` what is in these folders; those without a manifest hold no run."""
    new: dict[str, Status] = {}
    for name in names:
        try:
            status = _status_of(root / name)
        except OSError as error:
            known[name] = _Seen(None, UnreadableRun(root / name, system_words(error)))
            continue
        if status is None:
            known.pop(name, None)
        elif name not in known or known[name].status != status:
            new[name] = status
    index = _open_index() if len(new) >= _MANY else None
    kept = index.read(root) if index else {}
    read: dict[str, tuple[Status, str]] = {}
    for name, status in new.items():
        before = kept.pop(storable(name), None)
        if before and before.status == status and (run := _kept_run(root / name, before.entries)):
            known[name] = _Seen(status, run)
            continue
        try:
            entries = read_entries(root / name)
            known[name] = _Seen(status, run_of(root / name, entries))
            read[storable(name)] = status, entries
        except Refused as refused:
            known[name] = _Seen(None, UnreadableRun(root / name, refused.complaints[0].what))
            if not is_file(root / name / MANIFEST):  # deleted meanwhile
                del known[name]
    if index and (read or kept):
        index.write(root, read, kept)


def _open_index() -> "ManifestIndex":
    from explorer.runs.index.manifest_index import ManifestIndex  # few folders need SQLite

    return ManifestIndex(FORM)


def _kept_run(folder: Path, entries: str) -> WrittenRun | None:
    """Return the run that the index knows; None if it is not one for this version."""
    try:
        return run_of(folder, entries)
    except Refused:
        return None


def _status_of(folder: Path) -> "Status | None":
    """Return the status of the manifest in `folder`; None if there is none. Raises OSError."""
    try:
        status = (folder / MANIFEST).stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_size) if stat.S_ISREG(status.st_mode) else None


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
