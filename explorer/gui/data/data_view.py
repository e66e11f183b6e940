"""DataView: how the Data page shows the data. No widgets; kept when the window is rebuilt."""

from dataclasses import dataclass
from enum import StrEnum, auto

from explorer.runs.questions.data import ProblemKind


class Note(StrEnum):
    """What a line above the images tells beside problems: the user's decisions, and files that were skipped."""

    LEFT_OUT = auto()
    EXCLUDED = auto()
    MOVED = auto()
    KEPT = auto()
    SKIPPED = auto()


@dataclass
class DataView:
    """By what the classes are sorted, and whose images are shown: those of a class, or those that a line tells of.

    `as_seen`: as the network sees them in the epoch `draw`, from 1, instead of as they are.
    """

    column: int = 0
    descending: bool = False
    shown_class: str = ""
    shown_line: ProblemKind | Note | None = None
    as_seen: bool = False
    draw: int = 1

    def show_class(self, name: str) -> None:
        self.shown_class, self.shown_line = name, None

    def show_line(self, kind: ProblemKind | Note) -> None:
        self.shown_class, self.shown_line = "", kind
