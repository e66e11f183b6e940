"""Session: one window from its first paint to its end, with its document, its pool and the workers behind."""

import gc
from importlib import import_module
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox

from explorer.architecture.design import Design
from explorer.gui.document import Document
from explorer.gui.main_window.window import Window
from explorer.gui.widgets import theme
from explorer.gui.widgets.language import apply_language
from explorer.gui.widgets.paint_watch import PaintWatch
from explorer.gui.widgets.text_size import apply_size, chosen_size

if TYPE_CHECKING:
    from explorer.gui.workers.process import WorkerProcess
    from explorer.gui.workers.worker import WorkerClient


class Session(QObject):
    """`painted` at the first sight of diagram and table; `left` when a person closes the window for good.

    `closed` when the workers have gone after it.

    `complete`, and `completed` says so, once the plots and the list of runs are there too.
    """

    painted = Signal()
    completed = Signal()
    left = Signal()
    closed = Signal()

    def __init__(
        self,
        design: Design,
        runs: Path,
        warm: bool = True,
        process: "WorkerProcess | None" = None,
        path: Path | None = None,
    ) -> None:
        """`path` is the file that the design was read from, if it was."""
        super().__init__()
        self.runs, self.warm, self.process = runs, warm, process
        self.complete = False
        self.ending = False
        self.document = Document(design, path)
        self.window = self.make_window()
        self.patience = QTimer(self, interval=20)
        self.patience.timeout.connect(self.show_history)
        self.first_paint = PaintWatch(self.window.diagram.viewport(), self.window.table.viewport())
        self.first_paint.painted.connect(self.load_rest)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self.follow_system)

    @property
    def worker(self) -> "WorkerClient":
        """The one that is there from the beginning."""
        return self.pool.workers[0]

    def make_window(self) -> Window:
        window = Window(self.document)
        window.closed.connect(self.left)
        window.closed.connect(self.end)
        window.language_chosen.connect(self.use_language)
        window.size_chosen.connect(self.use_size)
        return window

    def load_rest(self) -> None:
        """What the first paint need not wait for: everything around the network, the worker, pyqtgraph, the runs."""
        self.first_paint.painted.disconnect(self.load_rest)
        self.painted.emit()
        if self.ending:
            return
        from explorer.gui.workers.pool import WorkerPool

        self.pool = WorkerPool(self.runs, self.process)
        self.pool.progressed.connect(self.note_verdict)
        self.pool.emptied.connect(self.finish)
        self.window.furnish(self.pool)
        if self.warm:
            self.worker.warm_up()
        self.loading = Thread(target=import_module, args=("explorer.gui.runs.history",), daemon=True)
        self.loading.start()  # beside the event loop, so that a slider answers meanwhile
        self.patience.start()

    def show_history(self) -> None:
        """The plots and the list of runs take their place as soon as they are loaded."""
        if self.loading.is_alive():
            return
        self.patience.stop()
        if self.ending:
            return
        self.add_history()
        gc.freeze()  # what is there now stays: no collection need look at it again, least of all during a drag
        gc.enable()
        self.complete = True
        self.completed.emit()

    def greet(self) -> None:
        """Offer the tour to a person who sees this for the first time."""
        if not QSettings().value("toured", False):
            QSettings().setValue("toured", True)
            self.window.tutor.teach("tour")

    def add_history(self) -> None:
        from explorer.gui.runs.history import History

        self.history = History(self.document, self.pool)
        self.window.training.below.addWidget(self.history)

    def follow_system(self) -> None:
        """The system has become light or dark, and a person may want the window to be as it is."""
        if theme.saved_theme() == "system":
            theme.apply_theme("system")
            theme.restyle(self.window)

    def use_language(self, language: str) -> None:
        """Speak `language` from now on."""
        QSettings().setValue("language", language)
        apply_language(language)
        self.renew_window()

    def use_size(self, steps: int) -> None:
        """Let the text grow by so many steps, or go back to its usual size."""
        size = chosen_size() + steps if steps else 0
        QSettings().setValue("text_size", apply_size(size))
        self.renew_window()

    def renew_window(self) -> None:
        """Words and their sizes stand in widgets, so a new window takes the place of the old one.

        Design, undo stack, run and worker are no widgets: they notice nothing.
        """
        old, self.window = self.window, self.make_window()
        self.window.furnish(self.pool)
        if self.complete:
            shown = self.history
            self.add_history()  # before a lesson is taken over that may point at it
            self.history.take_over(shown)
        self.window.take_over(old)
        self.window.show()
        self.window.activateWindow()
        old.hide()
        # A window's parts know one another in circles, and to collect what Qt has deleted can crash: it is left there.
        old.destroyed.connect(gc.freeze)
        old.deleteLater()

    def note_verdict(self) -> None:
        for run in self.pool.live:
            if run.started:
                self.document.note_verdict(run.design, run.started.referee)

    def end(self) -> None:
        """The window is closed: a worker writes its checkpoint and goes, or goes at once if it has none to write."""
        self.ending = True
        gc.enable()  # it may never have been complete
        self.patience.stop()
        if not self.window.is_furnished:
            self.finish()
            return
        self.pool.shut_down()
        if not self.pool.is_running():
            self.finish()

    def finish(self) -> None:
        if self.ending:
            self.ending = False
            self.closed.emit()

    def show_crash(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """An exception that nobody caught: note it and say so; the window and the training live on."""
        import traceback
        from datetime import datetime

        import platformdirs

        text = "".join(traceback.format_exception(kind, error, trace))
        log = Path(platformdirs.user_log_dir("resnet-explorer", appauthor=False)) / "errors.log"
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("a", encoding="utf-8") as file:
                file.write(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}\n{text}\n")
        except OSError as failure:
            text += f"\n{log}: {failure}"
        box = QMessageBox(QMessageBox.Icon.Critical, self.tr("Something went wrong"), str(error), parent=self.window)
        box.setInformativeText(self.tr("The window and a run under way go on. Details are in {log}").format(log=log))
        box.setDetailedText(text)
        copy = box.addButton(self.tr("Copy"), QMessageBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        box.addButton(QMessageBox.StandardButton.Close)
        box.open()
