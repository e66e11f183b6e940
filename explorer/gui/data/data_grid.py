"""DataGrid: images of the chosen data, as they are or as the network sees them."""

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from explorer.gui.choice import TrainingChoice
from explorer.gui.data.data_state import DataState
from explorer.gui.data.data_thumbnails import DataThumbnails
from explorer.gui.data.data_view import DataView
from explorer.gui.data.thumbnails.grid import ThumbnailGrid
from explorer.gui.data.thumbnails.pictures import PictureSource, ThumbnailPictures
from explorer.gui.widgets.buttons import sign_button
from explorer.gui.widgets.look import theme
from explorer.gui.workers.pool import WorkerPool


class DataGrid(ThumbnailGrid):
    """The grid; `switch`, which has no place in it, turns to what the network sees and draws that again."""

    def __init__(self, data_state: DataState, choice: TrainingChoice, pool: WorkerPool, view: DataView) -> None:
        self._choice, self._view = choice, view
        pictures = ThumbnailPictures(pool, self._source())
        super().__init__(DataThumbnails(data_state, choice, pictures), pictures)
        self.switch, self.seen = QWidget(), QCheckBox(self.tr("As the network sees them"))
        self.again = sign_button("refresh-cw", self.tr("Draw again, as another epoch does"), self._draw_again)
        self._set_up_switch()
        choice.changed.connect(self._draw)
        data_state.changed.connect(self.pictures.forget_refusal)

    def _set_up_switch(self) -> None:
        theme.apply_style(self.seen, "check")
        self.seen.setObjectName("as_seen")
        self.seen.setToolTip(
            self.tr("Resized and augmented by the recipe, as in training; otherwise the images as they are.")
        )
        self.seen.setChecked(self._view.as_seen)
        self.seen.toggled.connect(self._show_seen)
        self.again.setObjectName("draw_again")
        self.again.setEnabled(self._view.as_seen)
        row = QHBoxLayout(self.switch)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.RHYTHM // 2)
        row.addWidget(self.seen)
        row.addWidget(self.again)

    def _source(self) -> PictureSource:
        choice, view = self._choice, self._view
        return PictureSource(choice.fitted, choice.recipe, choice.data, view.draw if view.as_seen else 0)

    def _draw(self) -> None:
        self.pictures.use(self._source())

    def _show_seen(self, seen: bool) -> None:
        self._view.as_seen = seen
        self.again.setEnabled(seen)
        self._draw()

    def _draw_again(self) -> None:
        self._view.draw += 1
        self._draw()
