"""ClassDialog: asks to which class images are to be moved."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from explorer.gui.widgets.input.search_list import Row, SearchList


class ClassDialog(QDialog):
    """Lists the classes, found by what is typed; `chosen` carries the name of the one that the user takes."""

    chosen = Signal(str)

    def __init__(self, labels: Mapping[str, str], parent: QWidget) -> None:
        """`labels` are what the window calls each class, by its name."""
        super().__init__(parent)
        self.setObjectName("classes")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Move to a class"))
        self._names = list(labels)
        self.list = SearchList(self.windowTitle(), self.tr("Type the beginning of its name"), width=44)
        self.list.accepted.connect(self._take)
        column = QVBoxLayout(self)
        column.addWidget(self.list)
        self.list.show_rows([Row((label,), words=name) for name, label in labels.items()])
        self.list.setFocus()

    def _take(self, number: int) -> None:
        self.accept()
        self.chosen.emit(self._names[number])
