"""Survey: the runs in a folder, those that cannot be read too, without reading their curves. No torch, no Qt."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

from explorer.architecture.design import Design
from explorer.paths import expand_user, user_folder
from explorer.runs.folder.manifest import MANIFEST, unwritable
from explorer.runs.folder.run import Run, RunState, read_run
from explorer.sentences import Sentence, system_words, translatable
from explorer.validation import Refused, refuse

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
