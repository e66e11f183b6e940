"""The menus and the tool bar: the place of each action."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QSize, Qt, SignalInstance
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDockWidget, QMenu, QMenuBar, QToolBar, QToolButton

from explorer.architecture.names import VOCABULARIES
from explorer.gui.actions import Actions
from explorer.gui.document import Document
from explorer.gui.main_window.preferences import Preferences
from explorer.gui.main_window.preset_menu import fill_preset_menu
from explorer.gui.widgets.input.choices import fill_choices, show_choice
from explorer.gui.widgets.input.typed import commit_typed
from explorer.gui.widgets.look import theme


class Menus(QObject):
    """The menus and the tool bar of a window; the window fills `recent`, `export` and `chapter` when they open."""

    def __init__(
        self,
        bar: QMenuBar,
        tools: QToolBar,
        document: Document,
        actions: Actions,
        preferences: Preferences,
        docks: Sequence[QDockWidget],
    ) -> None:
        super().__init__(bar)
        self._document, self._actions, self._preferences = document, actions, preferences
        self._fill_file_menu(bar.addMenu(self.tr("&File")))
        self._fill_edit_menu(bar.addMenu(self.tr("&Edit")))
        self._fill_design_menu(bar.addMenu(self.tr("&Design")))
        self._fill_train_menu(bar.addMenu(self.tr("&Train")))
        self.names = self._make_names_menu(bar)
        self._fill_view_menu(bar.addMenu(self.tr("&View")), docks)
        self._fill_help_menu(bar.addMenu(self.tr("&Help")))
        self._fill_tools(tools)

    def _fill_file_menu(self, menu: QMenu) -> None:
        actions = self._actions
        menu.addAction(actions.open)
        self.recent = menu.addMenu(self.tr("Open recent"))
        menu.addActions([actions.save, actions.save_as])
        menu.addSeparator()
        menu.addActions([actions.open_images, actions.open_table, actions.example_images])
        menu.addActions([actions.save_table, actions.save_copy])
        menu.addSeparator()
        self.export = menu.addMenu(self.tr("Export"))
        menu.addAction(actions.save_curves)
        menu.addSeparator()
        menu.addAction(actions.quit)

    def _fill_edit_menu(self, menu: QMenu) -> None:
        actions = self._actions
        menu.addActions([actions.undo, actions.redo])
        menu.addSeparator()
        menu.addActions([actions.copy_text, actions.paste_text, actions.copy_source, actions.copy_table])
        menu.addSeparator()
        menu.addAction(actions.preferences)

    def _fill_design_menu(self, menu: QMenu) -> None:
        actions = self._actions
        self.presets = menu.addMenu(self.tr("Preset"))
        self.presets.aboutToShow.connect(lambda: fill_preset_menu(self.presets, self._document))
        menu.addActions([actions.add_stage, actions.open_block, actions.check_block, actions.pin, actions.unpin])

    def _fill_train_menu(self, menu: QMenu) -> None:
        actions = self._actions
        menu.setToolTipsVisible(True)
        menu.addActions([actions.start, *actions.starts.choices])
        menu.addSeparator()
        menu.addActions([actions.pause, actions.step, actions.stop])
        menu.addSeparator()
        menu.addAction(actions.find_rate)
        menu.addSeparator()
        menu.addActions([actions.halve_rate, actions.lower_rate, actions.add_epochs, actions.restart])
        menu.addAction(actions.train_again)
        menu.addSeparator()
        menu.addActions([actions.classify_images, actions.classify_folder, actions.classify_clipboard])

    def _fill_view_menu(self, menu: QMenu, docks: Sequence[QDockWidget]) -> None:
        actions = self._actions
        for dock in docks:
            dock.toggleViewAction().triggered.connect(commit_typed)
            menu.addAction(dock.toggleViewAction())
        menu.addAction(actions.show_maps)
        menu.addSeparator()
        menu.addActions([*actions.pages, actions.own_window])
        menu.addSeparator()
        menu.addActions([actions.present, actions.larger, actions.smaller, actions.usual_size])
        menu.addSeparator()
        for name in ("colours", "language"):
            self._add_preference_menu(menu, name)
        menu.addMenu(self.names)

    def _add_preference_menu(self, menu: QMenu, name: str) -> None:
        """Add a menu with the choices of a preference, of which the present one is checked."""
        preference = self._preferences.table[name]
        below = menu.addMenu(preference.label)
        fill_choices(below, preference.words or {}, preference.value(), preference.use)
        below.aboutToShow.connect(lambda: show_choice(below, preference.value()))

    def _make_names_menu(self, bar: QMenuBar) -> QMenu:
        menu = QMenu(self.tr("Names"), bar)
        words = {"torchvision": "torchvision", "chapter": self.tr("the chapter"), "paper": self.tr("the paper")}
        choices = {vocabulary: words[vocabulary] for vocabulary in VOCABULARIES}
        fill_choices(menu, choices, self._document.vocabulary, self._document.use_names)
        return menu

    def _fill_help_menu(self, menu: QMenu) -> None:
        actions = self._actions
        self.chapter = menu.addMenu(self.tr("Chapter"))
        menu.addAction(actions.tour)
        menu.addSeparator()
        menu.addActions([actions.find_command, actions.shortcuts])
        menu.addSeparator()
        menu.addActions([actions.check, actions.report, actions.about])

    def _fill_tools(self, bar: QToolBar) -> None:
        actions, stack = self._actions, self._document.undo_stack
        theme.apply_style(bar, "tools")
        bar.setIconSize(QSize(18, 18))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.addWidget(self._tool(actions.undo, stack.canUndo(), stack.canUndoChanged))
        bar.addWidget(self._tool(actions.redo, stack.canRedo(), stack.canRedoChanged))
        bar.addSeparator()
        bar.addWidget(self._menu_button(self.presets, "preset"))
        bar.addWidget(self._menu_button(self.names, "names"))
        bar.addActions([actions.pin, actions.unpin])
        bar.addSeparator()
        bar.addAction(actions.copy_source)
        for action, name in ((actions.pin, "pin"), (actions.copy_source, "copy")):
            bar.widgetForAction(action).setObjectName(name)
        unpin = bar.widgetForAction(actions.unpin)
        assert isinstance(unpin, QToolButton)
        unpin.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        bar.addAction(actions.present)

    def _tool(self, action: QAction, able: bool, able_changed: SignalInstance) -> QToolButton:
        """Return an icon button for an action; its text changes at every edit, which would lay out the window."""
        button = QToolButton()
        theme.set_icon(button, action.property("icon_name"))
        button.setToolTip(f"{action.text()} ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})")
        button.setAccessibleName(action.text())
        button.setEnabled(able)
        button.clicked.connect(action.trigger)
        able_changed.connect(button.setEnabled)
        return button

    def _menu_button(self, menu: QMenu, name: str) -> QToolButton:
        button = QToolButton()
        button.setText(menu.title())
        button.setObjectName(name)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        return button
