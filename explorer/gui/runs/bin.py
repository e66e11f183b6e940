"""The system's bin: a run's folder goes there, and comes back from there. No widgets."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QFile

from explorer.gui.document import title_of_run
from explorer.runs.folder.run import ACTIVE, Run, read_run
from explorer.sentences import Sentence, system_words, translatable
from explorer.validation import Refused, refuse


@dataclass(frozen=True, slots=True)
class DeletedRun:
    """A run that the user has deleted: its title, the folder that it had, and the one that it has in the bin."""

    title: str
    folder: Path
    in_bin: Path


def delete_run(run: Run) -> DeletedRun:
    """Move the folder of `run` to the bin. Raises Refused, also if any process trains the run."""
    title = title_of_run(run)
    if _is_under_way(run.folder):
        raise refuse(title, translatable("is in progress and cannot be deleted; stop it first"))
    return DeletedRun(title, run.folder, delete_folder(run.folder, title))


def delete_folder(folder: Path, title: str) -> Path:
    """Move the folder of what is called `title` to the bin, and return where it is there. Raises Refused."""
    file = QFile(str(folder))
    if not file.moveToTrash():
        what = translatable("could not be moved to the bin: {error}")
        raise refuse(title, what, error=Sentence(file.errorString()))
    return Path(file.fileName())


def _is_under_way(folder: Path) -> bool:
    try:
        return read_run(folder).state in ACTIVE
    except Refused:  # one that cannot be read can be deleted
        return False


def restore_run(deleted: DeletedRun) -> None:
    """Move the folder back to where it was. Raises Refused."""
    try:
        if deleted.folder.exists():
            raise FileExistsError(17, "File exists")
        shutil.move(deleted.in_bin, deleted.folder)
        (deleted.in_bin.parents[1] / "info" / f"{deleted.in_bin.name}.trashinfo").unlink(missing_ok=True)
    except OSError as error:
        what = translatable("could not be taken back from the bin: {error}")
        raise refuse(deleted.title, what, error=system_words(error)) from None
