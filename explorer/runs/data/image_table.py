"""Tables of images: a CSV file with a file and a class in each row, perhaps a part. No torch, no Qt."""

import codecs
import csv
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from explorer.paths import real_name, storable
from explorer.runs.data.image_files import has_image_suffix
from explorer.sentences import translatable
from explorer.validation import refuse

_FILE = (
    *("path", "file_path", "filepath", "image_path", "file", "filename", "file_name", "image", "image_name", "img"),
    *("image_id", "id"),
)
_CLASS = ("class", "class_name", "category", "label", "labels", "target")
_PART = ("part", "split", "subset")
_DELIMITERS = "\t;,"
_START, _MAX_BYTES = 4096, 512 * 2**20  # other files than tables show it at once
_SAMPLE = 20  # rows that say how a table is written


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table: a file relative to the table's folder with `/`, its class, and the part that is named."""

    line: int
    file: str
    class_name: str
    part: str


@dataclass(frozen=True, slots=True)
class ImageTable:
    """The rows of a table; those without a file or a class are `skipped`."""

    rows: tuple[TableRow, ...]
    skipped: int


def read_table(path: Path) -> ImageTable:
    """Read a CSV file, with or without a header, with commas, semicolons or tabs. Raises Refused, OSError.

    Without a header the class stands after the file, and the part after that. Files are relative to the table's folder
    or to one beside the table; case, and the suffix of an image, do not matter.
    """
    text = _text_of(path)
    try:
        reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter_of(text), strict=True)
        rows = [(reader.line_num, [*map(str.strip, cells)]) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        what = translatable("{path!r} is not a CSV table: {error}")
        raise refuse("data", what, path=str(path), error=str(error)) from None
    if not rows:
        raise refuse("data", translatable("{path!r} is empty"), path=str(path))
    places, has_header = _columns_of(path, *(cells for _, cells in rows[:2]))
    labelled = []
    for line, cells in rows[has_header:]:
        file, class_name, part = ("" if at is None or at >= len(cells) else cells[at] for at in places)
        if file and class_name:
            labelled.append((line, file, class_name, part))
    if not labelled:
        raise refuse("data", translatable("{path!r} has no row with a file and a class"), path=str(path))
    files = _files_of(path, [file for _, file, _, _ in labelled])
    table = tuple(
        TableRow(line, file, class_name, part)
        for file, (line, _, class_name, part) in zip(files, labelled, strict=True)
    )
    return ImageTable(table, len(rows) - has_header - len(table))


def _text_of(path: Path) -> str:
    """Return the text of a table, in UTF-8 or UTF-16. Raises Refused, OSError."""
    with path.open("rb") as file:
        content = file.read(_START)
        is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        if is_wide or b"\0" not in content:
            content += file.read(_MAX_BYTES)
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except ValueError:
        text = "\0"
    if "\0" in text or len(content) > _MAX_BYTES:
        what = translatable("{path!r} is neither a folder nor a table in UTF-8")
        raise refuse("data", what, path=str(path))
    return text


def _delimiter_of(text: str) -> str:
    """Return what separates the cells: what gives most of the first rows as many of them as the very first."""

    def regularity(delimiter: str) -> tuple[bool, int, int]:
        rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
        first, *others = [len(cells) for cells in islice(rows, _SAMPLE) if cells] or [0]
        return first > 1, others.count(first), first

    return max(_DELIMITERS, key=regularity)


def _columns_of(
    path: Path, first: Sequence[str], second: Sequence[str] = ()
) -> tuple[tuple[int, int, int | None], bool]:
    """Return where file, class and part stand, and whether the first row is a header. Raises Refused."""
    names = [cell.lower().replace(" ", "_").replace("-", "_") for cell in first]

    def find(known: Sequence[str]) -> int | None:
        return next((names.index(name) for name in known if name in names), None)

    file, class_name, part = map(find, (_FILE, _CLASS, _PART))
    has_header = not any(map(has_image_suffix, first)) and (
        file is not None or class_name is not None or any(map(has_image_suffix, second))
    )
    if not has_header:
        file = class_name = part = None
    if file is None:
        file = next((at for at, cell in enumerate(second if has_header else first) if has_image_suffix(cell)), None)
    rest = [at for at in range(len(first)) if at not in (file, class_name, part)]
    if class_name is None and len(rest) == 1 + (not has_header and len(first) == 3):
        class_name, *others = rest
        part = others[0] if others else part
    if file is None or class_name is None:
        what = translatable(
            "{path!r} needs a column of files ({files}) and one of classes ({classes}); its first row is: {row}"
        )
        columns = {"files": ", ".join(_FILE), "classes": ", ".join(_CLASS), "row": ", ".join(first)[:200]}
        raise refuse("data", what, path=str(path), **columns)
    return (file, class_name, part), has_header


def _files_of(path: Path, names: Sequence[str]) -> list[str]:
    """Return the files of a table relative to its folder with `/`; those that are elsewhere stay absolute.

    Raises Refused if none of them is there, OSError.
    """
    folders: dict[tuple[str, str], _Folder] = {}

    def find(base: str, name: str) -> tuple[str, bool]:
        """Return a file, and whether it is there."""
        name = real_name(name.replace("\\", "/"))  # as Windows writes them
        head, tail = name[: name.rfind("/") + 1], name[name.rfind("/") + 1 :]
        if (base, head) not in folders:
            folders[base, head] = _folder_at(Path(os.path.normpath(path.parent / base / head)), path.parent)
        folder = folders[base, head]
        found = folder.names.get(tail) or folder.names.get(_key(tail), "")
        return folder.start + storable(found or tail), bool(found)

    bases = ("", *sorted(each.name for each in path.parent.iterdir() if each.is_dir()))
    base = next((base for base in bases if any(find(base, name)[1] for name in names[:_SAMPLE])), "")
    files = [find(base, name) for name in names]
    if not any(is_there for _, is_there in files):
        what = translatable("none of the files in {path!r} is there; the first would be {file!r}")
        raise refuse("data", what, path=str(path), file=str(path.parent / files[0][0]))
    return [file for file, _ in files]


class _Folder(NamedTuple):
    """A folder: what a file in it begins with, and the names in it, by themselves and by how a table may have them."""

    start: str
    names: dict[str, str]


def _folder_at(folder: Path, root: Path) -> _Folder:
    place = folder.relative_to(root) if folder.is_relative_to(root) else folder
    start = "" if folder == root else storable(place.as_posix()).rstrip("/") + "/"
    try:
        names = sorted(each.name for each in folder.iterdir())
    except OSError:
        return _Folder(start, {})
    stems = {_key(Path(name).stem): name for name in names if has_image_suffix(name)}
    return _Folder(start, stems | {_key(name): name for name in names} | {name: name for name in names})


def _key(name: str) -> str:
    """Return a name without what differs between systems: case, and how accents are written."""
    if name.isascii():
        return name.lower()
    return unicodedata.normalize("NFC", name).casefold()
