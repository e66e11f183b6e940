"""Events of a worker, one JSON object per line. No torch, no Qt.

Steps and epochs count from 1, accuracies are fractions, times are seconds, memory is bytes. A line about a run has its
id under `run`, since several train at the same time. `read_line` ignores unknown keys, so a newer worker may send more.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, get_args

from explorer.runs.answers import ANSWERS
from explorer.runs.json_lines import MISREAD, json_line, read_record, record_table
from explorer.runs.questions.question import Answer
from explorer.sentences import NOTHING, Sentence, translatable

PROTOCOL = 1
MAX_CHARACTERS = 1_000_000  # a longer line is dropped
MAX_LEARNED = 5000  # training images on which a run measures what it has learned: less than an epoch of most sets


@dataclass(frozen=True, slots=True)
class Device:
    """A device: `id` is torch's name for it, `memory` is in bytes, `note` says why a GPU cannot be used."""

    id: str
    name: str
    memory: int
    note: Sentence = NOTHING


@dataclass(frozen=True, slots=True)
class Verdict:
    """torchinfo's figures for the network; its `mult_adds` count norms and biases too."""

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
    """A run starts; `step` is the last step already done: 0, or that of a resumed run.

    It is the number `side`, from 0, of those that an order trains together, and called `label` among them; `difference`
    says how it differs from the first one, and `begins` which tensors begin equal to the first one's. `rewrites` are
    the names of those that are on. `weights` says what of known weights it starts with.
    """

    run: str
    folder: str
    params: int
    referee: Verdict
    device: str
    steps_per_epoch: int
    epochs: int
    step: int = 0
    side: int = 0
    label: Sentence = NOTHING
    difference: Sentence = NOTHING
    begins: Sentence = NOTHING
    rewrites: tuple[str, ...] = ()
    weights: Sentence = NOTHING


@dataclass(frozen=True, slots=True)
class Step:
    """The means over the `steps` steps up to `step`."""

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
class Learned:
    """What the run has learned of its training images: mean `loss` and accuracy of so many `images`, in eval mode.

    The images are the same for every run on the same data, and seen as in validation. The weights are those after the
    last epoch, not the best ones; if they are averaged, their average.
    """

    epoch: int
    step: int
    images: int
    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class Gradients:
    """The norm of the loss's gradient at `step` by each part of the network: stem, blocks by their names, head."""

    step: int
    names: tuple[str, ...]
    norms: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Signals:
    """How strong both parts of each sum are at `step`: the norms of what branch and shortcut of a block output.

    They are taken over the first images of the batch whose gradients are measured. `names` are the blocks with a
    shortcut, in order.
    """

    step: int
    names: tuple[str, ...]
    branches: tuple[float, ...]
    shortcuts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Threads:
    """How many `threads` compute the run after `step`, one per core, and the `reason` if they are not all `cores`."""

    step: int
    threads: int
    cores: int
    reason: Sentence = NOTHING


@dataclass(frozen=True, slots=True)
class Changed:
    """The run changed after `step`: the rate by a `factor`, the epochs by so many that were `added`, or its network.

    The user did it, but for the blocks that `joined`, which its recipe names. The next step has this `learning_rate`,
    and the run has so many `epochs` in all.
    """

    step: int
    learning_rate: float
    epochs: int
    factor: float = 1.0
    added: int = 0
    joined: tuple[str, ...] = ()

    @property
    def sentence(self) -> Sentence:
        """Say what was changed."""
        if self.joined:
            what = translatable("after step {step:,}: {blocks} joined as an identity")
            return Sentence(what, {"step": self.step, "blocks": ", ".join(self.joined)})
        if self.added:
            what = translatable("after step {step:,}: {added:,} more epochs, {epochs:,} in all")
            return Sentence(what, {"step": self.step, "added": self.added, "epochs": self.epochs})
        what = translatable("after step {step:,}: learning rate × {factor:g}, now {rate:.3g}")
        return Sentence(what, {"step": self.step, "factor": self.factor, "rate": self.learning_rate})


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint was written after `step`; `batches` as in `Run`, of the epochs begun until then."""

    step: int
    epoch: int
    batches: str = field(default="", compare=False)


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
class Card:
    """The state of the card that a run trains on: `utilisation` is a fraction, `used_bytes` counts all programs."""

    utilisation: float
    used_bytes: int
    memory_bytes: int
    celsius: int


@dataclass(frozen=True, slots=True)
class Warned:
    """Something went wrong, and the work continues."""

    reason: Sentence


@dataclass(frozen=True, slots=True)
class Progress:
    """How much is done of the work called `of`; `id` is the question's, if there is one."""

    of: str
    done: int
    total: int
    id: int = 0


@dataclass(frozen=True, slots=True)
class Downloaded:
    """The data set called `name` is in `folder`, whole and checked."""

    name: str
    folder: str


@dataclass(frozen=True, slots=True)
class Saved:
    """So many of the user's images are in the table or the copy at `path`; the files of `missing` ones are not."""

    path: str
    images: int
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """A run ended; `stalled` means before its last epoch, because accuracy stopped improving."""

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
    """A command failed: `of` is its name and `id` its number; `advice` says what the user can do about it."""

    reason: Sentence
    of: str = "train"
    advice: Sentence = NOTHING
    id: int = 0


Event = (
    Hello
    | Started
    | Step
    | Epoch
    | Learned
    | Gradients
    | Signals
    | Threads
    | Changed
    | Checkpoint
    | Paused
    | Resumed
    | Heartbeat
    | Card
    | Warned
    | Progress
    | Downloaded
    | Saved
    | Answer
    | Finished
    | Stopped
    | Failed
)
KINDS: dict[str, type[Event]] = {
    kind.__name__.lower(): kind for kind in (*get_args(Event), *ANSWERS) if kind is not Answer
}


class Said(NamedTuple):
    """The event of a line, and the id of its run; empty if it has none."""

    event: Event
    run: str = ""


def event_line(event: Event, run: str = "") -> str:
    """Return `event` as one line of JSON without its end; `run` is the id of its run."""
    run_id = {"run": run} if run else {}
    return json_line({"event": type(event).__name__.lower(), **run_id, **record_table(event)})


def read_event(line: str) -> Event | None:
    """Return the event of a line, or None if the line is something else."""
    said = read_line(line)
    return said and said.event


def read_line(line: str) -> Said | None:
    """Return the event of a line and the id of its run, or None if the line is something else."""
    if len(line) > MAX_CHARACTERS:
        return None
    try:
        table = json.loads(line)
        event = read_record(KINDS[table["event"]], table)
        return Said(event, str(table.get("run", "")))
    except MISREAD:
        return None
