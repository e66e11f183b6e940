"""LayerList: the layers of the expected block and of the user's, side by side."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.table import style_table
from explorer.gui.widgets.text.language import say
from explorer.runs.questions.block_check import LayerBeside, LayerState

_SIGNS = {LayerState.SAME: "✓", LayerState.DIFFERENT: "≠", LayerState.MISSING: "–", LayerState.EXTRA: "+"}


_PLACE, _DIFFERENCE = 0, 3  # columns


class LayerList(QTableWidget):
    """A row per layer; `line_chosen` carries the line of the user's source that the selected one runs in."""

    line_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(0, 4)
        self.setAccessibleName(self.tr("Layers side by side"))
        self.setHorizontalHeaderLabels([self.tr("Layer"), self.tr("Expected"), self.tr("Yours"), self.tr("Difference")])
        style_table(self)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        for column in range(self.columnCount()):
            fits = column in (_PLACE, _DIFFERENCE)
            mode = QHeaderView.ResizeMode.ResizeToContents if fits else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(column, mode)
        header.sectionResized.connect(self.resizeRowsToContents)
        self.setWordWrap(True)  # two layers beside each other are wider than the place that there is
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        if heading := self.horizontalHeaderItem(_DIFFERENCE):
            heading.setToolTip(self.tr("The largest difference of any output of the layer"))
        self._layers: tuple[LayerBeside, ...] = ()
        self.itemSelectionChanged.connect(self._tell_line)

    def show_layers(self, layers: tuple[LayerBeside, ...]) -> None:
        self.clearSelection()
        self._layers = layers
        words = {
            LayerState.SAME: self.tr("equal"),
            LayerState.DIFFERENT: self.tr("different"),
            LayerState.MISSING: self.tr("missing in yours"),
            LayerState.EXTRA: self.tr("only in yours"),
        }
        self.setRowCount(len(layers))
        for row, layer in enumerate(layers):
            apart = "" if layer.difference is None else f"{layer.difference:.2g}"
            cells = (f"{_SIGNS[layer.state]} {say(layer.place)}", _short(layer.expected), _short(layer.pasted), apart)
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip((words[layer.state], layer.expected, layer.pasted, "")[column])
                item.setData(
                    Qt.ItemDataRole.AccessibleTextRole, f"{text}, {words[layer.state]}" if not column else text
                )
                if layer.state is not LayerState.SAME:
                    item.setForeground(QColor(theme.colours().bad))
                self.setItem(row, column, item)
        self.resizeRowsToContents()

    def _tell_line(self) -> None:
        rows = self.selectionModel().selectedRows()
        if rows and (line := self._layers[rows[0].row()].line):
            self.line_chosen.emit(line)


def _short(source: str) -> str:
    """Return a layer as one writes it: without the names of its first arguments and without usual values."""
    for part in ("in_channels=", "out_channels=", "num_features=", "kernel_size=", ", stride=1", ", padding=0"):
        source = source.replace(part, "")
    return source.removesuffix("()")
