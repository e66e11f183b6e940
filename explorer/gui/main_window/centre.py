"""The centre of the window: the network above, a page below it, and how they share the height."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from explorer.gui.design.totals import Totals
from explorer.gui.diagram.diagram import Diagram
from explorer.gui.main_window.pages import Pages


class Centre(QSplitter):
    """The diagram, the strip of feature maps if there is one, and the totals with the pages below them."""

    def __init__(self, diagram: Diagram, totals: Totals, pages: Pages) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._totals, self._pages = totals, pages
        self._free_height = 0  # pixels of the diagram before a card took height; 0 while none does
        self._pressed = False
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(totals)
        column.addWidget(pages, stretch=1)
        self.setChildrenCollapsible(False)
        self.addWidget(diagram)
        self.addWidget(below)
        self.setSizes([340, 500])
        pages.opened.connect(self._share_soon)
        self.splitterMoved.connect(self._note_height)

    @property
    def heights(self) -> list[int]:
        """Return the heights in pixels of the diagram, the strip and the rest; that of a hidden strip is 0."""
        diagram, *between, below = self.sizes()
        return [diagram, sum(between), below]

    def use_heights(self, heights: list[int]) -> None:
        """Share the height in the proportions of `heights`: diagram, strip, rest."""
        diagram, strip, below = heights
        self.setSizes([diagram, strip, below] if self.count() > 2 else [diagram, below])

    def insert_strip(self, strip: QWidget) -> None:
        """Put a strip, hidden at first, between the diagram and what is below it."""
        strip.hide()
        self.insertWidget(1, strip)

    def show_strip(self, strip: QWidget, shown: bool) -> None:
        """Show the strip with a third of the height at most, or hide it and share its height."""
        strip.setVisible(shown)
        diagram, before, below = self.sizes()
        wanted = min(strip.sizeHint().height(), (diagram + before + below) // 3) if shown else 0
        above = (diagram + before + below - wanted) * diagram // max(1, diagram + below)
        self.setSizes([above, wanted, diagram + before + below - wanted - above])

    def press(self) -> None:
        """Prepare for a card that takes height: the page shrinks first, the diagram as little as possible."""
        if not self._pressed:
            self._pressed, self._free_height = True, self.sizes()[0]
        self._share_soon()

    def release(self) -> None:
        """Give the diagram its height back after the card was closed."""
        self._pressed = False
        self._share_soon()

    def _note_height(self) -> None:
        if self._pressed:
            self._free_height = self.sizes()[0]

    def _share_soon(self) -> None:
        QTimer.singleShot(0, self, self._share)

    def _share(self) -> None:
        page, layout = self._pages.current, self.window().layout()
        if not self._free_height or layout is None:
            return
        layout.activate()
        first, *between, last = self.sizes()
        room, diagram = first + last, self._free_height
        if not self._pressed:
            self._free_height = 0  # from now on the diagram is as high as the user makes it
        diagram = min(diagram, room - self._totals.height() - self._pages.row.height() - _min_height(page))
        self.setSizes([diagram, *between, room - diagram])


def _min_height(page: QWidget) -> int:
    """Return the minimum height in pixels of a page at its present width."""
    inner = page.layout()
    return inner.totalMinimumHeightForWidth(page.width()) if inner else page.minimumSizeHint().height()
