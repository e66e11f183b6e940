"""Study: many runs of one design with some of its values varied, and several seeds each. No torch, no Qt.

It is written once, as `study.json` in a folder of its own below the folder of runs, and never changes; which trials are
done is in the manifests of their runs alone, so that a study can go on after any crash, from any process.
"""

from dataclasses import dataclass
from enum import StrEnum

from explorer.architecture.design import Design
from explorer.runs.recipe import Recipe
from explorer.sentences import translatable


class StudyKind(StrEnum):
    """What decides the trials of a study."""

    GRID = "grid"  # every combination of the values of its knobs
    NESTED = "nested"  # a design and deeper ones: from scratch, grown from the one before by identities, and plain
    SEARCH = "search"  # Optuna, which learns from the trials so far


class Measure(StrEnum):
    """What a study compares."""

    ACCURACY = translatable("validation accuracy")  # of the best epoch
    TRAINING_LOSS = translatable("training loss")  # after the last epoch, in eval mode, on a fixed part of the images


@dataclass(frozen=True, slots=True)
class Knob:
    """A value that a study varies: its `key` in a design or a recipe, and what it is set to, as written.

    `stage3.blocks` is one of a stage, counted from 1; every other key is a field of a design or of a recipe.
    """

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Study:
    """What is varied, and how: each trial is trained with `seeds` seeds, the recipe's and the next ones."""

    kind: StudyKind
    design: Design
    recipe: Recipe
    knobs: tuple[Knob, ...] = ()
    seeds: int = 1
    measure: Measure = Measure.ACCURACY
    name: str = ""
    created: str = ""  # with date, time and zone, as in run.json
