"""ImagesPanel: the images of a cell or a class, or all that are mistaken, each with what it was taken for."""

from pathlib import Path
from sys import intern

from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.gui.actions import Actions
from explorer.gui.data.thumbnails.grid import ThumbnailGrid
from explorer.gui.data.thumbnails.pictures import PictureSource, ThumbnailPictures
from explorer.gui.results.choice_words import choice_words
from explorer.gui.results.decisions.run_images import RunImages
from explorer.gui.results.result_thumbnails import ResultThumbnails
from explorer.gui.results.results_state import ResultsState, ShownResults
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.look import theme
from explorer.runs.folder.run import Run
from explorer.runs.results.choice import ImageChoice


class ImagesPanel(QWidget):
    """The grid, and above it which images they are; the button `mistakes` has no place in it."""

    def __init__(self, state: ResultsState, images: RunImages, actions: Actions) -> None:
        super().__init__()
        self._state = state
        self._shown: tuple[ShownResults | None, tuple[int, ...]] = None, ()
        self._chosen: tuple[Path, ImageChoice] | None = None  # of the images that are shown
        pictures = ThumbnailPictures(state.pool)
        self.model = ResultThumbnails(state, images, pictures)
        self.grid = ThumbnailGrid(self.model, pictures)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setFont(theme.figures_font(self.words.font()))
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.mistakes = action_button(actions.show_mistakes, "show_mistakes")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addWidget(self.words)
        column.addWidget(self.grid, stretch=1)
        self.setFocusProxy(self.grid)
        self.grid.selection_changed.connect(self.note_selection)

    def show_state(self) -> None:
        """Show the images that are chosen; those that were selected and are among them are so again.

        While others look into an image, it stays selected after another epoch, whatever it is taken for now.
        """
        state = self._state
        results, run = state.results, state.run
        if results is None or run is None or (results, state.shown) == self._shown:
            return
        before, self._shown, wanted = self._chosen, (results, state.shown), state.selected
        self._chosen = run.folder, state.view.choice
        self.grid.pictures.use(_source(run))
        self.words.setText(choice_words(results, state.view.choice))
        files = results.predictions.images.files
        self.grid.show_files([[files[place] for place in state.shown]])
        if not self.grid.selected_files():
            self.grid.select(wanted)
        if self.isVisible() or self._chosen != before or self.grid.selected_files():
            self.note_selection()

    def select_first(self) -> None:
        """Select the first image if none is selected."""
        if not self._state.selected:
            self.grid.select(self.model.files[:1])

    def note_selection(self) -> None:
        """Let those images be selected that are so in the grid."""
        current, chosen = self.grid.current_file, self.grid.selected_files()
        self._state.select(sorted(chosen, key=lambda file: file != current))


def _source(run: Run) -> PictureSource:
    return PictureSource(run.design, run.recipe, intern(run.recipe.data))  # the same object for each run of these data
