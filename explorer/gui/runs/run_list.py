"""RunList: the runs with their colours, names, states, best accuracies, and changes since the run before."""

from math import isnan, nan
from typing import assert_never

from PySide6.QtCore import QEvent, QModelIndex, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QToolButton, QTreeWidgetItem, QVBoxLayout, QWidget

from explorer.architecture.compare import changed_fields, design_changes
from explorer.gui.document import title_of, title_of_run
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.widgets import theme
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.language import percent, say
from explorer.gui.widgets.short_list import ShortList
from explorer.runs.folder import Run, RunState, UnreadableRun

_MAX_RUNS = 50  # runs in the list
NAME, BEST, STATE = range(3)  # numbers of the columns
_ACCURACY = 2  # column of the curves


class RunList(QWidget):
    """The runs; `opened` and `resumed` when the user opens the design of the selected one or resumes it.

    `renamed` carries a run and its new name, when that has been typed.
    """

    opened = Signal(object)
    resumed = Signal(object)
    renamed = Signal(object, str)

    def __init__(self, history: RunHistory) -> None:
        super().__init__()
        self._history = history
        self.runs: tuple[Run, ...] = ()  # those in the list, as far as there is room
        self._unreadable: tuple[UnreadableRun, ...] = ()
        headings = (self.tr("Run"), self.tr("Best"), self.tr("State"), self.tr("Changes"))
        self.tree = ShortList(self.tr("Runs"), headings, narrow=2)
        self.tree.currentItemChanged.connect(self._choose)
        self.tree.itemActivated.connect(lambda: self.opened.emit(self.current()))
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.itemChanged.connect(self._note_typed)
        self.tree.itemDelegate().closeEditor.connect(lambda: QTimer.singleShot(0, self, self.show_runs))
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
        column.addStretch(1)
        history.changed.connect(self.show_runs)
        history.progressed.connect(self._show_best)
        self.show_runs()

    @property
    def is_empty(self) -> bool:
        return not self.tree.topLevelItemCount()

    def show_runs(self) -> None:
        """Show the runs, their states and which one is selected; while a name is typed, later."""
        if self.is_edited:
            return
        history = self._history
        with QSignalBlocker(self.tree):
            if (history.runs[:_MAX_RUNS], history.unreadable) != (self.runs, self._unreadable):
                self._fill()
            for number, run in enumerate(self.runs):
                item, text = self.tree.topLevelItem(number), self.state_text(history.state_of(run))
                if item and item.text(STATE) != text:
                    item.setText(STATE, text)
            if history.current:
                self.select(history.current.id)
            else:
                self.tree.setCurrentIndex(QModelIndex())
        self._show_best()
        self._show_buttons()

    def _fill(self) -> None:
        history = self._history
        self.runs, self._unreadable = history.runs[:_MAX_RUNS], history.unreadable
        self.tree.clear()
        for run, older in zip(self.runs, (*history.runs[1 : _MAX_RUNS + 1], None), strict=False):
            self.tree.add(self._item(run, older))
        for unreadable in self._unreadable:
            self.tree.add(self._unreadable_item(unreadable))

    def _item(self, run: Run, older: Run | None) -> QTreeWidgetItem:
        changes = ""
        if older:
            sentences = (*design_changes(older.design, run.design), *changed_fields(older.recipe, run.recipe))
            changes = self.tr(", ").join(map(say, sentences)) or self.tr("no changes")
        best = "" if run.best_accuracy is None else percent(run.best_accuracy)
        note = run.note.partition("\n")[0]
        words = (
            self.tr("{note} · {changes}").format(note=note, changes=changes) if note and changes else note or changes
        )
        item = QTreeWidgetItem([title_of_run(run), best, self.state_text(self._history.state_of(run)), words])
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        if run.hidden:
            for column in range(item.columnCount()):
                item.setForeground(column, self.palette().brush(QPalette.ColorRole.PlaceholderText))
        item.setIcon(NAME, dot(QColor(self._history.colour(run.id))))
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

    def current(self) -> Run | None:
        row = self.tree.currentIndex().row()
        return self.runs[row] if 0 <= row < len(self.runs) else None

    def select(self, run_id: str) -> None:
        ids = [run.id for run in self.runs]
        if run_id in ids and (item := self.tree.topLevelItem(ids.index(run_id))):
            self.tree.setCurrentItem(item)

    def _show_best(self) -> None:
        """Show the best accuracies so far of the current runs, unless they are NaN."""
        best = {live.id: live.curves.validation.span(_ACCURACY)[1] for live in self._history.live}
        for number, run in enumerate(self.runs):
            item, accuracy = self.tree.topLevelItem(number), best.get(run.id, nan)
            if item and not isnan(accuracy):
                item.setText(BEST, percent(accuracy))

    def _choose(self) -> None:
        self._history.choose([run.id] if (run := self.current()) else ())
        self._show_buttons()

    def _show_buttons(self) -> None:
        run = self.current()
        self.open.setEnabled(run is not None)
        self.resume.setEnabled(run is not None and self._history.can_resume(run))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "tree"):
            with QSignalBlocker(self.tree):
                self._fill()  # each run has its colour in either palette
            self.show_runs()


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
