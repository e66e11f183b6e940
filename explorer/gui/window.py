"""The window: places the panels and builds the menus. No logic."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSettings, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QMenu,
    QSplitter,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from explorer.architecture.names import VOCABULARIES
from explorer.gui import theme
from explorer.gui.block import BlockView
from explorer.gui.diagram import Diagram
from explorer.gui.document import Document
from explorer.gui.files import Files
from explorer.gui.menus import fill_preset_menu
from explorer.gui.stages import DesignEditor
from explorer.gui.table import LayerTable
from explorer.gui.totals import Totals
from explorer.gui.trainer import Trainer
from explorer.gui.training import TrainingPanel

LAYOUT = 1  # raise it when docks change, and an old layout is forgotten


class Window(QMainWindow):
    closed = Signal()

    def __init__(self, document: Document, trainer: Trainer) -> None:
        super().__init__()
        self.document, self.trainer = document, trainer
        self.files = Files(self, document)
        self.editor = DesignEditor(document)
        self.diagram, self.totals, self.table = Diagram(document), Totals(document), LayerTable(document)
        self.block = BlockView(document)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.table)
        self.pages.addWidget(self.block)
        self.diagram.block_opened.connect(lambda: self.pages.setCurrentWidget(self.block))
        self.table.block_opened.connect(lambda: self.pages.setCurrentWidget(self.block))
        self.block.closed.connect(lambda: self.pages.setCurrentWidget(self.table))
        self.training = TrainingPanel(document, trainer)
        self.setCentralWidget(self.centre())
        self.docks = (
            self.dock(self.tr("Design"), self.editor, Qt.DockWidgetArea.LeftDockWidgetArea),
            self.dock(self.tr("Training"), self.training, Qt.DockWidgetArea.RightDockWidgetArea),
        )
        self.make_actions()
        self.make_menus()
        self.make_toolbar()
        self.setAcceptDrops(True)
        document.changed.connect(self.show_title)
        document.file_changed.connect(self.show_title)
        trainer.changed.connect(self.show_state)
        self.show_title()
        self.show_state()
        self.resize(1440, 900)
        self.resizeDocks(
            list(self.docks), [self.fontMetrics().averageCharWidth() * n for n in (44, 54)], Qt.Orientation.Horizontal
        )

    def centre(self) -> QWidget:
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.totals)
        column.addWidget(self.pages, stretch=1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.diagram)
        splitter.addWidget(below)
        splitter.setSizes([340, 500])
        return splitter

    def dock(self, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(title)
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    def action(
        self, text: str, do: Callable[[], object], keys: QKeySequence.StandardKey | str | None = None, icon: str = ""
    ) -> QAction:
        made = QAction(text, self)
        made.triggered.connect(lambda: do())
        if keys is not None:
            made.setShortcut(QKeySequence(keys))
        if icon:
            theme.set_icon(made, icon)
        return made

    def make_actions(self) -> None:
        key, training = QKeySequence.StandardKey, self.training
        self.undo = self.document.undo_stack.createUndoAction(self, self.tr("Undo"))
        self.redo = self.document.undo_stack.createRedoAction(self, self.tr("Redo"))
        for action, keys, icon in ((self.undo, key.Undo, "undo-2"), (self.redo, key.Redo, "redo-2")):
            action.setShortcut(QKeySequence(keys))
            theme.set_icon(action, icon)
        self.pin = self.action(self.tr("Pin as baseline"), lambda: self.document.pin(self.document.plan), icon="pin")
        self.unpin = self.action(self.tr("Unpin baseline"), lambda: self.document.pin(None), icon="pin-off")
        self.copy_source = self.action(self.tr("Copy as PyTorch"), self.files.copy_source, icon="copy")
        self.start = self.action(self.tr("Start"), training.begin, "F5")
        self.pause = self.action(self.tr("Pause"), self.trainer.pause)
        self.resume = self.action(self.tr("Resume"), self.trainer.resume)
        self.step = self.action(self.tr("Step"), self.trainer.step_once, "F10")
        self.stop = self.action(self.tr("Stop"), self.trainer.stop, "Shift+F5")

    def make_menus(self) -> None:
        key, files, bar = QKeySequence.StandardKey, self.files, self.menuBar()
        menu = bar.addMenu(self.tr("&File"))
        menu.addAction(self.action(self.tr("Open …"), files.ask_open, key.Open))
        self.recent = menu.addMenu(self.tr("Open recent"))
        self.recent.aboutToShow.connect(lambda: files.fill_recent(self.recent))
        menu.addAction(self.action(self.tr("Save"), files.save, key.Save))
        menu.addAction(self.action(self.tr("Save as …"), files.ask_save, "Ctrl+Shift+S"))
        self.export = menu.addMenu(self.tr("Export"))
        self.export.aboutToShow.connect(lambda: files.fill_export(self.export))
        menu.addSeparator()
        menu.addAction(self.action(self.tr("Quit"), self.close, key.Quit))
        menu = bar.addMenu(self.tr("&Edit"))
        menu.addActions([self.undo, self.redo])
        menu.addSeparator()
        menu.addAction(self.action(self.tr("Copy design as text"), files.copy_line, "Ctrl+Shift+C"))
        menu.addAction(self.action(self.tr("Paste design"), files.paste_line, "Ctrl+Shift+V"))
        menu.addAction(self.copy_source)
        menu.addAction(self.action(self.tr("Copy layer table"), self.table.copy))
        menu = bar.addMenu(self.tr("&Design"))
        self.presets = QMenu(self.tr("Preset"), self)
        self.presets.aboutToShow.connect(lambda: fill_preset_menu(self.presets, self.document))
        menu.addMenu(self.presets)
        menu.addAction(self.action(self.tr("Add stage"), self.editor.add.click))
        menu.addActions([self.pin, self.unpin])
        menu = bar.addMenu(self.tr("&Train"))
        menu.addActions([self.start, self.pause, self.resume, self.step, self.stop])
        self.names = self.make_names_menu()
        menu = bar.addMenu(self.tr("&View"))
        menu.addActions([dock.toggleViewAction() for dock in self.docks])
        menu.addSeparator()
        self.make_theme_menu(menu.addMenu(self.tr("Colours")))
        menu.addMenu(self.names)

    def make_names_menu(self) -> QMenu:
        menu, group = QMenu(self.tr("Names"), self), QActionGroup(self)
        names = {"torchvision": "torchvision", "chapter": self.tr("the chapter"), "paper": self.tr("the paper")}
        for vocabulary in VOCABULARIES:
            action = self.action(names[vocabulary], partial(self.document.use_names, vocabulary))
            action.setCheckable(True)
            action.setChecked(vocabulary == self.document.vocabulary)
            action.setObjectName(vocabulary)
            group.addAction(action)
            menu.addAction(action)
        return menu

    def make_theme_menu(self, menu: QMenu) -> None:
        names = {"system": self.tr("as the system"), "light": self.tr("light"), "dark": self.tr("dark")}
        group = QActionGroup(self)
        for name in theme.THEMES:
            action = self.action(names[name], partial(self.use_theme, name))
            action.setCheckable(True)
            action.setChecked(name == theme.saved_theme())
            group.addAction(action)
            menu.addAction(action)

    def use_theme(self, name: str) -> None:
        QSettings().setValue("theme", name)
        theme.apply_theme(name)
        theme.renew_icons(self)

    def make_toolbar(self) -> None:
        bar = QToolBar(self.tr("Tools"))
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setIconSize(QSize(18, 18))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.addActions([self.undo, self.redo])
        for action in (self.undo, self.redo):
            button = bar.widgetForAction(action)
            assert isinstance(button, QToolButton)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        bar.addSeparator()
        bar.addWidget(self.menu_button(self.presets, "preset"))
        bar.addActions([self.pin, self.unpin, self.copy_source])
        bar.addWidget(self.menu_button(self.names, "names"))
        self.addToolBar(bar)

    def menu_button(self, menu: QMenu, name: str) -> QToolButton:
        button = QToolButton()
        button.setText(menu.title())
        button.setObjectName(name)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        return button

    def show_title(self) -> None:
        self.setWindowTitle(f"ResNet Explorer: {self.document.title}[*]")
        self.setWindowModified(not self.document.undo_stack.isClean())
        self.unpin.setVisible(self.document.baseline is not None)
        self.copy_source.setEnabled(not self.document.plan.obstacles)

    def show_state(self) -> None:
        state, busy = self.trainer.state, self.trainer.is_busy()
        self.start.setEnabled(not busy and self.training.start.isEnabled())
        self.pause.setEnabled(state == "running")
        for action in (self.resume, self.step):
            action.setEnabled(state == "paused")
        self.stop.setEnabled(busy and state != "stopping")

    def restore_layout(self) -> None:
        """As it was at the last close; settings that make no sense are passed over."""
        settings = QSettings()
        for restore, name in (
            (self.restoreGeometry, "geometry"),
            (lambda data: self.restoreState(data, LAYOUT), "layout"),
        ):
            if data := settings.value(name):
                restore(data)

    def save_layout(self) -> None:
        QSettings().setValue("geometry", self.saveGeometry())
        QSettings().setValue("layout", self.saveState(LAYOUT))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.files.dropped(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        if path := self.files.dropped(event.mimeData()):
            self.files.open(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.files.may_close(self.trainer):
            self.save_layout()
            event.accept()
            self.closed.emit()
        else:
            event.ignore()
