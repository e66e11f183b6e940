"""LiveRun: a run on the plots, during training and after it. No widgets."""

from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING

from explorer.architecture.design import Design
from explorer.gui.document import title_of
from explorer.gui.widgets.text.language import say
from explorer.runs.events import (
    Changed,
    Checkpoint,
    Epoch,
    Event,
    Failed,
    Finished,
    Paused,
    Resumed,
    Started,
    Step,
    Stopped,
    Threads,
)
from explorer.runs.recipe import Recipe
from explorer.sentences import NOTHING, Sentence

if TYPE_CHECKING:
    from explorer.gui.workers.curves import Curves


def _empty_curves() -> "Curves":
    from explorer.gui.workers.curves import Curves  # imports numpy, which the first paint need not wait for

    return Curves()


@dataclass
class LiveRun:
    """What is known of a run; `outcome` is its last event.

    `label` is its name among those that train beside it, empty if there are none; `difference` is that from the first.
    `changes` are those that the user made while it trained, as far as they are known here.
    `batches` as in `Checkpoint`.
    """

    design: Design
    recipe: Recipe
    id: str = ""
    started: Started | None = None
    curves: "Curves" = field(default_factory=_empty_curves)
    step: Step | None = None
    epoch: Epoch | None = None
    threads: Threads | None = None
    changes: tuple[Changed, ...] = ()
    outcome: Finished | Stopped | Failed | None = None
    paused: bool = False
    label: Sentence = NOTHING
    difference: Sentence = NOTHING
    batches: str = ""
    first_step: tuple[int, float] | None = None  # step and time from which the pace is reckoned

    def apply_event(self, event: Event) -> None:
        """Update what is known by an event of the run."""
        self.curves.apply_event(event)
        match event:
            case Started():
                self.started, self.id, self.paused = event, event.run, False
            case Step():
                self.step = event
                self.first_step = self.first_step or (event.step, monotonic())
            case Epoch():
                self.epoch = event
            case Threads():
                self.threads = event
            case Changed():
                self.changes = (*self.changes, event)
                self.recipe = self.recipe.change(epochs=event.epochs)
                self.started = self.started and replace(self.started, epochs=event.epochs)
            case Checkpoint():
                self.batches = event.batches
            case Paused():
                self.paused, self.first_step = True, None
            case Resumed():
                self.paused = False
            case Finished() | Stopped() | Failed():
                self.outcome = event

    @property
    def name(self) -> str:
        """The run's name in the window: the design's title, or what sets it apart from those beside it."""
        return say(self.label) or title_of(self.design)

    @property
    def is_under_way(self) -> bool:
        """Whether it has begun and not ended."""
        return self.started is not None and self.outcome is None

    @property
    def was_refused(self) -> bool:
        """Whether the worker refused to begin it."""
        return self.started is None and isinstance(self.outcome, Failed)

    @property
    def can_resume(self) -> bool:
        """Whether it has begun and, if it has ended, not with its last epoch."""
        return self.started is not None and not isinstance(self.outcome, Finished)

    @property
    def done(self) -> int:
        """The number of steps done."""
        return self.step.step if self.step else 0

    @property
    def total(self) -> int:
        """The number of steps of the whole run, 0 before it has started."""
        return self.started.steps_per_epoch * self.started.epochs if self.started else 0

    def seconds_left(self) -> float | None:
        """Return the seconds left at the pace since `first_step`, or None until there are two steps."""
        if not self.step or not self.first_step or self.step.step <= self.first_step[0]:
            return None
        pace = (monotonic() - self.first_step[1]) / (self.step.step - self.first_step[0])
        return pace * (self.total - self.step.step)
