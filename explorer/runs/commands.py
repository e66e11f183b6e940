"""What a worker is told, one JSON object a line. No torch, no Qt."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from explorer.architecture.design import Design
from explorer.architecture.notation import design_table, read_table
from explorer.architecture.reading import refuse
from explorer.runs.line import json_line
from explorer.runs.recipe import Recipe, read_recipe, recipe_table

Value = float | int | str | bool


@dataclass(frozen=True, slots=True)
class Train:
    """Start a run in a new folder below `runs`, with the weights of the run `init_from` if given.

    `grown` names the blocks, in the order they were put in and joined by commas, that the design has more than that
    run's: they begin as identities, and training goes on from its last checkpoint. With `twin` the design's twin is
    trained beside it: another run, on the same batches in the same order.
    """

    design: Design
    recipe: Recipe
    runs: Path
    init_from: str | None = None
    twin: bool = False
    grown: str = ""


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on with the run `run`, an id or a folder, from its checkpoint, until `epochs` if given."""

    run: str
    runs: Path
    epochs: int | None = None
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """Measure how long an epoch takes and how much memory training needs; the answer carries `id`."""

    design: Design
    recipe: Recipe
    id: int
    of: ClassVar[str] = "estimate"


@dataclass(frozen=True, slots=True)
class Sweep:
    """Try the learning rates that the design learns with, from small to large; the answer carries `id`."""

    design: Design
    recipe: Recipe
    id: int
    of: ClassVar[str] = "sweep"


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask what `of` names of a network: the weights of the run `run`, or fresh ones by the recipe's seed.

    `values` are what that question needs beside the network; the answer carries `of` and `id`.
    """

    of: str
    design: Design
    recipe: Recipe
    runs: Path
    id: int
    run: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stop:
    pass


@dataclass(frozen=True, slots=True)
class Pause:
    pass


@dataclass(frozen=True, slots=True)
class Resume:
    pass


@dataclass(frozen=True, slots=True)
class StepOnce:
    """Run one mini-batch and pause again."""


Control = Stop | Pause | Resume | StepOnce
Question = Estimate | Sweep | Probe
Command = Train | Continue | Question | Control
CONTROLS: dict[str, type[Control]] = {"stop": Stop, "pause": Pause, "resume": Resume, "step": StepOnce}


def command_line(command: Command) -> str:
    """One line of JSON without its end."""
    match command:
        case Train(design=design, recipe=recipe, runs=runs):
            table: dict[str, object] = {"command": "train", "runs": str(runs), "twin": command.twin}
            table |= {"init_from": command.init_from, "grown": command.grown}
        case Continue(run, runs, epochs, device):
            return json_line({"command": "continue", "run": run, "runs": str(runs), "epochs": epochs, "device": device})
        case Estimate(design, recipe, number) | Sweep(design, recipe, number):
            table = {"command": command.of, "id": number}
        case Probe(of, design, recipe, runs, number, run, values):
            table = {"command": "probe", "of": of, "runs": str(runs), "id": number, "run": run, "values": {**values}}
        case _:
            name = next(name for name, kind in CONTROLS.items() if kind is type(command))
            return json_line({"command": name})
    return json_line({**table, "design": design_table(design), "recipe": recipe_table(recipe)})


def read_command(line: str, runs: Path) -> Command:
    """The command on a line; `runs` is where runs go if it does not say. Raises Refused."""
    try:
        table = json.loads(line)
        name = table["command"]
        place = Path(table.get("runs") or runs)
        if name in CONTROLS:
            return CONTROLS[name]()
        if name == "continue":
            return Continue(str(table["run"]), place, table.get("epochs"), table.get("device"))
        if name in ("train", "estimate", "sweep", "probe"):
            design, recipe = read_table(table["design"]), read_recipe(table.get("recipe") or {})
            number = int(table.get("id", 0))
            if name in ("estimate", "sweep"):
                return (Estimate if name == "estimate" else Sweep)(design, recipe, number)
            if name == "probe":
                values = {str(key): value for key, value in (table.get("values") or {}).items()}
                return Probe(str(table["of"]), design, recipe, place, number, str(table.get("run") or ""), values)
            twin, grown = table.get("twin") is True, str(table.get("grown") or "")
            return Train(design, recipe, place, table.get("init_from"), twin, grown)
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError, RecursionError):
        raise refuse("command", "is not understood: {line}", line=line[:200]) from None
    raise refuse("command", "{name!r} is not known", name=str(name)[:40])
