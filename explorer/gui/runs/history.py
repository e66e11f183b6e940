"""History: the plots and the list of runs together: which runs are plotted, and what the list's buttons do."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.architecture.twins import kind_of
from explorer.gui.actions import Actions
from explorer.gui.document import Document, title_of_run
from explorer.gui.runs.run_list import RunList
from explorer.gui.runs.run_orders import RunOrders
from explorer.gui.runs.shown_runs import ShownRuns
from explorer.gui.training.plot_view import PlotView
from explorer.gui.training.plots import Plots
from explorer.gui.training.plotted_run import Line
from explorer.gui.widgets import theme
from explorer.gui.widgets.language import say
from explorer.gui.workers.curves import Curves
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.folder import Run
from explorer.runs.log import read_events
from explorer.runs.published import Reference, reference_of

_FAINT = 5  # earlier runs on the plots
_ACCURACY = 2  # column of the curves


class History(QWidget):
    """Plots and list; `shown` and `view`, the ranges of the plots, are kept when the window is rebuilt."""

    def __init__(
        self, document: Document, pool: WorkerPool, shown: ShownRuns, view: PlotView, actions: Actions
    ) -> None:
        super().__init__()
        self.document, self.pool, self.shown = document, pool, shown
        self.plots, self.list = Plots(document.name_of, view), RunList(pool.runs, pool.state_of)
        self.orders = RunOrders(self.list, shown, actions, self.reload)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM)
        column.addWidget(self.plots, stretch=1)
        column.addWidget(self.list)
        column.addWidget(self.orders)
        document.vocabulary_changed.connect(self.plots.refresh)
        pool.progressed.connect(self.show_progress)
        pool.changed.connect(self.allow_resume)
        pool.changed.connect(self.list.show_states)
        pool.run_ended.connect(self.reload)
        pool.runs_changed.connect(self._use_runs)
        self.list.chosen.connect(self.choose)
        self.list.opened.connect(self._open_design)
        self.list.resumed.connect(self.resume)
        self.list.edited.connect(lambda: QTimer.singleShot(0, self, self.reload))
        self.allow_resume()
        QTimer.singleShot(0, self, self.reload)

    def choose(self, run: Run | None) -> None:
        self.shown.chosen = run.id if run else ""
        self.orders.note_choice()
        self.show_runs()

    def reload(self) -> None:
        """Read the list again, unless the user is typing in it: then once that has ended."""
        if self.list.is_edited:
            return
        self.list.reload(self.shown.chosen, self.shown.with_hidden)
        self.orders.show_state()
        self.show_runs()

    def _use_runs(self) -> None:
        self.list.root = self.pool.runs
        self.reload()

    def show_progress(self) -> None:
        """Show new points; runs that are not shown yet are added to the plots and to the list first.

        A run that starts is selected in the list, so that it stays drawn in full once it has ended and can be resumed
        with one click.
        """
        live = [(run.id, run.curves) for run in self.pool.live]
        if live != self.shown.live:
            started = [run_id for run_id, _ in live if run_id not in dict(self.shown.live)]
            self.shown.live = live
            self.reload()
            if started:
                self.list.select(started[-1])
        for run in self.pool.live:
            self.list.show_best(run.id, run.curves.validation.span(_ACCURACY)[1])
        self.plots.refresh()

    def show_runs(self) -> None:
        self.plots.show_lines(list(self.lines()))

    def lines(self) -> Iterator[Line]:
        """Yield the latest runs faint, the chosen one and its twin in full, and last the live ones in full."""
        live, chosen = self._shown_live(), self.list.current()
        others = [run for run in self.list.runs if run.id not in {run.id for run in live}]
        full = {chosen.id, chosen.twin or chosen.id} if chosen else set()
        shown = [run for number, run in enumerate(others) if number < _FAINT or run.id in full]
        for run in reversed(shown):
            name = say(kind_of(run.design)) if run.twin in full else title_of_run(run)
            yield Line(
                name=name,
                colour=self.list.colour(run.id),
                curves=self._curves_of(run),
                live=run.id in full,
                reference=reference_of(run),
            )
        names = {run.id: run.name for run in self.list.runs}
        for current in live:
            yield Line(
                name=(not current.paired and names.get(current.id)) or current.name,
                colour=self.list.colour(current.id),
                curves=current.curves,
                live=True,
                steps=current.total,
                reference=self.reference_of(current),
            )

    def _shown_live(self) -> list[LiveRun]:
        """Return the live runs but those that have ended and were hidden or deleted since."""
        gone = {deleted.folder.name for deleted in self.shown.deleted} | self.list.hidden
        return [run for run in self.pool.live if not (run.outcome and run.id in gone)]

    def reference_of(self, live: LiveRun) -> Reference | None:
        """Return the published runs to compare a live run with, from its folder, which tells its initial weights."""
        run = next((run for run in self.list.runs if run.id == live.id), None)
        return reference_of(run) if run else None

    def _curves_of(self, run: Run) -> Curves:
        if run.id not in self.shown.read:
            try:
                self.shown.read[run.id] = Curves(read_events(run.folder))
            except OSError:  # the list and the other runs are shown all the same
                self.shown.read[run.id] = Curves(())
        return self.shown.read[run.id]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "list"):
            self.reload()  # each run has its colour in either palette

    def _open_design(self, run: Run) -> None:
        self.document.propose(run.design, self.tr("Open a run's design"))

    def allow_resume(self) -> None:
        self.list.allow_resume(self.pool.free_device)

    def resume(self, run: Run) -> None:
        self.pool.resume_run(run, self._curves_of(run))
