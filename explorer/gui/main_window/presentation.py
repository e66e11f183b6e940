"""Presentation: the diagram and a page alone, enlarged and in full screen, and the return to the layout before."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QAction, QFont
from PySide6.QtWidgets import QMainWindow, QSplitter, QWidget

from explorer.gui.widgets.look import theme


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

    Meanwhile some widgets are `hidden`, what is `shown` is so only then, and the text of some widgets is `enlarged`.
    """

    def __init__(
        self,
        window: QMainWindow,
        *,
        hidden: Sequence[QWidget],
        shown: QAction,
        enlarged: list[QWidget],
        centre: QSplitter,
    ) -> None:
        self.before: Arrangement | None = None
        self._window, self._hidden, self._shown, self._enlarged = window, hidden, shown, enlarged
        self._centre = centre
        self._fonts: dict[QWidget, QFont] = {}  # before they were enlarged

    def begin(self, before: Arrangement) -> None:
        """Show the diagram and the page alone, each with its share of the height."""
        self.before = before
        self._show_parts(presented=True)
        self._centre.setSizes([self._window.height()] * self._centre.count())
        self._window.showFullScreen()

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
        self._shown.setVisible(presented)
        for widget in self._enlarged:
            self._set_font(widget)

    def _set_font(self, widget: QWidget) -> None:
        usual = self._fonts.setdefault(widget, widget.font())
        widget.setFont(theme.enlarged(usual) if self.before else usual)
