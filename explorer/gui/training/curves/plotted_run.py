"""Line: a run on the plots, reading its values, and the runs that differ in their seeds alone. No pyqtgraph."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtGui import QColor

from explorer.architecture.design import Design
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.contrast import palest
from explorer.gui.widgets.text.language import say
from explorer.gui.workers.curves import Curves
from explorer.runs.published import Reference
from explorer.runs.recipe import Recipe
from explorer.runs.spread import Spread
from explorer.sentences import translatable

LOSS, ACCURACY, TRAIN_LOSS = 1, 2, 3  # columns of the curves
_SAME = 1e-3  # steps: what a division by the steps per epoch may have rounded


@dataclass(frozen=True, slots=True)
class Line:
    """A run on the plots; if `live` it is drawn in full, else faint, and not at all unless `is_seen`."""

    name: str
    colour: QColor
    curves: Curves
    live: bool
    id: str
    design: Design
    recipe: Recipe
    steps: int = 0  # of the whole run, 0 if not known
    reference: Reference | None = None  # published runs that this one may be compared with
    is_seen: bool = True
    side: str = ""  # the name that it shares with the runs of other seeds; empty for its own

    @property
    def pale(self) -> QColor:
        """The run's colour, as pale as can still be seen."""
        return palest(self.colour.name(), theme.colours().surface)

    @property
    def ink(self) -> QColor:
        """The colour that the run is drawn in: an earlier one is pale."""
        return self.colour if self.live else self.pale

    @property
    def last_epoch(self) -> float:
        """The epoch of its last value, or that of the whole run if it is known."""
        known = (part.column(0)[-1] for part in (self.curves.train, self.curves.validation) if part.count)
        return max(self.steps, *known, 0.0) / self.curves.steps_per_epoch

    @property
    def joinings(self) -> dict[int, int]:
        """After which epochs how many blocks join the network."""
        if not self.recipe.grow:
            return {}
        from explorer.architecture.plan import plan_network  # rare, and nothing that the first paint needs
        from explorer.runs.late_blocks import late_blocks

        return Counter(block.epoch for block in late_blocks(plan_network(self.design), self.recipe))

    @property
    def has_values(self) -> bool:
        return bool(self.curves.train.count or self.curves.validation.count)

    @property
    def newest_accuracy(self) -> float | None:
        """The validation accuracy after the last epoch done."""
        accuracies = self.curves.validation.column(ACCURACY)
        return float(accuracies[-1]) if len(accuracies) else None

    def nearest_epoch(self, wanted: float) -> float:
        """Return the epoch of the training value that is closest to the epoch `wanted`."""
        steps, step = self.curves.train.column(0), wanted * self.curves.steps_per_epoch
        after = min(int(np.searchsorted(steps, step)), len(steps) - 1)
        before = max(after - 1, 0)
        found = steps[before] if step - steps[before] < steps[after] - step else steps[after]
        return float(found) / self.curves.steps_per_epoch

    def next_epoch(self, epoch: float, way: int) -> float:
        """Return the epoch of the training value after `epoch`, or before it if `way` is negative; else the last."""
        steps, step = self.curves.train.column(0), epoch * self.curves.steps_per_epoch
        place = int(np.searchsorted(steps, step - way * _SAME, side="left" if way > 0 else "right")) - (way < 0)
        return float(steps[max(0, min(place, len(steps) - 1))]) / self.curves.steps_per_epoch

    def value_at(self, row: int, epoch: float) -> float:
        """Return the training value at the first point from `epoch` on, or at the last point."""
        steps = self.curves.train.column(0)
        place = int(np.searchsorted(steps, epoch * self.curves.steps_per_epoch - _SAME))
        return float(self.curves.train.column(row)[min(place, len(steps) - 1)])

    def validation_at(self, row: int, epoch: float) -> float | None:
        """Return the last validation value until `epoch`, or None if there is none yet."""
        steps = self.curves.validation.column(0)
        known = int(np.searchsorted(steps, epoch * self.curves.steps_per_epoch + _SAME, side="right"))
        return float(self.curves.validation.column(row)[known - 1]) if known else None


@dataclass(frozen=True, slots=True)
class SeedGroup:
    """Runs of one design and recipe that differ in nothing but the seed and the device; often a single one."""

    lines: tuple[Line, ...]

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def name(self) -> str:
        return self.first.side or self.first.name

    @property
    def has_spread(self) -> bool:
        return len(self.lines) > 1

    @property
    def epochs(self) -> int:
        """The number of epochs that all runs have done."""
        return min(line.curves.validation.count for line in self.lines)

    def validations(self, row: int) -> list[list[float]]:
        """Return the validation values by epoch of each run."""
        return [line.curves.validation.column(row).tolist() for line in self.lines]

    def band(self, row: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the epochs that all runs have done, and the mean and the deviation of their values after each."""
        values = list(zip(*self.validations(row), strict=False))
        steps = self.first.curves.validation.column(0)[: len(values)]
        spreads = [Spread.of(each) for each in values]
        mean, deviation = (np.array([getattr(each, name) for each in spreads]) for name in ("mean", "deviation"))
        return steps / self.first.curves.steps_per_epoch, mean, deviation


def groups_of(lines: Sequence[Line]) -> list[SeedGroup]:
    """Put the runs that differ in nothing but the seed into one group, in the order of their first ones.

    A run that repeats another one, seed and all, says nothing about seeds and belongs to another group.
    """
    found: dict[tuple[Design, Recipe, int], list[Line]] = {}
    repeats = Counter[tuple[Design, Recipe]]()
    for line in lines:
        recipe = line.recipe.change(device="auto")
        found.setdefault((line.design, recipe.change(seed=0), repeats[line.design, recipe]), []).append(line)
        repeats[line.design, recipe] += 1
    return [SeedGroup(tuple(each)) for each in found.values()]


def named_apart(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with names of which no two are the same: with the seed within a group, else with a number."""
    groups = groups_of(lines)
    names = [group.name for group in groups]
    found: dict[str, Line] = {}
    for place, group in enumerate(groups):
        count = names[: place + 1].count(group.name)
        side = f"{group.name} ({count})" if names.count(group.name) > 1 else group.name
        for line in group.lines:
            seed = say(translatable("{name}, seed {seed}")).format(name=side, seed=line.recipe.seed)
            found[line.id] = replace(line, name=seed if group.has_spread else side, side=side)
    return [found[line.id] for line in lines]
