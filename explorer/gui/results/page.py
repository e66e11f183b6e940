"""ResultsPage: which images the network of a run gets wrong, and why."""

from PySide6.QtWidgets import QWidget

from explorer.gui.actions import Actions
from explorer.gui.results.results_state import ResultsState


class ResultsPage(QWidget):
    """The page; until a run has been evaluated, what would stand there."""

    def __init__(self, state: ResultsState, actions: Actions) -> None:
        super().__init__()
        self._state, self._actions = state, actions
