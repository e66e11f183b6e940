"""Cleaned data: the images as the user has decided about them, saved as a table or as a copy. No torch, no Qt.

The data themselves stay as they are. A copy appears whole or not at all: it is made beside its place and then renamed.
No image is opened: one that cannot be decoded is copied like any other.
"""

import csv
import io
import os
import posixpath
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, count, product
from pathlib import Path

from explorer.atomic_files import write_atomically
from explorer.paths import is_file, real_name, storable
from explorer.runs.data.catalogue import DataSet
from explorer.runs.data.decisions import Decisions
from explorer.runs.data.image_list import ImageList, Layout, ListedImage, Part
from explorer.runs.data.storage import free_bytes
from explorer.runs.events import Saved
from explorer.sentences import system_words, translatable
from explorer.validation import refuse

TABLE = ".csv"
PUBLISHED = translatable("images of a published data set stay as they are")
_COLUMNS = ("file", "class", "part")
_SPARE = 64 * 2**20  # bytes of the disk that stay free
_AT_ONCE = 2**20  # bytes
_UNUSABLE = re.compile(r'[\0-\x1f/\\<>:"|?*]')

Report = Callable[[int, int], None]  # called with how many images are done and the total; what it raises ends the work


def save_cleaned(data: DataSet, decisions: Decisions, path: Path, report: Report) -> Saved:
    """Save what `decisions` leave of the images of `data`: as a CSV table if `path` ends so, else as a new folder.

    A table replaces the file before. A folder has `class/file`, or `part/class/file` where images are given parts, and
    each class, also one that no image is left of. Raises Refused, and what `report` raises.
    """
    images = data.images
    if images is None:
        raise refuse("save", PUBLISHED)
    try:
        path = path.absolute()
        _check_place(path, data.path, images.root, *_folders_elsewhere(images))
        left = decisions.apply(images)
        if path.suffix.lower() == TABLE:
            write_atomically(path, _table(left, path.parent.resolve()))
            return Saved(str(path), len(left.images))
        return _save_copy(images, left, path, report)
    except OSError as error:
        what = translatable("{path!r} cannot be written: {error}")
        raise refuse("save", what, path=str(error.filename or path), error=system_words(error)) from None


def _check_place(path: Path, *own: Path) -> None:
    """Raise Refused if `path` is in one of the user's own folders, or replaces a table of theirs."""
    place = path.resolve()
    for folder in own:
        if folder.resolve() in (place, *place.parents):
            what = translatable("{path!r} is inside {folder!r}, which stays as it is; choose another place")
            raise refuse("save", what, path=str(path), folder=str(folder))


def _folders_elsewhere(images: ImageList) -> set[Path]:
    """Return the folders of images that are not below the root, as a table may have them."""
    return {path.parent for image in images.images if Path(image.file).is_absolute() and (path := images.path(image))}


def _table(images: ImageList, folder: Path) -> str:
    """Return the rows of a table in `folder`, to which the files are relative if they are below it."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    root = images.root.resolve()
    start = storable((root.relative_to(folder) if root.is_relative_to(folder) else root).as_posix())
    for image in images.images:
        file = posixpath.join(start, image.file)
        rows.writerow((file, images.class_names[image.label], image.part or ""))
    return text.getvalue()


def _save_copy(listed: ImageList, left: ImageList, path: Path, report: Report) -> Saved:
    """Copy what is left of the listed images. Raises Refused, OSError, and what `report` raises."""
    if os.path.lexists(path) and not (path.is_dir() and not any(path.iterdir())):
        raise refuse("save", translatable("{path!r} is there already; choose another name"), path=str(path))
    _check_room(left, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    growing = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    growing.mkdir()
    places = _Places(listed)
    try:
        for folder in places.of_classes():
            (growing / folder).mkdir(parents=True, exist_ok=True)
        copied = 0
        for number, (image, place) in enumerate(places.of_images(left)):
            report(number, len(left.images))
            copied += _copy(left.path(image), growing / place)
        report(len(left.images), len(left.images))
        with suppress(FileNotFoundError):
            path.rmdir()  # an empty folder, which not every system replaces
        growing.rename(path)
    except BaseException:
        shutil.rmtree(growing, ignore_errors=True)
        raise
    return Saved(str(path), copied, len(left.images) - copied)


def _check_room(images: ImageList, path: Path) -> None:
    """Raise Refused if the disk is too full for a copy."""
    needed = _SPARE
    for image in images.images:
        with suppress(OSError):
            needed += images.path(image).stat().st_size
    free = free_bytes(path.parent)
    if free and needed > free:
        what = translatable("{path!r} needs {needed:,.0f} MiB; {free:,.0f} MiB are free there")
        raise refuse("save", what, path=str(path), needed=needed / 2**20, free=free / 2**20)


def _copy(source: Path, target: Path) -> bool:
    """Copy a file byte by byte, unless it cannot be read; return whether it was. Raises OSError."""
    if not is_file(source):  # it has gone, or is a pipe, which would never end
        return False
    try:
        reading = source.open("rb")
    except OSError:
        return False
    with reading:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as writing:
            shutil.copyfileobj(reading, writing, _AT_ONCE)
    return True


class _Places:
    """Where the `listed` images and their classes belong in a copy."""

    def __init__(self, listed: ImageList) -> None:
        self._listed, self._folders = listed, _folder_names(listed)
        is_divided = listed.layout is Layout.TABLE and any(image.part for image in listed.images)
        self._rest = Part.TRAIN if is_divided else ""  # the part of images that a table gives none: they train

    def of_images(self, left: ImageList) -> Iterator[tuple[ListedImage, Path]]:
        """Yield each image that is left with its place; where names collide, a moved one gets a number."""
        own, taken = {image.file: image.label for image in self._listed.images}, set[str]()
        for image in sorted(left.images, key=lambda image: image.label != own[image.file]):
            part, name = self._part_and_name(image, own[image.file])
            place = posixpath.join(part, self._folders[image.label], name)
            stem, suffix = posixpath.splitext(place)
            number = 1
            while place.casefold() in taken:  # as on systems where case does not matter
                number += 1
                place = f"{stem}-{number}{suffix}"
            taken.add(place.casefold())
            yield image, Path(real_name(place))

    def of_classes(self) -> Iterator[Path]:
        """Yield the folder of each class in each part that has images of it; of one without images, in every part."""
        places = {(self._part_and_name(image, image.label)[0], image.label) for image in self._listed.images}
        parts = {part for part, _ in places}
        empty = {*range(len(self._folders))} - {label for _, label in places}
        for part, label in {*places, *product(parts, empty)}:
            yield Path(real_name(posixpath.join(part, self._folders[label])))

    def _part_and_name(self, image: ListedImage, own: int) -> tuple[str, str]:
        """Return the folder of the part, if any, and the name below that of the class, of an image listed as `own`."""
        if self._listed.layout is Layout.TABLE:
            return image.part or self._rest, _plain_name(image.file.rpartition("/")[2])
        top, below = image.file.split("/", 1)
        if image.part or top != self._listed.class_names[own]:
            return top, below.split("/", 1)[1]
        return "", below


def _folder_names(listed: ImageList) -> list[str]:
    """Return what the folder of each class is called; a table may have classes with names that no folder can have."""
    if listed.layout is not Layout.TABLE:
        return [*listed.class_names]
    names: list[str] = []
    for name in map(_plain_name, listed.class_names):
        taken = {each.casefold() for each in names}
        numbered = (f"{name}-{number}" for number in count(2))
        names.append(next(each for each in chain([name], numbered) if each.casefold() not in taken))
    return names


def _plain_name(name: str) -> str:
    """Return a name that every file system accepts and that is not hidden."""
    return _UNUSABLE.sub("-", name).strip(". ") or "-"
