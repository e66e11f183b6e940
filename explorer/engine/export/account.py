"""Account: what is known about a run, gathered from its folder, for who tells it in words. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from explorer.architecture.plan import Plan
from explorer.engine.export.source import Source
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.events import Epoch, Event, Started
from explorer.runs.folder import Run, read_versions
from explorer.runs.log import read_events
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

    @property
    def mistakes(self) -> NDArray[np.int64]:
        """Return the places of the images that were taken for another class, the most confident ones first."""
        wrong = np.flatnonzero(self.predictions.predicted != self.predictions.labels)
        return wrong[np.argsort(-self.predictions.confidence[wrong], kind="stable")]


@dataclass(frozen=True, eq=False, slots=True)
class Account:
    """A run, the plan of its network, its `epochs` in order, how it last `started`, and what its best epoch came to."""

    run: Run
    plan: Plan
    epochs: tuple[Epoch, ...]
    started: Started | None
    validation: Outcome | None
    test: Outcome | None
    versions: Mapping[str, str]

    @classmethod
    def of(cls, source: Source) -> Self:
        """Read what is known about the run. Raises Refused if there is none."""
        run = source.trained
        events: list[Event] = [event for event in read_events(run.folder) if isinstance(event, Epoch | Started)]
        return cls(
            run=run,
            plan=source.plan,
            epochs=tuple(event for event in events if isinstance(event, Epoch)),
            started=next((event for event in reversed(events) if isinstance(event, Started)), None),
            validation=Outcome.read(run, Part.VALIDATION),
            test=Outcome.read(run, Part.TEST),
            versions=read_versions(run.folder),
        )

    @property
    def best(self) -> Epoch | None:
        """Return the epoch whose weights are kept."""
        return next((epoch for epoch in self.epochs if epoch.epoch == self.run.best_epoch), None)

    @property
    def title(self) -> Sentence:
        return user_text(self.run.name or self.run.design.name or self.run.id)

    @property
    def class_names(self) -> tuple[Sentence, ...]:
        """Return a name per class; those of a named set may be translated, those of the user's images are not."""
        is_named = self.run.data is not None and self.run.data.layout is Layout.NAMED
        return tuple(map(Sentence if is_named else user_text, self.run.class_names))
