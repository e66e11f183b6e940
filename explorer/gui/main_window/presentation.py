"""Presentation: the diagram and the curves alone, large and on the whole screen, and the way back."""

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QByteArray, Qt

from explorer.gui.widgets import theme

if TYPE_CHECKING:
    from explorer.gui.main_window.window import Window


class Arrangement(NamedTuple):
    """How a window stands: its place on the screen, its docks and tool bar, the heights in its middle."""

    geometry: QByteArray
    layout: QByteArray
    sizes: list[int]
    maximised: bool


class Presentation:
    """Of one window; `before` is how that stood before it was presented."""

    def __init__(self, window: "Window") -> None:
        self.window = window
        self.before: Arrangement | None = None

    def arrangement(self) -> Arrangement:
        """How the window stands, or will stand again after the presentation."""
        window = self.window
        if self.before:
            return self.before
        return Arrangement(window.saveGeometry(), window.layout_state(), window.splitter.sizes(), window.isMaximized())

    def show(self, on: bool) -> None:
        """Diagram and curves alone; or everything again, as it was."""
        window = self.window
        self.before = self.arrangement() if on else self.before
        for each in (window.docks[0], window.pages, window.menuBar(), window.tools):
            each.setVisible(not on)
        for panel in (window.diagram, window.totals, window.training):
            panel.setFont(theme.enlarged(window.font()) if on else window.font())
        window.training.controls.setVisible(not on)
        if on:
            window.resizeDocks([window.docks[1]], [window.width() * 2 // 5], Qt.Orientation.Horizontal)
            window.splitter.setSizes([window.height(), *[0] * (window.splitter.count() - 1)])
            window.showFullScreen()
        elif self.before:
            before, self.before = self.before, None
            if before.maximised:
                window.showMaximized()
            else:
                window.showNormal()
            window.restore_state(before.layout)
            window.splitter.setSizes(before.sizes)
