"""Paths as the user names them: home folders, and what the system will not show. No torch, no Qt."""

from pathlib import Path
from typing import Literal

from explorer.sentences import translatable
from explorer.validation import refuse


def expand_user(where: str, path: str | Path) -> Path:
    """Return `path` with its ~ replaced by a home folder; `where` names it in a refusal. Raises Refused."""
    try:
        return Path(path).expanduser()
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


def exists(path: Path) -> bool:
    """Return whether there is anything at `path`; False too where the system does not tell."""
    try:
        return path.exists()
    except OSError:
        return False
