"""Tables of images: a CSV file with a file and a class in each row, perhaps a part. No torch, no Qt."""

import codecs
import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from explorer.runs.data.image_files import has_image_suffix, text_of
from explorer.sentences import translatable
from explorer.validation import refuse

_FILE = (
    *("file", "filename", "file_name", "filepath", "file_path", "path", "image", "image_name", "image_path"),
    *("img", "image_id", "id"),
)
_CLASS = ("class", "class_name", "category", "label", "labels", "target")
_PART = ("part", "split", "subset", "set")
_DELIMITERS = "\t;,"
_MAX_BYTES = 512 * 2**20


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
    """Read a CSV file, with or without a header, with commas, semicolons or tabs. Raises Refused, OSError."""
    lines = _text_of(path).splitlines(keepends=True)
    try:
        rows = list(enumerate(csv.reader(lines, delimiter=_delimiter_of(lines), strict=True), 1))
    except csv.Error as error:
        raise refuse(
            "data", translatable("{path!r} is no CSV table: {error}"), path=str(path), error=str(error)
        ) from None
    rows = [(line, [cell.strip() for cell in cells]) for line, cells in rows if any(map(str.strip, cells))]
    if not rows:
        raise refuse("data", translatable("{path!r} is empty"), path=str(path))
    places, has_header = _columns_of(path, rows[0][1])
    found = []
    for line, cells in rows[has_header:]:
        file, class_name, part = ("" if at is None or at >= len(cells) else cells[at] for at in places)
        if file and class_name:
            found.append(TableRow(line, _file_of(path.parent, file), class_name, part))
    return ImageTable(tuple(found), len(rows) - has_header - len(found))


def _text_of(path: Path) -> str:
    """Return the text of a table, in UTF-8 or UTF-16. Raises Refused, OSError."""
    with path.open("rb") as file:
        content = file.read(_MAX_BYTES + 1)
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except ValueError:
        text = "\0"
    if "\0" in text or len(content) > _MAX_BYTES:
        what = translatable("{path!r} is neither a folder nor a table in UTF-8")
        raise refuse("data", what, path=str(path))
    return text


def _delimiter_of(lines: Sequence[str]) -> str:
    """Return what parts the cells: what gives the first rows the same number of them, and the most."""

    def regularity(delimiter: str) -> tuple[bool, int]:
        counts = [len(cells) for cells in csv.reader(islice(lines, 20), delimiter=delimiter) if cells]
        return len({*counts}) == 1 and counts[0] > 1, min(counts, default=0)

    return max(_DELIMITERS, key=regularity)


def _columns_of(path: Path, first: Sequence[str]) -> tuple[tuple[int, int, int | None], bool]:
    """Return where file, class and part stand, and whether the first row is a header. Raises Refused."""
    names = [cell.lower().replace(" ", "_").replace("-", "_") for cell in first]

    def find(known: Sequence[str]) -> int | None:
        return next((names.index(name) for name in known if name in names), None)

    file, class_, part = map(find, (_FILE, _CLASS, _PART))
    has_header = not any(map(has_image_suffix, first)) and (file is not None or class_ is not None)
    if not has_header:
        file = next((at for at, cell in enumerate(first) if has_image_suffix(cell)), None)
        class_ = part = None
    rest = [at for at in range(len(first)) if at not in (file, class_, part)]
    if file is None and len(rest) == 1 and class_ is not None:
        file = rest.pop()
    if class_ is None and len(rest) == 1 and file is not None:
        class_ = rest.pop()
    if file is None or class_ is None:
        what = translatable("{path!r} needs a column called {files} and one called {classes}; its first row is {row}")
        columns = {"files": ", ".join(_FILE), "classes": ", ".join(_CLASS), "row": ", ".join(first)[:200]}
        raise refuse("data", what, path=str(path), **columns)
    return (file, class_, part), has_header


def _file_of(folder: Path, text: str) -> str:
    """Return the path of a file relative to `folder` with `/`; one that is absolute and elsewhere stays as it is."""
    if os.sep == "/" and "\\" in text and not (folder / text).exists():
        text = text.replace("\\", "/")  # written on Windows
    path = Path(os.path.normpath(folder / text))
    return text_of((path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix())
