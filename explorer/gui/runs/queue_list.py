"""QueueList: the runs that train beside the shown one and those that wait, with what the user may do about each."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from explorer.architecture.compare import changed_fields, design_changes
from explorer.architecture.design import Design
from explorer.gui.actions import Actions
from explorer.gui.document import Document, title_of
from explorer.gui.studies.study_words import progress_text, title_of_study
from explorer.gui.widgets.buttons import action_button, sign_button, word_button
from explorer.gui.widgets.input.keys import add_keys
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.presence import show_if
from explorer.gui.widgets.short_list import ShortList
from explorer.gui.widgets.text.language import percent, say, whole
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.studies import KnownStudy, Studies
from explorer.gui.workers.worker import WorkerClient
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import Train
from explorer.runs.recipe import Recipe, recipe_name
from explorer.runs.sides import Side, labels, twin_side
from explorer.runs.studies.schedule import TrialState


class _QueueRow(NamedTuple):
    """A row of the list: the current run of `worker`, the order that waits at `place`, or the `study` that goes on."""

    name: str
    state: str
    words: str
    worker: WorkerClient | None = None
    place: int = -1
    study: KnownStudy | None = None


class QueueList(QWidget):
    """The queue and the current runs; hidden while nothing waits and no other run than the shown one trains."""

    def __init__(
        self,
        document: Document,
        pool: WorkerPool,
        studies: Studies,
        actions: Actions,
        show_study: Callable[[str], None],
    ) -> None:
        """`show_study` shows the study with an id."""
        super().__init__()
        self.document, self.pool, self._studies, self._show_study = document, pool, studies, show_study
        self.rows: list[_QueueRow] = []
        self.tree = ShortList(self.tr("Queue"), (self.tr("Queue"), self.tr("State"), self.tr("Changes")))
        self.tree.setHeaderHidden(True)
        self.tree.currentItemChanged.connect(self.show_choice)
        self.tree.itemActivated.connect(self._open_row)
        self.heading = QLabel(self.tr("Queue"))
        theme.make_heading(self.heading)
        self.release = action_button(actions.release_queue, "go_on_queue")
        self.open = word_button("", self._open_row)
        arrow = Qt.ArrowType
        self.up = self.tool(arrow.UpArrow, self.tr("Move up"), lambda: self.shift(-1), "Alt+Up")
        self.down = self.tool(arrow.DownArrow, self.tr("Move down"), lambda: self.shift(1), "Alt+Down")
        self.cancel = self.tool("x", self.tr("Remove from queue"), self._cancel_row, "Del")
        above = QHBoxLayout()
        above.addWidget(self.heading)
        above.addWidget(self.release)
        above.addStretch(1)
        for button in (self.open, self.up, self.down, self.cancel):
            above.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addLayout(above)
        column.addWidget(self.tree)
        pool.changed.connect(self.show_rows)
        pool.progressed.connect(self.show_rows)
        pool.queue.changed.connect(self.show_rows)
        studies.changed.connect(self.show_rows)
        self.show_rows()

    def tool(self, sign: str | Qt.ArrowType, text: str, act: Callable[[], None], keys: str) -> QToolButton:
        """Return a button that does what `keys` do in the list."""
        add_keys(self.tree, text, act, keys)
        return sign_button(sign, text, act, keys)

    def show_rows(self) -> None:
        """Show the current and the waiting runs; the selected row number stays."""
        rows = [*self.running(), *self.waiting(), *self._going_studies()]
        self.heading.setVisible(not self.pool.queue.held)
        self.release.setVisible(self.pool.queue.held)
        if rows != self.rows:
            chosen = self.number()
            self.rows = rows
            self.tree.clear()
            for row in rows:
                self.tree.add(self.item(row))
            self.choose(min(chosen, len(rows) - 1))
        show_if(bool(rows), self)
        self.show_choice()

    def running(self) -> list[_QueueRow]:
        """Return the rows of the current runs, or none if the panel shows the only one."""
        busy = self.pool.busy
        return [self._running_row(worker) for worker in busy] if set(busy) - {self.pool.shown} else []

    def _running_row(self, worker: WorkerClient) -> _QueueRow:
        states = {
            WorkerState.STARTING: self.tr("starting"),
            WorkerState.RUNNING: self.tr("running"),
            WorkerState.PAUSED: self.tr("paused"),
            WorkerState.STOPPING: self.tr("stopping"),
        }
        done, total = sum(run.done for run in worker.live), len(worker.live) * worker.live[0].total
        state = states[worker.state] + (f" {percent(done / total, 0)}" if total else "")
        run = worker.live[0]
        name = self.name([Side(each.design, each.recipe, 0) for each in worker.live])
        words = self.words(run.recipe, self.pool.device_of(worker))
        return _QueueRow(name=name, state=state, words=words, worker=worker)

    def waiting(self) -> list[_QueueRow]:
        shown, rows = self.pool.shown.run, []
        state = self.tr("on hold") if self.pool.queue.held else self.tr("queued")
        before: tuple[Design, Recipe] | None = (shown.design, shown.recipe) if shown else None
        for place, order in enumerate(self.pool.queue.orders):
            words = self.words(order.recipe, order.recipe.device, self.changes(before, order))
            name = self.name(order.sides)
            rows.append(_QueueRow(name=name, state=state, words=words, place=place))
            before = (order.design, order.recipe)
        return rows

    def _going_studies(self) -> list[_QueueRow]:
        rows, queue = [], self.pool.queue
        for known in self._studies.known:
            if known.folder.folder in queue.studies:
                done, total = known.schedule.count(TrialState.DONE), len(known.schedule.trials)
                state = self.tr("on hold") if queue.held else self.tr("{n} of {total}")
                rows.append(
                    _QueueRow(
                        name=self.tr("Study {name}").format(name=title_of_study(known.study)),
                        state=state.format(n=whole(done), total=whole(total)),
                        words=progress_text(known),
                        study=known,
                    )
                )
        return rows

    def name(self, sides: Sequence[Side]) -> str:
        """Return the title of the first side's design, and what is trained beside it."""
        networks = list(dict.fromkeys(replace(side, seed=0) for side in sides))
        name, seeds = title_of(networks[0].design), len(sides) // len(networks)
        if networks[1:] == [twin_side(networks[0])]:
            name = self.tr("{name} and its twin").format(name=name)
        elif networks[1:]:
            others = self.tr(", ").join(map(say, labels(networks)[1:]))
            name = self.tr("{name} beside {others}").format(name=name, others=others)
        return self.tr("{name} · {n} seeds").format(name=name, n=whole(seeds)) if seeds > 1 else name

    def words(self, recipe: Recipe, device: str, changes: str = "") -> str:
        name = say(recipe_name(recipe) or "") or self.tr("custom")
        return " · ".join(filter(None, [changes, name, self.tr("auto") if device == "auto" else device]))

    def changes(self, before: tuple[Design, Recipe] | None, order: Train) -> str:
        """Return how the order differs from the run before it; empty if there is none."""
        if before is None:
            return ""
        recipe = before[1].change(device=order.recipe.device)  # the row names the device anyway
        sentences = (*design_changes(before[0], order.design), *changed_fields(recipe, order.recipe))
        return self.tr(", ").join(map(say, sentences)) or self.tr("no changes")

    def item(self, row: _QueueRow) -> QTreeWidgetItem:
        item = QTreeWidgetItem([row.name, row.state, row.words])
        item.setToolTip(0, row.name)
        item.setToolTip(2, row.words)
        if row.worker is self.pool.shown:
            font = self.tree.font()
            font.setBold(True)
            for column in range(3):
                item.setFont(column, font)
        return item

    def number(self) -> int:
        """Return the number of the selected row, counted from 0, or -1 if there is none."""
        return self.tree.currentIndex().row()

    def choose(self, number: int) -> None:
        self.tree.setCurrentIndex(self.tree.model().index(number, 0))

    def current(self) -> _QueueRow | None:
        number = self.number()
        return self.rows[number] if 0 <= number < len(self.rows) else None

    def show_choice(self) -> None:
        """Let the buttons say and offer what they do with the selected row."""
        row, last = self.current(), len(self.pool.queue.orders) - 1
        place = row.place if row else -1
        study = row.study if row else None
        design = self.tr("Show this study") if study else self.tr("Open design")
        self.open.setText(self.tr("Show this run") if row and row.worker else design)
        self.open.setEnabled(row is not None and row.worker is not self.pool.shown)
        self.up.setEnabled(place > 0)
        self.down.setEnabled(0 <= place < last)
        self.cancel.setEnabled(place >= 0 or study is not None)

    def _open_row(self) -> None:
        """Show and control the run of the selected row, or open the design that waits there."""
        row = self.current()
        if row and row.worker:
            self.pool.show_worker(row.worker)
        elif row and row.study:
            self._show_study(row.study.id)
        elif row:
            order = self.pool.queue.orders[row.place]
            self.document.propose(order.design, self.tr("Open a run's design"))

    def shift(self, by: int) -> None:
        row = self.current()
        if row and row.place >= 0:
            place = self.pool.queue.move(row.place, by)
            self.choose(self.number() + place - row.place)

    def _cancel_row(self) -> None:
        row = self.current()
        if row and row.study:
            self._studies.stop(row.study)
        elif row and row.place >= 0:
            self.pool.queue.remove(row.place)
