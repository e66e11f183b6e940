"""The dialogs of the window, each made when it is opened."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDialog, QMainWindow

from explorer.gui.actions import Actions
from explorer.gui.main_window.preferences import Preferences
from explorer.gui.widgets.input.menu_entries import MenuEntry, entries_of
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.workspace import Workspace


class Dialogs(QObject):
    """Opens the preferences, the command palette, and what the Help menu has."""

    def __init__(self, window: QMainWindow, workspace: Workspace, actions: Actions, preferences: Preferences) -> None:
        super().__init__(window)
        self._window, self._workspace, self._actions, self._preferences = window, workspace, actions, preferences
        for action, make in (
            (actions.find_command, self._palette),
            (actions.preferences, self._preferences_dialog),
            (actions.starts.as_study, self._study),
            (actions.shortcuts, self._shortcuts),
            (actions.check, self._check),
            (actions.report, self._report),
            (actions.about, self._about),
        ):
            connect_order(action, partial(self._open, make))
        connect_order(actions.check_block, self._show_block_check)

    def reopen(self) -> None:
        """Open what was open in the window that this one, once it is shown, replaces: preferences, the block check."""
        if self._workspace.preference:
            QTimer.singleShot(0, self, partial(self._open, self._preferences_dialog))
        if self._workspace.block_check.is_open:
            QTimer.singleShot(0, self, self._show_block_check)

    def entries(self) -> list[MenuEntry]:
        """Return every order: those of the menus in their places, and those that only a button has."""
        found = list(entries_of(self._window.menuBar().actions()))
        listed = {entry.action for entry in found}
        others = (action for action in self._actions.all() if action.isVisible() and action not in listed)
        return [*found, *map(MenuEntry, others)]

    def _open(self, make: Callable[[], QDialog]) -> None:
        make().open()

    def _palette(self) -> QDialog:
        from explorer.gui.main_window.palette import Palette

        return Palette(
            (entry for entry in self.entries() if entry.action is not self._actions.find_command), self._window
        )

    def _preferences_dialog(self) -> QDialog:
        from explorer.gui.main_window.preferences_dialog import PreferencesDialog

        return PreferencesDialog(self._preferences, self._workspace, self._window)

    def _show_block_check(self) -> None:
        """Show the dialog beside the window, or bring it to the front."""
        from explorer.gui.experiments.block_check.dialog import BlockCheckDialog

        dialog = self._window.findChild(BlockCheckDialog)
        if dialog is None:
            dialog = BlockCheckDialog(self._workspace.block_check, self._workspace.document, self._window)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _study(self) -> QDialog:
        from explorer.gui.studies.study_dialog import StudyDialog

        space = self._workspace
        dialog = StudyDialog(
            space.document, space.choice, space.pool, space.estimates, space.studies, parent=self._window
        )
        dialog.started.connect(self._note_study)
        return dialog

    def _note_study(self, title: str) -> None:
        self._workspace.runs_view.has_studies = True  # its plot, once the page of the runs is opened
        self._actions.confirmed.emit(self.tr("Started the study {name}").format(name=title))

    def _shortcuts(self) -> QDialog:
        from explorer.gui.help.shortcuts import ShortcutsDialog

        return ShortcutsDialog(self.entries(), self._window)

    def _check(self) -> QDialog:
        from explorer.gui.help.check_dialog import CheckDialog

        return CheckDialog(self._window)

    def _report(self) -> QDialog:
        from explorer.gui.help.check_dialog import ReportDialog

        return ReportDialog(self._window)

    def _about(self) -> QDialog:
        from explorer.gui.help.about import about_dialog

        return about_dialog(self._window)
