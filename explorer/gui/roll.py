"""A list that is as high as its rows, up to a few of them, and gives way where it is narrow."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTreeWidget, QTreeWidgetItem

from explorer.gui import theme

MOST, LEAST = 4, 2  # rows visible at a time
NAME = "ResNet-18 (D"  # what has room in the first column


class Roll(QTreeWidget):
    """The second column and the `narrow` ones after it are as wide as their texts, the last one has the rest."""

    def __init__(self, name: str, headings: Sequence[str], narrow: int = 1) -> None:
        """`name` is for those who cannot see it."""
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
        theme.dress(header, "header")
        header.setStretchLastSection(True)
        header.resizeSection(0, self.fontMetrics().horizontalAdvance(NAME) + 2 * theme.RHYTHM)
        for number in range(1, 1 + narrow):
            header.setSectionResizeMode(number, QHeaderView.ResizeMode.ResizeToContents)

    def on_keys(self, keys: str, do: Callable[[], None]) -> None:
        """Let `keys` do something while the list has the focus."""
        QShortcut(QKeySequence(keys), self, do, context=Qt.ShortcutContext.WidgetShortcut)

    def add(self, item: QTreeWidgetItem) -> None:
        item.setSizeHint(0, QSize(0, self.row_height()))
        self.addTopLevelItem(item)
        self.updateGeometry()

    def row_height(self) -> int:
        return int(1.25 * self.fontMetrics().lineSpacing())

    def height_of(self, rows: int) -> int:
        header = 0 if self.isHeaderHidden() else self.header().sizeHint().height()
        return header + rows * self.row_height() + 2 * self.frameWidth()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.height_of(max(LEAST, min(self.topLevelItemCount(), MOST))))

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self.height_of(LEAST))
