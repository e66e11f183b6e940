"""Session: one window from its first paint to its end, with its document, its trainer and the worker behind."""

import gc
from datetime import datetime
from importlib import import_module
from pathlib import Path
from threading import Thread
from types import TracebackType

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMessageBox

from explorer.architecture.design import Design
from explorer.gui.document import Document
from explorer.gui.painted import PaintWatch
from explorer.gui.process import WorkerProcess
from explorer.gui.trainer import Trainer
from explorer.gui.window import Window


class Session(QObject):
    """`painted` at the first sight of diagram and table; `closed` when the worker has gone after the window.

    `complete` once the plots and the list of runs are there too.
    """

    painted = Signal()
    closed = Signal()

    def __init__(self, design: Design, runs: Path, warm: bool = True, process: WorkerProcess | None = None) -> None:
        super().__init__()
        self.warm = warm
        self.complete = False
        self.document = Document(design)
        self.trainer = Trainer(runs, process)
        self.window = Window(self.document, self.trainer)
        self.window.closed.connect(self.end)
        self.trainer.progressed.connect(self.note_verdict)
        self.trainer.process.ended.connect(self.finish)
        self.ending = False
        self.patience = QTimer(self, interval=20)
        self.patience.timeout.connect(self.show_history)
        self.first_paint = PaintWatch(self.window.diagram.viewport(), self.window.table.viewport())
        self.first_paint.painted.connect(self.load_rest)

    def load_rest(self) -> None:
        """What the first paint need not wait for: the worker, pyqtgraph, the runs."""
        self.first_paint.painted.disconnect(self.load_rest)
        self.painted.emit()
        if self.warm:
            self.trainer.warm_up()
        self.loading = Thread(target=import_module, args=("explorer.gui.history",), daemon=True)
        self.loading.start()  # beside the event loop, so that a slider answers meanwhile
        self.patience.start()

    def show_history(self) -> None:
        """The plots and the list of runs take their place as soon as they are loaded."""
        if self.loading.is_alive():
            return
        self.patience.stop()
        if self.ending:
            return
        from explorer.gui.history import History

        self.history = History(self.document, self.trainer)
        self.window.training.below.addWidget(self.history)
        gc.freeze()  # what is there now stays: no collection need look at it again, least of all during a drag
        self.complete = True

    def note_verdict(self) -> None:
        run = self.trainer.run
        if run and run.started:
            self.document.note_verdict(run.design, run.started.referee)

    def end(self) -> None:
        """The window is closed: the worker writes its checkpoint and goes, or goes at once if it has none to write."""
        self.ending = True
        self.patience.stop()
        self.trainer.shut_down()
        if not self.trainer.process.is_running():
            self.finish()

    def finish(self) -> None:
        if self.ending:
            self.ending = False
            self.closed.emit()

    def show_crash(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """An exception that nobody caught: note it and say so; the window and the training live on."""
        import traceback

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
