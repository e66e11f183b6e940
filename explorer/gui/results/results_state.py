"""ResultsState: which run's results are shown, of which epoch and part, and which of the images. No widgets.

It is kept when the window is rebuilt.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from PySide6.QtCore import QObject, Signal

from explorer.gui.results.classify.state import ClassifyState
from explorer.gui.results.results_view import ResultsView
from explorer.gui.results.why.evidence_view import EvidenceView
from explorer.gui.runs.folder_watch import FolderWatch
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.widgets.text.language import say
from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.data.image_list import Part
from explorer.runs.folder.run import ACTIVE, Run
from explorer.runs.questions.results import Evaluate, Evaluated
from explorer.runs.results.choice import ImageChoice
from explorer.runs.results.confusion import ClassResult, class_results, confusion_matrix
from explorer.runs.results.predictions import (
    FOLDER,
    EvaluatedImages,
    Predictions,
    evaluated_epochs,
    prediction_files,
    read_images,
    read_predictions,
)
from explorer.runs.results.seeds import SeedSpread, runs_of_other_seeds, spread_over_seeds
from explorer.sentences import NOTHING, Sentence
from explorer.validation import Refused

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class ResultsState(QObject):
    """The results of the run that is selected in the list of runs, else of the newest.

    `changed` tells of other predictions or another run, `images_changed` that other images are shown or selected.
    `epoch` is None while the newest is shown. `shown` are the places in the predictions of the images that are shown,
    `selected` the names of those of them that are selected, the current one first. `progressed` tells how many images
    of how many have been evaluated. `warning` says what is to be known of the last evaluation of the run. `evidence` is
    how the current image is looked into.

    Predictions are read when they are first asked for, and again when their file is another.
    """

    changed = Signal()
    images_changed = Signal()
    progressed = Signal(int, int)

    def __init__(self, history: RunHistory, pool: WorkerPool) -> None:
        super().__init__()
        self.history, self.pool = history, pool
        self.view, self.evidence = ResultsView(), EvidenceView()
        self.classified = ClassifyState(pool)
        self.part = Part.VALIDATION
        self.epoch: int | None = None
        self.epochs: tuple[int, ...] = ()
        self.selected: tuple[str, ...] = ()
        self.warning: Sentence = NOTHING
        self._told: tuple[object, ...] = ()  # what `changed` has told of
        self._is_read = False
        self._results: ShownResults | None = None
        self._refusal: Sentence = NOTHING
        self._shown: tuple[int, ...] = ()
        self._spread: tuple[ShownResults | None, tuple[Run, ...], SeedSpread | None] = None, (), None
        self._images: tuple[object, EvaluatedImages] = ((), EvaluatedImages((), (), ()))
        self._evaluation: Inquiry | None = None
        self._watch = FolderWatch(self)
        self._watch.changed.connect(self.reload)
        history.changed.connect(self.reload)
        pool.changed.connect(self._note_workers)
        self.reload()

    # Whose results

    @property
    def run(self) -> Run | None:
        """The run whose results are shown."""
        return self.history.current or next(iter(self.history.runs), None)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the run's data that can be shown."""
        data = self.run.data if self.run else None
        others = (Part.TEST, data.test if data else 0), (Part.TRAIN, data.train if data else 0)
        return (Part.VALIDATION, *(part for part, images in others if images))

    @property
    def is_under_way(self) -> bool:
        """Whether the run trains now or pauses."""
        return self.run is not None and self.history.state_of(self.run) in ACTIVE

    def show_part(self, part: Part) -> None:
        """Show the results on another part of the data."""
        self.part = part
        self.reload()
        self.classify(False)

    def classify(self, classifying: bool) -> None:
        """Let other images be shown in place of those of the data, or these again."""
        if classifying != self.view.classifying:
            self.view.classifying = classifying
            self.changed.emit()

    def show_epoch(self, epoch: int | None) -> None:
        """Show the predictions after an epoch; None for the newest, also of those to come."""
        self.epoch = None if self.epochs and epoch == self.epochs[-1] else epoch
        self.reload()

    def reload(self) -> None:
        """Look which predictions there are now; emits `changed` if they are others."""
        folder = self.run.folder if self.run else None
        if self.part not in self.parts:
            self.part = Part.VALIDATION
        if self._told and folder != self._told[0]:
            self.epoch, self.warning, self.selected = None, NOTHING, ()
        self.epochs = evaluated_epochs(folder, self.part) if folder else ()
        self._watch.watch([folder / FOLDER] if folder else [])
        stamp = self._found_stamp()
        told = folder, self.history.runs, self.is_under_way, self.part, self.epochs, stamp
        if told != self._told:
            self._is_read = self._is_read and stamp == self._told[-1]
            self._told = told
            self.changed.emit()

    @property
    def shown_epoch(self) -> int:
        """The epoch whose predictions are shown; 0 if there are none."""
        if self.epoch in self.epochs:
            return self.epoch or 0
        return self.epochs[-1] if self.epochs else 0

    # What the network made of the images

    @property
    def results(self) -> "ShownResults | None":
        """The predictions that are shown and what they add up to; None if there are none."""
        self._read()
        return self._results

    @property
    def predictions(self) -> Predictions | None:
        """The predictions that are shown."""
        found = self.results
        return found.predictions if found else None

    @property
    def spread(self) -> SeedSpread | None:
        """How far the results of runs lie apart that differ from the shown one in the seed alone; None without such.

        All are taken at the same epoch, or if that is the shown run's best one, each at its own.
        """
        found, runs = self.results, self.history.runs
        if self._spread[0] is not found or self._spread[1] is not runs:
            self._spread = found, runs, self._find_spread(found) if found else None
        return self._spread[2]

    @property
    def refusal(self) -> Sentence:
        """Why the predictions cannot be read, or why the run could not be evaluated."""
        self._read()
        return self._refusal

    @property
    def shown(self) -> tuple[int, ...]:
        """The places in the predictions of the images that are shown."""
        self._read()
        return self._shown

    @property
    def file(self) -> str:
        """The name of the image that was selected last, as in `Thumbnails`; empty if none is."""
        return self.selected[0] if self.selected else ""

    def choose(self, choice: ImageChoice) -> None:
        """Show other images."""
        self.view.choice = choice
        self._find_images()
        self.images_changed.emit()

    def show_images(self, places: Iterable[int]) -> None:
        """Show these images of the predictions."""
        self._read()
        self._shown = tuple(places)
        self.images_changed.emit()

    def select(self, files: Iterable[str]) -> None:
        """Select images, the current one first."""
        if (chosen := tuple(files)) != self.selected:
            self.selected = chosen
            self.images_changed.emit()

    def _found_stamp(self) -> tuple[object, ...]:
        """Return what is another when the files to read are others."""
        run, epoch = self.run, self.shown_epoch
        if run is None or not epoch:
            return (run.folder if run else None, self.part)
        return tuple((file, _stamp(file)) for file in prediction_files(run.folder, self.part, epoch))

    def _read(self) -> None:
        """Read the predictions if they are others than those that were read."""
        if self._is_read:
            return
        self._is_read, run = True, self.run
        self._results, self._refusal, self._shown = None, NOTHING, ()
        if run is None or not self.shown_epoch:
            return
        try:
            images = self._read_images(run)
            predictions = read_predictions(run.folder, self.part, self.shown_epoch, images)
        except Refused as refused:
            self._refusal = refused.sentence
            return
        self._results = ShownResults.of(predictions, run)
        self._find_images()

    def _read_images(self, run: Run) -> EvaluatedImages:
        """Return the images of the shown part, read only if their file is another. Raises Refused."""
        stamp, before = self._found_stamp()[0], self._images[1]
        if stamp != self._images[0]:
            self._images = stamp, read_images(run.folder, self.part)
            if before.class_names != self._images[1].class_names:
                self.view.choice = ImageChoice()
        return self._images[1]

    def _find_spread(self, results: "ShownResults") -> SeedSpread | None:
        run, mine = self.run, results.predictions
        if run is None:
            return None
        found = [mine]
        for other in runs_of_other_seeds(run, self.history.runs):
            epoch = other.best_epoch if mine.epoch == run.best_epoch else mine.epoch
            with suppress(Refused):
                found.append(read_predictions(other.folder, mine.part, epoch, mine.images))
        return spread_over_seeds(found) if len(found) > 1 else None

    def _find_images(self) -> None:
        if found := self.results:
            made = found.predictions
            self._shown = self.view.choice.places(found.labels, made.predicted, made.confidence)

    # Evaluating

    @property
    def is_evaluating(self) -> bool:
        return self._evaluation is not None

    def evaluate(self) -> None:
        """Let a worker evaluate the best weights of the run on the shown part."""
        run = self.run
        assert run
        self.cancel()
        self._refusal = NOTHING
        question = Evaluate(run.design, run.recipe, runs=run.folder.parent, run=run.id, part=self.part)
        self._evaluation = Inquiry(self.pool, question)
        self._evaluation.progressed.connect(self.progressed)
        self._evaluation.answered.connect(self._note_answer)
        self._evaluation.refused.connect(self._note_refusal)
        self.changed.emit()

    def cancel(self) -> None:
        """End the evaluation without results."""
        if self._evaluation:
            self._evaluation.cancel()
            self._evaluation = None
            self.changed.emit()

    def waiting_reason(self) -> str:
        """Return why the evaluation has not begun; empty if it has."""
        waits = self._evaluation and self._evaluation.state is InquiryState.WAITING
        return self.pool.busy_reason() if waits else ""

    def _note_workers(self) -> None:
        if self.waiting_reason():
            self.changed.emit()

    def _note_answer(self, answer: Evaluated) -> None:
        self._evaluation = None
        self.history.reload()  # how often the test part has been looked at
        if self.run and self.run.id == answer.run:
            self.warning = answer.warning
            self.reload()
            self.show_epoch(answer.epoch)
        self.changed.emit()

    def _note_refusal(self, reason: Sentence) -> None:
        self._evaluation = None
        self._read()
        self._refusal = reason
        self.changed.emit()


@dataclass(frozen=True, eq=False, slots=True)
class ShownResults:
    """Predictions and what they add up to.

    `labels`, int32 (n,), are the true classes, `matrix` is int64 (classes, classes) as in `confusion_matrix`, `names`
    are what the window calls the classes, `classes` how well each is recognised. The images of a run are those of a
    set that is named in the catalogue, or the user's.
    """

    predictions: Predictions
    labels: "NDArray[np.int32]"
    matrix: "NDArray[np.int64]"
    names: tuple[str, ...]
    classes: tuple[ClassResult, ...]
    is_named: bool

    @classmethod
    def of(cls, predictions: Predictions, run: Run) -> Self:
        """Return the results of a run, the names of whose classes are translated unless they are the user's."""
        labels, names = predictions.labels, predictions.images.class_names
        matrix = confusion_matrix(labels, predictions.predicted, len(names))
        is_named = run.recipe.data in CATALOGUE
        shown = tuple(map(say, names)) if is_named else names
        return cls(predictions, labels, matrix, shown, class_results(matrix), is_named)


def _stamp(file: Path) -> tuple[int, ...]:
    """Return what is another when a file is; empty if it is gone."""
    try:
        status = file.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_mtime_ns, status.st_size
