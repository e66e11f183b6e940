"""Decisions: what the user has decided about images; the folder itself stays as it is. No torch, no Qt."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum, auto
from pathlib import Path

from filelock import FileLock

from explorer.atomic_files import write_atomically
from explorer.paths import user_folder
from explorer.runs.data.cache_folder import folder_of
from explorer.runs.data.image_list import ImageList
from explorer.runs.json_lines import MISREAD, read_record, record_table
from explorer.sentences import system_words, translatable
from explorer.validation import refuse

_LOCK_WAIT = 10.0  # seconds: another window may be writing the decisions


@dataclass(frozen=True, slots=True)
class Move:
    """An image that belongs to another class than its folder says; `file` is relative to the root."""

    file: str
    class_name: str


class Fate(StrEnum):
    """What becomes of an image by the user's decision."""

    LEFT_OUT = auto()
    EXCLUDED = auto()
    MOVED = auto()


@dataclass(frozen=True, slots=True)
class Decisions:
    """Images that are left out, images moved to another class, and images whose problems the user accepts.

    The `excluded` ones show none of the classes; no run has them either. A decision about the fate of an image takes
    the place of the one before.
    """

    left_out: tuple[str, ...] = ()
    moved: tuple[Move, ...] = ()
    kept: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def apply(self, images: ImageList) -> ImageList:
        """Return the images that are left, each with the class that it belongs to.

        What is decided about a file or a class that is not there any more changes nothing.
        """
        absent = frozenset((*self.left_out, *self.excluded))
        labels = {name: label for label, name in enumerate(images.class_names)}
        moved = {move.file: labels[move.class_name] for move in self.moved if move.class_name in labels}
        return images.with_images(
            replace(image, label=moved.get(image.file, image.label))
            for image in images.images
            if image.file not in absent
        )

    @property
    def fates(self) -> Mapping[str, tuple[Fate, str]]:
        """The fate of each file that has one, and the class that it is moved to, if it is."""
        return {
            **{move.file: (Fate.MOVED, move.class_name) for move in self.moved},
            **dict.fromkeys(self.excluded, (Fate.EXCLUDED, "")),
            **dict.fromkeys(self.left_out, (Fate.LEFT_OUT, "")),
        }

    def leave_out(self, files: Iterable[str]) -> "Decisions":
        """Let no run have these images."""
        chosen, others = self._beside(files)
        return replace(others, left_out=(*others.left_out, *chosen))

    def exclude(self, files: Iterable[str]) -> "Decisions":
        """Let no run have these images, for they show none of the classes."""
        chosen, others = self._beside(files)
        return replace(others, excluded=(*others.excluded, *chosen))

    def move(self, files: Iterable[str], class_name: str, own: Mapping[str, str]) -> "Decisions":
        """Let these images belong to another class, or again to that of their folder, which `own` has by the file.

        Their problems stay accepted.
        """
        chosen, others = self._beside(files)
        moved = (Move(file, class_name) for file in chosen if own.get(file) != class_name)
        return replace(others, moved=(*others.moved, *moved), kept=self.kept)

    def keep(self, files: Iterable[str]) -> "Decisions":
        """Accept what is wrong with these images."""
        return replace(self, kept=tuple(dict.fromkeys((*self.kept, *files))))

    def about(self, files: Iterable[str]) -> "Decisions":
        """Return only what is decided about these images."""
        chosen = frozenset(files)
        return self._filtered(lambda file: file in chosen)

    def take_back(self, files: Iterable[str]) -> "Decisions":
        """Forget every decision about these images."""
        return self._beside(files)[1]

    def restore(self, files: Iterable[str], before: "Decisions") -> "Decisions":
        """Decide about these images what was decided `before`, and keep all other decisions."""
        chosen, others = self._beside(files)
        again = before.about(chosen)
        return Decisions(
            left_out=(*others.left_out, *again.left_out),
            moved=(*others.moved, *again.moved),
            kept=(*others.kept, *again.kept),
            excluded=(*others.excluded, *again.excluded),
        )

    def _beside(self, files: Iterable[str]) -> tuple[Mapping[str, None], "Decisions"]:
        """Return the files, each once, and the decisions about all others."""
        chosen = dict.fromkeys(files)
        return chosen, self._filtered(lambda file: file not in chosen)

    def _filtered(self, wanted: Callable[[str], bool]) -> "Decisions":
        return Decisions(
            left_out=tuple(filter(wanted, self.left_out)),
            moved=tuple(move for move in self.moved if wanted(move.file)),
            kept=tuple(filter(wanted, self.kept)),
            excluded=tuple(filter(wanted, self.excluded)),
        )


def read_decisions(root: Path) -> Decisions:
    """Return the decisions about the data in `root`, kept in the app's data. Raises Refused."""
    path = _place(root)
    try:
        return read_record(Decisions, json.loads(path.read_bytes()))
    except FileNotFoundError:
        return Decisions()
    except OSError as error:
        raise refuse("decisions", "{path}: {error}", path=str(path), error=system_words(error)) from None
    except MISREAD:
        what = translatable("{path} is damaged; remove it to begin without decisions about these images")
        raise refuse("decisions", what, path=str(path)) from None


def change_decisions(root: Path, change: Callable[[Decisions], Decisions]) -> tuple[Decisions, Decisions]:
    """Keep what `change` makes of the decisions about the data in `root`, also of those by another process.

    Return the decisions before and now. Raises Refused.
    """
    path = _place(root)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock").acquire(timeout=_LOCK_WAIT):
            before = read_decisions(root)
            now = change(before)
            if now != before:
                write_decisions(root, now)
            return before, now
    except OSError as error:
        raise refuse("decisions", "{path}: {error}", path=str(path), error=system_words(error)) from None


def write_decisions(root: Path, decisions: Decisions) -> None:
    """Keep `decisions` about the data in `root`. Raises Refused."""
    path = _place(root)
    table = {"root": str(root.resolve()), **record_table(decisions)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(table, indent=1))
    except OSError as error:
        raise refuse("decisions", "{path}: {error}", path=str(path), error=system_words(error)) from None


def _place(root: Path) -> Path:
    """Return the file of the decisions about the data in `root`. Raises Refused."""
    try:
        return user_folder("data") / "decisions" / f"{folder_of(root).name}.json"
    except OSError as error:
        raise refuse("data", "{path}: {error}", path=str(root), error=system_words(error)) from None
