"""Lesson: short pages about the chapter, with what to do on them. No torch, no Qt.

A page is a text in simple Markdown; it may show a drawing, open a page of the window, point at a control, and ask for
up to four steps, one after the other. A lesson that answers a question of readers of the chapter has the number of that
question.
"""

import re
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Interval, Len

from explorer.architecture.design import Design
from explorer.architecture.notation import MAX_COLUMNS
from explorer.architecture.presets import named_design

_Name = Annotated[str, Len(0, 40)]


@dataclass(frozen=True, slots=True)
class LessonStep:
    """One thing to do: `task` says it in one line of Markdown, `done` is the `TaskKind` that tells when it is done.

    Until then the control `points_at` is highlighted, or the page's if the step names none.
    """

    task: Annotated[str, Len(1, 120)]
    done: Annotated[str, Len(1, 40)]
    points_at: _Name = ""

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class LessonPage:
    """One page of a lesson; what is empty it does not have.

    `opens` is a page of the window, `drawing` the name of an SVG file beside the lesson. `answer` is shown when all
    steps are done: what is seen now, and why.
    """

    text: Annotated[str, Len(1, 1000)]
    opens: _Name = ""
    points_at: _Name = ""
    drawing: _Name = ""
    answer: Annotated[str, Len(0, 600)] = ""
    steps: Annotated[tuple[LessonStep, ...], Len(0, 4)] = ()

    __pydantic_config__ = {"extra": "forbid"}

    def markdown(self, answered: bool = False) -> str:
        """Return the text, if `answered` with the answer below it.

        A line that ends in a Chinese character is joined to the next without a space.
        """
        text = f"{self.text}\n\n{self.answer}" if answered and self.answer else self.text
        return re.sub(r"(?<=[\u2e80-\uffef])\n(?=\S)", "", text)


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson: its title, the design that it begins with, as a preset's name or one-line text, and its pages."""

    title: Annotated[str, Len(1, 60)]
    design: Annotated[str, Len(1, MAX_COLUMNS)]
    pages: Annotated[tuple[LessonPage, ...], Len(1, 12)]
    question: Annotated[int, Interval(ge=0, le=99)] = 0

    __pydantic_config__ = {"extra": "forbid"}

    @property
    def first_design(self) -> Design:
        """Return the design that the lesson begins with; it is called like the lesson if it has no name of its own."""
        design = named_design(self.design)
        return design if design.name else design.change(name=self.title)
