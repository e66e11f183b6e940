"""A list that is as high as its rows, up to a few of them, and shares its width between the columns."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTreeWidget, QTreeWidgetItem

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.style import TARGET

_MAX_ROWS, _MIN_ROWS = 4, 2  # rows visible at a time
FIRST = 0.55  # share of the width that the narrow columns leave


class ShortList(QTreeWidget):
    """A list whose `narrow` columns after the first are as wide as their texts; the first has most of the rest."""

    def __init__(self, name: str, headings: Sequence[str], narrow: int = 1) -> None:
        """Make an empty list; `name` is its accessible name, for screen readers."""
        super().__init__()
        self.setColumnCount(len(headings))
        self.setHeaderLabels(list(headings))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAccessibleName(name)
        self.setFont(theme.figures_font(self.font()))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        header = self.header()
        theme.apply_style(header, "header")
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(len(headings) - 1, QHeaderView.ResizeMode.Stretch)
        self.narrow = range(1, 1 + narrow)
        for number in self.narrow:
            header.setSectionResizeMode(number, QHeaderView.ResizeMode.ResizeToContents)
        header.sectionResized.connect(self.share)

    def add(self, item: QTreeWidgetItem) -> None:
        item.setSizeHint(0, QSize(0, self._row_height()))
        self.addTopLevelItem(item)
        self.updateGeometry()

    def share(self) -> None:
        """Share the width that the narrow columns leave between the first column and the last."""
        header = self.header()
        rest = self.viewport().width() - sum(map(header.sectionSize, self.narrow))
        header.resizeSection(0, int(FIRST * rest))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.share()

    def _row_height(self) -> int:
        return max(TARGET, int(1.25 * self.fontMetrics().lineSpacing()))

    def _height_of(self, rows: int) -> int:
        header = 0 if self.isHeaderHidden() else self.header().sizeHint().height()
        return header + rows * self._row_height() + 2 * self.frameWidth()

    def sizeHint(self) -> QSize:
        return QSize(
            super().sizeHint().width(), self._height_of(max(_MIN_ROWS, min(self.topLevelItemCount(), _MAX_ROWS)))
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self._height_of(_MIN_ROWS))
