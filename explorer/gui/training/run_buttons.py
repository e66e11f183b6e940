"""RunButtons: pause, resume, step and stop the run that is shown."""

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from explorer.gui.actions import Actions
from explorer.gui.widgets import theme
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.presence import show_if
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker_state import WorkerState


class RunButtons(QWidget):
    """The buttons that have an effect on the shown run; hidden while there is none."""

    def __init__(self, pool: WorkerPool, actions: Actions) -> None:
        super().__init__()
        self._pool = pool
        self.pause, self.unpause = action_button(actions.pause, "pause"), action_button(actions.unpause, "resume")
        self.step, self.stop = action_button(actions.step, "step"), action_button(actions.stop, "stop")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.RHYTHM)
        for button in (self.pause, self.unpause, self.step, self.stop):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            row.addWidget(button)
        pool.changed.connect(self.show_state)
        self.show_state()

    def show_state(self) -> None:
        state = self._pool.shown.state
        show_if(self._pool.shown.is_busy(), self)
        self.pause.setVisible(state in (WorkerState.STARTING, WorkerState.RUNNING))
        for button in (self.unpause, self.step):
            button.setVisible(state == WorkerState.PAUSED)
