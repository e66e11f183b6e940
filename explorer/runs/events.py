"""What a worker says, one JSON object a line. No torch, no Qt.

Steps and epochs count from 1, accuracies are fractions, times are seconds, memory is bytes. A line about a run has its
id under `run`, for twins train at the same time. `read_line` ignores keys it does not know, so a newer worker may say
more.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, get_args

from explorer.runs.answers import ANSWERS, Answer
from explorer.runs.json_lines import MISREAD, json_line, read_record, record_table
from explorer.sentences import NOTHING, Sentence

PROTOCOL = 1
MAX_CHARACTERS = 1_000_000  # a longer line is dropped


@dataclass(frozen=True, slots=True)
class Device:
    """A place to compute: `id` as torch calls it; `memory` in bytes, `note` says why a card cannot be used."""

    id: str
    name: str
    memory: int
    note: Sentence = NOTHING


@dataclass(frozen=True, slots=True)
class Verdict:
    """What torchinfo says of the network; `mult_adds` is its raw figure, which counts norms and biases too."""

    agrees: bool
    params: int
    mult_adds: int
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hello:
    protocol: int
    versions: Mapping[str, str]
    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """`step` is the last step already done: 0, or where a resumed run goes on; `kind` is residual or plain.

    `rewrites` are the names of what makes the arithmetic faster here.
    """

    run: str
    folder: str
    params: int
    referee: Verdict
    device: str
    steps_per_epoch: int
    epochs: int
    step: int = 0
    kind: str = ""
    rewrites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """The mean over the `steps` steps up to `step`."""

    step: int
    epoch: int
    loss: float
    loss_min: float
    loss_max: float
    steps: int
    accuracy: float
    learning_rate: float
    examples_per_second: float


@dataclass(frozen=True, slots=True)
class Epoch:
    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    validation_loss: float
    validation_accuracy: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Gradients:
    """The norm of the loss's gradient at `step` by each part of the network: stem, blocks by their names, head."""

    step: int
    names: tuple[str, ...]
    norms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    step: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Paused:
    step: int


@dataclass(frozen=True, slots=True)
class Resumed:
    step: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    step: int


@dataclass(frozen=True, slots=True)
class Warned:
    """Something went wrong and the work goes on."""

    reason: Sentence


@dataclass(frozen=True, slots=True)
class Progress:
    """How much is done of what `of` names; `id` is the number of the question, if it is one."""

    of: str
    done: int
    total: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """`stalled`: before its last epoch, because accuracy had not become better for as long as the recipe allows."""

    step: int
    best_epoch: int
    best_accuracy: float
    seconds: float
    stalled: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    step: int


@dataclass(frozen=True, slots=True)
class Failed:
    """`of` is the command that failed and `id` its number; `advice` what a person can do about it."""

    reason: Sentence
    of: str = "train"
    advice: Sentence = NOTHING
    id: int = 0


Event = (
    Hello
    | Started
    | Step
    | Epoch
    | Gradients
    | Checkpoint
    | Paused
    | Resumed
    | Heartbeat
    | Warned
    | Progress
    | Answer
    | Finished
    | Stopped
    | Failed
)
KINDS: dict[str, type[Event]] = {
    kind.__name__.lower(): kind for kind in (*get_args(Event), *ANSWERS) if kind is not Answer
}


class Said(NamedTuple):
    """What a line said, and of which run; empty if of none."""

    event: Event
    run: str = ""


def event_line(event: Event, run: str = "") -> str:
    """One line of JSON without its end; `run` is the id of the run that it is of."""
    of = {"run": run} if run else {}
    return json_line({"event": type(event).__name__.lower(), **of, **record_table(event)})


def read_event(line: str) -> Event | None:
    """The event on a line, or None if the line is something else."""
    said = read_line(line)
    return said and said.event


def read_line(line: str) -> Said | None:
    """The event on a line and the run that it is of, or None if the line is something else."""
    if len(line) > MAX_CHARACTERS:
        return None
    try:
        table = json.loads(line)
        event = read_record(KINDS[table["event"]], table)
        return Said(event, str(table.get("run", "")))
    except MISREAD:
        return None
