"""What a worker says, one JSON object a line. No torch, no Qt.

Steps and epochs count from 1, accuracies are fractions, times are seconds, memory is bytes. A number that is not finite
travels as null. `read_event` ignores keys it does not know, so a newer worker may say more.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

PROTOCOL = 1
MOST_CHARACTERS = 1_000_000  # a longer line is dropped


@dataclass(frozen=True, slots=True)
class Device:
    """A place to compute: `id` as torch calls it; `memory` in bytes, `note` says why a card cannot be used."""

    id: str
    name: str
    memory: int
    note: str = ""


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
    """`step` is the last step already done: 0, or where a resumed run goes on."""

    run: str
    folder: str
    params: int
    referee: Verdict
    device: str
    steps_per_epoch: int
    epochs: int
    step: int = 0


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

    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    of: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to a command that is not training; `of` names the command, `id` is the number it came with."""

    of: str
    id: int
    values: Mapping[str, float | int | str | bool]


@dataclass(frozen=True, slots=True)
class Finished:
    step: int
    best_epoch: int
    best_accuracy: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Stopped:
    step: int


@dataclass(frozen=True, slots=True)
class Failed:
    """`of` is the command that failed and `id` its number; `advice` what a person can do about it."""

    reason: str
    of: str = "train"
    advice: str = ""
    id: int = 0


Event = (
    Hello
    | Started
    | Step
    | Epoch
    | Checkpoint
    | Paused
    | Resumed
    | Heartbeat
    | Warned
    | Progress
    | Result
    | Finished
    | Stopped
    | Failed
)
KINDS: dict[str, type[Event]] = {
    kind.__name__.lower(): kind
    for kind in (
        Hello,
        Started,
        Step,
        Epoch,
        Checkpoint,
        Paused,
        Resumed,
        Heartbeat,
        Warned,
        Progress,
        Result,
        Finished,
        Stopped,
        Failed,
    )
}


def event_line(event: Event) -> str:
    """One line of JSON without its end."""
    return json.dumps({"event": type(event).__name__.lower(), **finite(asdict(event))}, ensure_ascii=False)


def finite(table: dict[str, object]) -> dict[str, object]:
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in table.items()
    }


def read_event(line: str) -> Event | None:
    """The event on a line, or None if the line is something else."""
    if len(line) > MOST_CHARACTERS:
        return None
    try:
        table = json.loads(line)
        kind = KINDS[table.pop("event")]
        values = {each.name: table[each.name] for each in fields(kind) if each.name in table}
        if kind is Hello:
            values["devices"] = tuple(Device(**each) for each in values["devices"])
        elif kind is Started:
            verdict = values["referee"]
            values["referee"] = Verdict(**{**verdict, "differences": tuple(verdict.get("differences", ()))})
        return kind(**values)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
