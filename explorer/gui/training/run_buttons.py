"""RunButtons: pause, resume, step and stop the run that is shown, and resume it after it has stopped."""

from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QWidget

from explorer.gui.actions import Actions
from explorer.gui.widgets import theme
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.presence import show_if
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker_state import WorkerState


class RunButtons(QWidget):
    """The buttons on the shown run, each always in its place; what ends a pause is in that of Pause, Resume in Stop's.

    A button that goes or is disabled while it has the keyboard's focus leaves it to the other one of its place, and to
    nothing until that can be pressed: Qt would give it to Start, which a second press of the space bar would trigger.
    """

    def __init__(self, pool: WorkerPool, actions: Actions) -> None:
        super().__init__()
        self._pool = pool
        self.pause, self.unpause = action_button(actions.pause, "pause"), action_button(actions.unpause, "unpause")
        self.step, self.stop = action_button(actions.step, "step"), action_button(actions.stop, "stop")
        self.resume = action_button(actions.resume, "resume")
        self._heirs: dict[QWidget, QWidget] = {
            self.pause: self.unpause,
            self.unpause: self.pause,
            self.stop: self.resume,
        }
        self._last: QWidget = self.stop  # the button that had the focus last
        self._had_focus = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.RHYTHM)
        self._buttons = (self.pause, self.unpause, self.step, self.stop, self.resume)
        for button in self._buttons:
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            row.addWidget(button)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._note_focus)
        pool.changed.connect(self.show_state)
        self.show_state()

    def show_state(self) -> None:
        shown = self._pool.shown
        is_paused, can_resume = shown.state is WorkerState.PAUSED, shown.can_resume()
        for usual, other, is_other in ((self.pause, self.unpause, is_paused), (self.stop, self.resume, can_resume)):
            show_if(is_other, other)
            show_if(not is_other, usual)
        if not self.hasFocus():
            return
        places = (self._last, self._heirs.get(self._last))
        if able := next((each for each in places if each and each.isVisible() and each.isEnabled()), None):
            able.setFocus()
        elif not (shown.is_busy() or can_resume):
            self.window().setFocus()

    def _note_focus(self) -> None:
        """Note which button has the focus, or take it from what Qt has given it to.

        The widgets that the signal carries are not looked at: those of Qt's own dialogs go without Python's knowledge.
        """
        now, had_focus = self.window().focusWidget(), self._had_focus
        self._had_focus = now in self._buttons
        if had_focus and not (self._last.isVisible() and self._last.isEnabled()):
            self.setFocus()
        elif now in self._buttons:
            self._last = now
