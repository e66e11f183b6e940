"""Decisions: what the user has decided about images; the folder itself stays as it is. No torch, no Qt."""

from dataclasses import dataclass
from pathlib import Path

from explorer.runs.data.image_list import ImageList


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
        """Return the images that are left, each with the class that it belongs to."""
        raise NotImplementedError


def read_decisions(root: Path) -> Decisions:
    """Return the decisions about the data in `root`, kept in the app's data. Raises Refused."""
    raise NotImplementedError


def write_decisions(root: Path, decisions: Decisions) -> None:
    """Keep `decisions` about the data in `root`. Raises Refused."""
    raise NotImplementedError
