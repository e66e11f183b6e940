"""Files below a folder: which are images, by name or by their first bytes. No torch, no Qt.

The system's own files and hidden ones are passed over. Nothing is opened but files whose suffix says nothing.
"""

import os
import re
from dataclasses import dataclass, field
from heapq import heappop, heappush
from pathlib import Path

from explorer.paths import storable

_SUFFIXES = frozenset(  # of what Pillow reads
    (
        *(".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".webp"),
        *(".avif", ".avifs", ".ppm", ".pgm", ".pbm", ".pnm", ".pfm", ".tga", ".icb", ".vda", ".vst", ".jp2", ".j2k"),
        *(".j2c", ".jpc", ".jpf", ".jpx", ".pcx", ".sgi", ".rgb", ".rgba", ".bw", ".ras", ".msp", ".xbm", ".xpm"),
        *(".qoi", ".dds", ".psd", ".ico", ".icns", ".cur", ".blp"),
    )
)
_FIRST_BYTES = re.compile(  # of the same, where they can be told
    rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|BM....\0\0\0\0|II\*\0|MM\0\*|RIFF....WEBP|....ftypavi[fs]|P[1-6]\s"
    rb"|\0\0\0\x0cjP  |\xffO\xffQ|8BPS|DDS |qoif",
    re.DOTALL,
)
_SYSTEM = frozenset(  # in small letters
    (
        *("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir", "#recycle", "$recycle.bin"),
        *("system volume information", "lost+found", "__pycache__"),
    )
)


@dataclass(slots=True)
class FoundFiles:
    """What lies below a folder, relative to it with `/`: `images`, `others`, and `folders`, some of them `unreadable`.

    `others` includes what is no file, such as a pipe, which is never opened.
    """

    images: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)


def find_files(root: Path) -> FoundFiles:
    """Return what lies below `root`, at any depth. Raises OSError if it cannot be read itself.

    A link to a folder is followed if that folder is listed nowhere else, so that there are no circles.
    """
    found, seen = FoundFiles(), set()
    waiting, links = [(os.fspath(root), "")], list[tuple[str, str]]()  # path and place of folders
    while waiting or links:
        path, place = waiting.pop() if waiting else heappop(links)
        try:
            status = Path(path).stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(path) as entries:
                visible = [entry for entry in entries if is_visible(entry.name)]
        except OSError:
            if not place:
                raise
            found.unreadable.append(place)
            continue
        if place:
            found.folders.append(place)
        for entry in visible:
            name = f"{place}/{storable(entry.name)}" if place else storable(entry.name)
            if not _is_folder(entry):
                (found.images if _is_image(entry) else found.others).append(name)
            elif entry.is_symlink():
                heappush(links, (entry.path, name))
            else:
                waiting.append((entry.path, name))
    for names in (found.images, found.others, found.folders, found.unreadable):
        names.sort()
    return found


def is_visible(name: str) -> bool:
    """Return whether a file or a folder is neither hidden nor the system's own."""
    return name[:1] != "." and name.lower() not in _SYSTEM


def has_image_suffix(name: str) -> bool:
    stem, _, suffix = name.rpartition(".")  # a Path for each of 100,000 names would take longer than all else
    return bool(stem) and f".{suffix.lower()}" in _SUFFIXES


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _is_image(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry that is no folder is an image; a link that leads nowhere is one by its suffix."""
    try:
        if entry.is_file():
            if has_image_suffix(entry.name):
                return True
            with Path(entry.path).open("rb") as file:
                return _FIRST_BYTES.match(file.read(16)) is not None
        return entry.is_symlink() and not Path(entry.path).exists() and has_image_suffix(entry.name)
    except OSError:
        return has_image_suffix(entry.name)
