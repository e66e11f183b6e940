"""SparkLine: the accuracy of the shown run as a line without axes, and its latest figures."""

from itertools import pairwise

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from explorer.gui.runs.run_history import RunHistory
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import percent
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.pool import WorkerPool

_LOSS, _ACCURACY = 1, 2  # columns of the curves
_BIN = 3  # pixels of width for which the steps are averaged
_WIDTH = 2.0  # pixels of the line


class SparkLine(QAbstractButton):
    """One line for each run of the shown worker, from 0 to 100 %; a click triggers `show`, which shows the curves."""

    def __init__(self, pool: WorkerPool, run_history: RunHistory, show: QAction) -> None:
        super().__init__()
        self._pool, self._history = pool, run_history
        self.setObjectName("curves")
        self.setAccessibleName(self.tr("Curves of the run"))
        self.setToolTip(self.tr("Show the curves"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(theme.figures_font(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(show.trigger)
        for signal in (run_history.changed, run_history.progressed):
            signal.connect(self._show_runs)
        self._show_runs()

    def _show_runs(self) -> None:
        self.setEnabled(bool(self._runs()))
        self.setAccessibleDescription(self._figures())
        self.update()

    def _runs(self) -> list[LiveRun]:
        """The runs that have points."""
        return [run for run in self._pool.shown.live if run.curves.train.count]

    def _figures(self) -> str:
        """Return the accuracy, of the validation images once it is known, and the loss of the first run."""
        run = next(iter(self._runs()), None)
        if run is None or run.step is None:
            return ""
        accuracy = run.epoch.validation_accuracy if run.epoch else run.step.accuracy
        return self._words(accuracy, run.step.loss)

    def _words(self, accuracy: float, loss: float) -> str:
        return self.tr("{accuracy} · loss {loss}").format(accuracy=percent(accuracy), loss=f"{loss:.2f}")

    def sizeHint(self) -> QSize:
        return QSize(0, 2 * self.fontMetrics().lineSpacing())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, runs = QPainter(self), self._runs()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width() - self.fontMetrics().horizontalAdvance(self._words(1.0, 1.0)) - 2 * theme.RHYTHM
        height = self.height() - 2 * _WIDTH
        if runs:
            painter.setPen(QColor(theme.colours().line))
            painter.drawLine(QPointF(0, self.height() - _WIDTH), QPointF(width, self.height() - _WIDTH))
        for run in runs:
            painter.setPen(QPen(QColor(self._history.colour(run.id)), _WIDTH))
            heights = [_WIDTH + height * (1 - value) for value in self._means(run, width // _BIN)]
            share = run.done / run.total if run.total else 1.0
            pace = share * width / max(1, len(heights) - 1)
            painter.drawPolyline(QPolygonF([QPointF(place * pace, y) for place, y in enumerate(heights)]))
        painter.setPen(self.palette().text().color())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._figures())
        painter.end()

    def _means(self, run: LiveRun, bins: int) -> list[float]:
        """Return the mean training accuracies of so many equal parts of the run's points, or of each point."""
        values = run.curves.train.column(_ACCURACY)
        number = max(1, min(bins, len(values)))
        edges = [place * len(values) // number for place in range(number + 1)]
        return [float(values[first:last].mean()) for first, last in pairwise(edges)]
