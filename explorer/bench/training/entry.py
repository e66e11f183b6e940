"""Entry: which side of `bench train` a process is, and what it trains, as text for a command line. No torch, no Qt."""

import json
from dataclasses import dataclass
from pathlib import Path

from explorer.architecture.design import Design
from explorer.architecture.notation import from_line, to_line
from explorer.runs.recipe import Recipe, read_recipe, recipe_table


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of the comparison: `side` is notebook or ours; its files go below `runs`."""

    side: str
    design: Design
    recipe: Recipe
    runs: Path

    def text(self) -> str:
        return json.dumps([self.side, to_line(self.design), recipe_table(self.recipe), str(self.runs)])


def read_entry(text: str) -> Entry:
    side, design, recipe, runs = json.loads(text)
    return Entry(side, from_line(design), read_recipe(recipe), Path(runs))
