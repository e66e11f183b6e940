"""ThumbnailGrid: names of the files that would be shown."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QListWidget

from explorer.gui.choice import TrainingChoice
from explorer.gui.data.data_state import DataState
from explorer.gui.data.data_view import DataView
from explorer.gui.workers.pool import WorkerPool


class ThumbnailGrid(QListWidget):
    """The names."""

    selection_changed = Signal()

    def __init__(self, state: DataState, choice: TrainingChoice, pool: WorkerPool, view: DataView) -> None:
        super().__init__()
        self.switch = QComboBox()
        self.switch.addItems(["as they are", "as the network sees them"])
        self.switch.setAccessibleName("Images")
        self.setAccessibleName("Images")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.itemSelectionChanged.connect(self.selection_changed)

    def show_files(self, groups: Sequence[Sequence[str]]) -> None:
        files = [file for group in groups for file in group]
        if files != [self.item(row).text() for row in range(self.count())]:
            self.clear()
            self.addItems(files)

    def selected_files(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.selectedItems())
