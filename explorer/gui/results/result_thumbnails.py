"""ResultThumbnails: what stands with the images of a run: what each is, what it was taken for, and how surely."""

from pathlib import Path

from explorer.gui.data.thumbnails.model import ThumbnailModel
from explorer.gui.data.thumbnails.pictures import ThumbnailPictures
from explorer.gui.results.decisions.run_images import RunImages
from explorer.gui.results.results_state import ResultsState, ShownResults
from explorer.gui.widgets.text.language import percent, say, whole
from explorer.paths import real_name
from explorer.runs.data.decisions import Decisions
from explorer.sentences import translatable


class ResultThumbnails(ThumbnailModel):
    """The images that the state shows, and what is decided about them."""

    def __init__(self, state: ResultsState, images: RunImages, pictures: ThumbnailPictures) -> None:
        super().__init__(pictures)
        self._state, self._images = state, images
        self._results: ShownResults | None = None
        images.changed.connect(self._show_decisions)
        self._places: dict[str, int] = {}

    def note_files(self) -> None:
        state = self._state
        self._results = state.results
        files = self._results.predictions.images.files if self._results else ()
        self._places = {files[place]: place for place in state.shown}
        self._note_decisions()

    def _note_decisions(self) -> None:
        decided = self._images.decided
        self.note_decisions(decided.decisions if decided else Decisions())

    def _show_decisions(self) -> None:
        self._note_decisions()
        self.note_changes()

    @property
    def line_count(self) -> int:
        return 2

    def lines(self, file: str) -> tuple[str, ...]:
        """Return the class of an image and what it was taken for, and how surely."""
        results, place = self._results, self._places[file]
        assert results
        made = results.predictions
        truth, predicted = results.names[results.labels[place]], results.names[made.predicted[place]]
        return truth, f"→ {percent(float(made.confidence[place]), 0)} {predicted}"

    def facts(self, file: str) -> tuple[str, ...]:
        return self._name(file), *self.lines(file)

    def path(self, file: str) -> Path | None:
        decided = self._images.decided
        return decided.images.root / real_name(file) if decided else None

    def trouble(self, file: str) -> str:
        path = self.path(file)
        return say(translatable("gone")) if path and not path.exists() else super().trouble(file)

    def tip(self, file: str) -> tuple[str, ...]:
        path = self.path(file)
        return str(path) if path else self._name(file), *self.lines(file)

    def _name(self, file: str) -> str:
        if self._results and self._results.is_named:
            return self.tr("no. {number}").format(number=whole(int(file.partition("/")[2]) + 1))
        return file.rpartition("/")[2]
