"""Subject: what a column of a comparison is about."""

from dataclasses import dataclass
from enum import StrEnum, auto

from explorer.architecture.design import Design


class SubjectKind(StrEnum):
    """What a column shows: one of the document's designs, whatever it is at the time, or something that stays."""

    CURRENT = auto()
    BASELINE = auto()
    DESIGN = auto()
    RUN = auto()
    OUTSIDE = auto()  # a network of torchvision


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject; `name` is a preset's or a run's title, or torchvision's name, and `design` that of a preset or run."""

    kind: SubjectKind
    name: str = ""
    design: Design | None = None
    accuracy: float | None = None


CURRENT, BASELINE = Subject(SubjectKind.CURRENT), Subject(SubjectKind.BASELINE)
