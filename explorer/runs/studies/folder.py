"""The folder of a study, `RUNS/studies/ID`, and the studies beside the runs of a folder. No torch, no Qt."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from explorer.atomic_files import write_atomically
from explorer.paths import expand_user, is_file
from explorer.runs.folder.manifest import unwritable
from explorer.runs.folder.run_folder import new_folder
from explorer.runs.json_lines import MISREAD, read_record, record_table
from explorer.runs.studies.study import Study
from explorer.sentences import Sentence, system_words, translatable
from explorer.validation import Refused, refuse

STUDIES, STUDY = "studies", "study.json"
_SCHEMA = 1


@dataclass(frozen=True, slots=True)
class StudyFolder:
    """A study with the folder that it was read from."""

    folder: Path
    study: Study

    @property
    def id(self) -> str:
        return self.folder.name

    @property
    def title(self) -> str:
        return self.study.name or self.study.design.name or "Study"

    @property
    def runs(self) -> Path:
        """The folder of its runs, and of others."""
        return self.folder.parent.parent


class UnreadableStudy(NamedTuple):
    """A folder with a study that cannot be read, and why."""

    folder: Path
    reason: Sentence


class StudyListing(NamedTuple):
    """The studies beside the runs of a folder, newest first, and those that cannot be read."""

    studies: tuple[StudyFolder, ...]
    unreadable: tuple[UnreadableStudy, ...]


def create_study(runs: Path, study: Study) -> StudyFolder:
    """Write a study into a new folder below `runs`, with the time of now. Raises Refused."""
    created = datetime.now().astimezone()
    study = replace(study, created=created.isoformat(timespec="milliseconds"))
    root = expand_user("runs", runs).absolute() / STUDIES
    named = study.design.change(name=study.name) if study.name else study.design
    text = json.dumps({"schema": _SCHEMA, **record_table(study)}, ensure_ascii=False, indent=1) + "\n"
    try:
        folder = new_folder(root, named, created)
        write_atomically(folder / STUDY, text)
    except OSError as error:
        raise unwritable(root, error) from None
    return StudyFolder(folder, study)


def read_study(folder: Path) -> StudyFolder:
    """Read the study in `folder`. Raises Refused."""
    where = str(folder / STUDY)
    try:
        table = json.loads((folder / STUDY).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise refuse(str(folder), translatable("has no {file}: it was not written to its end"), file=STUDY) from None
    except OSError as error:
        raise refuse(where, translatable("cannot be read: {error}"), error=system_words(error)) from None
    except (ValueError, RecursionError):
        raise refuse(where, translatable("is damaged: it is not JSON")) from None
    schema = table.get("schema") if isinstance(table, dict) else None
    if type(schema) is not int or schema < 1:
        raise refuse(where, translatable("is not a study"))
    if schema > _SCHEMA:
        what = translatable("was made by a newer version: it has schema {schema}, this version reads {known}")
        raise refuse(where, what, schema=schema, known=_SCHEMA)
    try:
        study = read_record(Study, table)
        datetime.fromisoformat(study.created)
    except Refused as refused:
        raise refuse(where, translatable("cannot be read: {error}"), error=refused.sentence) from None
    except MISREAD:
        raise refuse(where, translatable("is not a study")) from None
    return StudyFolder(folder, study)


def find_study(text: str, runs: Path) -> StudyFolder:
    """Return the study with the id `text` beside the runs in `runs`, or in the folder `text`. Raises Refused."""
    for folder in (runs / STUDIES / text, expand_user("study", text)):
        if text and is_file(folder / STUDY):
            return read_study(folder.resolve())
    if text and (runs / STUDIES / text).is_dir():
        return read_study(runs / STUDIES / text)
    what = translatable("there is no study {text!r} in {folder!r}")
    raise refuse("study", what, text=text[:200], folder=str(runs / STUDIES))


def list_studies(runs: Path) -> StudyListing:
    """Read every study beside the runs in `runs`; where they cannot be listed, that folder is what is unreadable."""
    root = runs / STUDIES
    try:
        folders = sorted((each for each in root.iterdir() if each.is_dir()), reverse=True)
    except FileNotFoundError:
        return StudyListing((), ())
    except OSError as error:
        return StudyListing((), (UnreadableStudy(root, system_words(error)),))
    studies, unreadable = [], []
    for folder in folders:
        try:
            studies.append(read_study(folder))
        except Refused as refused:
            unreadable.append(UnreadableStudy(folder, refused.complaints[0].what))
    studies.sort(key=lambda each: datetime.fromisoformat(each.study.created).timestamp(), reverse=True)
    return StudyListing(tuple(studies), tuple(unreadable))
