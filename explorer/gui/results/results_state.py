"""ResultsState: which run's results are shown, of which epoch and part, and which of the images. No widgets.

It is kept when the window is rebuilt.
"""

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from explorer.gui.runs.run_history import RunHistory
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.data.image_list import Part
from explorer.runs.folder import Run
from explorer.runs.results.predictions import Predictions, evaluated_epochs, read_images, read_predictions
from explorer.sentences import NOTHING, Sentence
from explorer.validation import Refused


class ResultsState(QObject):
    """The results of the run that is selected in the list of runs.

    `changed` tells of other predictions or another run, `images_changed` that other images are shown or selected.
    `epoch` is None while the newest is shown. `shown` are the places in the predictions of the images that are shown,
    `selected` the names of those of them that are selected, the current one first. `refusal` says why there are no
    predictions.
    """

    changed = Signal()
    images_changed = Signal()

    def __init__(self, history: RunHistory, pool: WorkerPool) -> None:
        super().__init__()
        self.history, self.pool = history, pool
        self.part = Part.VALIDATION
        self.epoch: int | None = None
        self.predictions: Predictions | None = None
        self.refusal: Sentence = NOTHING
        self.shown: tuple[int, ...] = ()
        self.selected: tuple[str, ...] = ()
        history.changed.connect(self.reload)
        history.progressed.connect(self.reload)

    @property
    def run(self) -> Run | None:
        """The run whose results are shown."""
        return self.history.current

    @property
    def epochs(self) -> tuple[int, ...]:
        """The epochs of which there are predictions."""
        return evaluated_epochs(self.run.folder, self.part) if self.run else ()

    @property
    def file(self) -> str:
        """The name of the image that was selected last, as in `Thumbnails`; empty if none is."""
        return self.selected[0] if self.selected else ""

    def show_images(self, places: Iterable[int]) -> None:
        """Show these images of the predictions."""
        self.shown = tuple(places)
        self.images_changed.emit()

    def select(self, files: Iterable[str]) -> None:
        """Select images, the current one first."""
        if (chosen := tuple(files)) != self.selected:
            self.selected = chosen
            self.images_changed.emit()

    def reload(self) -> None:
        """Read the predictions of the shown run and epoch again."""
        run, epochs = self.run, self.epochs
        self.predictions, self.refusal = None, NOTHING
        if run and epochs:
            epoch = self.epoch if self.epoch in epochs else epochs[-1]
            try:
                self.predictions = read_predictions(run.folder, self.part, epoch, read_images(run.folder, self.part))
            except Refused as refused:
                self.refusal = refused.sentence
        self.changed.emit()
