"""RunOrders: what the user may do with the runs that are selected on their page."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, QUrl
from PySide6.QtGui import QDesktopServices, QIcon
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QLabel, QMenu, QWidget

from explorer.architecture.plan import plan_network
from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document, title_of_run
from explorer.gui.runs.bin import DeletedRun, delete_run, restore_run
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.runs.run_row import COLUMNS, NAME, STAR, TAGS, tags_of
from explorer.gui.runs.run_table import RunTable
from explorer.gui.runs.runs_view import RunsView
from explorer.gui.runs.used_run import use_run
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.dot import dot
from explorer.gui.widgets.presence import show_if
from explorer.gui.widgets.text.language import say, whole
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.folder.manifest import remark
from explorer.runs.folder.run import Run
from explorer.validation import Refused


class RunOrders(QWidget):
    """Connects the actions on runs, and shows a line: what an order did, with Undo, or why it was refused.

    Tags, star, colour, hiding and the bin concern all selected runs, every other action the first of them.
    """

    def __init__(
        self,
        document: Document,
        choice: TrainingChoice,
        pool: WorkerPool,
        history: RunHistory,
        view: RunsView,
        table: RunTable,
        actions: Actions,
    ) -> None:
        super().__init__()
        self._document, self._choice, self._pool = document, choice, pool
        self._history, self._view, self._table, self._actions = history, view, table, actions
        self._refusal, self._chosen = "", history.chosen
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.undo = action_button(actions.restore_run, "restore_run")
        self.take_back = action_button(actions.take_back_run, "take_back_run")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.RHYTHM)
        row.addWidget(self.words, stretch=1)
        row.addWidget(self.undo)
        row.addWidget(self.take_back)
        self._connect_actions()
        self.menu = self._menu()
        table.customContextMenuRequested.connect(self._open_menu)
        for signal in (history.changed, document.changed, choice.changed, pool.changed):
            signal.connect(self.show_state)
        self.show_state()

    def _connect_actions(self) -> None:
        actions = self._actions
        for action, do in (
            (actions.use_run, self._use),
            (actions.open_run, self._open),
            (actions.pin_run, self._pin),
            (actions.resume_run, self._resume),
            (actions.rename_run, self._rename),
            (actions.note_run, self._ask_note),
            (actions.tag_run, self._tag),
            (actions.star_run, self._star),
            (actions.hide_run, self._hide),
            (actions.show_run_folder, self._show_folder),
            (actions.delete_run, self._delete),
            (actions.copy_runs, self._table.copy),
            (actions.take_back_run, self._take_back),
            (actions.restore_run, self._restore),
        ):
            connect_order(action, do)
        for number, each in enumerate(actions.colours_of_run):
            connect_order(each, partial(self._colour, number))
        actions.show_hidden_runs.setChecked(self._history.with_hidden)
        actions.show_hidden_runs.toggled.connect(self._show_hidden)
        self._table.runs.remarked.connect(lambda run, name, value: self._remark((run,), **{name: value}))
        self._table.clicked.connect(self._click)
        self._table.doubleClicked.connect(actions.open_run.trigger)
        for action, *keys in (
            (actions.open_run, "Return", "Enter"),
            (actions.rename_run, "F2"),
            (actions.tag_run, "Shift+F2"),
            (actions.star_run, "*"),
            (actions.delete_run, "Del"),
        ):
            add_keys(self._table, action.text(), action.trigger, *keys)

    def _menu(self) -> QMenu:
        actions, menu = self._actions, QMenu(self)
        menu.addActions([*actions.of_runs])
        menu.insertSeparator(actions.rename_run)
        menu.addSeparator()
        sorting = menu.addMenu(self.tr("Sort by"))  # as a click on a heading does
        for number, column in enumerate(COLUMNS):
            sorting.addAction(say(column.heading), partial(self._table.sort_by, number))
        menu.addActions([actions.copy_runs, actions.show_hidden_runs, actions.restore_run])
        return menu

    def _open_menu(self, place: QPoint) -> None:
        self.menu.popup(self._table.viewport().mapToGlobal(place))

    def show_state(self) -> None:
        """Enable the actions that have an effect on the selected runs, and show the line."""
        if self._chosen != self._history.chosen:  # a refusal was about those selected before
            self._refusal, self._chosen = "", self._history.chosen
        actions, run = self._actions, self._history.current
        for action in actions.of_runs:
            action.setEnabled(run is not None)
        actions.starts.offer_run(run)
        actions.resume_run.setEnabled(run is not None and self._history.can_resume(run))
        actions.copy_runs.setEnabled(bool(self._table.runs.rows))
        actions.restore_run.setEnabled(bool(self._history.deleted))
        actions.star_run.setText(self.tr("Remove star of run") if run and run.starred else self.tr("Star run"))
        for number, action in enumerate(actions.colours_of_run):
            action.setEnabled(run is not None)
            action.setChecked(run is not None and run.colour == number)
            action.setIcon(QIcon(dot(theme.run_colour(number - 1))) if number else QIcon())
        actions.hide_run.setText(self.tr("Show run again") if run and run.hidden else self.tr("Hide run"))
        used = self._used_words()
        actions.take_back_run.setEnabled(bool(used))
        self.words.setText(self._refusal or used or self._deleted_words())
        self.undo.setVisible(bool(self._history.deleted) and not (self._refusal or used))
        self.take_back.setVisible(bool(used) and not self._refusal)
        show_if(bool(self.words.text()), self)

    def _used_words(self) -> str:
        """Return what the last *use* changed, as far as it can be taken back; empty if nothing is left of it."""
        used = self._view.used
        changes = list(used.changes(self._document, self._choice)) if used else []
        if not used or not changes:
            return ""
        said = self.tr(", ").join(map(say, changes))
        return self.tr("From {name}: {changes}").format(name=used.title, changes=said)

    def _deleted_words(self) -> str:
        deleted = self._history.deleted
        if not deleted:
            return ""
        if len(deleted[-1]) > 1:
            return self.tr("{n} runs are in the bin.").format(n=whole(len(deleted[-1])))
        return self.tr("{name} is in the bin.").format(name=deleted[-1][0].title)

    def _try(self, order: Callable[[], None]) -> None:
        """Carry out an order and read the list again, or show why it was refused."""
        try:
            order()
            self._refusal = ""
        except Refused as refused:
            self._refusal = say(refused.sentence)
        self._history.reload()
        self.show_state()

    def _remark(self, runs: tuple[Run, ...], **remarks: str | bool | int | tuple[str, ...]) -> None:
        def order() -> None:
            for run in runs:
                remark(run.folder, **remarks)

        self._try(order)

    def _click(self, index: QModelIndex) -> None:
        """Give a run a star, or remove it, by a click on its place in the table."""
        if index.column() == STAR and (run := self._table.runs.run_at(index.row())):
            self._remark((run,), starred=not run.starred)

    def _star(self) -> None:
        if run := self._history.current:
            self._remark(self._selected, starred=not run.starred)

    def _colour(self, number: int) -> None:
        self._remark(self._selected, colour=number)

    def _tag(self) -> None:
        """Let the user type tags in the table, or in a dialog those that all selected runs have."""
        runs, table = self._selected, self._table
        if len(runs) == 1 and table.can_edit(TAGS):
            table.edit_cell(TAGS)
        elif runs:
            common = tuple(tag for tag in runs[0].tags if all(tag in run.tags for run in runs))
            name = self.tr("{n} runs").format(n=whole(len(runs))) if len(runs) > 1 else title_of_run(runs[0])
            title, label = self.tr("Tags of {name}").format(name=name), self.tr("Tags, with commas between them:")
            text, accepted = QInputDialog.getText(self, title, label, text=", ".join(common))
            typed = tags_of(text)
            if accepted and typed != common:
                self._try(lambda: _replace_tags(runs, common, typed))

    @property
    def _selected(self) -> tuple[Run, ...]:
        return tuple(run for run_id in self._history.chosen if (run := self._history.run(run_id)))

    def _use(self) -> None:
        if run := self._history.current:
            self._view.used = use_run(run, self._document, self._choice, self.tr("Use a run's design"))
            self.show_state()
            if not self._used_words():
                self._actions.confirmed.emit(
                    self.tr("Design and recipe of {name} are already shown").format(name=title_of_run(run))
                )

    def _take_back(self) -> None:
        used, self._view.used = self._view.used, None
        if used:
            used.take_back(self._document, self._choice)
        self.show_state()

    def _open(self) -> None:
        if run := self._history.current:
            self._document.propose(run.design, self.tr("Open a run's design"))

    def _pin(self) -> None:
        if run := self._history.current:
            self._document.pin(plan_network(run.design))
            self._actions.confirmed.emit(self.tr("Pinned {name} as baseline").format(name=title_of_run(run)))

    def _resume(self) -> None:
        if run := self._history.current:
            self._pool.resume_run(run, self._history.curves_of(run))

    def _rename(self) -> None:
        """Let the user type another name in the table, or while that is not seen, in a dialog."""
        run = self._history.current
        if self._table.can_edit(NAME):
            self._table.edit_cell(NAME)
        elif run:
            title = self.tr("Rename {name}").format(name=title_of_run(run))
            name, accepted = QInputDialog.getText(self, title, self.tr("Name:"), text=title_of_run(run))
            if accepted and name.strip() != title_of_run(run):
                self._remark((run,), name=name.strip())

    def _ask_note(self) -> None:
        if run := self._history.current:
            title = self.tr("Note on {name}").format(name=title_of_run(run))
            note, accepted = QInputDialog.getMultiLineText(self, title, self.tr("Note:"), run.note)
            if accepted:
                self._remark((run,), note=note)

    def _hide(self) -> None:
        if run := self._history.current:
            self._remark(self._selected, hidden=not run.hidden)

    def _show_hidden(self, shown: bool) -> None:
        self._history.with_hidden = shown
        self._history.reload()

    def _show_folder(self) -> None:
        if run := self._history.current:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(run.folder)))

    def _delete(self) -> None:
        deleted: list[DeletedRun] = []

        def order() -> None:
            for run in self._selected:
                deleted.append(delete_run(run))

        self._view.used = None  # the line tells of the last order
        self._try(order)
        if deleted:
            self._history.deleted = (*self._history.deleted, tuple(deleted))
            self.show_state()

    def _restore(self) -> None:
        def order() -> None:
            *before, last = self._history.deleted
            self._history.deleted = tuple(before)
            for deleted in last:
                restore_run(deleted)
            self._history.chosen = tuple(deleted.folder.name for deleted in last)

        self._try(order)


def _replace_tags(runs: Sequence[Run], before: Sequence[str], after: Sequence[str]) -> None:
    """Give each run the tags `after` instead of those `before`; its other tags stay. Raises Refused."""
    for run in runs:
        own = [tag for tag in run.tags if tag not in before]
        remark(run.folder, tags=tuple(dict.fromkeys([*own, *after])))
