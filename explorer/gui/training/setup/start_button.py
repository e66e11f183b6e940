"""StartButton: Start, and beside it an arrow that offers the other ways to start."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from explorer.gui.actions import Actions
from explorer.gui.widgets.buttons import action_button
from explorer.gui.widgets.input.typed import connect_order
from explorer.gui.widgets.look import theme
from explorer.gui.workers.pool import WorkerPool

_LINES, _COLUMNS = 2, 42  # of text for which Start has room


class StartButton(QWidget):
    """The button, primary while the shown worker is idle, and the arrow; both keep their size whatever Start says."""

    def __init__(self, pool: WorkerPool, actions: Actions) -> None:
        super().__init__()
        self._pool, self._actions = pool, actions
        self.start, self.arrow = action_button(actions.start, "start"), QToolButton()
        self.menu = QMenu(self)
        self.menu.setToolTipsVisible(True)
        self.arrow.setObjectName("start_choices")
        self.arrow.setArrowType(Qt.ArrowType.DownArrow)
        self.arrow.setToolTip(self.tr("Other ways to start"))
        self.arrow.setAccessibleName(self.arrow.toolTip())
        connect_order(self.arrow, self._open_menu)
        for button in (self.start, self.arrow):
            button.setSizePolicy(button.sizePolicy().horizontalPolicy(), QSizePolicy.Policy.Expanding)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.RHYTHM // 2)
        row.addWidget(self.start, stretch=1)
        row.addWidget(self.arrow)
        words = self.fontMetrics()
        self.start.setMinimumSize(_COLUMNS * words.averageCharWidth(), _LINES * words.lineSpacing() + 2 * theme.RHYTHM)
        actions.start.changed.connect(self._show_state)
        pool.changed.connect(self._show_state)
        self._show_state()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def _open_menu(self) -> None:
        self.menu.clear()
        self.menu.addActions(self._actions.starts.choices)
        self.menu.popup(self.mapToGlobal(self.rect().bottomRight()) - QPoint(self.menu.sizeHint().width(), 0))

    def _show_state(self) -> None:
        """Show the state; what Start once needed for its text, it keeps."""
        theme.apply_style(self.start, "plain" if self._pool.shown.is_busy() else "primary")
        self.start.setMinimumSize(self.start.minimumSize().expandedTo(self.start.sizeHint()))
        self.arrow.setEnabled(any(action.isEnabled() for action in self._actions.starts.choices))
