"""WeightsTable: every tensor of the design and of the known weights, and what becomes of it."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QIcon, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from explorer.architecture.layers import shape_text
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.confirmation import Confirmation
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.focus_frame import FocusFrame
from explorer.gui.widgets.text.clipboard import copy_table
from explorer.gui.widgets.text.language import say
from explorer.runs.questions.weights import Weighed, WeightFit, WeightRow

_SIZE = (118, 30)  # characters and lines
_MEASURED = 300  # rows by which the columns get their widths
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class _Rows(QAbstractTableModel):
    """The rows as text, what is not simply taken first."""

    def __init__(self, weighed: Weighed, parent: QWidget) -> None:
        super().__init__(parent)
        self.headings = (
            self.tr("Tensor"),
            self.tr("What becomes of it"),
            self.tr("Shape"),
            self.tr("In the source"),
            self.tr("Shape there"),
        )
        self.rows = [_texts(row) for row in sorted(weighed.rows, key=lambda row: row.fit is WeightFit.MATCHED)]

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.headings)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.rows[index.row()][index.column()]
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        is_heading = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return self.headings[section] if is_heading else None


def _texts(row: WeightRow) -> tuple[str, ...]:
    return row.name, say(row.fit.value), shape_text(row.shape), row.there, shape_text(row.shape_there)


class WeightsTable(QDialog):
    """The table; the selected rows, or all, can be copied."""

    def __init__(self, weighed: Weighed, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("weights")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Known weights"))
        source = QLabel(weighed.source)
        source.setTextFormat(Qt.TextFormat.PlainText)
        source.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        source.setWordWrap(True)
        self.table, self._rows = QTableView(), _Rows(weighed, self)
        self.table.setModel(self._rows)
        self.table.setAccessibleName(self.windowTitle())
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(int(1.4 * self.fontMetrics().height()))
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setResizeContentsPrecision(_MEASURED)
        theme.apply_style(header, "header")
        self.table.resizeColumnsToContents()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        add_keys(
            self.table, self.tr("Copy the selected rows, or all of them"), self.copy, QKeySequence.StandardKey.Copy
        )
        self.confirmation = Confirmation(self.table.viewport())
        buttons = QDialogButtonBox()
        close = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        close.setIcon(QIcon())
        buttons.addButton(word_button(self.tr("Copy"), self.copy, "copy"), QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(theme.RHYTHM)
        column.addWidget(source)
        column.addWidget(self.table, stretch=1)
        column.addWidget(buttons)
        close.setDefault(True)
        FocusFrame(self)
        metrics = self.fontMetrics()
        self.resize(QSize(_SIZE[0] * metrics.averageCharWidth(), _SIZE[1] * metrics.lineSpacing()))

    def copy(self) -> None:
        """Copy the selected rows, or all, as TSV and as an HTML table."""
        chosen = sorted({index.row() for index in self.table.selectionModel().selectedRows()})
        copy_table([self._rows.headings, *(self._rows.rows[row] for row in chosen or range(len(self._rows.rows)))])
        self.confirmation.tell(self.tr("Copied"))
