"""Presets, the named designs in resources/presets, and the search for a design by the user's text. No torch, no Qt."""

import re
import tomllib
from functools import cache
from pathlib import Path

from explorer.architecture.design import Design
from explorer.architecture.notation import OPENED, from_line, load_design, trusted_design
from explorer.resources import resource
from explorer.validation import refuse

DEFAULT = "d2l-resnet18"


@cache
def preset_files() -> dict[str, Path]:
    """Return every preset's file by its name, in the order of the menu: by folder, then by the numbers in the name."""

    def order(path: Path) -> tuple[str, list[str | int]]:
        parts = re.split(r"(\d+)", path.stem)
        return path.parent.name, [part if index % 2 == 0 else int(part) for index, part in enumerate(parts)]

    return {path.stem: path for path in sorted(resource("presets").glob("*/*.toml"), key=order)}


def preset_families() -> dict[str, tuple[str, ...]]:
    """Return the menu: headings, the folders' names without their numbers, with the presets below each."""
    families: dict[str, tuple[str, ...]] = {}
    for name, path in preset_files().items():
        heading = path.parent.name.partition("-")[2]
        families[heading] = (*families.get(heading, ()), name)
    return families


@cache
def preset(name: str) -> Design:
    """Return the preset called `name`. Raises Refused, with the nearest name."""
    if name not in preset_files():
        import difflib

        near = difflib.get_close_matches(name, preset_files(), 1)
        hint = f"did you mean {near[0]}?" if near else "`presets` lists them"
        raise refuse("design", "there is no preset {name!r}; {hint}", name=name[:80], hint=hint)
    # a test reads presets with the strict reader
    return trusted_design(tomllib.loads(preset_files()[name].read_text(encoding="utf-8")))


def preset_of(design: Design) -> str | None:
    """Return the name of the preset that equals this design, whatever its title; None if there is none."""
    return next((name for name in preset_files() if preset(name) == design), None)


def preset_titled(title: str) -> str | None:
    """Return the name of the preset with this title; None if there is none."""
    return next((name for name in preset_files() if preset(name).name == title), None)


def design_file(text: str) -> Path | None:
    """Return the file that DESIGN names on a command line, existing or not; None if it is no file name."""
    head = text.partition(":")[0]  # one-line text has a / further on
    return Path(text).absolute() if text.lower().endswith(OPENED) or "\\" in text or "/" in head else None


def named_design(text: str) -> Design:
    """Return the design that `text` names: a preset or one-line text. Raises Refused."""
    return from_line(text) if ":" in text else preset(text)


def find_design(text: str) -> Design:
    """Return the design that DESIGN names on a command line: a file, a preset or one-line text. Raises Refused."""
    return load_design(Path(text)) if design_file(text) else named_design(text)
