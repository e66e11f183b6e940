"""The pages below the diagram, one of which is shown at a time. A new page is one entry of `PAGES`.

A page is made when it is first opened. What it shows beside the document is kept in the workspace, so that it is still
there when the window is rebuilt.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from explorer.gui.design.table import LayerTable
from explorer.gui.widgets.typed import connect_order
from explorer.gui.workspace import BLOCK, LAYERS, Workspace
from explorer.sentences import translatable

if TYPE_CHECKING:
    from explorer.gui.actions import Actions


class Pages(QStackedWidget):
    """The stack of pages; emits `opened` when another page is shown.

    `cramped` is emitted when the shown page needs more height; it carries the needed height in pixels.
    """

    opened = Signal()
    cramped = Signal(int)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._made: dict[str, QWidget] = {}
        self._shown = LAYERS
        self.layers = LayerTable(workspace.document, workspace.open_rows, workspace.open_forms)
        self._keep(LAYERS, self.layers)
        self.setMinimumHeight(10 * self.fontMetrics().height())  # instead of that of the largest page, shown or not

    def connect_actions(self, actions: "Actions") -> None:
        """Connect the actions that concern pages, and show the page that was shown last."""
        connect_order(actions.copy_table, self.layers.copy)
        self.layers.copied.connect(lambda: actions.confirmed.emit(self.tr("Copied the layer table")))
        connect_order(actions.open_block, self._workspace.document.open_block)
        self._workspace.document.block_opened.connect(self.show_block)
        self.show_page(self._workspace.page if self._workspace.page in (LAYERS, *PAGES) else LAYERS)

    def show_page(self, name: str) -> None:
        """Show the page called `name`, and give it the keyboard focus if the page before had it."""
        before = self._made[self._shown]
        has_focus = before.isAncestorOf(self.focusWidget() or self) or before.hasFocus()
        if name not in self._made:
            self._keep(name, PAGES[name].make(self._workspace, self))
        page = self._made[name]
        self._workspace.page = self._shown = name
        if page is before:
            return
        self.setCurrentWidget(page)
        if has_focus:
            page.setFocus()
        self.opened.emit()

    def show_layers(self) -> None:
        self.show_page(LAYERS)

    def show_block(self) -> None:
        self.show_page(BLOCK)

    def close_page(self) -> bool:
        """Go back to the layers, and return whether another page was shown."""
        was_open = self._workspace.page != LAYERS
        self.show_layers()
        return was_open

    def _keep(self, name: str, page: QWidget) -> None:
        self._made[name] = page
        self.addWidget(page)


def _make_block_page(workspace: Workspace, pages: Pages) -> QWidget:
    from explorer.gui.design.block_view import BlockView
    from explorer.gui.experiments.identity_panel import IdentityPanel

    panel = IdentityPanel(workspace.document, workspace.identity_trial)
    view = BlockView(workspace.document, workspace.alone_block, panel)
    view.shown.connect(panel.show_block)
    panel.grown.connect(view.ask_for_room)
    view.closed.connect(pages.show_layers)
    view.cramped.connect(pages.cramped)
    return view


class Page(NamedTuple):
    """A page: its title, and the factory that imports what the page needs, so that it slows no start unopened."""

    title: str
    make: Callable[[Workspace, Pages], QWidget]


PAGES = {
    LAYERS: Page(translatable("Layers"), lambda workspace, pages: pages.layers),  # which are there from the start
    BLOCK: Page(translatable("Block view"), _make_block_page),
}


def saved_page() -> str:
    """Return the name of the page that the window starts with; empty for the one that was open last."""
    name = str(QSettings().value("page", ""))
    return name if name in PAGES else ""
