"""Lessons: short texts about the chapter with tasks, read from resources/lessons. No torch, no Qt.

A lesson is one TOML file per language: a title, the design that it begins with, and its pages. A page is a text in
simple Markdown; it may show a drawing, open a page of the window by its name, point at a control by its object name,
and set a task. A lesson that answers a question of readers of the chapter has the number of that question.
"""

import re
import tomllib
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from annotated_types import Interval, Len

from explorer.architecture.design import Design
from explorer.architecture.notation import MAX_BYTES, MAX_COLUMNS
from explorer.architecture.presets import named_design
from explorer.resources import resource
from explorer.sentences import Sentence, translatable
from explorer.validation import Complaint, Refused, read_value, refuse

TOUR = "tour"  # the lesson that is not in the chapter's menu
_WRITTEN_FIRST = "en"  # a lesson that another language lacks is shown in this one


@dataclass(frozen=True, slots=True)
class LessonPage:
    """One page of a lesson; an empty field means that it opens no page of the window, has no control, task or drawing.

    `task` says in one line of Markdown what to do, and `done` is the name in `TASKS` of what tells that it is done.
    `answer` is shown from then on: what is seen now, and why.
    """

    text: Annotated[str, Len(1, 1000)]
    opens: Annotated[str, Len(0, 40)] = ""
    points_at: Annotated[str, Len(0, 40)] = ""
    task: Annotated[str, Len(0, 120)] = ""
    done: Annotated[str, Len(0, 40)] = ""
    answer: Annotated[str, Len(0, 600)] = ""
    drawing: Annotated[str, Len(0, 40)] = ""

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


def lesson_files(language: str) -> dict[str, Path]:
    """Return the file of every lesson by its name, sorted by name; the English one where `language` has none."""
    folders = [resource("lessons", name) for name in (_WRITTEN_FIRST, language)]
    found = {path.stem: path for folder in folders for path in folder.glob("*.toml")}
    return dict(sorted(found.items()))


def load_lesson(path: Path, tasks: Container[str]) -> Lesson:
    """Read a lesson that names no other tasks than `tasks`. Raises Refused."""
    lesson = read_value(Lesson, read_table(path))
    if faults := list(_find_faults(lesson, tasks)):
        raise Refused(*faults)
    return lesson


def read_table(path: Path) -> dict[str, object]:
    """Read the values of a small TOML file; a large one is refused, as parsing could take for ever. Raises Refused."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8").replace("\r\n", "\n")
        if len(data) > MAX_BYTES or any(len(line) > MAX_COLUMNS for line in text.split("\n")):
            what = translatable("is not a lesson file: too large, or a line is too long")
            raise refuse(path.name, what)
        return tomllib.loads(text)
    except OSError as error:
        raise refuse(path.name, error.strerror or translatable("cannot be read")) from None
    except UnicodeDecodeError:
        raise refuse(path.name, translatable("is not UTF-8 text")) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        what = translatable("is not TOML: {error}")
        raise refuse(path.name, what, error=str(error) or "nested too deep") from None


def _find_faults(lesson: Lesson, tasks: Container[str]) -> Iterator[Complaint]:
    """Yield a complaint for a design that is none, and for each task or drawing that is missing or half given."""
    no_task = translatable("there is no task {name!r}")
    no_drawing = translatable("there is no drawing {name!r}")
    missing = Sentence(translatable("is required"))
    try:
        named_design(lesson.design)
    except Refused as error:
        for each in error.complaints:
            yield each if each.where == "design" else each._replace(where=f"design.{each.where}")
    for number, page in enumerate(lesson.pages):
        where = f"pages[{number}]"
        if bool(page.task) != bool(page.done):
            yield Complaint(f"{where}.{'done' if page.task else 'task'}", missing)
        elif page.answer and not page.done:
            yield Complaint(f"{where}.task", missing)
        elif page.done and page.done not in tasks:
            yield Complaint(f"{where}.done", Sentence(no_task, {"name": page.done}))
        if page.drawing and not resource("lessons", page.drawing).is_file():
            yield Complaint(f"{where}.drawing", Sentence(no_drawing, {"name": page.drawing}))
