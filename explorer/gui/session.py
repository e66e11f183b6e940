"""Session: the program's window from its first paint to its end, with its workspace and workers."""

from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QMessageBox

from explorer.architecture.design import Design
from explorer.architecture.presets import DEFAULT, preset
from explorer.architecture.weights_file import is_weights_file
from explorer.gui.document import Document, called_as
from explorer.gui.main_window.end_notice import EndNotice
from explorer.gui.main_window.window import Window
from explorer.gui.saved_session import SavedSession, SessionFile
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.text_size import apply_size, chosen_size
from explorer.gui.widgets.paint_watch import PaintWatch
from explorer.gui.widgets.text.language import apply_language, say
from explorer.gui.workspace import Workspace
from explorer.resources import resource
from explorer.sentences import NOTHING, Sentence, system_words, translatable
from explorer.validation import Refused

if TYPE_CHECKING:
    from explorer.gui.autosave import Autosave
    from explorer.gui.workers.process import WorkerProcess


_PREPARATION = 300  # milliseconds between two imports that take long
_NOT_KEPT = translatable("What is open will not be there at the next start: {error}")


class Session(QObject):
    """The window, rebuilt when language or text size change, and what outlives it.

    `painted` is emitted when diagram and table have first been painted, `completed` when the page that was shown last
    is there too, `left` when the user closes the window for good, `closed` when the workers have ended after that.
    """

    painted = Signal()
    completed = Signal()
    left = Signal()
    closed = Signal()

    def __init__(
        self,
        design: Design | None,
        runs: Path,
        warm: bool = True,
        process: "WorkerProcess | None" = None,
        path: Path | None = None,
        state: Path | None = None,
    ) -> None:
        """Show `design`, read from the file at `path` if given; if `warm`, a worker starts after the first paint.

        If that is a file of weights, training starts with them.

        With `state`, the session last saved in that folder continues, and is saved there again. A `design` is then its
        next undo step, so that nothing of it is lost. Without both, the chapter's network is shown.
        """
        super().__init__()
        self.warm = warm
        self.complete = False
        self._is_ending = self._is_over = False
        self._file: SessionFile | None = None
        self._autosave: Autosave | None = None
        self._refusal = NOTHING  # why the last session does not continue
        saved = self._read_session(state) if state else None
        self._weights = path if path and is_weights_file(path) else None
        self.document = _make_document(design, path, saved)
        self.workspace = Workspace(self.document, runs, process, saved)
        self.window = self._make_window()
        self._needed = ["numpy", "pyqtgraph"]  # by the first curves, and not imported yet
        self._preparation = QTimer(self, interval=_PREPARATION)
        self._preparation.timeout.connect(self._prepare_curves)
        self._first_paint = PaintWatch(self.window.diagram.viewport(), self.window.table.viewport())
        self._first_paint.painted.connect(self._load_rest)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._apply_system_theme)

    def _read_session(self, state: Path) -> SavedSession | None:
        """Open a session file in the folder `state`, and return what it holds, if anything."""
        try:
            self._file = SessionFile(state)
            return self._file.read()
        except Refused as refused:
            self._refusal = refused.sentence
        except OSError as error:
            self._file, self._refusal = None, Sentence(_NOT_KEPT, {"error": system_words(error)})
        return None

    def _make_window(self) -> Window:
        window = Window(self.workspace)
        window.closed.connect(self.left)
        window.closed.connect(self.end)
        return window

    def _complete_window(self) -> None:
        self.window.add_controls()
        QApplication.setWindowIcon(QIcon(str(resource("icons", "resnet-explorer.svg"))))
        EndNotice(self.window, self.workspace.pool)
        orders = self.window.orders
        orders.language_chosen.connect(self.use_language)
        orders.theme_chosen.connect(self._use_theme)
        orders.size_chosen.connect(self.use_size)
        if self._autosave:
            self.window.pages.opened.connect(self._autosave.note_change)

    def _load_rest(self) -> None:
        """Load what the first paint need not wait for: the rest of the window, the worker and the last page."""
        self._first_paint.painted.disconnect(self._load_rest)
        self.painted.emit()
        if self._is_ending:
            return
        self.pool = self.workspace.pool
        self.pool.progressed.connect(self._note_verdict)
        self.pool.changed.connect(self._note_devices)
        self.pool.emptied.connect(self._finish)
        if self._file:
            from explorer.gui.autosave import Autosave

            self._autosave = Autosave(self.workspace, self._file)
            self._autosave.failed.connect(self._tell_failure)
        try:
            self._complete_window()
            if self._weights:
                self.workspace.choice.use_weights(str(self._weights))
            if self._refusal:
                self.window.files.complain(self.tr("The last session cannot continue"), say(self._refusal))
        finally:  # what fails is said; the rest is there all the same
            if self.warm:
                self.pool.warm_up()
            QTimer.singleShot(0, self, self._show_last_page)

    def _tell_failure(self, error: Sentence) -> None:
        """Say once that the session cannot be saved; each change tries again."""
        assert self._autosave
        self._autosave.failed.disconnect(self._tell_failure)
        reason = Sentence(_NOT_KEPT, {"error": error})
        self.window.files.complain(self.tr("The session cannot be saved"), say(reason))

    def _show_last_page(self) -> None:
        """Read the runs and show the last page."""
        if self._is_ending:
            return
        self.workspace.run_history.reload()
        self.workspace.studies.reload()
        self.window.pages.show_last()
        self.complete = True
        self.completed.emit()

    def greet(self) -> None:
        """Open the tour when the user runs the program for the first time."""
        if not QSettings().value("toured", False):
            QSettings().setValue("toured", True)
            self.window.tutor.show_tour()

    def show_design(self, design: Design | None, path: Path | None) -> None:
        """Bring the window to the front, with a design that another start was to show, as one undoable step."""
        window = self.window
        if path:
            window.files.open(path)
        elif design:
            self.document.open(design, None)
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.raise_()
        window.activateWindow()

    def _apply_system_theme(self) -> None:
        """Apply the system's light or dark colours if the user has chosen to have them."""
        if theme.saved_theme() == "system":
            theme.apply_theme("system")
            theme.restyle(self.window)

    def _use_theme(self, name: str) -> None:
        """Show the window in the colours called `name` from now on."""
        QSettings().setValue("theme", name)
        theme.apply_theme(name)
        theme.restyle(self.window)

    def use_language(self, language: str) -> None:
        """Show the window in `language` from now on."""
        QSettings().setValue("language", language)
        apply_language(language)
        self._rebuild_window()

    def use_size(self, steps: int) -> None:
        """Make the text larger by so many `steps`, or with 0 set its usual size."""
        size = chosen_size() + steps if steps else 0
        QSettings().setValue("text_size", apply_size(size))
        self._rebuild_window()

    def _rebuild_window(self) -> None:
        """Replace the window by a new one of the same workspace, for widgets keep the texts they were made with."""
        old, before = self.window, self.window.arrangement()
        self.window = self._make_window()
        self._complete_window()
        self.window.restore(before)
        self.window.show()
        self.window.activateWindow()
        old.hide()
        old.deleteLater()

    def _note_verdict(self) -> None:
        for run in self.pool.live:
            if run.started:
                self.document.note_verdict(run.design, run.started.referee)

    def _note_devices(self) -> None:
        if self.pool.hello:
            self.workspace.choice.note_devices(self.pool.hello.devices)
            if self._needed and not self._preparation.isActive():
                self._preparation.start()

    def _prepare_curves(self) -> None:
        """Import what the first curves need, once a run can start and while no mouse button is pressed.

        Not in a thread: PySide lets imports of the main thread fail or crash now and then while another one imports.
        """
        if QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton:
            import_module(self._needed.pop(0))
        if not self._needed:
            self._preparation.stop()

    def end(self) -> None:
        """End the workers, as `WorkerPool.shut_down` does; the window is closed."""
        self._is_ending = True
        self._preparation.stop()
        if self._autosave:
            self._autosave.finish()
        if self._file:
            self._file.close()
        if not self.window.has_controls:
            self._finish()
            return
        self.workspace.data_download.shut_down()
        self.workspace.end_saving()
        self.pool.shut_down()
        if not self.pool.is_running():
            self._finish()

    def _finish(self) -> None:
        if self._is_ending and not self._is_over:
            self._is_over = True
            self.closed.emit()

    def show_crash(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Log an uncaught exception and show it; the window and the training continue."""
        import traceback

        from explorer.gui.help.error_log import error_log, log_error

        text = "".join(traceback.format_exception(kind, error, trace))
        try:
            log_error(text)
        except (OSError, Refused) as failure:
            text += f"\n{error_log()}: {failure}"
        box = QMessageBox(QMessageBox.Icon.Critical, self.tr("Something went wrong"), str(error), parent=self.window)
        box.setInformativeText(
            self.tr("The window and any run in progress continue. Details: {log}").format(log=error_log())
        )
        box.setDetailedText(text)
        copy = box.addButton(self.tr("Copy"), QMessageBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(text))
        box.addButton(QMessageBox.StandardButton.Close)
        box.open()


def _make_document(design: Design | None, path: Path | None, saved: SavedSession | None) -> Document:
    """Return the document of the `saved` session, with `design`, from the file at `path` if given, opened in it.

    A file of weights is not one that the design is saved in.
    """
    if design and path and is_weights_file(path):
        design, path = called_as(design, path), None
    if saved is None:
        return Document(design or preset(DEFAULT), path)
    document = Document(saved.document.design)
    document.restore(saved.document)
    if design is not None:
        document.open(design, path)
    return document
