"""RunScatter: the best accuracy of each run against its parameters, MACs, time or depth. Imports pyqtgraph."""

from collections.abc import Callable, Sequence
from math import hypot, log10, nan
from typing import Any, NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.gui.runs.run_history import RunHistory
from explorer.gui.runs.run_row import RunRow
from explorer.gui.runs.runs_view import RunsView
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.style import TARGET
from explorer.gui.widgets.text.language import clock, percent, say, short, whole
from explorer.gui.widgets.text.spoken import speak
from explorer.runs.folder.run_values import size_of
from explorer.sentences import translatable

_WIDE = 20  # from this ratio of the greatest value to the least, the axis is logarithmic
_MARGIN = 0.12  # share of the plot at each side that no point is in
_LINES = 2  # of text under the plot
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -(10**9), Qt.Key.Key_End: 10**9}


class _Quantity(NamedTuple):
    """What accuracy is shown against; a `value` of 0 is not known."""

    label: str
    value: Callable[[RunRow], float]
    form: Callable[[float], str]


QUANTITIES = {
    "params": _Quantity(translatable("parameters"), lambda row: row.run.params if row.run else 0, short),
    "macs": _Quantity(translatable("MACs"), lambda row: size_of(row.run.design)[0] if row.run else 0, short),
    "seconds": _Quantity(translatable("time"), lambda row: row.seconds, clock),
    "depth": _Quantity(
        translatable("depth"),
        lambda row: size_of(row.run.design)[1] if row.run else 0,
        lambda value: whole(round(value)),
    ),
}


class _Point(NamedTuple):
    """A run at its place on the plot; `x` is a logarithm where the axis is logarithmic."""

    x: float
    y: float
    row: RunRow
    value: float


def _fronts(points: Sequence[_Point]) -> list[list[_Point]]:
    """Return a Pareto front for each data set, for accuracies on different images do not compare."""
    return [pareto_front([point for point in points if point.row.data == data]) for data in _data_of(points)]


def _data_of(points: Sequence[_Point]) -> list[str]:
    return list(dict.fromkeys(point.row.data for point in points))


def pareto_front(points: Sequence[_Point]) -> list[_Point]:
    """Return the points that are on the Pareto front, from left to right: none is as high and further left."""
    front: list[_Point] = []
    for point in sorted(points, key=lambda point: (point.x, -point.y)):
        if not front or point.y > front[-1].y or (point.x, point.y) == front[-1][:2]:
            front.append(point)
    return front


class _Axis(pg.AxisItem):
    """An axis whose figures are written by `form`, each of them once."""

    form: Callable[[float], str] = staticmethod(str)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        if self.logMode:  # all of 1, 2, 3 … 9 would overlap
            return [self.form(10**value) if f"{10**value:.0e}"[0] in "13" else "" for value in values]
        texts = [self.form(value) for value in values]
        return [text if text not in texts[:place] else "" for place, text in enumerate(texts)]


class RunScatter(QWidget):
    """A point per run that has an accuracy; a click chooses the runs of `history`, as in the table.

    The chosen runs have a ring. The arrow keys go from point to point. A line joins the points of the Pareto front, one
    for each data set.
    """

    def __init__(self, history: RunHistory, view: RunsView) -> None:
        super().__init__()
        self._history, self._view = history, view
        self._shown: tuple[str, tuple[str, ...], list[RunRow]] = ("", (), [])  # axis, chosen runs, all runs
        self.points: list[_Point] = []
        self.fronts: list[list[_Point]] = []
        self.box = QComboBox()
        for name, quantity in QUANTITIES.items():
            self.box.addItem(say(quantity.label), name)
        self.box.setAccessibleName(self.tr("Accuracy against"))
        self.box.setCurrentIndex(self.box.findData(view.axis))
        self.box.activated.connect(self._use_axis)
        self.reading = QLabel()
        self.reading.setFont(theme.figures_font(self.reading.font()))
        self.reading.setWordWrap(True)
        self.reading.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.reading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.reading.setFixedHeight(_LINES * self.reading.fontMetrics().lineSpacing())  # so no text moves the plot
        self.hint = QLabel(self.tr("None of these runs has been validated yet."))
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.make_secondary(self.hint)
        self.plot = pg.PlotWidget(axisItems={side: _Axis(side) for side in ("bottom", "left")})
        self._make_plot()
        above = QHBoxLayout()
        above.addWidget(QLabel(self.tr("Accuracy against")))
        above.addWidget(self.box)
        above.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        column.addLayout(above)
        column.addWidget(self.plot, stretch=1)
        column.addWidget(self.hint, stretch=1)
        column.addWidget(self.reading)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Accuracy of the runs"))
        keys = self.tr("A click chooses a run, Ctrl and a click one more; arrow keys go from point to point")
        front = self.tr("The line is the Pareto front: no other run on the same data is as accurate with less")
        self.setToolTip(f"{keys}\n{front}")
        self.show_rows([])

    def _make_plot(self) -> None:
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        item = self.plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.vb.setMouseEnabled(x=False, y=False)
        item.vb.disableAutoRange()
        self._line = pg.PlotCurveItem(connect="finite")
        self._line.setZValue(1)  # above the points, which may be close to one another
        item.addItem(self._line)
        self._dots = pg.ScatterPlotItem()
        item.addItem(self._dots)
        self.plot.scene().sigMouseMoved.connect(self._read_at)
        self.plot.scene().sigMouseClicked.connect(self._click)
        self._apply_palette()

    def _axis(self, side: str) -> _Axis:
        """Return an axis, which is the plot's: kept here, it would be destroyed twice when the program ends."""
        axis = self.plot.getPlotItem().getAxis(side)
        assert isinstance(axis, _Axis)
        return axis

    def _apply_palette(self) -> None:
        chosen = theme.colours()
        self.plot.setBackground(chosen.surface)
        self._axis("left").form = lambda value: percent(value, 0 if self._is_coarse() else 1)
        self._axis("left").setWidth(self.fontMetrics().horizontalAdvance("100.0 %") + theme.RHYTHM)
        for axis in map(self._axis, ("bottom", "left")):
            axis.setPen(pg.mkPen(chosen.border))
            axis.setTextPen(pg.mkPen(chosen.quiet))
            axis.setTickFont(self.font())

    def _is_coarse(self) -> bool:
        low, high = self.plot.getPlotItem().vb.viewRange()[1]
        return bool(high - low > 0.1)

    def _use_axis(self) -> None:
        self._view.axis = self.box.currentData()
        self.show_rows(self._shown[2])

    def show_rows(self, rows: list[RunRow]) -> None:
        """Show a point for each of `rows` whose values are known."""
        shown = (self._view.axis, self._history.chosen, rows)
        if shown == self._shown:  # drawing a thousand points takes longer than a frame
            return
        self._shown = shown
        quantity = QUANTITIES[self._view.axis]
        found = [(value, row) for row in rows if row.best is not None and (value := quantity.value(row)) > 0]
        values = [value for value, _ in found]
        logarithmic = bool(values) and max(values) >= _WIDE * min(values)
        self.points = sorted(
            (_Point(log10(value) if logarithmic else value, row.best or 0.0, row, value) for value, row in found),
            key=lambda point: point[:2],
        )
        self.fronts = _fronts(self.points)
        self._axis("bottom").form = quantity.form
        self._axis("bottom").setLogMode(logarithmic)
        self.plot.setVisible(bool(self.points))
        self.hint.setVisible(not self.points)
        self._fit()
        self._draw()

    def _fit(self) -> None:
        """Show every point, with some room around them."""
        if self.points:
            for values, set_range in (
                ([point.x for point in self.points], self.plot.setXRange),
                ([point.y for point in self.points], self.plot.setYRange),
            ):
                middle, width = (max(values) + min(values)) / 2, max(values) - min(values)
                half = (width or abs(middle) * 0.1 or 1.0) / 2
                set_range(middle - half, middle + half, padding=_MARGIN)

    def _draw(self) -> None:
        """Draw the points, those of the chosen runs last and with a ring."""
        chosen, ink = set(self._history.chosen), theme.colours()
        ring, rim = pg.mkPen(ink.text, width=2), pg.mkPen(ink.surface)
        points = sorted(self.points, key=lambda point: point.row.id in chosen)
        colours = [self._history.colour(point.row.id) for point in points]
        brushes = {colour: pg.mkBrush(colour) for colour in colours}  # of which pyqtgraph draws each only once
        self._dots.setData(
            x=[point.x for point in points],
            y=[point.y for point in points],
            size=[14 if point.row.id in chosen else 9 for point in points],
            brush=[brushes[colour] for colour in colours],
            pen=[ring if point.row.id in chosen else rim for point in points],
        )
        self._draw_front()
        self._read(self._chosen_place())

    def _draw_front(self) -> None:
        """Join the points of each front by steps: as accurate as the one on the left, until there is a better one."""
        x: list[float] = []
        y: list[float] = []
        for front in self.fronts:
            gap = [nan] if x else []
            x += gap + [point.x for point in front for _ in range(2)][1:]
            y += gap + [point.y for point in front for _ in range(2)][:-1]
        self._line.setData(x, y, pen=pg.mkPen(theme.colours().text, width=2))

    def _chosen_place(self) -> int | None:
        first = self._history.chosen[:1]
        return next((place for place, point in enumerate(self.points) if (point.row.id,) == first), None)

    def _nearest(self, position: QPointF) -> int | None:
        """Return the number of the point that can be hit at `position` of the scene, None if there is none."""
        box = self.plot.getPlotItem().vb
        places = [box.mapViewToScene(QPointF(point.x, point.y)) - position for point in self.points]
        distances = [hypot(place.x(), place.y()) for place in places]
        nearest = min(range(len(distances)), key=distances.__getitem__, default=None)
        return nearest if nearest is not None and distances[nearest] <= TARGET / 2 else None

    def _read_at(self, position: QPointF) -> None:
        pointed = self._nearest(position)
        self._read(self._chosen_place() if pointed is None else pointed)

    def _click(self, event: Any) -> None:
        """Choose the run under the pointer; with Ctrl, beside those that are chosen."""
        pointed = self._nearest(event.scenePos())
        if event.button() != Qt.MouseButton.LeftButton or pointed is None:
            return
        self.setFocus()
        run_id, chosen = self.points[pointed].row.id, self._history.chosen
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._history.choose([run_id])
        elif run_id in chosen:
            self._history.choose(each for each in chosen if each != run_id)
        else:
            self._history.choose([run_id, *chosen])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or not self.points:
            super().keyPressEvent(event)
            return
        place = self._chosen_place()
        wanted = (0 if step > 0 else len(self.points) - 1) if place is None and abs(step) == 1 else (place or 0) + step
        self._history.choose([self.points[max(0, min(wanted, len(self.points) - 1))].row.id])

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._read(self._chosen_place())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._read(self._chosen_place())

    def _read(self, place: int | None) -> None:
        """Show the values of a point, or without one how many there are."""
        quantity = QUANTITIES[self._view.axis]
        if place is None:
            words = spoken = self._summary(quantity)
        else:
            point = self.points[place]
            words = self.tr("{name}: {accuracy} · {quantity} {value}").format(
                name=point.row.name,
                accuracy=percent(point.y),
                value=quantity.form(point.value),
                quantity=say(quantity.label),
            )
            if len(self.fronts) > 1:
                words = f"{words} · {point.row.data}"
            if any(point in front for front in self.fronts):
                words = self.tr("{words} · on the Pareto front").format(words=words)
            spoken = self.tr("{words}, point {n} of {total}").format(words=words, n=place + 1, total=len(self.points))
        self.reading.setText(words)
        self.reading.setToolTip(words)
        speak(self, spoken)

    def _summary(self, quantity: _Quantity) -> str:
        if not self.points:
            return self.hint.text()
        accuracies = [point.y for point in self.points]
        words = self.tr("{n} runs, {low} to {high}").format(
            n=whole(len(self.points)), low=percent(min(accuracies)), high=percent(max(accuracies))
        )
        words += self.tr("; {n} on the Pareto front").format(n=whole(sum(map(len, self.fronts))))
        if len(self.fronts) > 1:
            words += self.tr("; data sets, each with a front of its own: {n}").format(n=whole(len(self.fronts)))
        missing = len(self._shown[2]) - len(self.points)
        if missing:
            words += self.tr("; {n} without accuracy or {quantity}").format(
                n=whole(missing), quantity=say(quantity.label)
            )
        return words

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and hasattr(self, "_dots"):
            self._apply_palette()
            self._draw()
