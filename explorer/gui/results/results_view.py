"""ResultsView: how the Results page shows results. No widgets; kept when the window is rebuilt."""

from dataclasses import dataclass, field
from enum import StrEnum, auto

from explorer.runs.results.choice import ImageChoice


class Measure(StrEnum):
    """What a cell of the matrix shows: how many images, or what share of those of a class or taken for one."""

    COUNTS = auto()
    OF_TRUTH = auto()
    OF_PREDICTION = auto()


class ClassOrder(StrEnum):
    NAME = auto()
    CONFUSION = auto()


@dataclass
class ResultsView:
    """How the matrix and the table of classes are shown, and which images are.

    `is_whole` shows every class of very many, as a picture without numbers. `left` and `right` are the places of the
    tabs that are open; while the user is `classifying`, other images stand in their place. The table is sorted by its
    `column`.
    """

    measure: Measure = Measure.COUNTS
    order: ClassOrder = ClassOrder.NAME
    is_whole: bool = False
    choice: ImageChoice = field(default_factory=ImageChoice)
    column: int = 3
    descending: bool = False
    left: int = 0
    right: int = 0
    classifying: bool = False
