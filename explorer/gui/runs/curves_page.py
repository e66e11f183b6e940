"""CurvesPage: the curves of the current runs and of earlier ones."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from explorer.gui.actions import Actions
from explorer.gui.document import Document
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.training.curves.plot_view import PlotView
from explorer.gui.training.curves.plots import Plots
from explorer.gui.widgets.empty_state import EmptyState
from explorer.gui.widgets.look import theme


class CurvesPage(QWidget):
    """The plots, or until a run has points, how to get one; `view`, their ranges, is kept up to date."""

    def __init__(self, document: Document, run_history: RunHistory, view: PlotView, actions: Actions) -> None:
        super().__init__()
        self._history, self._save = run_history, actions.save_curves
        self.plots = Plots(document.name_of, view)
        self.empty = EmptyState(self.tr("Loss and accuracy appear here once a run starts."), actions.start)
        save = QToolButton(autoRaise=True)
        save.setDefaultAction(actions.save_curves)
        save.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        save.setAccessibleName(actions.save_curves.text())
        self.plots.orders.addWidget(save)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[theme.RHYTHM] * 4)
        column.addWidget(self.empty)
        column.addWidget(self.plots)
        document.vocabulary_changed.connect(self.plots.refresh)
        self.plots.seen.connect(run_history.set_seen)
        self.plots.picked.connect(lambda run: run_history.choose((run,)))
        run_history.changed.connect(self._show_runs)
        run_history.progressed.connect(self._show_progress)
        self._show_runs()

    def _show_runs(self) -> None:
        """Show another choice of runs, if it is another."""
        lines = list(self._history.lines())
        if lines != self.plots.all_lines:
            self.plots.show_lines(lines)
        self._show_progress()

    def _show_progress(self) -> None:
        has_points = any(line.has_values for line in self.plots.all_lines)
        self.empty.setVisible(not has_points)
        self.plots.setVisible(has_points)
        self._save.setEnabled(has_points)
        self.plots.refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "plots"):
            self._show_runs()  # each run has its colour in either palette
