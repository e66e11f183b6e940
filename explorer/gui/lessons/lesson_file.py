"""Files of lessons: where they are, and what is wrong with one, with its line. No torch, no Qt.

The program's lessons are in resources/lessons, one file per language; those of a teacher are in a folder of the user.
"""

import difflib
import re
import shutil
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from explorer.architecture.notation import MAX_BYTES, MAX_COLUMNS
from explorer.architecture.presets import named_design
from explorer.gui.lessons.lesson import Lesson, LessonPage
from explorer.gui.lessons.vocabulary import CONTROLS, PAGES, TaskKind
from explorer.paths import is_file, storable, user_folder
from explorer.resources import resource
from explorer.sentences import Sentence, system_words, translatable
from explorer.validation import Complaint, Refused, read_value, refuse

TOUR = "tour"  # the lesson that is not in the chapter's menu
_WRITTEN_FIRST = "en"  # a lesson that another language lacks is shown in this one
_OWN = "own/"  # before the names of lessons in the user's folder
_HEADER = re.compile(r"\s*\[\[?\s*([\w.]+)\s*\]")
_KEY = re.compile(r"\s*(\w+)\s*=")
_NO_TASK = translatable("there is no task {name!r}")
_NO_CONTROL = translatable("there is no control {name!r}")
_NO_PAGE = translatable("there is no page {name!r}")
_NO_DRAWING = translatable("there is no drawing {name!r}")


def own_lessons() -> Path:
    """Return the folder with the user's lessons, which need not be there."""
    return user_folder("data") / "lessons"


def is_own(name: str) -> bool:
    """Return whether a lesson is one of the user's."""
    return name.startswith(_OWN)


def lesson_files(language: str) -> dict[str, Path]:
    """Return the file of every lesson by its name: the tour, the program's and the user's, each sorted by name.

    Of the program's, the English one where `language` has none.
    """
    folders = [resource("lessons", name) for name in (_WRITTEN_FIRST, language)]
    found = {path.stem: path for folder in folders for path in folder.glob("*.toml")}
    own = {f"{_OWN}{storable(path.stem)}": path for path in sorted(own_lessons().glob("*.toml"))}
    return {TOUR: found.pop(TOUR), **dict(sorted(found.items())), **own}


def make_own_lessons(language: str) -> Path:
    """Return the folder with the user's lessons, made if need be, with an example if there is none. Raises OSError."""
    folder = own_lessons()
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.glob("*.toml")):
        shutil.copyfile(resource("lessons", "examples", f"{language}.toml"), folder / "example.toml")
    return folder


def drawing_file(lesson: Path, name: str) -> Path | None:
    """Return the drawing called `name` beside the file of a lesson or among the program's; None if there is none."""
    places = (lesson.parent / name, resource("lessons", name))
    return next((place for place in places if Path(name).name == name and is_file(place)), None)


def load_lesson(path: Path) -> Lesson:
    """Read a lesson. Raises Refused, which says where the file is wrong."""
    name = storable(path.name)
    text = _read_text(path, name)
    table = _parse(name, text)
    try:
        lesson = read_value(Lesson, table)
        if faults := [*_find_faults(lesson, path)]:
            raise Refused(*faults)
    except Refused as refused:
        raise Refused(*(_placed(complaint, name, text) for complaint in refused.complaints)) from None
    return lesson


def _read_text(path: Path, name: str) -> str:
    """Read a small file; a large one is refused, as parsing could take for ever. Raises Refused."""
    try:
        if path.exists() and not path.is_file():  # a named pipe would never end
            raise refuse(name, translatable("is not a regular file"))
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise refuse(name, system_words(error)) from None
    except UnicodeDecodeError:
        raise refuse(name, translatable("is not UTF-8 text")) from None
    if len(data) > MAX_BYTES or any(len(line) > MAX_COLUMNS for line in text.split("\n")):
        raise refuse(name, translatable("is not a lesson file: too large, or a line is too long"))
    return text


def _parse(name: str, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        what = translatable("is not TOML: {error}")
        raise refuse(name, what, error=str(error) or "nested too deep") from None


def _placed(complaint: Complaint, name: str, text: str) -> Complaint:
    """Return a complaint about a key with the name of the file and the key's line before it."""
    where = translatable("{file}, line {line}, {key}")
    values = {"file": name, "line": _line_of(complaint.where, text), "key": complaint.where}
    return complaint._replace(where=Sentence(where, values))


def _line_of(where: str, text: str) -> int:
    """Return the number of the line with the key `where`, like `pages[1].text`, or of the table that it misses."""
    found, table, nearest, is_text = 1, "", "", False
    tables: Counter[str] = Counter()
    for number, line in enumerate(text.split("\n"), 1):
        path = ""
        if is_text:
            pass
        elif header := _HEADER.match(line):
            table = path = _table_path(header[1], tables)
        elif key := _KEY.match(line):
            path = f"{table}.{key[1]}" if table else key[1]
        if len(path) > len(nearest) and (where == path or where.startswith((f"{path}.", f"{path}["))):
            found, nearest = number, path
        is_text ^= bool((line.count('"""') + line.count("'''")) % 2)
    return found


def _table_path(header: str, tables: Counter[str]) -> str:
    """Return the path of the table that begins with a header like `pages.steps`; so many `tables` came before."""
    path, *below = header.split(".")
    for key in below:
        path = f"{path}[{max(0, tables[path] - 1)}].{key}"
    tables[path] += 1
    return f"{path}[{tables[path] - 1}]"


def _find_faults(lesson: Lesson, path: Path) -> Iterator[Complaint]:
    """Yield a complaint for a design that is none, and for each name that nothing has."""
    try:
        named_design(lesson.design)
    except Refused as error:
        for each in error.complaints:
            yield each if each.where == "design" else each._replace(where=f"design.{each.where}")
    for number, page in enumerate(lesson.pages):
        yield from _find_page_faults(page, f"pages[{number}]", path)


def _find_page_faults(page: LessonPage, where: str, path: Path) -> Iterator[Complaint]:
    named = [("opens", page.opens, PAGES, _NO_PAGE), ("points_at", page.points_at, CONTROLS, _NO_CONTROL)]
    for number, step in enumerate(page.steps):
        named.append((f"steps[{number}].done", step.done, [*TaskKind], _NO_TASK))
        named.append((f"steps[{number}].points_at", step.points_at, CONTROLS, _NO_CONTROL))
    for key, name, known, what in named:
        if name and name not in known:
            yield Complaint(f"{where}.{key}", _unknown(what, name, known))
    if page.drawing and not drawing_file(path, page.drawing):
        yield Complaint(f"{where}.drawing", Sentence(_NO_DRAWING, {"name": page.drawing}))
    if page.answer and not page.steps:
        yield Complaint(f"{where}.steps", Sentence(translatable("is required")))


def _unknown(what: str, name: str, known: Collection[str]) -> Sentence:
    """Say in the words `what` that there is nothing called `name`, and which of the `known` names may be meant."""
    sentence, near = Sentence(what, {"name": name}), difflib.get_close_matches(name, known, 1)
    hint = translatable("{what}; did you mean {name}?")
    return Sentence(hint, {"what": sentence, "name": near[0]}) if near else sentence
