"""Published reruns of the chapter's notebook, and the rank of a run among them. No torch, no Qt."""

import json
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from statistics import quantiles

from explorer.architecture.presets import DEFAULT, preset
from explorer.resources import resource
from explorer.runs.folder.run import Run
from explorer.runs.recipe import recipe_name
from explorer.sentences import Sentence, translatable

_DIGITS = 3  # of the published accuracies


@dataclass(frozen=True, slots=True)
class Reference:
    """Final test accuracies of published runs, as fractions, ascending; the file names their source."""

    accuracies: tuple[float, ...]

    @property
    def least(self) -> float:
        return self.accuracies[0]

    @property
    def most(self) -> float:
        return self.accuracies[-1]

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """Return the quartiles of the accuracies; the middle one is the median."""
        low, middle, high = quantiles(self.accuracies, n=4, method="inclusive")
        return low, middle, high

    def standing(self, accuracy: float) -> Sentence:
        """Describe how many of the runs `accuracy`, a fraction rounded as theirs are, is better than."""
        below = bisect_left(self.accuracies, round(accuracy, _DIGITS))
        values = {"share": round(100 * below / len(self.accuracies)), "count": len(self.accuracies)}
        return Sentence(translatable("better than {share} % of {count} published runs"), values)


@cache
def published() -> Reference:
    """Return the reruns of the chapter's own network, recipe and data."""
    table = json.loads(resource("reference", f"{DEFAULT}.json").read_text(encoding="utf-8"))
    return Reference(tuple(sorted(table["test_accuracy"])))


def reference_of(run: Run) -> Reference | None:
    """Return the reference of `run`: only for the same network and recipe on all of Fashion-MNIST, from the start."""
    same = (run.recipe.data, recipe_name(run.recipe), run.parent) == ("fashion-mnist", "chapter", None)
    return published() if same and run.design == preset(DEFAULT) else None
