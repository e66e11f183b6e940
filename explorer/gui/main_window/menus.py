"""The menus and the tool bar: everything that a person can ask of the whole window, each as one action."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QSize, Qt, SignalInstance
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu, QToolBar, QToolButton

from explorer.architecture.names import VOCABULARIES
from explorer.architecture.plan import Section
from explorer.gui.design.outline import find_part
from explorer.gui.main_window.files import Files
from explorer.gui.widgets import theme
from explorer.gui.widgets.boxes import redo_keys, undo_keys
from explorer.gui.widgets.choices import fill_choices, fill_preset_menu
from explorer.gui.widgets.language import chosen_language
from explorer.gui.widgets.typed import commit_typed, connect_order, take_back_typed

if TYPE_CHECKING:
    from explorer.gui.main_window.window import Window

Keys = QKeySequence.StandardKey


class Menus(QObject):
    """The actions of a furnished window, and where they stand."""

    def __init__(self, window: "Window", files: Files, bar: QToolBar) -> None:
        super().__init__(window)
        self.window, self.files = window, files
        self.document, self.pool, self.training = window.document, window.pool, window.training
        self.make_actions()
        self.make_edit_actions()
        menus = window.menuBar()
        menus.setObjectName("menus")
        self.fill_file_menu(menus.addMenu(self.tr("&File")))
        self.fill_edit_menu(menus.addMenu(self.tr("&Edit")))
        self.fill_design_menu(menus.addMenu(self.tr("&Design")))
        self.fill_train_menu(menus.addMenu(self.tr("&Train")))
        self.names = self.make_names_menu()
        self.fill_view_menu(menus.addMenu(self.tr("&View")))
        self.fill_help_menu(menus.addMenu(self.tr("&Help")))
        self.fill_tools(bar)
        self.document.changed.connect(self.show_design)
        self.document.changed.connect(self.show_state)
        self.document.selection_changed.connect(self.show_design)
        self.pool.changed.connect(self.show_state)
        self.show_design()
        self.show_state()

    def action(self, text: str, do: Callable[[], object], keys: Keys | str | None = None, icon: str = "") -> QAction:
        made = QAction(text, self.window)
        connect_order(made, do)
        if keys is not None:
            self.hear(made, QKeySequence(keys))
        if icon:
            theme.set_icon(made, icon)
        return made

    def hear(self, action: QAction, *keys: QKeySequence) -> None:
        """Let `keys` trigger it, even while the menus are hidden."""
        action.setShortcuts(keys)
        self.window.addAction(action)

    def make_actions(self) -> None:
        pool, training = self.pool, self.training
        self.pin = self.action(self.tr("Pin as baseline"), self.pin_design, icon="pin")
        self.unpin = self.action(self.tr("Unpin baseline"), lambda: self.document.pin(None), icon="pin-off")
        self.open_block = self.action(self.tr("Open block"), self.window.open_block)
        self.copy_source = self.action(self.tr("Copy as PyTorch"), self.files.copy_source, icon="copy")
        self.start = self.action(self.tr("Start"), training.begin, "F5")
        self.twin = self.action("", training.begin_twins, "Ctrl+F5")
        self.pause = self.action(self.tr("Pause"), pool.pause)
        self.resume = self.action(self.tr("Resume"), pool.unpause)
        self.step = self.action(self.tr("Step"), pool.step_once, "F10")
        self.stop = self.action(self.tr("Stop"), pool.stop, "Shift+F5")

    def make_edit_actions(self) -> None:
        stack = self.document.undo_stack
        self.undo = stack.createUndoAction(self.window, self.tr("Undo"))
        self.redo = stack.createRedoAction(self.window, self.tr("Redo"))
        for action, do, keys, icon in (
            (self.undo, self.undo_last, undo_keys(), "undo-2"),
            (self.redo, self.redo_next, redo_keys(), "redo-2"),
        ):
            action.triggered.disconnect()  # the stack knows nothing of what is being typed
            action.triggered.connect(do)
            self.hear(action, *keys)
            theme.set_icon(action, icon)

    def undo_last(self) -> None:
        if not take_back_typed(QApplication.focusWidget()):
            self.document.undo_stack.undo()

    def redo_next(self) -> None:
        take_back_typed(QApplication.focusWidget())
        self.document.undo_stack.redo()

    def pin_design(self) -> None:
        self.document.pin(self.document.plan)

    def fill_file_menu(self, menu: QMenu) -> None:
        files = self.files
        menu.addAction(self.action(self.tr("Open …"), files.ask_open, Keys.Open))
        self.recent = menu.addMenu(self.tr("Open recent"))
        self.recent.aboutToShow.connect(lambda: files.fill_recent(self.recent))
        menu.addAction(self.action(self.tr("Save"), files.save, Keys.Save))
        menu.addAction(self.action(self.tr("Save as …"), files.ask_save, "Ctrl+Shift+S"))
        self.export = menu.addMenu(self.tr("Export"))
        self.export.aboutToShow.connect(lambda: files.fill_export(self.export))
        menu.addSeparator()
        menu.addAction(self.action(self.tr("Quit"), self.window.close, Keys.Quit))

    def fill_edit_menu(self, menu: QMenu) -> None:
        menu.addActions([self.undo, self.redo])
        menu.addSeparator()
        menu.addAction(self.action(self.tr("Copy design as text"), self.files.copy_line, "Ctrl+Shift+C"))
        menu.addAction(self.action(self.tr("Paste design"), self.files.paste_line, "Ctrl+Shift+V"))
        menu.addAction(self.copy_source)
        menu.addAction(self.action(self.tr("Copy layer table"), self.window.table.copy))

    def fill_design_menu(self, menu: QMenu) -> None:
        self.presets = menu.addMenu(self.tr("Preset"))
        self.presets.aboutToShow.connect(lambda: fill_preset_menu(self.presets, self.document))
        menu.addAction(self.action(self.tr("Add stage"), self.window.editor.add.click))
        menu.addActions([self.open_block, self.pin, self.unpin])

    def fill_train_menu(self, menu: QMenu) -> None:
        menu.addActions([self.start, self.twin, self.pause, self.resume, self.step, self.stop])
        menu.addSeparator()
        self.find_rate = self.action(self.tr("Find a learning rate …"), self.training.find_rate)
        menu.addAction(self.find_rate)

    def fill_view_menu(self, menu: QMenu) -> None:
        window = self.window
        menu.addActions([dock.toggleViewAction() for dock in window.docks])
        for action in menu.actions():
            action.triggered.connect(commit_typed)
        self.see_travel = menu.addAction(self.tr("See the image travel"))
        self.see_travel.setCheckable(True)
        self.see_travel.toggled.connect(commit_typed)
        self.see_travel.toggled.connect(window.show_travel)
        menu.addSeparator()
        self.present = menu.addAction(self.tr("Present"))
        self.present.setCheckable(True)
        self.hear(self.present, QKeySequence("F11"))
        self.present.toggled.connect(commit_typed)
        self.present.toggled.connect(window.presentation.show)
        for text, keys, by in (
            (self.tr("Larger text"), Keys.ZoomIn, 1),
            (self.tr("Smaller text"), Keys.ZoomOut, -1),
            (self.tr("Usual text size"), "Ctrl+0", 0),
        ):
            menu.addAction(self.action(text, partial(window.size_chosen.emit, by), keys))
        menu.addSeparator()
        words = {
            "system": self.tr("as the system"),
            "light": self.tr("light"),
            "dark": self.tr("dark"),
            "projector": self.tr("for a projector and for colour-blind eyes"),
        }
        fill_choices(menu.addMenu(self.tr("Colours")), words, theme.saved_theme(), self.use_theme)
        words = {"system": self.tr("as the system"), "en": "English", "zh_CN": "简体中文"}
        fill_choices(menu.addMenu(self.tr("Language")), words, chosen_language(), window.language_chosen.emit)
        menu.addMenu(self.names)

    def make_names_menu(self) -> QMenu:
        menu = QMenu(self.tr("Names"), self.window)
        words = {"torchvision": "torchvision", "chapter": self.tr("the chapter"), "paper": self.tr("the paper")}
        choices = {vocabulary: words[vocabulary] for vocabulary in VOCABULARIES}
        fill_choices(menu, choices, self.document.vocabulary, self.document.use_names)
        return menu

    def fill_help_menu(self, menu: QMenu) -> None:
        self.chapter = menu.addMenu(self.tr("Chapter"))
        self.chapter.aboutToShow.connect(lambda: self.window.tutor.fill_menu(self.chapter))
        menu.addAction(self.action(self.tr("Tour"), lambda: self.window.tutor.teach("tour")))

    def use_theme(self, name: str) -> None:
        QSettings().setValue("theme", name)
        theme.apply_theme(name)
        theme.restyle(self.window)

    def fill_tools(self, bar: QToolBar) -> None:
        theme.apply_style(bar, "tools")
        bar.setIconSize(QSize(18, 18))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        stack = self.document.undo_stack
        bar.addWidget(self.tool(self.undo, stack.canUndo(), stack.canUndoChanged))
        bar.addWidget(self.tool(self.redo, stack.canRedo(), stack.canRedoChanged))
        bar.addSeparator()
        bar.addWidget(self.menu_button(self.presets, "preset"))
        bar.addActions([self.pin, self.unpin, self.copy_source])
        for action, name in ((self.pin, "pin"), (self.copy_source, "copy")):
            bar.widgetForAction(action).setObjectName(name)
        bar.addWidget(self.menu_button(self.names, "names"))
        bar.addAction(self.present)

    def tool(self, action: QAction, able: bool, able_changed: SignalInstance) -> QToolButton:
        """A button for an action whose text changes with every edit, which would lay out the whole window anew."""
        button = QToolButton()
        theme.set_icon(button, action.property("icon_name"))
        button.setToolTip(f"{action.text()} ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})")
        button.setAccessibleName(action.text())
        button.setEnabled(able)
        button.clicked.connect(action.trigger)
        able_changed.connect(button.setEnabled)
        return button

    def menu_button(self, menu: QMenu, name: str) -> QToolButton:
        button = QToolButton()
        button.setText(menu.title())
        button.setObjectName(name)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        return button

    def show_design(self) -> None:
        self.unpin.setVisible(self.document.baseline is not None)
        self.copy_source.setEnabled(not self.document.plan.obstacles)
        stage = find_part(self.document.plan, self.document.selection.partition(".")[0])
        self.open_block.setEnabled(isinstance(stage, Section) and stage.first is not None)

    def show_state(self) -> None:
        state, busy = self.pool.shown.state, self.pool.shown.is_busy()
        for action, button in ((self.start, self.training.start), (self.twin, self.training.twin)):
            action.setEnabled(button.isEnabled())
        self.start.setText(self.tr("Start") if self.training.has_room() else self.tr("Add to queue"))
        self.twin.setText(self.twin_text())
        self.pause.setEnabled(state == "running")
        for action in (self.resume, self.step):
            action.setEnabled(state == "paused")
        self.stop.setEnabled(busy and state != "stopping")

    def twin_text(self) -> str:
        """What the button beside Start says, said where it stands alone."""
        if self.training.confirmed > 1:
            return self.training.twin.text()
        plain, room = self.document.design.plain, self.training.has_room()
        if room:
            return self.tr("Start with its residual twin") if plain else self.tr("Start with its plain twin")
        return self.tr("Add to queue with its residual twin") if plain else self.tr("Add to queue with its plain twin")
