"""Presentation: the diagram and the curves alone, large and on the whole screen, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSplitter, QWidget

from explorer.gui.widgets import theme


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How a window stands: its place on the screen, its docks and tool bar, the heights in its centre."""

    geometry: QByteArray
    layout: QByteArray
    size: QSize
    heights: list[int]
    maximised: bool


class Presentation:
    """Of one window; `before` is how that stood before it was presented, None while it is not."""

    def __init__(
        self,
        window: QMainWindow,
        *,
        hidden: Sequence[QWidget],
        enlarged: Sequence[QWidget],
        widened: QDockWidget,
        centre: QSplitter,
    ) -> None:
        self.before: Arrangement | None = None
        self._window, self._hidden, self._enlarged = window, hidden, enlarged
        self._widened, self._centre = widened, centre

    def begin(self, before: Arrangement) -> None:
        """Show diagram and curves alone."""
        self.before = before
        self._show_parts(presented=True)
        window = self._window
        window.resizeDocks([self._widened], [window.width() * 2 // 5], Qt.Orientation.Horizontal)
        self._centre.setSizes([window.height(), *[0] * (self._centre.count() - 1)])
        window.showFullScreen()

    def end(self) -> Arrangement | None:
        """Show everything again, and return how the window stood before."""
        before, self.before = self.before, None
        self._show_parts(presented=False)
        if before and before.maximised:
            self._window.showMaximized()
        elif before:
            self._window.showNormal()
        return before

    def _show_parts(self, presented: bool) -> None:
        for each in self._hidden:
            each.setVisible(not presented)
        for each in self._enlarged:
            each.setFont(theme.enlarged(self._window.font()) if presented else self._window.font())
