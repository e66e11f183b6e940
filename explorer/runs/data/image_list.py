"""ImageList: which images a folder or a table has, by class and part; no image is opened. No torch, no Qt."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from explorer.garbage import uncollected
from explorer.paths import real_name
from explorer.runs.data.image_files import FoundFiles, find_files
from explorer.runs.data.image_table import TableRow, read_table
from explorer.sentences import system_words, translatable
from explorer.validation import refuse


class Layout(StrEnum):
    """How images and their classes are stored, written as in JSON."""

    CLASSES = translatable("classes")  # one folder per class
    SPLITS = translatable("splits")  # folders of parts, each with one folder per class
    TABLE = translatable("table")  # a CSV file with a file and a class in each row
    NAMED = translatable("named")  # a data set of the catalogue


class Part(StrEnum):
    """What an image is for, written as in JSON."""

    TRAIN = translatable("train")
    VALIDATION = translatable("validation")
    TEST = translatable("test")


_PARTS = {  # by the names that folders and tables give them, in small letters
    **dict.fromkeys(("train", "training"), Part.TRAIN),
    **dict.fromkeys(("val", "valid", "validation", "dev"), Part.VALIDATION),
    **dict.fromkeys(("test", "testing"), Part.TEST),
}
_MAX_NAMES = 5  # in a refusal


@dataclass(frozen=True, slots=True)
class ListedImage:
    """An image: its `file`, relative to the root with `/`, the place of its class, and its part if that is given."""

    file: str
    label: int
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class ImageList:
    """The images below `root`, in the order of their classes and then of their files.

    `skipped` counts files that are left out: of no format which is read, no file at all, or in no class. `unreadable`
    are folders that the system does not show, relative to the root.
    """

    root: Path
    layout: Layout
    class_names: tuple[str, ...]
    images: tuple[ListedImage, ...]
    skipped: int = 0
    unreadable: tuple[str, ...] = ()

    def path(self, image: ListedImage) -> Path:
        return self.root / real_name(image.file)

    def status(self, image: ListedImage) -> os.stat_result:
        """Return what the system says of the file. Raises OSError."""
        return os.stat(f"{self.root}/{real_name(image.file)}")  # noqa: PTH116 - a Path takes longer than the system

    def with_images(self, images: Iterable[ListedImage]) -> "ImageList":
        """Return the same with other images, put in order."""
        return replace(self, images=tuple(sorted(images, key=lambda image: (image.label, image.file))))


class _Labelled(NamedTuple):
    """An image with the name of its class."""

    file: str
    class_name: str
    part: Part | None = None


def class_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of classes in the order of their labels: by code point, on every system, as torchvision does."""
    return tuple(sorted(set(names)))


@uncollected()
def list_images(path: Path) -> ImageList:
    """Return the images of a folder, or of a CSV table; none of them is opened. Raises Refused.

    A folder has one folder per class, with images at any depth, or `train` and other parts with these in each. One
    folder that holds all others is passed through.
    """
    try:
        if path.is_file():
            return _listed_table(path)
        if not path.is_dir():
            raise refuse("data", translatable("there is no data set or folder {path!r}"), path=str(path))
        found = find_files(path)
    except OSError as error:
        raise refuse("data", "{path}: {error}", path=str(error.filename or path), error=system_words(error)) from None
    files = len(found.images) + len(found.others)
    path, found = _passed_through(path, found)
    listed = _listed_parts(path, found) or _listed_classes(path, found)
    return replace(listed, skipped=files - len(listed.images))


def _passed_through(path: Path, found: FoundFiles) -> tuple[Path, FoundFiles]:
    """Return the folder in which the folders of classes or parts lie, and what lies below it."""
    inner, inside = path, found
    while name := _only_folder(inside):
        inner, inside = inner / real_name(name), _below(inside, name)
    if inside is found:
        return path, found
    holders = _with_images(inside)
    is_right = len(holders) > 1 or any(name.lower() in _PARTS for name in holders)
    return (inner, inside) if is_right and _mostly_in_folders(inside) else (path, found)


def _only_folder(found: FoundFiles) -> str:
    """Return the folder in which all images are, empty if there is none, or if it is a part or one class of several."""
    tops = {_top(file) for file in (*found.images[:1], *found.images[-1:])}  # they are in order
    name = tops.pop() if len(tops) == 1 else ""
    if not name or name.lower() in _PARTS:
        return ""
    apart = _empty_classes(found) | {_top(f"{folder}/") for folder in found.unreadable} - {name}
    return "" if apart else name


def _listed_parts(root: Path, found: FoundFiles) -> ImageList | None:
    """Return the images in the folders of parts; None if the folders are classes. Raises Refused."""
    holders = _with_images(found)
    insides = {name: _below(found, name) for name in holders if name.lower() in _PARTS}
    # a part has folders of classes, a class has images: it depends on where most images are
    parts = {name: inside for name, inside in insides.items() if _mostly_in_folders(inside)}
    kinds = Counter(_PARTS[name.lower()] for name in parts)
    if Part.TRAIN in kinds and (len(insides) == len(holders) or _share_classes(parts)):
        images = [
            _Labelled(f"{name}/{file}", _top(file), _PARTS[name.lower()] if len(kinds) > 1 else None)
            for name, inside in parts.items()
            for file in inside.images
            if "/" in file
        ]
        empty = (folder for inside in parts.values() for folder in _empty_classes(inside))
        layout = Layout.SPLITS if len(kinds) > 1 else Layout.CLASSES
        return _made(root, layout, images, empty, found.unreadable)
    if len(insides) == len(holders) > 1:
        what = translatable(
            "{path!r} has the folders {names}, but no training images in class folders; a table can give the classes"
        )
        raise refuse("data", what, path=str(root), names=", ".join(sorted(insides)))
    return None


def _listed_classes(root: Path, found: FoundFiles) -> ImageList:
    images = [_Labelled(file, _top(file)) for file in found.images if "/" in file]
    return _made(root, Layout.CLASSES, images, _empty_classes(found), found.unreadable)


def _listed_table(path: Path) -> ImageList:
    """Return the images of a table. Raises Refused, OSError."""
    table = read_table(path)
    images = list(dict.fromkeys(_Labelled(row.file, row.class_name, _part_of(path, row)) for row in table.rows))
    counts = Counter(image.file for image in images)
    if several := [file for file, count in counts.items() if count > 1]:
        what = translatable("{path!r} gives {count} files more than one class or part; the first is {file!r}")
        raise refuse("data", what, path=str(path), count=len(several), file=several[0])
    return replace(_made(path.parent, Layout.TABLE, images), skipped=table.skipped)


def _part_of(path: Path, row: TableRow) -> Part | None:
    if not row.part:
        return None
    if row.part.lower() not in _PARTS:
        what = translatable("{path!r}, line {line}: {part!r} is not a part; known are {parts}")
        raise refuse("data", what, path=str(path), line=row.line, part=row.part[:40], parts=", ".join(_PARTS))
    return _PARTS[row.part.lower()]


def _made(
    root: Path, layout: Layout, images: list[_Labelled], empty: Iterable[str] = (), unreadable: Iterable[str] = ()
) -> ImageList:
    """Put images and classes in order. Raises Refused if nothing can be trained on."""
    full = {image.class_name for image in images}
    if len(full) < 2:
        if not images:
            what = translatable("{path!r} has no class folders with images")
            raise refuse("data", what, path=str(root))
        what = translatable("{path!r} has only one class, {name!r}; training needs at least two")
        raise refuse("data", what, path=str(root), name=full.pop())
    if {image.part for image in images} - {None}:
        trained = {image.class_name for image in images if image.part in (Part.TRAIN, None)}
        if unknown := class_order(full - trained):
            what = translatable("{path!r} has images of {names} in other parts, but none to train with")
            names = ", ".join(unknown[:_MAX_NAMES]) + (" …" if len(unknown) > _MAX_NAMES else "")
            raise refuse("data", what, path=str(root), names=names)
    class_names = class_order(full.union(empty))
    labels = {name: label for label, name in enumerate(class_names)}
    none = ImageList(root, layout, class_names, (), unreadable=tuple(unreadable))
    return none.with_images(ListedImage(image.file, labels[image.class_name], image.part) for image in images)


def _top(file: str) -> str:
    """Return the first folder of a path, empty if the file is in none."""
    return file[: max(0, file.find("/"))]


def _below(found: FoundFiles, folder: str) -> FoundFiles:
    """Return what lies in one folder, relative to it."""
    start = f"{folder}/"

    def inside(names: list[str]) -> list[str]:
        return [name[len(start) :] for name in names if name.startswith(start)]

    return FoundFiles(*map(inside, (found.images, found.others, found.folders, found.unreadable)))


def _with_images(found: FoundFiles) -> set[str]:
    """Return the folders with images, at any depth."""
    return {_top(file) for file in found.images} - {""}


def _mostly_in_folders(found: FoundFiles) -> bool:
    return 2 * sum("/" in file for file in found.images) > len(found.images)


def _share_classes(parts: dict[str, FoundFiles]) -> bool:
    """Return whether the training part and another one have a class of the same name."""
    names: dict[bool, set[str]] = defaultdict(set)
    for name, inside in parts.items():
        names[_PARTS[name.lower()] is Part.TRAIN] |= _with_images(inside)
    return bool(names[True] & names[False])


def _empty_classes(found: FoundFiles) -> set[str]:
    """Return the folders with no files at all; one with other files is no class."""
    tops = {folder for folder in found.folders if "/" not in folder}
    return tops - {_top(file) for file in (*found.images, *found.others)} - {*found.unreadable}
