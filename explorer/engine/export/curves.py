"""The curves of a run as points, for tables and for other programs. No torch, no Qt."""

from collections.abc import Iterator
from dataclasses import dataclass

from explorer.runs.events import Epoch, Step
from explorer.runs.folder.log import read_events
from explorer.runs.folder.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """What is known after a step: the means since the last point of this `kind`, a step's or an epoch's.

    `seconds` is the time that training has taken until then, without pauses.
    """

    kind: str
    step: int
    epoch: int
    seconds: float
    train_loss: float
    train_accuracy: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    learning_rate: float | None = None
    examples_per_second: float | None = None


def read_curves(run: Run) -> Iterator[CurvePoint]:
    """Yield the points of a run in order."""
    before = within = 0.0  # seconds: of the epochs that have ended, and of the one under way
    for event in read_events(run.folder):
        match event:
            case Step():
                within += event.steps * run.recipe.batch_size / max(event.examples_per_second, 1e-9)
                yield CurvePoint(
                    kind="step",
                    step=event.step,
                    epoch=event.epoch,
                    seconds=before + within,
                    train_loss=event.loss,
                    train_accuracy=event.accuracy,
                    learning_rate=event.learning_rate,
                    examples_per_second=event.examples_per_second,
                )
            case Epoch():
                before, within = before + event.seconds, 0.0
                yield CurvePoint(
                    kind="epoch",
                    step=event.step,
                    epoch=event.epoch,
                    seconds=before,
                    train_loss=event.train_loss,
                    train_accuracy=event.train_accuracy,
                    validation_loss=event.validation_loss,
                    validation_accuracy=event.validation_accuracy,
                )
