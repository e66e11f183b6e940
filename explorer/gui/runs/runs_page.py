"""RunsPage: every run, and what the user may do with it."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.gui.actions import Actions
from explorer.gui.document import Document
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.runs.run_list import RunList
from explorer.gui.runs.run_orders import RunOrders
from explorer.gui.widgets import theme
from explorer.gui.widgets.empty_state import EmptyState
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.folder import Run


class RunsPage(QWidget):
    """The list of runs with its orders, or until there is a run, how to get one."""

    def __init__(self, document: Document, pool: WorkerPool, run_history: RunHistory, actions: Actions) -> None:
        super().__init__()
        self._document, self._pool, self._history = document, pool, run_history
        self.list = RunList(run_history)
        self.orders = RunOrders(self.list, run_history, actions)
        self.empty = EmptyState(self.tr("Every run that you start is kept and listed here."), actions.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.RHYTHM] * 4)
        column.setSpacing(theme.RHYTHM)
        column.addWidget(self.empty)
        column.addWidget(self.list, stretch=1)
        column.addWidget(self.orders)
        self.list.opened.connect(self._open_design)
        self.list.resumed.connect(self._resume)
        run_history.changed.connect(self._show_runs)
        self._show_runs()

    def _show_runs(self) -> None:
        self.empty.setVisible(self.list.is_empty)
        self.list.setVisible(not self.list.is_empty)

    def _open_design(self, run: Run) -> None:
        self._document.propose(run.design, self.tr("Open a run's design"))

    def _resume(self, run: Run) -> None:
        self._pool.resume_run(run, self._history.curves_of(run))
