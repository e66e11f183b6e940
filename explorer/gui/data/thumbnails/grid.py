"""ThumbnailGrid: pictures of images, of which some can be selected."""

from collections.abc import Sequence
from itertools import groupby

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.gui.data.thumbnails.area import ThumbnailArea
from explorer.gui.data.thumbnails.model import ThumbnailModel
from explorer.gui.data.thumbnails.pictures import ThumbnailPictures


class ThumbnailGrid(QWidget):
    """The pictures of a model's files."""

    selection_changed = Signal()

    def __init__(self, model: ThumbnailModel, pictures: ThumbnailPictures) -> None:
        super().__init__()
        self.pictures, self.model = pictures, model
        for part in (pictures, model):
            part.setParent(self)
        self.area = ThumbnailArea(model, pictures)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.area)
        self.setFocusProxy(self.area)
        self.area.selection_changed.connect(self.selection_changed)

    def show_files(self, groups: Sequence[Sequence[str]]) -> None:
        """Show these files, those of a group beside one another; what is selected and still shown stays selected."""
        files, selected, current = self.model.files, set(self.selected_files()), self.area.currentIndex().row()
        self.model.show_files(groups)
        self.pictures.forget_refusal()
        if files != self.model.files:
            self._restore(selected, current, is_other=not {*files}.intersection(self.model.files))

    def select(self, files: Sequence[str]) -> None:
        """Select those of these files that are shown instead of others, and move the keyboard to the first."""
        shown = [file for file in files if file in self.model.files]
        if shown:
            self._restore({*shown}, self.model.files.index(shown[0]), is_other=False)
            self.area.scrollTo(self.area.currentIndex())

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

    @property
    def current_file(self) -> str:
        """The file that the keyboard is at, empty if it is at none."""
        index = self.area.currentIndex()
        return self.model.files[index.row()] if index.isValid() else ""

    def selected_files(self) -> tuple[str, ...]:
        """Return the selected files, in the order in which they are shown."""
        stretches = sorted((each.top(), each.bottom() + 1) for each in self.area.selectionModel().selection().toList())
        return tuple(dict.fromkeys(file for start, end in stretches for file in self.model.files[start:end]))
