"""The window: places the panels. No logic.

The network comes first: diagram, totals and table are painted before anything else is made or imported. The rest of
the furniture follows at once, in the places that were kept for it.
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QDockWidget,
    QLabel,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from explorer.gui.design.diagram import Diagram
from explorer.gui.design.table import LayerTable
from explorer.gui.design.totals import Totals
from explorer.gui.document import Document
from explorer.gui.main_window.presentation import Presentation
from explorer.gui.widgets import theme
from explorer.gui.widgets.typed import commit_typed

if TYPE_CHECKING:
    from explorer.gui.design.block_view import BlockView
    from explorer.gui.experiments.feature_map_panel import FeatureMapPanel
    from explorer.gui.lessons.tutor import Tutor
    from explorer.gui.workers.pool import WorkerPool

LAYOUT = 1  # raise it when docks change, and an old layout is forgotten
DOCKS = (44, 54)  # characters


class Window(QMainWindow):
    """`language_chosen` and `size_chosen` when a person wants another language or text size: that takes a new window.

    `size_chosen` carries the steps by which the text grows, 0 for its usual size.
    """

    closed = Signal()
    language_chosen = Signal(str)
    size_chosen = Signal(int)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.is_furnished = False
        self.presentation = Presentation(self)
        self.diagram, self.totals, self.table = Diagram(document), Totals(document), LayerTable(document)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.table)
        self.diagram.block_opened.connect(self.open_block)
        self.table.block_opened.connect(self.open_block)
        self.setCentralWidget(self.centre())
        self.docks = (
            self.dock("Design", self.tr("Design"), Qt.DockWidgetArea.LeftDockWidgetArea),
            self.dock("Training", self.tr("Training"), Qt.DockWidgetArea.RightDockWidgetArea),
        )
        self.tools = QToolBar(self.tr("Tools"))
        self.tools.setObjectName("tools")
        self.tools.setMovable(False)
        self.tools.setMinimumHeight(int(2.2 * self.fontMetrics().height()))
        self.addToolBar(self.tools)
        self.menuBar().setMinimumHeight(int(1.4 * self.fontMetrics().height()))
        document.changed.connect(self.show_title)
        document.file_changed.connect(self.show_title)
        self.show_title()
        self.resize(1440, 900)
        character = self.fontMetrics().averageCharWidth()
        self.resizeDocks(list(self.docks), [character * each for each in DOCKS], Qt.Orientation.Horizontal)

    def furnish(self, pool: "WorkerPool") -> None:
        """Everything that stands around the network."""
        from explorer.gui.design.editor import DesignEditor
        from explorer.gui.main_window.files import Files
        from explorer.gui.main_window.menus import Menus
        from explorer.gui.training.panel import TrainingPanel

        self.pool = pool
        self.files = Files(self, self.document)
        self.editor, self.training = DesignEditor(self.document), TrainingPanel(self.document, pool)
        for dock, widget in zip(self.docks, (self.editor, self.training), strict=True):
            dock.setWidget(widget)
        self.menus = Menus(self, self.files, self.tools)
        self.setAcceptDrops(True)
        self.is_furnished = True

    def centre(self) -> QWidget:
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.totals)
        column.addWidget(self.pages, stretch=1)
        self.pages.setMinimumHeight(10 * self.fontMetrics().height())  # not that of the largest page, shown or not
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.diagram)
        self.splitter.addWidget(below)
        self.splitter.setSizes([340, 500])
        return self.splitter

    def dock(self, name: str, title: str, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        heading = QLabel(title)
        heading.setContentsMargins(theme.RHYTHM, 6, theme.RHYTHM, 6)
        dock.setTitleBarWidget(heading)
        dock.setWidget(QWidget())
        self.addDockWidget(area, dock)
        return dock

    @cached_property
    def block(self) -> "BlockView":
        """The view of one block, made when first wanted."""
        from explorer.gui.design.block_view import BlockView

        made = BlockView(self.document, self.pool, self.training.preflight)
        made.closed.connect(self.close_block)
        made.cramped.connect(self.make_room)
        self.pages.addWidget(made)
        return made

    def open_block(self) -> None:
        """Show the selected block instead of the layers, and let keys that went to the layers go to it."""
        if self.is_furnished:
            has_keys = self.table.hasFocus()
            self.pages.setCurrentWidget(self.block)
            if has_keys:
                self.block.back.setFocus()

    def close_block(self) -> None:
        has_keys = self.block.isAncestorOf(self.focusWidget() or self)
        self.pages.setCurrentWidget(self.table)
        if has_keys:
            self.table.setFocus()

    def make_room(self, height: int) -> None:
        """Let the diagram give way until the page below it is as high."""
        above, *between, below = self.splitter.sizes()
        missing = height - self.pages.height()
        self.splitter.setSizes([above - missing, *between, below + missing])

    @cached_property
    def travel(self) -> "FeatureMapPanel":
        """The strip of feature maps between diagram and totals, made when first wanted."""
        from explorer.gui.experiments.feature_map_panel import FeatureMapPanel

        made = FeatureMapPanel(self.document, self.pool, self.training.preflight)
        made.closed.connect(lambda: self.menus.see_travel.setChecked(False))
        made.hide()
        self.splitter.insertWidget(1, made)
        return made

    def show_travel(self, shown: bool) -> None:
        """Make room between diagram and totals, a third at most, or give it back."""
        self.travel.setVisible(shown)
        diagram, before, below = self.splitter.sizes()
        wanted = min(self.travel.sizeHint().height(), (diagram + before + below) // 3) if shown else 0
        above = (diagram + before + below - wanted) * diagram // max(1, diagram + below)
        self.splitter.setSizes([above, wanted, diagram + before + below - wanted - above])

    @cached_property
    def tutor(self) -> "Tutor":
        """The card of lessons, made when first wanted."""
        from explorer.gui.lessons.tutor import Tutor

        return Tutor(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_furnished and self.menus.present.isChecked():
            self.menus.present.setChecked(False)
        elif event.key() == Qt.Key.Key_Escape and self.pages.currentWidget() is not self.table:
            self.close_block()
        else:
            super().keyPressEvent(event)

    def show_title(self) -> None:
        self.setWindowTitle(f"ResNet Explorer: {self.document.title}[*]")
        self.setWindowModified(not self.document.undo_stack.isClean())

    def restore_layout(self) -> None:
        """As it was at the last close; settings that make no sense are passed over."""
        settings = QSettings()
        for restore, name in ((self.restoreGeometry, "geometry"), (self.restore_state, "layout")):
            if isinstance(data := settings.value(name), QByteArray):
                restore(data)

    def save_layout(self) -> None:
        """For the next start; a presentation is no layout."""
        arrangement = self.presentation.arrangement()
        QSettings().setValue("geometry", arrangement.geometry)
        QSettings().setValue("layout", arrangement.layout)

    def layout_state(self) -> QByteArray:
        """Where docks and tool bar are."""
        return self.saveState(LAYOUT)

    def restore_state(self, state: QByteArray) -> None:
        """Put docks and tool bar where `layout_state` found them; what is of another version is passed over."""
        self.restoreState(state, LAYOUT)

    def take_over(self, old: "Window") -> None:
        """Take the place of `old`: where it stood, what was opened in it, what was chosen."""
        stood = old.presentation.arrangement()
        self.restoreGeometry(stood.geometry)
        if not (old.isMaximized() or old.presentation.before):
            self.resize(old.size())  # even if that is more than the screen, which restoring does not allow
        self.restore_state(stood.layout)
        if "travel" in vars(old):  # it has its place in the splitter, seen or not
            self.travel.answers_.take_over(old.travel.answers_)
            self.menus.see_travel.setChecked(old.menus.see_travel.isChecked())
        self.splitter.setSizes(stood.sizes)
        self.table.unfold(old.table.opened)
        self.diagram.unfold(old.diagram.opened)
        self.editor.form.more.setChecked(old.editor.form.more.isChecked())
        self.training.take_over(old.training)
        if "block" in vars(old):  # what was never wanted is not there
            self.block.take_over(old.block)
            self.pages.setCurrentIndex(old.pages.currentIndex())
        if "tutor" in vars(old):
            self.tutor.take_over(old.tutor)
        self.menus.present.setChecked(old.presentation.before is not None)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.accept_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if path := self.accept_copy(event):
            commit_typed()
            self.files.take(path)

    def accept_copy(self, event: QDropEvent) -> Path | None:
        """The file that a drag offers for copying; of a move, its source would delete what a person still has."""
        can_copy = bool(event.possibleActions() & Qt.DropAction.CopyAction)
        path = self.files.dropped(event.mimeData()) if can_copy else None
        if path:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()
        return path

    def closeEvent(self, event: QCloseEvent) -> None:
        commit_typed()
        if self.is_furnished and not self.files.may_close(self.pool):
            event.ignore()
            return
        event.accept()
        self.closed.emit()
