"""Flags that commands share: for a design, the folder of runs, and the fields of a recipe.

Values stay text until the readers of designs and recipes check them, so that all complaints come together and in the
same words as for a file. No torch, no Qt.
"""

from argparse import SUPPRESS, ArgumentParser, BooleanOptionalAction, Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.architecture.design import Design
from explorer.architecture.notation import design_table, read_table
from explorer.architecture.presets import find_design
from explorer.fields import fields_of
from explorer.paths import expand_user, is_file, storable
from explorer.runs.recipe import RECIPES, Recipe, read_recipe, recipe_table
from explorer.validation import refuse

if TYPE_CHECKING:
    from explorer.runs.folder.run import Run

_FIELDS = fields_of(Recipe)


def add_json_flag(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_runs_flag(parser: ArgumentParser) -> None:
    parser.add_argument("--runs", metavar="DIR", help="folder of the runs, instead of the default one")


def runs_of(options: Namespace) -> Path:
    from explorer.runs.folder.survey import default_runs

    if options.runs is None:
        return default_runs()
    if not options.runs:
        raise refuse("runs", "must be a folder, not ''")
    return expand_user("runs", options.runs)


def add_design_flags(parser: ArgumentParser) -> None:
    parser.add_argument("--input", metavar="CxHxW", help="replaces the design's input")
    parser.add_argument("--classes", metavar="N", help="replaces the design's number of classes")


def design_of(options: Namespace) -> Design:
    """Return the named design, with another input or number of classes if given. Raises Refused."""
    return with_flags(find_design(options.design), options)


def with_flags(design: Design, options: Namespace) -> Design:
    """Return `design` with another input or number of classes if given. Raises Refused."""
    table = design_table(design)
    if options.input is not None:
        table["input"] = sizes("input", options.input, "CxHxW")
    if options.classes is not None:
        table["classes"] = _number(options.classes)
    return read_table(table)


def run_named(text: str, runs: Path) -> "Run | None":
    """Return the run with this id or in this folder, if there is one. Raises Refused."""
    from explorer.runs.folder.manifest import MANIFEST
    from explorer.runs.folder.survey import find_run

    is_run = any(is_file(folder / MANIFEST) for folder in (runs / text, Path(text)))
    return find_run(text, runs) if is_run else None


def add_recipe_flags(parser: ArgumentParser) -> None:
    """Add --recipe for a named recipe, and a flag for every field of it."""
    parser.add_argument(
        "--recipe", metavar=_choice(RECIPES), help="the recipe that the flags below modify (default: quick)"
    )
    add_field_flags(parser, _FIELDS)


def add_field_flags(parser: ArgumentParser, names: Iterable[str]) -> None:
    """Add a flag for each of these fields of a recipe."""
    for name in names:
        field, flag = _FIELDS[name], f"--{name.replace('_', '-')}"
        words = field.label.help.replace("%", "%%")  # argparse formats it
        if field.kind is bool:
            parser.add_argument(flag, default=SUPPRESS, action=BooleanOptionalAction, help=words)
        else:
            metavar = _choice(field.options) if field.options else field.kind.__name__.upper()
            parser.add_argument(flag, default=SUPPRESS, type=storable, metavar=metavar, help=words)


def _choice(options: Iterable[str]) -> str:
    return f"{{{','.join(options)}}}"


def given_fields(options: Namespace) -> dict[str, object]:
    """Return the fields of the recipe that are given on the command line."""
    given = {name: value for name, value in vars(options).items() if name in _FIELDS}
    return {name: _number(value) if _FIELDS[name].kind in (int, float) else value for name, value in given.items()}


def recipe_of(options: Namespace, name: str | None = None) -> Recipe:
    """Return the recipe called `name`, by default that of --recipe, with the given flags. Raises Refused."""
    if name is None:
        name = "quick" if options.recipe is None else options.recipe
    if name not in RECIPES:
        raise refuse("recipe", "must be one of {options}, not {name!r}", options=", ".join(RECIPES), name=name[:40])
    return read_recipe({**recipe_table(RECIPES[name]), **given_fields(options)})


def _number(text: str) -> int | float | str:
    """Return the number in `text`; else the text itself, for a reader to refuse."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def whole_number(where: str, text: str, least: int, most: int) -> int:
    """Return the whole number in `text`. Raises Refused."""
    if not text.isdecimal() or len(text) > 10 or not least <= int(text) <= most:
        what = "must be a whole number from {least} to {most}, not {text!r}"
        raise refuse(where, what, least=least, most=most, text=text[:40])
    return int(text)


def sizes(where: str, text: str, form: str) -> list[int]:
    """Return the numbers of `text`, written as `form`: CxHxW or WxH. Raises Refused."""
    parts = text.replace("×", "x").split("x")
    if len(parts) != len(form.split("x")) or not all(part.isdecimal() and len(part) <= 9 for part in parts):
        raise refuse(where, "must be whole numbers as {form}, not {text!r}", form=form, text=text[:40])
    return [int(part) for part in parts]
