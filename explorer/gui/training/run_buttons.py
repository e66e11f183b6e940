"""RunButtons: the buttons that pause, resume, step and stop the run in front."""

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from explorer.gui.widgets import theme
from explorer.gui.widgets.buttons import word_button
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker_state import WorkerState


class RunButtons(QWidget):
    """There while a run is under way, and then only the buttons that do something."""

    def __init__(self, pool: WorkerPool) -> None:
        super().__init__()
        self.pool = pool
        stepping = self.tr("Train on one mini-batch and pause again")
        stopping = self.tr("Finish the batch, write a checkpoint and end; the run can be resumed")
        self.pause = word_button(self.tr("Pause"), pool.pause, "pause", "pause")
        self.resume = word_button(self.tr("Resume"), pool.unpause, "resume", "play")
        self.step = word_button(self.tr("Step"), pool.step_once, "step", "step-forward", stepping)
        self.stop = word_button(self.tr("Stop"), pool.stop, "stop", "square", stopping)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.RHYTHM)
        for button in (self.pause, self.resume, self.step, self.stop):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            row.addWidget(button)
        pool.changed.connect(self.show_state)
        self.show_state()

    def show_state(self) -> None:
        state, busy = self.pool.shown.state, self.pool.shown.is_busy()
        self.setVisible(busy)
        self.pause.setVisible(state in (WorkerState.STARTING, WorkerState.RUNNING))
        self.pause.setEnabled(state is WorkerState.RUNNING)
        for button in (self.resume, self.step):
            button.setVisible(state is WorkerState.PAUSED)
        self.stop.setEnabled(state is not WorkerState.STOPPING)
