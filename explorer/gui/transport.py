"""Transport: the buttons that pause, resume, step and stop the run in front."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from explorer.gui import theme
from explorer.gui.crew import Crew


class Transport(QWidget):
    """There while a run is under way, and then only the buttons that do something."""

    def __init__(self, crew: Crew) -> None:
        super().__init__()
        self.crew = crew
        self.pause = self.button(self.tr("Pause"), "pause", crew.pause)
        self.pause.setObjectName("pause")
        self.resume = self.button(self.tr("Resume"), "play", crew.resume)
        self.step = self.button(self.tr("Step"), "step-forward", crew.step_once)
        self.step.setToolTip(self.tr("Train on one mini-batch and pause again"))
        self.stop = self.button(self.tr("Stop"), "square", crew.stop)
        self.stop.setToolTip(self.tr("Finish the batch, write a checkpoint and end; the run can be resumed"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.RHYTHM)
        for button in (self.pause, self.resume, self.step, self.stop):
            row.addWidget(button)
        crew.changed.connect(self.show_state)
        self.show_state()

    def button(self, text: str, icon: str, action: Callable[[], None]) -> QPushButton:
        made = QPushButton(text)
        theme.set_icon(made, icon)
        made.clicked.connect(action)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return made

    def show_state(self) -> None:
        state, busy = self.crew.front.state, self.crew.front.is_busy()
        self.setVisible(busy)
        self.pause.setVisible(state in ("starting", "running"))
        self.pause.setEnabled(state == "running")
        for button in (self.resume, self.step):
            button.setVisible(state == "paused")
        self.stop.setEnabled(state != "stopping")
