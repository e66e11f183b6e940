"""RunOrders: what the user may do with the run that is selected in the list, besides opening and resuming it."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QLabel, QMenu, QWidget

from explorer.gui.actions import Actions
from explorer.gui.document import title_of_run
from explorer.gui.runs.bin import delete_run, restore_run
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.runs.run_list import RunList
from explorer.gui.widgets import theme
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.keys import add_keys
from explorer.gui.widgets.language import say
from explorer.gui.widgets.presence import show_if
from explorer.gui.widgets.typed import connect_order
from explorer.runs.folder import Run, remark
from explorer.validation import Refused


class RunOrders(QWidget):
    """The menu of a run, and a line that says what was deleted, with Undo, or why an order was refused."""

    def __init__(self, runs: RunList, history: RunHistory, actions: Actions) -> None:
        super().__init__()
        self._runs, self._history, self._actions = runs, history, actions
        self._refusal, self._chosen = "", history.chosen
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.undo = action_button(actions.restore_run, "restore_run")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.RHYTHM)
        row.addWidget(self.words, stretch=1)
        row.addWidget(self.undo)
        for action, do in (
            (actions.rename_run, runs.edit_name),
            (actions.note_run, self._ask_note),
            (actions.hide_run, self._hide),
            (actions.show_run_folder, self._show_folder),
            (actions.delete_run, self._delete),
            (actions.restore_run, self._restore),
        ):
            connect_order(action, do)
        actions.show_hidden_runs.setChecked(history.with_hidden)
        actions.show_hidden_runs.toggled.connect(self._show_hidden)
        runs.renamed.connect(lambda run, name: self._remark(run, name=name))
        for action, keys in ((actions.rename_run, "F2"), (actions.delete_run, "Del")):
            add_keys(runs.tree, action.text(), action.trigger, keys)
        runs.more.setMenu(self._menu())
        runs.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        runs.tree.customContextMenuRequested.connect(self._open_menu)
        history.changed.connect(self._note_choice)
        self.show_state()

    def _menu(self) -> QMenu:
        actions, menu = self._actions, QMenu(self._runs)
        menu.addActions([actions.rename_run, actions.note_run, actions.hide_run, actions.show_run_folder])
        menu.addAction(actions.delete_run)
        menu.addSeparator()
        menu.addActions([actions.show_hidden_runs, actions.restore_run])
        return menu

    def _open_menu(self, place: QPoint) -> None:
        menu = self._runs.more.menu()
        assert menu
        menu.popup(self._runs.tree.viewport().mapToGlobal(place))

    def show_state(self) -> None:
        """Enable the actions that have an effect on the selected run, and show what was deleted or refused."""
        actions, run, deleted = self._actions, self._history.current, self._history.deleted
        for action in (actions.rename_run, actions.note_run, actions.hide_run, actions.show_run_folder):
            action.setEnabled(run is not None)
        actions.delete_run.setEnabled(run is not None)
        actions.restore_run.setEnabled(bool(deleted))
        actions.offer_run(run)
        actions.hide_run.setText(self.tr("Show run again") if run and run.hidden else self.tr("Hide run"))
        words = self.tr("{name} is in the bin.").format(name=deleted[-1].title) if deleted else ""
        self.words.setText(self._refusal or words)
        self.undo.setVisible(bool(deleted) and not self._refusal)
        show_if(bool(self.words.text()), self)

    def _note_choice(self) -> None:
        """Forget a refusal if it was about the run selected before."""
        if self._chosen != self._history.chosen:
            self._refusal, self._chosen = "", self._history.chosen
        self.show_state()

    def _try(self, order: Callable[[], None]) -> None:
        """Carry out an order and read the list again, or show why it was refused."""
        try:
            order()
            self._refusal = ""
        except Refused as refused:
            self._refusal = say(refused.sentence)
        self._history.reload()
        self.show_state()

    def _remark(self, run: Run, **remarks: str | bool) -> None:
        self._try(lambda: remark(run.folder, **remarks))

    def _ask_note(self) -> None:
        if run := self._history.current:
            title = self.tr("Note on {name}").format(name=title_of_run(run))
            note, accepted = QInputDialog.getMultiLineText(self, title, self.tr("Note:"), run.note)
            if accepted:
                self._remark(run, note=note)

    def _hide(self) -> None:
        if run := self._history.current:
            self._remark(run, hidden=not run.hidden)

    def _show_hidden(self, shown: bool) -> None:
        self._history.with_hidden = shown
        self._history.reload()

    def _show_folder(self) -> None:
        if run := self._history.current:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(run.folder)))

    def _delete(self) -> None:
        def order() -> None:
            if run := self._history.current:
                self._history.deleted = (*self._history.deleted, delete_run(run))

        self._try(order)

    def _restore(self) -> None:
        def order() -> None:
            *before, deleted = self._history.deleted
            self._history.deleted = tuple(before)
            restore_run(deleted)
            self._history.chosen = (deleted.folder.name,)

        self._try(order)
