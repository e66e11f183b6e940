"""The pages below the totals, in one row, one of which is shown at a time. A new page is one entry of `PAGES`.

A page is made when it is first opened. What it shows beside the document is kept in the workspace, so that it is still
there when the window is rebuilt.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from explorer.gui.design.table import LayerTable
from explorer.gui.widgets.language import say
from explorer.gui.widgets.typed import commit_typed, connect_order
from explorer.gui.workspace import BLOCK, COMPARE, CURVES, LAYERS, RUNS, Workspace
from explorer.sentences import translatable

if TYPE_CHECKING:
    from explorer.gui.actions import Actions


class Pages(QWidget):
    """The row and the stack of pages; emits `opened` when another page is shown."""

    opened = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._made: dict[str, QWidget] = {}
        self._shown = LAYERS
        self.orders: Actions
        self.layers = LayerTable(workspace.document, workspace.open_rows, workspace.open_forms)
        self.row, self._stack = QTabBar(), QStackedWidget()
        self.row.setExpanding(False)
        self.row.setDocumentMode(True)
        self.row.setAccessibleName(self.tr("Pages"))
        for page in PAGES.values():
            self.row.addTab(say(page.title))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.row)
        column.addWidget(self._stack, stretch=1)
        self._keep(LAYERS, self.layers)
        self._stack.setMinimumHeight(10 * self.fontMetrics().height())  # instead of that of the largest page

    def connect_actions(self, actions: "Actions") -> None:
        """Connect the actions that concern pages."""
        self.orders = actions
        connect_order(actions.copy_table, self.layers.copy)
        self.layers.copied.connect(lambda: actions.confirmed.emit(self.tr("Copied the layer table")))
        connect_order(actions.open_block, self._workspace.document.open_block)
        self._workspace.document.block_opened.connect(self.show_block)
        for name, page in PAGES.items():
            actions.add_page(name, say(page.title), partial(self.show_page, name))
        self.row.tabBarClicked.connect(commit_typed)
        self.row.currentChanged.connect(lambda place: self.show_page([*PAGES][place]))

    def show_last(self) -> None:
        """Show the page that was shown last, in the window before or at the last start."""
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
        """Show the page called `name`, and give it the keyboard focus if the page before had it."""
        before, page = self.current, self.page(name)
        has_focus = before.isAncestorOf(self.focusWidget() or self) or before.hasFocus()
        self._workspace.page = self._shown = name
        if page is before:
            return
        self._stack.setCurrentWidget(page)
        self.row.setCurrentIndex([*PAGES].index(name))
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

    def _keep(self, name: str, page: QWidget) -> None:
        self._made[name] = page
        self._stack.addWidget(page)


def _make_block_page(workspace: Workspace, pages: Pages) -> QWidget:
    from explorer.gui.design.block_view import BlockView
    from explorer.gui.experiments.identity_panel import IdentityPanel

    panel = IdentityPanel(workspace.document, workspace.identity_trial)
    view = BlockView(workspace.document, workspace.alone_block, panel, panel.answers)
    view.shown.connect(panel.show_block)
    panel.branch_changed.connect(view.figure.show_state)
    for answer in panel.answers:
        answer.appeared.connect(partial(view.bring_into_view, answer))
    view.closed.connect(pages.show_layers)
    return view


def _make_curves_page(workspace: Workspace, pages: Pages) -> QWidget:
    from explorer.gui.runs.curves_page import CurvesPage

    return CurvesPage(workspace.document, workspace.run_history, workspace.plot_view, pages.orders)


def _make_runs_page(workspace: Workspace, pages: Pages) -> QWidget:
    from explorer.gui.runs.runs_page import RunsPage

    return RunsPage(workspace.document, workspace.pool, workspace.run_history, pages.orders)


def _make_compare_page(workspace: Workspace, pages: Pages) -> QWidget:
    from explorer.gui.compare.page import ComparePage

    return ComparePage(workspace.compare_state)


class Page(NamedTuple):
    """A page: its title, and the factory that imports what the page needs, so that it slows no start unopened."""

    title: str
    make: Callable[[Workspace, Pages], QWidget]


PAGES = {
    LAYERS: Page(translatable("Layers"), lambda workspace, pages: pages.layers),  # which are there from the start
    BLOCK: Page(translatable("Block"), _make_block_page),
    CURVES: Page(translatable("Curves"), _make_curves_page),
    COMPARE: Page(translatable("Compare"), _make_compare_page),
    RUNS: Page(translatable("Runs"), _make_runs_page),
}


def saved_page() -> str:
    """Return the name of the page that the window starts with; empty for the one that was open last."""
    name = str(QSettings().value("page", ""))
    return name if name in PAGES else ""
