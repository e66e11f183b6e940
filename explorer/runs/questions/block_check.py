"""Does a pasted class compute what a block of a design does? The question and its answer. No torch, no Qt."""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import ClassVar

from explorer.runs.questions.question import Answer, Question
from explorer.sentences import NOTHING, Sentence, translatable

CLASS, BUILDER = "Residual", "resnet_block"  # what the chapter calls them
MAX_SOURCE = 100_000  # characters
TOO_LONG = translatable("The code has more than {most:,} characters.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckBlock(Question):
    """Does the class `Residual` in `source` compute what a block of `design` does?"""

    source: str
    long: ClassVar[bool] = True
    beside: ClassVar[bool] = True


class Verdict(StrEnum):
    EQUAL = auto()
    DIFFERENT = auto()
    UNCHECKED = auto()  # there was no class to compare, or its code did not come to an end


class LayerState(StrEnum):
    SAME = auto()
    DIFFERENT = auto()  # in its settings or its output
    MISSING = auto()
    EXTRA = auto()


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence about the pasted source, and the line that it is about, 0 if it is about none."""

    words: Sentence
    line: int = 0


@dataclass(frozen=True, slots=True)
class LayerBeside:
    """A layer of the expected block and the pasted one in its place, both as torch writes them; empty if there is none.

    `difference` is the largest of their outputs, None if those cannot be compared; `line` is where the pasted one runs.
    """

    place: Sentence
    expected: str
    pasted: str
    state: LayerState
    difference: float | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockChecked(Answer):
    """The verdict in a sentence, `hints` at what is likely meant, and the layers in the first case that differs.

    `case` says which one that is, or which is shown if all are equal. `printed` is what the pasted code wrote, as far
    as it was kept.
    """

    verdict: Verdict
    summary: Remark
    hints: tuple[Remark, ...] = ()
    case: Sentence = NOTHING
    layers: tuple[LayerBeside, ...] = ()
    printed: str = ""
