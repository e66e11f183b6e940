"""How runs learn, told from their curves by simple rules: falling, stalled, over-fitting; one run against another.

All curves have one value per epoch, from epoch 1. A fall or a rise counts if it is larger than a share of the value and
than the curve's own noise, which is the typical distance of a value from a smooth curve through its neighbours. No
torch, no Qt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from statistics import fmean, median
from typing import assert_never

from explorer.runs.spread import Gap, Spread
from explorer.sentences import Sentence, translatable

_FALL, _RISE = 0.01, 0.02  # least share of a loss by which it has fallen or risen
_FALL_NOISE, _RISE_NOISE = 2.0, 3.0  # least multiple of the noise
_PATIENCE = 3  # epochs without a fall that are a stall
_AFTER = 2  # least epochs after the lowest loss that can be over-fitting
_RECENT = 3  # epochs whose mean stands for the present
_MIN_NOISY = 6  # least values of which the noise is known
_THIRD_DIFFERENCE = 3.02  # its median size for noise of deviation 1: 0.674 · √20
_EQUAL = 0.2  # points between two accuracies that are the same


class Trend(StrEnum):
    UNKNOWN = auto()
    FALLING = auto()
    STALLED = auto()
    OVERFITTING = auto()


@dataclass(frozen=True, slots=True)
class Learning:
    """How a run learns, and `since` which epoch."""

    trend: Trend
    since: int = 0

    @property
    def sentence(self) -> Sentence:
        match self.trend:
            case Trend.UNKNOWN:
                return Sentence(translatable("too early to tell"))
            case Trend.FALLING:
                return Sentence(translatable("still falling"))
            case Trend.STALLED:
                return Sentence(translatable("stalled since epoch {epoch}"), {"epoch": self.since})
            case Trend.OVERFITTING:
                return Sentence(translatable("over-fits since epoch {epoch}"), {"epoch": self.since})
            case _:
                assert_never(self.trend)


def learning_of(train: Sequence[float], validation: Sequence[float]) -> Learning:
    """Judge a run by its losses per epoch.

    It over-fits if the validation loss has risen since its lowest epoch while the training loss fell. It has stalled if
    the validation loss has not fallen for three epochs. It is falling if it has fallen within the last three.
    """
    if since := _overfits_since(train, validation):
        return Learning(Trend.OVERFITTING, since)
    last = _last_fall(validation)
    if len(validation) - last >= _PATIENCE:
        return Learning(Trend.STALLED, last)
    return Learning(Trend.FALLING if last > 1 else Trend.UNKNOWN)


def _overfits_since(train: Sequence[float], validation: Sequence[float]) -> int:
    """Return the first epoch after the lowest validation loss, or 0 if the run does not over-fit."""
    around = [fmean(validation[max(place - 1, 0) : place + 2]) for place in range(len(validation))]
    lowest = around.index(min(around)) if around else 0
    after = len(validation) - 1 - lowest
    if after < _AFTER:
        return 0
    recent = min(_RECENT, after)
    rise = fmean(validation[-recent:]) - around[lowest]
    fall = train[lowest] - fmean(train[-recent:])
    risen = rise > max(_RISE * around[lowest], _RISE_NOISE * _noise(validation))
    fallen = fall > max(_FALL * train[lowest], _FALL_NOISE * _noise(train))
    return lowest + 2 if risen and fallen else 0


def _last_fall(losses: Sequence[float]) -> int:
    """Return the last epoch whose loss is clearly below that of the last such epoch before; 1 if there is none."""
    last, noise = 0, _noise(losses)
    for place, loss in enumerate(losses):
        if losses[last] - loss > max(_FALL * losses[last], _FALL_NOISE * noise):
            last = place
    return last + 1


def _noise(values: Sequence[float]) -> float:
    """Return the standard deviation of a value around a smooth curve; 0 for a curve too short to tell."""
    if len(values) < _MIN_NOISY:
        return 0.0
    fours = zip(values, values[1:], values[2:], values[3:], strict=False)
    return median(abs(one - 3 * two + 3 * three - four) for one, two, three, four in fours) / _THIRD_DIFFERENCE


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its name, and the accuracies by epoch of each of its runs."""

    name: str
    runs: tuple[Sequence[float], ...]

    def after(self, epoch: int) -> Spread:
        """Return the spread of the accuracies after an epoch that all runs have done."""
        return Spread.of([accuracies[epoch - 1] for accuracies in self.runs])


def compare_sides(first: Side, second: Side) -> Sentence | None:
    """Say which side is ahead after the last epoch that all runs have done, by how much; None before there is one.

    The side ahead learns faster if it had the other's highest accuracy in an earlier epoch. Means are compared where a
    side has several seeds, and where both have, the gap is set against the spread.
    """
    epoch = min(len(accuracies) for side in (first, second) for accuracies in side.runs)
    if not epoch:
        return None
    gap = Gap.between(second.after(epoch), first.after(epoch))
    ahead, behind = (second, first) if gap.size > 0 else (first, second)
    values: dict[str, object] = {
        "name": ahead.name,
        "other": behind.name,
        "epoch": epoch,
        "gap": 100 * abs(gap.size),
        "spread": 100 * gap.deviation,
    }
    if gap.is_clear:
        text = translatable(
            "{name} is ahead of {other}: after epoch {epoch} the gap is {gap:.1f} ± {spread:.1f} points, "
            "more than the spread of the seeds"
        )
    elif gap.seeds > 1:
        text = translatable(
            "{name} and {other} do not differ clearly: after epoch {epoch} the gap is {gap:.1f} ± {spread:.1f} "
            "points, no more than the spread of the seeds"
        )
    elif len(first.runs) != len(second.runs):
        text = translatable(
            "{name} is ahead of {other}: after epoch {epoch} the gap is {gap:.1f} points; "
            "whether that is more than chance takes several seeds of both"
        )
    elif 100 * abs(gap.size) < _EQUAL:
        text = translatable("{name} and {other} are equal after epoch {epoch}: the gap is {gap:.1f} points")
    elif max(ahead.runs[0][: epoch - 1], default=-1.0) >= max(behind.runs[0][:epoch]):
        text = translatable("{name} learns faster than {other}; after epoch {epoch} the gap is {gap:.1f} points")
    else:
        text = translatable("{name} is ahead of {other}; after epoch {epoch} the gap is {gap:.1f} points")
    return Sentence(text, values)
