"""Autosave: keeps the session in its file, shortly after each change. No widgets."""

from threading import Thread

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from explorer.garbage import uncollected
from explorer.gui.saved_session import SavedSession, SessionFile
from explorer.gui.workspace import Workspace
from explorer.sentences import system_words

_SETTLED = 100  # milliseconds without a change


class Autosave(QObject):
    """Writes the file in a thread, as the disk may take longer than a frame; never while a mouse button is pressed.

    So a drag is saved when it is released. `failed` carries why the file could not be written.
    """

    failed = Signal(object)

    def __init__(self, workspace: Workspace, file: SessionFile) -> None:
        super().__init__()
        self._workspace, self._file = workspace, file
        self._writing = Thread()
        self._timer = QTimer(self, interval=_SETTLED, singleShot=True)
        self._timer.timeout.connect(self._save)
        document = workspace.document
        choice, block_check = workspace.choice, workspace.block_check
        signals = (document.changed, document.selection_changed, document.file_changed, choice.chosen)
        for signal in (*signals, block_check.edited):
            signal.connect(self.note_change)
        workspace.pool.queue.changed.connect(self.note_change)
        self.note_change()

    def note_change(self) -> None:
        """Save once nothing has changed for a moment."""
        self._timer.start()

    def _save(self) -> None:
        if self._writing.is_alive() or QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton:
            self.note_change()
            return
        self._writing = Thread(target=self._write, args=(self._workspace.state(),))
        self._writing.start()

    @uncollected()
    def _write(self, session: SavedSession) -> None:
        try:
            self._file.write(session)
        except OSError as error:
            self.failed.emit(system_words(error))

    def finish(self) -> None:
        """Save at once what is not saved yet, and stop."""
        if self._writing.is_alive():
            self._writing.join()
        if self._timer.isActive():
            self._timer.stop()
            self._write(self._workspace.state())
