"""Writing a design or a run in a format for other programs: question and answer. No torch, no Qt."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from explorer.runs.questions.question import Answer, Question
from explorer.sentences import NOTHING, Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Export(Question):
    """Write the design, or the `run`, an id below `runs` or a folder, in a format to `path`; an old file is replaced.

    `names` is the vocabulary of the names of layers, `language` that of words.
    """

    format: str
    path: Path
    runs: Path
    run: str = ""
    names: str = "torchvision"
    language: str = "en"
    long: ClassVar[bool] = True
    beside: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported(Answer):
    """The file, or the folder, has been written; `warning` says which weights were taken, if not the best ones."""

    path: Path
    warning: Sentence = NOTHING
