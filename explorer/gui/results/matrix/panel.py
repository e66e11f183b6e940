"""MatrixPanel: the confusion matrix, and how it is shown."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from explorer.gui.results.matrix.cells import MAX_CLASSES, MatrixCells
from explorer.gui.results.matrix.matrix import Matrix
from explorer.gui.results.results_state import ResultsState
from explorer.gui.results.results_view import ClassOrder, Measure
from explorer.gui.widgets.input.boxes import watch_box
from explorer.gui.widgets.text.language import whole


class MatrixPanel(QWidget):
    """The matrix; its `controls` have no place in it. `chosen` and `copied` are those of the matrix."""

    chosen = Signal(object)
    copied = Signal()

    def __init__(self, state: ResultsState) -> None:
        super().__init__()
        self._state = state
        self.measure, self.order, self.classes, self.matrix = QComboBox(), QComboBox(), QComboBox(), Matrix()
        self._fill(
            self.measure,
            "matrix_measure",
            self.tr("What the cells show"),
            (self.tr("Images"), self.tr("% of class"), self.tr("% of answers")),
        )
        self._fill(
            self.order,
            "matrix_order",
            self.tr("The order of the classes"),
            (self.tr("By name"), self.tr("By confusion")),
        )
        self.order.setItemData(1, self.tr("Classes that are confused stand side by side"), Qt.ItemDataRole.ToolTipRole)
        self._fill(
            self.classes, "matrix_classes", self.tr("Which classes are shown"), ("", self.tr("All, as a picture"))
        )
        self._many = QWidget()
        inside = QVBoxLayout(self._many)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.classes)
        self.controls = (self.measure, self.order, self._many)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.matrix)
        self.setFocusProxy(self.matrix)
        self.measure.activated.connect(self._use)
        self.order.activated.connect(self._use)
        self.classes.activated.connect(self._use)
        self.matrix.chosen.connect(self.chosen)
        self.matrix.copied.connect(self.copied)

    def _fill(self, box: QComboBox, name: str, title: str, words: Sequence[str]) -> None:
        box.addItems(words)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        box.setObjectName(name)
        box.setAccessibleName(title)
        box.setToolTip(title)
        watch_box(box)

    def _use(self) -> None:
        view = self._state.view
        view.measure = [*Measure][self.measure.currentIndex()]
        view.order = [*ClassOrder][self.order.currentIndex()]
        view.is_whole = bool(self.classes.currentIndex())
        self.show_state()

    def show_state(self) -> None:
        """Show the matrix of the predictions that are shown."""
        results, view = self._state.results, self._state.view
        if results is None:
            return
        self.measure.setCurrentIndex([*Measure].index(view.measure))
        self.order.setCurrentIndex([*ClassOrder].index(view.order))
        cells, count = MatrixCells.of(results, view), len(results.names)
        self.classes.setVisible(count > MAX_CLASSES)
        words = self.tr("The worst of {total}") if view.is_whole else self.tr("The worst {n} of {total}")
        self.classes.setItemText(0, words.format(n=whole(len(cells.classes)), total=whole(count)))
        self.classes.setCurrentIndex(int(view.is_whole))
        self.matrix.show_cells(results, cells, view.choice)
