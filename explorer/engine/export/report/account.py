"""Account: what is known about a run, gathered from its folder, for who tells it in words. No Qt."""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from explorer.architecture.plan import Plan
from explorer.engine.export.source import Source
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.data.image_list import Part
from explorer.runs.events import Epoch
from explorer.runs.folder.log import read_events
from explorer.runs.folder.run import Origin, Run, read_origin
from explorer.runs.results.confusion import ClassResult, class_results, confusion_matrix
from explorer.runs.results.predictions import Predictions, read_predictions
from explorer.sentences import Sentence
from explorer.translations import user_text
from explorer.validation import Refused


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """What the predictions for a part add up to: `matrix` is int64 (classes, classes), `results` are by class."""

    predictions: Predictions
    matrix: NDArray[np.int64]
    results: tuple[ClassResult, ...]

    @classmethod
    def read(cls, run: Run, part: Part) -> Self | None:
        """Return what the run made of a part after its best epoch; None if that is not kept."""
        try:
            predictions = read_predictions(run.folder, part, run.best_epoch)
        except Refused:
            return None
        matrix = confusion_matrix(predictions.labels, predictions.predicted, run.design.classes)
        return cls(predictions, matrix, class_results(matrix))


@dataclass(frozen=True, eq=False, slots=True)
class Account:
    """A run, the plan of its network, its `epochs` in order, its `origin`, and what its best epoch came to."""

    run: Run
    plan: Plan
    epochs: tuple[Epoch, ...]
    validation: Outcome | None
    test: Outcome | None
    origin: Origin

    @classmethod
    def of(cls, source: Source) -> Self:
        """Read what is known about the run. Raises Refused if there is none."""
        run = source.trained
        return cls(
            run=run,
            plan=source.plan,
            epochs=tuple(_numbers(event) for event in read_events(run.folder, Epoch) if isinstance(event, Epoch)),
            validation=Outcome.read(run, Part.VALIDATION),
            test=Outcome.read(run, Part.TEST),
            origin=read_origin(run.folder),
        )

    @property
    def best(self) -> Epoch | None:
        """Return the epoch whose weights are kept."""
        return next((epoch for epoch in self.epochs if epoch.epoch == self.run.best_epoch), None)

    @property
    def title(self) -> Sentence:
        return user_text(self.run.name or self.run.design.name or self.run.id)

    @property
    def is_named(self) -> bool:
        """Whether the images are a set of the catalogue, not the user's own."""
        return self.run.recipe.data in CATALOGUE

    @property
    def class_names(self) -> tuple[Sentence, ...]:
        """Return a name per class; those of a named set may be translated, those of the user's images are not."""
        return tuple(map(Sentence if self.is_named else user_text, self.run.class_names))


def _numbers(epoch: Epoch) -> Epoch:
    """Return the epoch with nan where a value was not finite, which JSON has no number for."""
    missing: dict[str, Any] = {name: math.nan for name, value in asdict(epoch).items() if value is None}
    return replace(epoch, **missing)
