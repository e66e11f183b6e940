"""EndNotice: one message on the desktop when the runs have ended while the user looks at other windows."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication, Qt
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from explorer.gui.widgets.text.language import percent, say
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.events import Failed, Finished, Stopped


class EndNotice(QObject):
    """Tells once that the last run has ended; where the desktop shows no messages, the window asks for attention."""

    def __init__(self, window: QWidget, pool: WorkerPool) -> None:
        super().__init__(window)
        self._window, self._pool = window, pool
        self._tray: QSystemTrayIcon | None = None
        self._is_unseen = False
        pool.run_ended.connect(self._note_end)
        window.installEventFilter(self)

    def _note_end(self) -> None:
        """Tell of the run that has ended, unless others train or wait, or the user sees it or has not seen the last."""
        waits = self._pool.queue.orders and not self._pool.queue.held
        is_seen = QGuiApplication.applicationState() == Qt.ApplicationState.ApplicationActive
        ended = [run for run in self._pool.live if run.outcome]
        if waits or self._pool.busy or is_seen or self._is_unseen or not ended or self._window.isHidden():
            return
        if isinstance(ended[-1].outcome, Stopped):  # the user has stopped it
            return
        self._is_unseen = True
        self.tell(self.words(ended[-1]))

    def words(self, run: LiveRun) -> str:
        """Return how a run has ended."""
        match run.outcome:
            case Finished(best_accuracy=accuracy):
                words = self.tr("{name} has finished: {accuracy} on the validation images")
                return words.format(name=run.name, accuracy=percent(accuracy))
            case Failed(reason=reason):
                return self.tr("{name} has failed: {reason}").format(name=run.name, reason=say(reason))
            case _:
                return self.tr("{name} has ended").format(name=run.name)

    def tell(self, words: str) -> None:
        """Show a message on the desktop."""
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            QApplication.alert(self._window)
            return
        self._tray = QSystemTrayIcon(QApplication.windowIcon(), self)
        self._tray.messageClicked.connect(self._window.activateWindow)
        self._tray.activated.connect(self._window.activateWindow)
        self._tray.show()
        self._tray.showMessage(QApplication.applicationName(), words, QApplication.windowIcon())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate:
            self._is_unseen = False
            if self._tray:
                self._tray.hide()
                self._tray.deleteLater()
                self._tray = None
        return super().eventFilter(watched, event)
