"""Presentation: the diagram and the curves alone, enlarged and in full screen, and the return to the layout before."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSplitter, QWidget

from explorer.gui.widgets import theme


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The arrangement of a window: its place on the screen, its docks and tool bars, its page, its heights."""

    geometry: QByteArray
    layout: QByteArray
    size: QSize
    page: str
    heights: list[int]
    maximised: bool


class Presentation:
    """The presentation of one window; `before` is the arrangement to return to, None while nothing is presented.

    Meanwhile some widgets are `hidden`, others are `shown` only then, and the text of some is `enlarged`.
    """

    def __init__(
        self,
        window: QMainWindow,
        *,
        hidden: Sequence[QWidget],
        shown: Sequence[QWidget],
        enlarged: list[QWidget],
        widened: QDockWidget,
        centre: QSplitter,
    ) -> None:
        self.before: Arrangement | None = None
        self._window, self._hidden, self._shown, self._enlarged = window, hidden, shown, enlarged
        self._widened, self._centre = widened, centre

    def begin(self, before: Arrangement) -> None:
        """Show diagram and curves alone."""
        self.before = before
        self._show_parts(presented=True)
        window = self._window
        window.resizeDocks([self._widened], [window.width() // 5], Qt.Orientation.Horizontal)
        self._centre.setSizes([window.height() // 2] * self._centre.count())
        window.showFullScreen()

    def end(self) -> Arrangement | None:
        """Show everything again, and return the arrangement from before the presentation."""
        before, self.before = self.before, None
        self._show_parts(presented=False)
        if before and before.maximised:
            self._window.showMaximized()
        elif before:
            self._window.showNormal()
        return before

    def enlarge(self, widget: QWidget) -> None:
        """Enlarge a widget that was made later, whenever something is presented."""
        self._enlarged.append(widget)
        self._set_font(widget)

    def _show_parts(self, presented: bool) -> None:
        for widget in self._hidden:
            widget.setVisible(not presented)
        for widget in self._shown:
            widget.setVisible(presented)
        for widget in self._enlarged:
            self._set_font(widget)

    def _set_font(self, widget: QWidget) -> None:
        widget.setFont(theme.enlarged(self._window.font()) if self.before else self._window.font())
