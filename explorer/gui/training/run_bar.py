"""RunBar: pause, step and stop the shown run, and where it is: its epoch and the time left."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QToolBar, QWidget

from explorer.gui.actions import Actions
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import clock
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker_state import WorkerState

_LONGEST = 3600 * 10 - 1  # seconds left for which there is room


class RunBar(QToolBar):
    """The bar at the right; each of its parts always has its place, whatever the others say.

    Its buttons take no focus, as in any tool bar: each action has its key. `leave` is the button that ends a
    presentation, visible only then. `parts` are what has a text.
    """

    def __init__(self, pool: WorkerPool, actions: Actions) -> None:
        super().__init__(self.tr("Run"))
        self._pool = pool
        self.setObjectName("run")
        self.setMovable(False)
        theme.apply_style(self, "tools")
        self.setIconSize(QSize(18, 18))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        left = QWidget()
        left.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(left)
        for action, texts in (
            (actions.pause, (self.tr("Pause"), self.tr("Resume"))),
            (actions.step, (actions.step.text(),)),
            (actions.stop, (actions.stop.text(),)),
        ):
            self.addAction(action)
            button = self.widgetForAction(action)
            button.setObjectName(action.objectName())
            words = self.fontMetrics().horizontalAdvance
            button.setMinimumWidth(button.sizeHint().width() + max(map(words, texts)) - words(action.iconText()))
        self.place = QLabel()
        self.place.setFont(theme.figures_font(self.place.font()))
        self.place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.place.setContentsMargins(theme.RHYTHM, 0, theme.RHYTHM, 0)
        self.place.setText(self._place_text(100, 100, _LONGEST))
        self.place.setMinimumWidth(self.place.sizeHint().width())
        self.addWidget(self.place)
        self.leave = self.addWidget(
            word_button(self.tr("End presentation"), actions.present.toggle, "end presentation", tip="Esc")
        )
        self.leave.setVisible(False)
        self.parts = [self.place, *self.findChildren(QAbstractButton)]
        for signal in (pool.changed, pool.progressed):
            signal.connect(self._show_place)
        self._show_place()

    def _show_place(self) -> None:
        """Show the epoch and the time left of the shown run, for twins that of the slower one."""
        live, worker = self._pool.shown.live, self._pool.shown
        run, text = next(iter(live), None), ""
        if run and run.started and run.step and worker.is_busy():
            left = max((other.seconds_left() or 0.0 for other in live if not other.outcome), default=0.0)
            text = self._place_text(
                run.step.epoch, run.started.epochs, left if worker.state is WorkerState.RUNNING else 0.0
            )
        self.place.setText(text)

    def _place_text(self, epoch: int, epochs: int, left: float) -> str:
        place = self.tr("epoch {n}/{all}").format(n=epoch, all=epochs)
        return self.tr("{epoch} · {time}").format(epoch=place, time=clock(left)) if left else place
