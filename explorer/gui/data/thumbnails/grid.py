"""ThumbnailGrid: images of the data, as they are or as the network sees them, of which some can be selected."""

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from explorer.gui.choice import TrainingChoice
from explorer.gui.data.data_state import DataState
from explorer.gui.data.data_view import DataView
from explorer.gui.data.thumbnails.area import ThumbnailArea
from explorer.gui.data.thumbnails.model import ThumbnailModel
from explorer.gui.data.thumbnails.pictures import ThumbnailPictures
from explorer.gui.widgets.buttons import sign_button
from explorer.gui.widgets.look import theme
from explorer.gui.workers.pool import WorkerPool


class ThumbnailGrid(QWidget):
    """The pictures; `switch`, which has no place in it, turns to what the network sees and draws that again."""

    selection_changed = Signal()

    def __init__(self, data_state: DataState, choice: TrainingChoice, pool: WorkerPool, view: DataView) -> None:
        super().__init__()
        self._view = view
        self.pictures = ThumbnailPictures(self, choice, pool, view)
        self.model = ThumbnailModel(self, data_state, choice, self.pictures)
        self.area = ThumbnailArea(self.model, self.pictures)
        self.switch, self.seen = QWidget(), QCheckBox(self.tr("As the network sees them"))
        self.again = sign_button("refresh-cw", self.tr("Draw again, as another epoch does"), self._draw_again)
        self._set_up_switch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.area)
        self.setFocusProxy(self.area)
        self.area.selection_changed.connect(self.selection_changed)
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

    def _show_seen(self, seen: bool) -> None:
        self._view.as_seen = seen
        self.again.setEnabled(seen)
        self.pictures.update()

    def _draw_again(self) -> None:
        self._view.draw += 1
        self.pictures.update()

    def show_files(self, groups: Sequence[Sequence[str]]) -> None:
        """Show these files, those of a group beside one another; what is selected and still shown stays selected."""
        files, selected, current = self.model.files, set(self.selected_files()), self.area.currentIndex().row()
        self.model.show_files(groups)
        self.pictures.forget_refusal()
        if files != self.model.files:
            self._restore(selected, current, is_other=not {*files}.intersection(self.model.files))

    def _restore(self, selected: set[str], current: int, is_other: bool) -> None:
        """Select files again that were selected; unless all are others, the keyboard stays where it was."""
        model, chosen = self.model, QItemSelection()
        rows = (row for row, file in enumerate(model.files) if file in selected)
        for _, found in groupby(enumerate(rows), lambda numbered: numbered[1] - numbered[0]):  # those in a line
            stretch = [row for _, row in found]
            chosen.select(model.index(stretch[0]), model.index(stretch[-1]))
        self.area.setAutoScroll(False)
        if is_other:
            self.area.scrollToTop()
        elif current >= 0:
            index = model.index(min(current, len(model.files) - 1))
            self.area.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.area.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.area.setAutoScroll(True)

    def selected_files(self) -> tuple[str, ...]:
        """Return the selected files, in the order in which they are shown."""
        stretches = sorted((each.top(), each.bottom() + 1) for each in self.area.selectionModel().selection().toList())
        return tuple(dict.fromkeys(file for start, end in stretches for file in self.model.files[start:end]))
