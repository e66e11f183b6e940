"""Tabs: widgets of which one is shown, by a row of tabs."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from explorer.gui.widgets.flow import Flow
from explorer.gui.widgets.input.typed import commit_typed
from explorer.gui.widgets.look import theme


class Tabs(QWidget):
    """The widgets, by their titles; `opened` carries the place of the one that is shown now.

    What stands beside the row goes below it where there is no room.
    """

    opened = Signal(int)

    def __init__(self, widgets: Mapping[str, QWidget], beside: Mapping[QWidget, Sequence[int]], name: str) -> None:
        """`beside` are widgets, each with the places of its tabs; `name` is what a screen reader calls the row."""
        super().__init__()
        self.bar, self.stack, self._beside = QTabBar(), QStackedWidget(), beside
        self.bar.setExpanding(False)
        self.bar.setDrawBase(False)
        self.bar.setUsesScrollButtons(True)
        self.bar.setAccessibleName(name)
        for title, widget in widgets.items():
            self.bar.addTab(title)
            self.stack.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addLayout(Flow(self.bar, *beside))
        column.addWidget(self.stack, stretch=1)
        self.bar.tabBarClicked.connect(commit_typed)
        self.bar.currentChanged.connect(self._open)
        self._open(0)

    def show_tab(self, place: int) -> None:
        self.bar.setCurrentIndex(place)

    def _open(self, place: int) -> None:
        self.stack.setCurrentIndex(place)
        for widget, places in self._beside.items():
            widget.setVisible(place in places)
        self.opened.emit(place)
