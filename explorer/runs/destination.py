"""Where an export goes: a file or a folder of files, written whole or not at all. No torch, no Qt."""

from collections.abc import Mapping
from pathlib import Path

from explorer.atomic_files import write_atomically, write_folder_atomically
from explorer.sentences import system_words, translatable
from explorer.validation import Refused, refuse

Content = str | bytes | Mapping[str, str | bytes]  # of a file, or of each file of a folder by its path in it
_SHOWN = 3  # names of files


def check_destination(path: Path, is_folder: bool) -> None:
    """Raise Refused where there can be no such file or folder, before any work is done for it."""
    try:
        if not path.parent.is_dir():
            raise refuse(str(path), translatable("there is no folder {folder!r}"), folder=str(path.parent))
        if path.is_dir() and not is_folder:
            raise refuse(str(path), translatable("is a folder"))
        if is_folder and path.exists() and not path.is_dir():
            raise refuse(str(path), translatable("is not a folder"))
    except OSError as error:
        raise _unwritable(path, error) from None


def write_content(path: Path, content: Content) -> None:
    """Write a file, or a folder in place of one with the same files. Raises Refused."""
    try:
        check_destination(path, isinstance(content, Mapping))
        if isinstance(content, Mapping):
            _check_others(path, content)
            write_folder_atomically(path, content)
        else:
            write_atomically(path, content)
    except OSError as error:
        raise _unwritable(path, error) from None


def _check_others(path: Path, files: Mapping[str, object]) -> None:
    """Raise Refused if the folder has files that would be lost. Raises OSError."""
    there = (found.relative_to(path).as_posix() for found in path.rglob("*") if not found.is_dir())
    if others := sorted(name for name in there if name not in files):
        names = ", ".join(others[:_SHOWN]) + ("" if len(others) <= _SHOWN else " …")
        raise refuse(str(path), translatable("has other files, which would be lost: {names}"), names=names)


def _unwritable(path: Path, error: OSError) -> Refused:
    return refuse(str(path), translatable("cannot be written: {error}"), error=system_words(error))
