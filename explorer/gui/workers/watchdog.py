"""Watchdog: whether a worker that should train sends heartbeats and makes steps. It only reports. No widgets."""

from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal

from explorer.gui.workers.worker_state import WorkerState

SILENT = 10.0  # seconds without a heartbeat
SLOW = 60.0  # seconds without a step


class Watchdog(QTimer):
    """Checks once per second; `changed` when `trouble`, in the user's language, is different."""

    changed = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent, interval=1000)
        self.state = WorkerState.GONE
        self.trouble = ""
        self.heard = self._stepped = monotonic()
        self.timeout.connect(self.check)

    def watch(self, state: WorkerState) -> None:
        """Watch a worker that is in `state` from now on; only a busy one is expected to send anything."""
        self.state, self.trouble = state, ""
        self.heard = self._stepped = monotonic()
        if state.is_busy:
            self.start()
        else:
            self.stop()

    def note_heard(self) -> None:
        self.heard = monotonic()
        if self.trouble:
            self.check()

    def note_step(self) -> None:
        self._stepped = monotonic()

    def check(self) -> None:
        now, before = monotonic(), self.trouble
        if self.state in (WorkerState.RUNNING, WorkerState.STOPPING) and now - self.heard > SILENT:
            self.trouble = self.tr("not responding")
        elif self.state is WorkerState.RUNNING and now - self._stepped > SLOW:
            self.trouble = self.tr("no step for {n} s").format(n=int(now - self._stepped))
        else:
            self.trouble = ""
        if self.trouble != before or self.state is WorkerState.PAUSED:
            self.changed.emit()
