"""Paths as the user names them: home folders, and what the system will not show. No torch, no Qt."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from explorer.sentences import translatable
from explorer.validation import refuse

_ESCAPED = 0xDC80  # what Python makes of the byte 0x80 in a name that is not UTF-8
_STORABLE = 0xF780  # a private character that stands for it, since UTF-8 and JSON have no place for the other


def expand_user(where: str, path: str | Path) -> Path:
    """Return the real `path` with its ~ replaced by a home folder; `where` names it in a refusal. Raises Refused."""
    try:
        return Path(real_name(str(path))).expanduser()
    except RuntimeError:  # an unknown user, or no HOME and a user whom the system does not know
        raise refuse(where, translatable("{path!r} names a home folder that does not exist"), path=str(path)) from None


def user_folder(kind: Literal["cache", "data", "config", "log", "state"]) -> Path:
    """Return this program's folder for such files of the user; without a home folder, a path that none can expand."""
    import platformdirs  # the window starts faster without

    try:
        return Path(getattr(platformdirs, f"user_{kind}_dir")("resnet-explorer", appauthor=False))
    except RuntimeError:
        return Path("~/resnet-explorer")


def is_file(path: Path) -> bool:
    """Return whether there is a file at `path`; False too where the system does not tell."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Return whether there is a folder at `path`; False too where the system does not tell."""
    try:
        return path.is_dir()
    except OSError:
        return False


def exists(path: Path) -> bool:
    """Return whether there is anything at `path`; False too where the system does not tell."""
    try:
        return path.exists()
    except OSError:
        return False


def storable(name: str) -> str:
    """Return the name of a file or a folder as text that can be stored, whatever its bytes; `real_name` undoes it."""
    return name if name.isascii() else "".join(_moved(name, _ESCAPED, _STORABLE))


def real_name(text: str) -> str:
    """Return the name of a file or a folder for the system, of its `storable` text."""
    return text if text.isascii() else "".join(_moved(text, _STORABLE, _ESCAPED))


def _moved(text: str, start: int, target: int) -> Iterator[str]:
    """Yield the characters of `text`, those of the 128 from `start` on as those from `target` on."""
    for character in text:
        number = ord(character)
        yield chr(number - start + target) if start <= number < start + 0x80 else character
