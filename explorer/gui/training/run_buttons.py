"""Transport: the buttons that pause, resume, step and stop the run in front."""

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from explorer.gui.widgets import theme
from explorer.gui.widgets.buttons import word_button
from explorer.gui.workers.pool import Crew
from explorer.gui.workers.worker_state import WorkerState


class Transport(QWidget):
    """There while a run is under way, and then only the buttons that do something."""

    def __init__(self, crew: Crew) -> None:
        super().__init__()
        self.crew = crew
        stepping = self.tr("Train on one mini-batch and pause again")
        stopping = self.tr("Finish the batch, write a checkpoint and end; the run can be resumed")
        self.pause = word_button(self.tr("Pause"), crew.pause, "pause", "pause")
        self.resume = word_button(self.tr("Resume"), crew.resume, "resume", "play")
        self.step = word_button(self.tr("Step"), crew.step_once, "step", "step-forward", stepping)
        self.stop = word_button(self.tr("Stop"), crew.stop, "stop", "square", stopping)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.RHYTHM)
        for button in (self.pause, self.resume, self.step, self.stop):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            row.addWidget(button)
        crew.changed.connect(self.show_state)
        self.show_state()

    def show_state(self) -> None:
        state, busy = self.crew.front.state, self.crew.front.is_busy()
        self.setVisible(busy)
        self.pause.setVisible(state in (WorkerState.STARTING, WorkerState.RUNNING))
        self.pause.setEnabled(state is WorkerState.RUNNING)
        for button in (self.resume, self.step):
            button.setVisible(state is WorkerState.PAUSED)
        self.stop.setEnabled(state is not WorkerState.STOPPING)
