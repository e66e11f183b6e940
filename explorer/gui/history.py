"""Plots and list of runs together: which runs stand on the plots, and what the list's buttons do."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from explorer.gui import theme
from explorer.gui.curves import Curves
from explorer.gui.document import Document, title_of
from explorer.gui.plots import Line, Plots
from explorer.gui.runs import RunList
from explorer.gui.trainer import Trainer
from explorer.runs.folder import Run, read_events

FAINT = 5  # earlier runs on the plots


class History(QWidget):
    def __init__(self, document: Document, trainer: Trainer) -> None:
        super().__init__()
        self.document, self.trainer = document, trainer
        self.plots, self.list = Plots(), RunList(trainer.runs)
        self.read: dict[str, Curves] = {}
        self.shown_run = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM)
        column.addWidget(self.plots, stretch=1)
        column.addWidget(self.list)
        trainer.progressed.connect(self.follow)
        trainer.changed.connect(lambda: self.list.allow_resume(trainer.is_busy()))
        trainer.run_ended.connect(self.reload)
        self.list.chosen.connect(self.show_runs)
        self.list.opened.connect(self.open_design)
        self.list.resumed.connect(self.resume)
        QTimer.singleShot(0, self, self.reload)

    def reload(self) -> None:
        self.list.reload()
        self.show_runs()

    def follow(self) -> None:
        """New points; another run than the one shown is put on the plots first, and into the list."""
        live = self.trainer.run.id if self.trainer.run else ""
        if live != self.shown_run:
            self.shown_run = live
            self.reload()
        self.plots.refresh()

    def show_runs(self) -> None:
        self.plots.show_lines(list(self.lines()))

    def lines(self) -> Iterator[Line]:
        """The latest runs faint, the chosen one in full, the live one in full and last."""
        live, chosen = self.trainer.run, self.list.current()
        others = [run for run in self.list.runs if not live or run.id != live.id][:FAINT]
        if chosen and chosen not in others and (not live or chosen.id != live.id):
            others.append(chosen)
        for run in reversed(others):
            yield Line(title_of(run.design), self.list.colour(run.id), self.curves_of(run), run == chosen)
        if live:
            yield Line(title_of(live.design), self.list.colour(live.id), live.curves, True, live.total)

    def curves_of(self, run: Run) -> Curves:
        if run.id not in self.read:
            self.read[run.id] = Curves(read_events(run.folder))
        return self.read[run.id]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "list"):
            self.reload()  # each run has its colour in either palette

    def open_design(self, run: Run) -> None:
        self.document.propose(run.design, self.tr("Open the design of a run"))

    def resume(self, run: Run) -> None:
        self.trainer.resume_run(run, self.curves_of(run))
