"""Decisions: what the user has decided about images; the folder itself stays as it is. No torch, no Qt."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from explorer.atomic_files import write_atomically
from explorer.paths import user_folder
from explorer.runs.data.cache_folder import folder_of
from explorer.runs.data.image_list import ImageList
from explorer.runs.json_lines import MISREAD, read_record, record_table
from explorer.sentences import system_words, translatable
from explorer.validation import refuse


@dataclass(frozen=True, slots=True)
class Move:
    """An image that belongs to another class than its folder says; `file` is relative to the root."""

    file: str
    class_name: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """Images that are left out, images moved to another class, and images whose problems the user accepts."""

    left_out: tuple[str, ...] = ()
    moved: tuple[Move, ...] = ()
    kept: tuple[str, ...] = ()

    def apply(self, images: ImageList) -> ImageList:
        """Return the images that are left, each with the class that it belongs to.

        What is decided about a file or a class that is not there any more changes nothing.
        """
        left_out = frozenset(self.left_out)
        labels = {name: label for label, name in enumerate(images.class_names)}
        moved = {move.file: labels[move.class_name] for move in self.moved if move.class_name in labels}
        return images.with_images(
            replace(image, label=moved.get(image.file, image.label))
            for image in images.images
            if image.file not in left_out
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
