"""The pages below the totals, in one row, one of which is shown at a time. A new page is one entry of `PAGES`.

A page is made when it is first opened. What it shows beside the document is kept in the workspace, so that it is still
there when the window is rebuilt.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from explorer.gui.design.table import LayerTable
from explorer.gui.widgets.input.typed import commit_typed, connect_order
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say
from explorer.gui.workspace import BLOCK, COMPARE, CURVES, DATA, LAYERS, RESULTS, RUNS, Workspace
from explorer.sentences import translatable

if TYPE_CHECKING:
    from explorer.gui.actions import Actions
    from explorer.gui.main_window.page_window import PageWindow


class Pages(QWidget):
    """The row and the stack of pages; emits `opened` when another page is shown, here or in a window of its own."""

    opened = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._made: dict[str, QWidget] = {}
        self._windows: dict[str, PageWindow] = {}
        self._shown = LAYERS
        self.orders: Actions
        self.layers = LayerTable(workspace.document, workspace.open_rows, workspace.open_forms)
        self.row, self._tabs, self._stack = QWidget(), QTabBar(), QStackedWidget()
        self._tabs.setExpanding(False)
        self._tabs.setDrawBase(False)
        self._tabs.setAccessibleName(self.tr("Pages"))
        for page in PAGES.values():
            self._tabs.addTab(say(page.title))
        self._beside = QHBoxLayout(self.row)
        self._beside.setContentsMargins(0, 0, theme.RHYTHM, 0)
        self._beside.addWidget(self._tabs, stretch=1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.row)
        column.addWidget(self._stack, stretch=1)
        self._keep(LAYERS, self.layers)
        lines = self.fontMetrics().height()
        self._stack.setMinimumSize(20 * lines, 10 * lines)  # instead of that of the largest page

    def connect_actions(self, actions: "Actions") -> None:
        """Connect the actions that concern pages."""
        self.orders = actions
        connect_order(actions.copy_table, self.layers.copy)
        self.layers.copied.connect(lambda: actions.confirmed.emit(self.tr("Copied the layer table")))
        connect_order(actions.open_block, self._workspace.document.open_block)
        self._workspace.document.block_opened.connect(self.show_block)
        for name, page in PAGES.items():
            actions.add_page(name, say(page.title), partial(self.show_page, name))
        connect_order(actions.own_window, self._move_page)
        apart = QToolButton(autoRaise=True)
        apart.setDefaultAction(actions.own_window)
        apart.setAccessibleName(actions.own_window.text())
        apart.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self._beside.addWidget(apart)
        self._tabs.tabBarClicked.connect(commit_typed)
        self._tabs.currentChanged.connect(lambda place: self.show_page([*PAGES][place]))
        self._workspace.pool.changed.connect(self._show_first_run)

    def _show_first_run(self) -> None:
        """Show the curves once the first run of a session has been started."""
        if self._workspace.pool.live and not self._workspace.has_trained:
            self._workspace.has_trained = True
            self.show_page(CURVES)

    def show_last(self) -> None:
        """Show the pages that were shown last, in the window before or at the last start."""
        for name in [name for name in self._workspace.page_windows if name in PAGES]:
            self._take_out(name)
        self.show_page(self._workspace.page if self._workspace.page in PAGES else LAYERS)

    def page(self, name: str) -> QWidget:
        """Return the page called `name`."""
        if name not in self._made:
            self._keep(name, PAGES[name].make(self._workspace, self))
        return self._made[name]

    @property
    def current(self) -> QWidget:
        """The page that is shown."""
        return self._made[self._shown]

    def show_page(self, name: str) -> None:
        """Show the page called `name`, and give it the keyboard focus if the page before had it.

        One that has a window of its own is shown there.
        """
        if window := self._windows.get(name):
            self._tabs.setCurrentIndex([*PAGES].index(self._shown))
            window.show()
            window.activateWindow()
            self.opened.emit()
            return
        before, page = self.current, self.page(name)
        has_focus = before.isAncestorOf(self.focusWidget() or self) or before.hasFocus()
        self._workspace.page = self._shown = name
        if page is before:
            return
        self._stack.setCurrentWidget(page)
        self._tabs.setCurrentIndex([*PAGES].index(name))
        if has_focus:
            page.setFocus()
        self.opened.emit()

    def show_layers(self) -> None:
        self.show_page(LAYERS)

    def show_block(self) -> None:
        self.show_page(BLOCK)

    def close_block(self) -> bool:
        """Go back from the block to the layers, and return whether it was shown."""
        was_open = self._shown == BLOCK
        if was_open:
            self.show_layers()
        return was_open

    def leave_block(self) -> None:
        """Go back from the block to the layers, or take its window back into the row."""
        if window := self._windows.get(BLOCK):
            window.close()
        self.show_layers()

    def _move_page(self) -> None:
        """Take the page whose window is in front back into the row, or else the shown one out of it."""
        window = next((window for window in self._windows.values() if window is QApplication.activeWindow()), None)
        if window:
            window.close()
        else:
            self._take_out(self._shown)

    def _take_out(self, name: str) -> None:
        """Show a page in a window of its own, and here the first of the others, of which one stays."""
        from explorer.gui.main_window.page_window import PageWindow

        others = [other for other in PAGES if other != name and other not in self._windows]
        if name in self._windows or not others:
            return
        page = self.page(name)
        if name == self._shown:
            self.show_page(others[0])
        self._stack.removeWidget(page)
        title, places = say(PAGES[name].title), self._workspace.page_windows
        window = self._windows[name] = PageWindow(name, title, page, places, self.window())
        window.closed.connect(self._take_back)
        self._tabs.setTabText([*PAGES].index(name), f"{title} ↗")
        if self.isVisible():
            window.show()
        self.opened.emit()

    def _take_back(self, name: str) -> None:
        """Show a page here again."""
        window = self._windows.pop(name)
        del self._workspace.page_windows[name]
        self._stack.addWidget(window.page)
        window.deleteLater()
        self._tabs.setTabText([*PAGES].index(name), say(PAGES[name].title))
        self.show_page(name)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        for window in self._windows.values():
            window.show()

    def hideEvent(self, event: QHideEvent) -> None:
        """Hide the windows of pages with this one, unless that is only minimised."""
        super().hideEvent(event)
        for window in [] if event.spontaneous() else self._windows.values():
            window.hide()

    def _keep(self, name: str, page: QWidget) -> None:
        self._made[name] = page
        self._stack.addWidget(page)


def _make_block_page(workspace: Workspace, pages: Pages) -> QWidget:
    from explorer.gui.design.block_view import BlockView
    from explorer.gui.experiments.identity_panel import IdentityPanel
    from explorer.gui.widgets.buttons import action_button

    panel = IdentityPanel(workspace.document, workspace.identity_trial)
    own_block = action_button(pages.orders.check_block, "own block")
    view = BlockView(workspace.document, workspace.alone_block, panel, panel.answers, own_block)
    view.shown.connect(panel.show_block)
    panel.branch_changed.connect(view.figure.show_state)
    for answer in panel.answers:
        answer.appeared.connect(partial(view.bring_into_view, answer))
    view.closed.connect(pages.leave_block)
    return view


def _make_data_page(workspace: Workspace, pages: Pages) -> QWidget:
    from explorer.gui.data.page import DataPage

    return DataPage(workspace.data_state, workspace.choice, workspace.pool, workspace.data_view, pages.orders)


def _make_curves_page(workspace: Workspace, pages: Pages) -> QWidget:
    from explorer.gui.runs.curves_page import CurvesPage

    return CurvesPage(workspace.document, workspace.run_history, workspace.plot_view, pages.orders)


def _make_results_page(workspace: Workspace, pages: Pages) -> QWidget:
    from explorer.gui.results.page import ResultsPage

    return ResultsPage(workspace.results_state, workspace.decided_images, workspace.choice, pages.orders)


def _make_runs_page(workspace: Workspace, pages: Pages) -> QWidget:
    from explorer.gui.runs.runs_page import RunsPage

    return RunsPage(
        workspace.document,
        workspace.choice,
        workspace.pool,
        workspace.run_history,
        workspace.studies,
        workspace.runs_view,
        pages.orders,
    )


def _make_compare_page(workspace: Workspace, pages: Pages) -> QWidget:
    from explorer.gui.compare.page import ComparePage

    return ComparePage(workspace.compare_state, pages.orders.starts)


class Page(NamedTuple):
    """A page: its title, and the factory that imports what the page needs, so that it slows no start unopened."""

    title: str
    make: Callable[[Workspace, Pages], QWidget]


PAGES = {
    LAYERS: Page(translatable("Layers"), lambda workspace, pages: pages.layers),  # which are there from the start
    BLOCK: Page(translatable("Block"), _make_block_page),
    DATA: Page(translatable("Data"), _make_data_page),
    CURVES: Page(translatable("Curves"), _make_curves_page),
    RESULTS: Page(translatable("Results"), _make_results_page),
    COMPARE: Page(translatable("Compare"), _make_compare_page),
    RUNS: Page(translatable("Runs"), _make_runs_page),
}


def saved_page() -> str:
    """Return the name of the page that the window starts with; empty for the one that was open last."""
    name = str(QSettings().value("page", ""))
    return name if name in PAGES else ""
