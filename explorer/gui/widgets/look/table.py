"""The look of tables that list what the user has, such as runs and classes: rows without a grid, figures aligned."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.style import TARGET


def row_size(table: QTableView) -> QSize:
    """Return the size of a cell, as high as a target of the mouse has to be; its width is that of its column."""
    return QSize(0, max(TARGET, int(1.5 * table.fontMetrics().height())))


def style_table(table: QTableView) -> None:
    """Give a table, which has its model, whole rows to select and a header to sort by."""
    table.setFont(theme.figures_font(table.font()))
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(row_size(table).height())
    header = table.horizontalHeader()
    theme.apply_style(header, "header")
    header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    header.setHighlightSections(False)
    header.setSectionsClickable(True)
