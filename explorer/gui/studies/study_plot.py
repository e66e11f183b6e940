"""StudyPlot: means with their spread against what a study varies, a line per series. Imports pyqtgraph."""

from collections.abc import Callable, Sequence
from html import escape
from math import hypot
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.gui.studies.plotted_study import PlottedPoint, PlottedSeries, PlottedStudy
from explorer.gui.widgets.flow import Flow
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.style import TARGET
from explorer.gui.widgets.text.spoken import speak

_DODGE = 0.012  # between the points of two series over one value, as a share of the axis
_CAP = 0.008  # half the width of the ends of a spread, as a share of the axis
_MARGIN = 0.12  # share of the plot around the points
_LOW = 11  # lines of text that the plot needs; what has no room is scrolled
_WAYS = {  # to the next value, and to the next series
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_OPENING = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Axis(pg.AxisItem):
    """An axis whose figures are written by `form`, each of them once."""

    form: Callable[[float], str] = staticmethod(str)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        texts = [self.form(value) for value in values]
        return [text if text not in texts[:place] else "" for place, text in enumerate(texts)]


class _Canvas(pg.PlotWidget):
    """A plot that tells where in its scene it was clicked twice."""

    double_clicked = Signal(QPointF)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(20 * metrics.averageCharWidth(), _LOW * metrics.lineSpacing())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit(self.mapToScene(event.position().toPoint()))


class StudyPlot(QWidget):
    """The plot of one study; `chosen` carries the ids of the runs of a point that is clicked, `opened` the first's.

    The arrow keys go from point to point, Enter opens the first run. The point whose runs are selected has a ring.
    """

    chosen = Signal(object)
    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.study: PlottedStudy | None = None
        self.place: tuple[int, int] | None = None  # the series and the point that is chosen
        self.key = Flow()
        self.reading, self.hint, self.notes = QLabel(), QLabel(), QLabel()
        self.reading.setFont(theme.figures_font(self.reading.font()))
        self.reading.setSizePolicy(
            QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed
        )  # so that no text moves the plot
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.notes.setWordWrap(True)
        for label in (self.hint, self.notes):
            theme.make_secondary(label)
        self.plot = _Canvas(axisItems={"left": _Axis("left")})
        self.plot.double_clicked.connect(self._open_at)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        item = self.plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.vb.setMouseEnabled(x=False, y=False)
        item.vb.disableAutoRange()
        self.plot.scene().sigMouseMoved.connect(self._read_at)
        self.plot.scene().sigMouseClicked.connect(self._click)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addLayout(self.key)
        column.addWidget(self.plot, stretch=1)
        column.addWidget(self.hint, stretch=1)
        column.addWidget(self.reading)
        column.addWidget(self.notes)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Plot of the study"))
        self.setToolTip(
            self.tr("A click on a point selects its runs, a double click opens the first; so do arrow keys and Enter")
        )

    def show_study(self, study: PlottedStudy | None, runs: Sequence[str]) -> None:
        """Show a study, with a ring around the point whose `runs` are selected."""
        places = [
            (number, place)
            for number, series in enumerate(study.series if study else ())
            for place, point in enumerate(series.points)
            if set(point.runs) == set(runs)
        ]
        place = self.place if self.place in places else next(iter(places), None)  # two series may share a point
        if (study, place) != (self.study, self.place):
            self.study, self.place = study, place
            self._draw()

    def _colour(self, number: int) -> str:
        return theme.run_colour(number).name()

    def _x(self, number: int, point: PlottedPoint) -> float:
        """Return where a point of the series `number` stands, beside those of the others."""
        assert self.study
        return point.x + self._wide(_DODGE) * (number - (len(self.study.series) - 1) / 2)

    def _wide(self, share: float) -> float:
        """Return a share of the axis."""
        assert self.study
        places = [x for x, _ in self.study.ticks]
        return share * ((max(places) - min(places)) or 1.0)

    def _draw(self) -> None:
        item, study, ink = self.plot.getPlotItem(), self.study, theme.colours()
        item.clear()
        while entry := self.key.takeAt(0):
            if widget := entry.widget():
                widget.deleteLater()
        points = [point for series in study.series for point in series.points] if study else []
        self.plot.setVisible(bool(points))
        self.hint.setVisible(not points)
        self.hint.setText(study.words if study else "")
        self.notes.setText(study.notes if study else "")
        self.notes.setVisible(bool(self.notes.text()))
        self.plot.setBackground(ink.surface)
        if study and points:
            self._set_axes(study, points)
            heading = QLabel(study.heading)
            theme.make_secondary(heading)
            self.key.addWidget(heading)
            for number, series in enumerate(study.series):
                self._draw_series(number, series)
                self._name_series(number, series)
        self._read(self.place)

    def _set_axes(self, study: PlottedStudy, points: list[PlottedPoint]) -> None:
        item, ink = self.plot.getPlotItem(), theme.colours()
        item.getAxis("left").form = study.form
        item.getAxis("bottom").setTicks([list(study.ticks)])
        for axis in map(item.getAxis, ("bottom", "left")):
            axis.setPen(pg.mkPen(ink.border))
            axis.setTextPen(pg.mkPen(ink.quiet))
            axis.setTickFont(self.font())
        low = min(point.mean - point.deviation for point in points)
        high = max(point.mean + point.deviation for point in points)
        room = _MARGIN * (high - low) or abs(high) * _MARGIN or 1.0
        self.plot.setYRange(low - room, high + room, padding=0)
        places = [x for x, _ in study.ticks]
        self.plot.setXRange(min(places) - self._wide(_MARGIN), max(places) + self._wide(_MARGIN), padding=0)

    def _draw_series(self, number: int, series: PlottedSeries) -> None:
        """Draw the line of the means, the spread around each, and the points, the chosen one with a ring."""
        item, colour, ink = self.plot.getPlotItem(), self._colour(number), theme.colours()
        places = [self._x(number, point) for point in series.points]
        means = [point.mean for point in series.points]
        item.plot(places, means, pen=pg.mkPen(colour, width=2))
        for x, point in zip(places, series.points, strict=True):
            if point.deviation:
                low, high = point.mean - point.deviation, point.mean + point.deviation
                cap = self._wide(_CAP)
                xs = [x, x, x - cap, x + cap, x - cap, x + cap]
                item.plot(xs, [low, high, low, low, high, high], connect="pairs", pen=pg.mkPen(colour))
        rings = [(number, place) == self.place for place in range(len(places))]
        dots = pg.ScatterPlotItem(
            x=places,
            y=means,
            size=[14 if ring else 9 for ring in rings],
            brush=pg.mkBrush(colour),
            pen=[pg.mkPen(ink.text, width=2) if ring else pg.mkPen(ink.surface) for ring in rings],
        )
        item.addItem(dots)

    def _name_series(self, number: int, series: PlottedSeries) -> None:
        """Name a series above the plot, after a line in its colour; one alone needs no name."""
        if not series.name:
            return
        mark = f'<span style="color: {self._colour(number)}">━●━</span>'
        self.key.addWidget(QLabel(f"{mark} {escape(series.name)}"))

    def _nearest(self, position: QPointF) -> tuple[int, int] | None:
        """Return the point that can be hit at `position` of the scene, None if there is none."""
        box = self.plot.getPlotItem().vb
        distances: dict[tuple[int, int], float] = {}
        for number, series in enumerate(self.study.series if self.study else ()):
            for place, point in enumerate(series.points):
                away = box.mapViewToScene(QPointF(self._x(number, point), point.mean)) - position
                distances[number, place] = hypot(away.x(), away.y())
        nearest = min(distances, key=distances.__getitem__, default=None)
        return nearest if nearest is not None and distances[nearest] <= TARGET / 2 else None

    def _read_at(self, position: QPointF) -> None:
        self._read(self._nearest(position) or self.place)

    def _point(self, place: tuple[int, int]) -> PlottedPoint:
        assert self.study
        return self.study.series[place[0]].points[place[1]]

    def _click(self, event: Any) -> None:
        pointed = self._nearest(event.scenePos())
        if event.button() != Qt.MouseButton.LeftButton or pointed is None:
            return
        self.setFocus()
        self._choose(pointed)

    def _open_at(self, position: QPointF) -> None:
        if pointed := self._nearest(position):
            self._choose(pointed)
            self._open()

    def _choose(self, place: tuple[int, int]) -> None:
        self.chosen.emit(self._point(place).runs)
        if self.place != place:  # nobody listens, or two points have the same runs
            self.place = place
            self._draw()

    def _open(self) -> None:
        if self.place and (runs := self._point(self.place).runs):
            self.opened.emit(runs[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _OPENING and self.place:
            self._open()
        elif key in _WAYS and self.study and any(series.points for series in self.study.series):
            self._step(*_WAYS[key])
        else:
            super().keyPressEvent(event)

    def _step(self, along: int, across: int) -> None:
        """Choose the next point of the series, or the nearest one of the next series that has any."""
        assert self.study
        lines = [number for number, series in enumerate(self.study.series) if series.points]
        if self.place is None:
            self._choose((lines[0], 0))
            return
        number, place = self.place
        if across:
            wanted = lines[min(max(lines.index(number) + across, 0), len(lines) - 1)]
            over, points = self._point(self.place).x, self.study.series[wanted].points
            self._choose((wanted, min(range(len(points)), key=lambda each: abs(points[each].x - over))))
        else:
            self._choose((number, min(max(place + along, 0), len(self.study.series[number].points) - 1)))

    def _read(self, place: tuple[int, int] | None) -> None:
        """Show the values of a point; to a screen reader, say without one what the whole study shows."""
        words = self._point(place).words if place else ""
        self.reading.setText(words.replace("\n", " "))
        self.reading.setToolTip(words)
        speak(self, words or (self.study.words if self.study else ""))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._read(self.place)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._read(self.place)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "plot"):
            self._draw()
