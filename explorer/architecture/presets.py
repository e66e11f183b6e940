"""Named designs from resources/presets, and finding a design by what a person typed. No torch, no Qt."""

import re
import tomllib
from functools import cache
from pathlib import Path

from explorer.architecture.design import Design, Stage
from explorer.architecture.notation import SUFFIX, from_line, load_design
from explorer.resources import resource
from explorer.validation import refuse

DEFAULT = "d2l-resnet18"


@cache
def preset_files() -> dict[str, Path]:
    """Every preset's file by its name, in the order of the menu: by folder, then by the numbers in the name."""

    def order(path: Path) -> tuple[str, list[str | int]]:
        parts = re.split(r"(\d+)", path.stem)
        return path.parent.name, [part if index % 2 == 0 else int(part) for index, part in enumerate(parts)]

    return {path.stem: path for path in sorted(resource("presets").glob("*/*.toml"), key=order)}


def preset_families() -> dict[str, tuple[str, ...]]:
    """The menu: a heading, which is the folder's name without its number, and the presets below it."""
    families: dict[str, tuple[str, ...]] = {}
    for name, path in preset_files().items():
        heading = path.parent.name.partition("-")[2]
        families[heading] = (*families.get(heading, ()), name)
    return families


@cache
def preset(name: str) -> Design:
    """The preset called `name`. Raises Refused, with the nearest name."""
    if name not in preset_files():
        import difflib

        near = difflib.get_close_matches(name, preset_files(), 1)
        hint = f"did you mean {near[0]}?" if near else "`presets` lists them"
        raise refuse("design", "there is no preset {name!r}; {hint}", name=name[:80], hint=hint)
    # ExplorerSide, and held to the strict reader by a test: reading them without it saves the window pydantic's import.
    table = tomllib.loads(preset_files()[name].read_text(encoding="utf-8"))
    table.pop("schema")
    stages = tuple(Stage(**stage) for stage in table.pop("stages"))
    return Design(input=tuple(table.pop("input")), stages=stages, **table)


def preset_of(design: Design) -> str | None:
    """The name of the preset that this design is, whatever it is called."""
    return next((name for name in preset_files() if preset(name) == design), None)


def preset_titled(title: str) -> str | None:
    """The name of the preset whose title this is."""
    return next((name for name in preset_files() if preset(name).name == title), None)


def design_file(text: str) -> Path | None:
    """The file that DESIGN means on a command line, there or not; None if it means something else."""
    head = text.partition(":")[0]  # one-line text has a / further on
    return Path(text).absolute() if text.lower().endswith(SUFFIX) or "\\" in text or "/" in head else None


def find_design(text: str) -> Design:
    """What DESIGN means on a command line: a file, a preset or one-line text. Raises Refused."""
    if design_file(text):
        return load_design(Path(text))
    return from_line(text) if ":" in text else preset(text)
