"""Commands to a worker, one JSON object per line. No torch, no Qt."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from explorer.architecture.design import Design
from explorer.runs.answers import QUESTIONS
from explorer.runs.json_lines import MISREAD, json_line, read_record, record_table
from explorer.runs.questions.question import Question
from explorer.runs.recipe import Recipe
from explorer.runs.sides import MAX_SIDES, Side, obstacle, twin_side
from explorer.runs.studies.trial import Trial
from explorer.sentences import translatable
from explorer.validation import Complaint, Refused, refuse

_MAX_THREADS = 1024
_MAX_FACTOR, _MAX_EPOCHS = 1000.0, 100_000


def read_threads(text: str) -> int:
    """Return the number of threads in `text`, 0 for auto. Raises Refused."""
    if text == "auto":
        return 0
    return _checked_threads(int(text) if text.isdecimal() and len(text) < 9 else text, 1)


def _checked_threads(threads: int | str, least: int = 0) -> int:
    if isinstance(threads, str) or not least <= threads <= _MAX_THREADS:
        what = translatable("must be auto or a number from 1 to {most:,}, not {threads}")
        raise refuse("threads", what, most=_MAX_THREADS, threads=str(threads)[:40])
    return threads


@dataclass(frozen=True, slots=True)
class Train:
    """Start a run in a new folder below `runs`, with known `weights` if given: a run, a file, or torchvision's.

    `grown` names the blocks, in the order they were inserted, that the design has and that run's has not: they start as
    identities, and training continues from its last checkpoint. Each side of `beside` is trained with it: another run,
    on the same batches in the same order.

    `again` is the id of the run that it repeats with the data as they are now; the new run says what is different.
    `trial` says of which study the run is, if it is of one.

    `threads` share a step on a processor; 0 finds out how many cores are free. They belong to the moment, not to the
    recipe: on another machine, or a day later, another number is right. `anyway`: even if memory seems too small.
    """

    design: Design
    recipe: Recipe
    runs: Path
    weights: str | None = None
    beside: tuple[Side, ...] = ()
    grown: tuple[str, ...] = ()
    threads: int = 0
    anyway: bool = False
    again: str = ""
    trial: Trial | None = None

    def __post_init__(self) -> None:
        _checked_threads(self.threads)
        first, *others = sides = self.sides
        if len(sides) > MAX_SIDES:
            raise refuse("beside", translatable("at most {most} networks can be trained together"), most=MAX_SIDES)
        if complaints := [Complaint("beside", reason) for side in others if (reason := obstacle(first, side))]:
            raise Refused(*complaints)
        if len(set(sides)) < len(sides):
            raise refuse("beside", translatable("names the same network twice"))
        for side in sides:
            if side.recipe.grow:
                self._check_late_blocks(side)
        if self.weights and len({side.seed for side in sides}) > 1:
            what = translatable("another seed changes nothing: all begin with the weights of {run}")
            raise refuse("beside", what, run=self.weights)

    def _check_late_blocks(self, side: Side) -> None:
        from explorer.architecture.plan import plan_network  # rare, and nothing that the first paint needs
        from explorer.runs.late_blocks import late_blocks

        late_blocks(plan_network(side.design), side.recipe)
        if self.weights:
            what = translatable("blocks that join later begin as identities: with known weights they cannot")
            raise refuse("grow", what)

    @property
    def sides(self) -> tuple[Side, ...]:
        """The network itself and those beside it."""
        return (Side(self.design, self.recipe, self.recipe.seed), *self.beside)

    def on_device(self, device: str) -> "Train":
        """Return the same on another device."""
        beside = tuple(side.with_device(device) for side in self.beside)
        return replace(self, recipe=self.recipe.change(device=device), beside=beside)


@dataclass(frozen=True, slots=True)
class ResumeRun:
    """Continue the run `run`, an id or a folder, from its checkpoint, until `epochs` if given.

    `threads` and `anyway` as in `Train`; without `threads` it has as many as before, or what is free of them.
    `data` is where its images have moved to.
    """

    run: str
    runs: Path
    epochs: int | None = None
    device: str | None = None
    threads: int | None = None
    anyway: bool = False
    data: str | None = None

    def __post_init__(self) -> None:
        _checked_threads(self.threads or 0)


@dataclass(frozen=True, slots=True)
class Stop:
    pass


@dataclass(frozen=True, slots=True)
class Pause:
    pass


@dataclass(frozen=True, slots=True)
class Unpause:
    pass


@dataclass(frozen=True, slots=True)
class StepOnce:
    """Run one mini-batch and pause again."""


@dataclass(frozen=True, slots=True)
class ChangeRate:
    """Multiply the learning rate by `factor` from now on, whatever the schedule does."""

    factor: float

    def __post_init__(self) -> None:
        if not 0 < self.factor <= _MAX_FACTOR:
            raise refuse("factor", translatable("must be above 0 and at most {most:g}"), most=_MAX_FACTOR)


@dataclass(frozen=True, slots=True)
class AddEpochs:
    """Train for `count` epochs more than the recipe says; the schedule is stretched over all epochs."""

    count: int

    def __post_init__(self) -> None:
        if not 0 < self.count <= _MAX_EPOCHS:
            raise refuse("count", translatable("must be from 1 to {most:,}"), most=_MAX_EPOCHS)


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Nobody waits for the answer to the question with this `id` any more; a long one ends."""

    id: int


Change = ChangeRate | AddEpochs  # of a run under way, which keeps them
Control = Stop | Pause | Unpause | StepOnce | Change
Command = Train | ResumeRun | Question | Control | Withdraw
_KINDS: dict[str, type[Command]] = {
    **{"train": Train, "continue": ResumeRun, "stop": Stop, "pause": Pause, "resume": Unpause, "step": StepOnce},
    **{"rate": ChangeRate, "epochs": AddEpochs, "withdraw": Withdraw},
    **{kind.__name__.lower(): kind for kind in QUESTIONS},
}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def command_line(command: Command) -> str:
    """Return one line of JSON without its end."""
    return json_line({"command": _NAMES[type(command)], **record_table(command)})


def read_command(line: str, runs: Path) -> Command:
    """Return the command on a line; `runs` is where runs go if it does not say. What is null counts as missing.

    Raises Refused for every other line.
    """
    try:
        table = json.loads(line)
        name, given = table["command"], {key: value for key, value in table.items() if value not in (None, "")}
        if name == "train":
            return _read_train({"recipe": {}, "runs": str(runs), **given})
        if name in _KINDS:
            return read_record(_KINDS[name], {"recipe": {}, "runs": str(runs), **given})
    except Refused:
        raise
    except MISREAD:
        raise refuse("command", "is not understood: {line}", line=line[:200]) from None
    raise refuse("command", "{name!r} is not known", name=str(name)[:40])


def _read_train(table: dict[str, Any]) -> Train:
    """Return the command of a line; what a side does not name is as in the first one. Raises one of `MISREAD`.

    `"twin": true` stands for a side too.
    """
    seed = table["recipe"].get("seed", Recipe().seed)
    first = {"design": table["design"], "recipe": table["recipe"], "seed": seed}
    table = {"weights": table.get("init_from"), **table}  # its name in older versions
    sides = [
        first | {key: value for key, value in side.items() if value is not None} for side in table.get("beside", [])
    ]
    order = read_record(Train, table | {"beside": sides})
    if table.get("twin", False) not in (True, False):
        raise TypeError(table["twin"])
    return replace(order, beside=(twin_side(order.sides[0]), *order.beside)) if table.get("twin") else order
