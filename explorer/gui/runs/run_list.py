"""RunList: the runs with their colours, names, states, best accuracies, and changes since the run before."""

from collections.abc import Callable
from math import isnan
from pathlib import Path
from typing import assert_never

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QToolButton, QTreeWidgetItem, QVBoxLayout, QWidget

from explorer.architecture.compare import changed_fields, design_changes
from explorer.gui.document import title_of, title_of_run
from explorer.gui.widgets import theme
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.language import percent, say
from explorer.gui.widgets.short_list import ShortList
from explorer.runs.folder import RESUMABLE, Run, RunState, UnreadableRun, survey_runs

_MAX_RUNS = 50  # runs in the list
NAME, BEST, STATE = range(3)  # numbers of the columns


class RunList(QWidget):
    """The runs; `chosen` when one is selected, `opened` and `resumed` when the user opens its design or resumes it.

    `renamed` carries a run and its new name, when that has been typed; `edited` is emitted when typing has ended.
    """

    chosen = Signal(object)
    opened = Signal(object)
    resumed = Signal(object)
    renamed = Signal(object, str)
    edited = Signal()

    def __init__(self, root: Path, state_of: Callable[[Run], RunState] = lambda run: run.state) -> None:
        """List the runs below `root`, each in the state that `state_of` tells."""
        super().__init__()
        self.root, self._state_of = root, state_of
        self._all: tuple[Run, ...] = ()
        self.runs: tuple[Run, ...] = ()  # those in the list
        headings = (self.tr("Run"), self.tr("Best"), self.tr("State"), self.tr("Changes"))
        self.tree = ShortList(self.tr("Runs"), headings, narrow=2)
        self.tree.currentItemChanged.connect(self.choose)
        self.tree.itemActivated.connect(lambda: self.opened.emit(self.current()))
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.itemChanged.connect(self._note_typed)
        self.tree.itemDelegate().closeEditor.connect(self.edited)
        self.open = word_button(self.tr("Open design"), lambda: self.opened.emit(self.current()))
        self.resume = word_button(self.tr("Resume"), lambda: self.resumed.emit(self.current()))
        buttons = QHBoxLayout()
        buttons.addWidget(self.open)
        buttons.addWidget(self.resume)
        self.more = QToolButton()
        self.more.setText(self.tr("More"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        buttons.addWidget(self.more)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addWidget(self.tree)
        column.addLayout(buttons)
        self.has_room: Callable[[str], object] = bool
        self._show_buttons()

    def reload(self, chosen: str, with_hidden: bool = False) -> None:
        """Read the run folders again and select the run with the id `chosen`, without emitting a signal."""
        found = survey_runs(self.root)
        self._all = found.runs
        self.runs = tuple(run for run in self._all if with_hidden or not run.hidden)
        with QSignalBlocker(self.tree):
            self.tree.clear()
            for number, run in enumerate(self.runs[:_MAX_RUNS]):
                older = self.runs[number + 1] if number + 1 < len(self.runs) else None
                self.tree.add(self.item(run, older))
            for unreadable in found.unreadable:
                self.tree.add(self._unreadable_item(unreadable))
            self.select(chosen)
        self.setVisible(bool(self._all or found.unreadable))
        self._show_buttons()

    def item(self, run: Run, older: Run | None) -> QTreeWidgetItem:
        changes = ""
        if older:
            sentences = (*design_changes(older.design, run.design), *changed_fields(older.recipe, run.recipe))
            changes = self.tr(", ").join(map(say, sentences)) or self.tr("no changes")
        best = "" if run.best_accuracy is None else percent(run.best_accuracy)
        note = run.note.partition("\n")[0]
        words = (
            self.tr("{note} · {changes}").format(note=note, changes=changes) if note and changes else note or changes
        )
        item = QTreeWidgetItem([title_of_run(run), best, self.state_text(self._state_of(run)), words])
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        if run.hidden:
            for column in range(item.columnCount()):
                item.setForeground(column, self.palette().brush(QPalette.ColorRole.PlaceholderText))
        item.setIcon(NAME, dot(self.colour(run.id)))
        item.setTextAlignment(BEST, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        titles = dict.fromkeys((title_of_run(run), title_of(run.design)))
        item.setToolTip(NAME, "\n".join((*titles, run.id, f"{run.created.astimezone():%Y-%m-%d %H:%M}")))
        item.setToolTip(3, "\n".join(filter(None, (run.note, changes))))
        return item

    def _unreadable_item(self, run: UnreadableRun) -> QTreeWidgetItem:
        """Return the row of a run that can only be named, at the end of the list."""
        item = QTreeWidgetItem([run.folder.name, "", self.tr("unreadable"), say(run.reason)])
        for column in range(item.columnCount()):
            item.setToolTip(column, f"{run.folder}\n{say(run.reason)}")
            item.setForeground(column, QColor(theme.colours().quiet))  # a disabled text's own colour is too faint
        item.setDisabled(True)
        return item

    @property
    def hidden(self) -> set[str]:
        """The ids of the runs that are not in the list because they are hidden."""
        return {run.id for run in self._all} - {run.id for run in self.runs}

    def show_states(self) -> None:
        """Show the runs' states as they are now, without reading the folders again."""
        with QSignalBlocker(self.tree):
            for number, run in enumerate(self.runs[:_MAX_RUNS]):
                item, text = self.tree.topLevelItem(number), self.state_text(self._state_of(run))
                if item and item.text(STATE) != text:
                    item.setText(STATE, text)
        self._show_buttons()

    def edit_name(self) -> None:
        """Let the user type another name in the list."""
        if item := self.tree.currentItem():
            self.tree.editItem(item, NAME)

    @property
    def is_edited(self) -> bool:
        """Whether the user is typing a name."""
        return self.tree.state() == QAbstractItemView.State.EditingState

    def _note_typed(self, item: QTreeWidgetItem, column: int) -> None:
        run = self.runs[self.tree.indexOfTopLevelItem(item)]
        if column == NAME and item.text(NAME).strip() != title_of_run(run):
            self.renamed.emit(run, item.text(NAME).strip())

    def state_text(self, state: RunState) -> str:
        match state:
            case RunState.RUNNING:
                return self.tr("running")
            case RunState.PAUSED:
                return self.tr("paused")
            case RunState.FINISHED:
                return self.tr("finished")
            case RunState.STOPPED:
                return self.tr("stopped")
            case RunState.FAILED:
                return self.tr("failed")
            case RunState.INTERRUPTED:
                return self.tr("interrupted")
            case _:
                assert_never(state)

    def colour(self, run_id: str) -> QColor:
        """Return the run's colour, by its place among all runs, oldest first; one not in the list gets the next."""
        ids = [run.id for run in reversed(self._all)]
        return theme.run_colour(ids.index(run_id) if run_id in ids else len(ids))

    def current(self) -> Run | None:
        row = self.tree.currentIndex().row()
        return self.runs[row] if 0 <= row < min(len(self.runs), _MAX_RUNS) else None

    def select(self, run_id: str) -> None:
        if item := self._item_of(run_id):
            self.tree.setCurrentItem(item)

    def show_best(self, run_id: str, accuracy: float) -> None:
        """Show the best accuracy so far of a current run, unless it is NaN, without reading the folders again."""
        item = self._item_of(run_id)
        if item and not isnan(accuracy):
            item.setText(BEST, percent(accuracy))

    def _item_of(self, run_id: str) -> QTreeWidgetItem | None:
        ids = [run.id for run in self.runs[:_MAX_RUNS]]
        return self.tree.topLevelItem(ids.index(run_id)) if run_id in ids else None

    def allow_resume(self, has_room: Callable[[str], object]) -> None:
        """Offer to resume only runs for whose device `has_room` returns something true."""
        self.has_room = has_room
        self._show_buttons()

    def choose(self) -> None:
        self._show_buttons()
        self.chosen.emit(self.current())

    def _show_buttons(self) -> None:
        run = self.current()
        self.open.setEnabled(run is not None)
        can_resume = run is not None and self._state_of(run) in RESUMABLE and self.has_room(run.recipe.device)
        self.resume.setEnabled(bool(can_resume))


def dot(colour: QColor) -> QPixmap:
    """Return a dot with a rim, which sets it off from a selected row of the same colour."""
    size = 12
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(theme.colours().surface))
    painter.setBrush(colour)
    painter.drawEllipse(1, 1, size - 3, size - 3)
    painter.end()
    return pixmap
