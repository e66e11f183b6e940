"""RunChanges: what can be changed of the run that trains, what was, and how the design shown differs from it."""

from itertools import islice

from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from explorer.architecture.compare import design_changes
from explorer.gui.actions import Actions
from explorer.gui.document import Document
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.presence import show_if
from explorer.gui.widgets.text.language import say
from explorer.gui.workers.pool import WorkerPool

_SAID = 2  # differences in words; the rest is in the tool tip
_LINES = 2  # of text to keep room for


class RunChanges(QWidget):
    """Buttons that change the shown run, with two lines of words that keep their room; hidden until there is a run."""

    def __init__(self, document: Document, pool: WorkerPool, actions: Actions) -> None:
        super().__init__()
        self._document, self._pool = document, pool
        self.halve_rate = action_button(actions.halve_rate, "halve rate")
        self.lower_rate = action_button(actions.lower_rate, "lower rate")
        self.add_epochs = action_button(actions.add_epochs, "add epochs")
        self.restart = action_button(actions.restart, "restart")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setFont(theme.figures_font(self.words.font()))
        self.words.setMinimumHeight(_LINES * self.fontMetrics().lineSpacing())
        theme.make_secondary(self.words)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.RHYTHM)
        for column, button in enumerate((self.halve_rate, self.lower_rate, self.add_epochs)):
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            grid.addWidget(button, 0, column)
        grid.addWidget(self.restart, 1, 0, 1, 3)
        self.restart.clicked.connect(self._leave_restart)
        grid.addWidget(self.words, 2, 0, 1, 3)
        for signal in (document.changed, pool.changed):
            signal.connect(self.show_state)
        self.show_state()

    def _leave_restart(self) -> None:
        """Give the focus to nothing: Qt gives it to another button, which a second press of the space bar would press.

        Restart itself is disabled once it was pressed.
        """
        if not self.restart.isEnabled():
            self.window().setFocus()

    def is_foreign(self) -> bool:
        """Whether a run is shown that trains, and the design that is shown is another one."""
        shown = self._pool.shown
        return shown.is_busy() and all(run.design != self._document.design for run in shown.live)

    def show_state(self) -> None:
        shown = self._pool.shown
        show_if(bool(shown.live), self)
        if not shown.live:
            return
        if self.is_foreign():
            differences = list(map(say, design_changes(shown.live[0].design, self._document.design)))
            words = self.tr(", ").join(islice(differences, _SAID))
            if len(differences) > _SAID:
                words = self.tr("{changes} and more").format(changes=words)
            self.words.setText(self.tr("Not the design that trains: {changes}").format(changes=words))
            self.words.setToolTip("\n".join(differences))
        else:
            self.words.setText(say(shown.live[0].changes[-1].sentence) if shown.live[0].changes else "")
            self.words.setToolTip("")
