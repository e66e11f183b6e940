"""The window: places the panels. No logic.

The network comes first: diagram, totals and table are painted before anything else is made or imported. The rest of
the furniture follows at once, in the places that were kept for it.
"""

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt, Signal
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

from explorer.gui import theme
from explorer.gui.diagram import Diagram
from explorer.gui.document import Document
from explorer.gui.table import LayerTable
from explorer.gui.totals import Totals

if TYPE_CHECKING:
    from explorer.gui.block import BlockView
    from explorer.gui.trainer import Trainer
    from explorer.gui.travel import Travel
    from explorer.gui.tutor import Tutor

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

    def furnish(self, trainer: "Trainer") -> None:
        """Everything that stands around the network."""
        from explorer.gui.files import Files
        from explorer.gui.menus import Menus
        from explorer.gui.stages import DesignEditor
        from explorer.gui.training import TrainingPanel

        self.trainer = trainer
        self.files = Files(self, self.document)
        self.editor, self.training = DesignEditor(self.document), TrainingPanel(self.document, trainer)
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
        from explorer.gui.block import BlockView

        made = BlockView(self.document, self.trainer, self.training.preflight)
        made.closed.connect(self.close_block)
        made.cramped.connect(self.make_room)
        self.pages.addWidget(made)
        return made

    def open_block(self) -> None:
        if self.is_furnished:
            self.pages.setCurrentWidget(self.block)

    def close_block(self) -> None:
        self.pages.setCurrentWidget(self.table)

    def make_room(self, height: int) -> None:
        """Let the diagram give way until the page below it is as high."""
        above, *between, below = self.splitter.sizes()
        missing = height - self.pages.height()
        self.splitter.setSizes([above - missing, *between, below + missing])

    @cached_property
    def travel(self) -> "Travel":
        """The strip of feature maps between diagram and totals, made when first wanted."""
        from explorer.gui.travel import Travel

        made = Travel(self.document, self.trainer, self.training.preflight)
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
        from explorer.gui.tutor import Tutor

        return Tutor(self)

    def present(self, on: bool) -> None:
        """Diagram and curves alone, large and on the whole screen; or everything again, as it was."""
        if on:
            self.ordinary = self.saveState(LAYOUT), self.splitter.sizes()
        for each in (self.docks[0], self.pages, self.menuBar(), self.tools):
            each.setVisible(not on)
        for panel in (self.diagram, self.totals, self.training):
            panel.setFont(theme.enlarged(self.font()) if on else self.font())
        self.training.controls.setVisible(not on)
        if on:
            self.resizeDocks([self.docks[1]], [self.width() * 2 // 5], Qt.Orientation.Horizontal)
            self.splitter.setSizes([self.height(), *[0] * (self.splitter.count() - 1)])
            self.showFullScreen()
        else:
            self.showNormal()
            layout, sizes = self.ordinary
            self.restoreState(layout, LAYOUT)
            self.splitter.setSizes(sizes)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_furnished and self.menus.present.isChecked():
            self.menus.present.setChecked(False)
        else:
            super().keyPressEvent(event)

    def show_title(self) -> None:
        self.setWindowTitle(f"ResNet Explorer: {self.document.title}[*]")
        self.setWindowModified(not self.document.undo_stack.isClean())

    def restore_layout(self) -> None:
        """As it was at the last close; settings that make no sense are passed over."""
        settings = QSettings()
        for restore, name in (
            (self.restoreGeometry, "geometry"),
            (lambda data: self.restoreState(data, LAYOUT), "layout"),
        ):
            if data := settings.value(name):
                restore(data)

    def take_over(self, old: "Window") -> None:
        """Take the place of `old`: where it stood, what was opened in it, what was chosen."""
        self.restoreGeometry(old.saveGeometry())
        if not old.isMaximized():
            self.resize(old.size())  # even if that is more than the screen, which restoring does not allow
        self.restoreState(old.saveState(LAYOUT), LAYOUT)
        if "travel" in vars(old):  # it has its place in the splitter, seen or not
            self.travel.journeys.take_over(old.travel.journeys)
            self.menus.see_travel.setChecked(old.menus.see_travel.isChecked())
        self.splitter.setSizes(old.splitter.sizes())
        self.table.unfold(old.table.opened)
        self.diagram.unfold(old.diagram.opened)
        self.editor.form.more.setChecked(old.editor.form.more.isChecked())
        self.training.take_over(old.training)
        if "block" in vars(old):  # what was never wanted is not there
            self.block.take_over(old.block)
            self.pages.setCurrentIndex(old.pages.currentIndex())
        if "tutor" in vars(old):
            self.tutor.take_over(old.tutor)

    def save_layout(self) -> None:
        QSettings().setValue("geometry", self.saveGeometry())
        QSettings().setValue("layout", self.saveState(LAYOUT))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.files.dropped(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if path := self.files.dropped(event.mimeData()):
            self.files.take(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.is_furnished and not self.files.may_close(self.trainer):
            event.ignore()
            return
        self.save_layout()
        event.accept()
        self.closed.emit()
