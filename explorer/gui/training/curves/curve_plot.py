"""CurvePlot: one quantity by epoch, live: training as a thin line, validation as dots, earlier runs faint.

Modules that import pyqtgraph, as this one does, are imported after the window's first paint.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from explorer.gui.training.curves.plotted_run import Line, SeedGroup, groups_of
from explorer.gui.training.curves.published_band import band_text, edge, lay_band
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.contrast import mixed
from explorer.gui.widgets.text.language import say
from explorer.gui.widgets.text.spoken import speak
from explorer.runs.published import Reference

pg.setConfigOptions(antialias=False, exitCleanup=False)

_MAX_SAID = 20  # validations that a description lists one by one
_NAMED, _NOTED = 8, 6  # least heights of a plot, in lines of text, for a name at its axis and for a note in it
_WAYS = {  # to the right and upwards
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_ZOOMS = {Qt.Key.Key_Plus: 0.7, Qt.Key.Key_Equal: 0.7, Qt.Key.Key_Minus: 1 / 0.7}
_DOT = 4  # pixels per dot; with less room no dots are drawn
_NEAR = 8  # pixels between the pointer and the curve that it points at
_FEW = 12  # runs in full of which steps and dots are drawn too
_BAND = 0.25  # share of the colour in the band of several seeds
_BAND_DEPTH, _MARKED = -10, 10  # z values of that band and of the highlighted run


@dataclass(frozen=True, slots=True)
class _DrawnRun:
    """The curves of a run: its training values, smoothed ones before them, and its validations.

    Where its steps are not drawn, it has the last alone.
    """

    line: Line
    train: pg.PlotDataItem | None
    smooth: pg.PlotDataItem | None
    validation: pg.PlotDataItem
    of_many: bool  # of several seeds, whose mean is drawn in full

    def colour(self, marked: bool) -> QColor:
        full = self.line.live and not self.of_many
        return self.line.colour if marked or full else self.line.pale

    def set_pens(self, smoothed: bool, marked: bool) -> None:
        """Draw in full or pale, and stronger if `marked`; lines wider than 1 are slow, so those of steps are not."""
        colour = self.colour(marked)
        full = self.line.live and not self.of_many
        if self.train and self.smooth:
            self.train.setPen(pg.mkPen(self.line.pale if smoothed else colour, width=1))
            self.smooth.setPen(pg.mkPen(colour, width=2 if marked else 1))
        self.validation.setPen(pg.mkPen(colour, width=(2 if full else 1) + marked))
        for curve in filter(None, (self.train, self.smooth, self.validation)):
            curve.setZValue(_MARKED if marked else 0)


@dataclass(frozen=True, slots=True)
class _DrawnGroup:
    """The mean validation of several seeds, and the ends of the band of their deviation around it."""

    group: SeedGroup
    mean: pg.PlotDataItem
    ends: tuple[pg.PlotDataItem, pg.PlotDataItem]


class CurvePlot(QWidget):
    """One quantity over epochs; `row` is its column in the curves, `most` its greatest possible value if it has one.

    However long a run, only its visible points are set, so `moved` tells when another part of it is in view, and
    `handled` carries whether the user chose that part or wants to see everything. Where `compared`, a band behind the
    curves shows the published runs that they may be compared with.

    Ranges change only when a point of a run in full would fall outside: drawing an axis again costs more than drawing
    the curves. Once the user has zoomed or moved the view, it stays as it is until a double click or Home.

    The pointer and the arrow keys choose an epoch: `pointed` carries it, or None, and `show_hair` marks it. `hovered`
    carries the id of the run whose curve is under the pointer, or nothing, and `picked` that of the one clicked.
    """

    moved = Signal()
    handled = Signal(bool)
    pointed = Signal(object)
    hovered = Signal(str)
    picked = Signal(str)

    def __init__(
        self,
        title: str,
        row: int,
        form: Callable[[float], str],
        most: float | None = None,
        compared: bool = False,
    ) -> None:
        """`form` writes a value as text."""
        super().__init__()
        self.title, self.row, self.form, self.most, self.compared = title, row, form, most, compared
        self.epoch: float | None = None  # where the cross-hair is
        self.words = ""  # the values there
        self.by_hand = False
        self.share = 0.0  # of the visible points, that a smoothed value is the mean of
        self.seen = (0.0, 0.0, 0)  # first epoch, last epoch and pixels between them when points were last set
        self.lines: list[Line] = []
        self.runs: list[_DrawnRun] = []
        self.groups: list[_DrawnGroup] = []
        self._marked = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        key = self.tr("— training   ● validation")
        self.heading, self.legend = QLabel(title), QLabel(key)
        keys = self.tr(
            "Arrow keys read values, + and − zoom, Shift and arrow keys move the view, Home shows everything"
        )
        joining = self.tr("¦ +1: a block joins the network")
        self.legend.setToolTip(f"{key}\n{joining}\n{keys}")
        self.legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.legend.setAlignment(Qt.AlignmentFlag.AlignRight)
        theme.make_heading(self.heading)
        theme.make_secondary(self.legend)
        self.plot = _Canvas(axisItems={"left": _PercentAxis("left")} if most else {})
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.left.connect(self.leave)
        self.plot.setMinimumHeight(self.fontMetrics().height() * 4)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # as high as there is room
        item = self.plot.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.vb.disableAutoRange()
        item.vb.sigRangeChangedManually.connect(lambda: self.handled.emit(True))
        item.vb.sigXRangeChanged.connect(self.moved)
        item.vb.sigResized.connect(self.moved)
        self._hair = pg.InfiniteLine(angle=90)
        self._hair.hide()
        self.plot.scene().sigMouseMoved.connect(self.read_at)
        self.plot.scene().sigMouseClicked.connect(self._pick)
        self.note = QLabel()
        theme.make_secondary(self.note)
        self.note.setBackgroundRole(QPalette.ColorRole.Base)  # the curves behind would make it hard to read
        self.note.setAutoFillBackground(True)
        self.note.hide()
        self.corner = QVBoxLayout(self.plot)  # a rising accuracy leaves the lower right empty
        self.corner.addWidget(self.note, alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        head = QHBoxLayout()
        head.setSpacing(theme.RHYTHM)
        head.addWidget(self.heading)
        head.addWidget(self.legend, stretch=1)
        self.head = head
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 4)
        column.addLayout(head)
        column.addWidget(self.plot, stretch=1)

    def draw(self, lines: Sequence[Line], renewed: bool) -> None:
        """Show `lines`; unless `renewed`, they are the same ones and only the live ones have new points."""
        self.lines = [line for line in lines if line.is_seen]
        if renewed:
            self._renew()
        self.fit(renewed)
        self._set_points(renewed)
        self.compare()
        self.describe()

    def _renew(self) -> None:
        """Make the curves again."""
        item = self.plot.getPlotItem()
        item.clear()
        self.apply_palette()
        if reference := self.reference():
            lay_band(self.plot, reference)
        groups = [group for group in groups_of(self._full()) if group.has_spread]
        many = {line.id for group in groups for line in group.lines}
        self.runs = [self._drawn_run(line, line.id in many) for line in self.lines]
        self.groups = list(map(self._drawn_group, groups))
        for line in self.lines:
            for epoch, count in line.joinings.items():
                item.addItem(self._joining(line, epoch, count), ignoreBounds=True)
        item.addItem(self._hair, ignoreBounds=True)

    def _drawn_run(self, line: Line, of_many: bool) -> _DrawnRun:
        full = line.live and not of_many
        if not self._is_few() and line.curves.validation.count:
            validation = self.plot.plot(connect="finite", pen=pg.mkPen(line.colour if full else line.pale))
            return _DrawnRun(line, None, None, validation, of_many)
        dots = {"symbol": "o", "symbolSize": 7 if full else 4, "symbolPen": None}
        train, smooth = self.plot.plot(connect="finite"), self.plot.plot(connect="finite")
        validation = self.plot.plot(connect="finite", **dots)
        run = _DrawnRun(line, train, smooth, validation, of_many)
        run.set_pens(bool(self.share), line.id == self._marked)
        validation.setSymbolBrush(run.colour(marked=False))
        return run

    def _is_few(self) -> bool:
        return len(self._full()) <= _FEW

    def _joining(self, line: Line, epoch: int, count: int) -> pg.InfiniteLine:
        """Return the mark of an epoch after which so many blocks join the network of a run."""
        place = {"position": 0.97, "anchors": [(0, 0), (0, 0)], "color": theme.colours().quiet}
        pen = pg.mkPen(line.pale, style=Qt.PenStyle.DashLine)
        mark = pg.InfiniteLine(epoch, angle=90, pen=pen, label=f"+{count}", labelOpts=place)
        mark.label.setFont(self.font())
        return mark

    def _drawn_group(self, group: SeedGroup) -> _DrawnGroup:
        colour = group.first.colour
        low, high = self.plot.plot(pen=pg.mkPen(None)), self.plot.plot(pen=pg.mkPen(None))
        band = pg.FillBetweenItem(low, high, brush=mixed(colour, QColor(theme.colours().surface), _BAND))
        band.setZValue(_BAND_DEPTH)
        self.plot.addItem(band, ignoreBounds=True)
        mean = self.plot.plot(pen=pg.mkPen(colour, width=2), symbol="o", symbolSize=7, symbolPen=None)
        mean.setSymbolBrush(colour)
        return _DrawnGroup(group, mean, (low, high))

    def _set_points(self, renewed: bool) -> None:
        """Set the visible points of each curve."""
        box = self.plot.getPlotItem().vb
        seen = (*box.viewRange()[0], round(box.width() * self.devicePixelRatioF()))
        everything, self.seen = renewed or seen != self.seen, seen
        left, right, pixels = seen
        for run in self.runs:
            line, curves = run.line, run.line.curves
            if not everything and not line.live:
                continue
            rate = curves.steps_per_epoch
            part = (self.row, left * rate, right * rate, pixels)
            is_alone = not line.live and curves.validation.count  # one line is enough of an earlier run
            if run.train and run.smooth and not is_alone:
                if not (run.of_many and self.share):
                    _set_data(run.train, curves.train.visible(*part), rate)
                if self.share:
                    _set_data(run.smooth, curves.train.smoothed(*part, self.share), rate)
            steps, values = curves.validation.visible(*part)
            dots = steps / rate, values
            # pyqtgraph renders all dots again whenever they are set
            if everything or not _same_points(dots, run.validation.getOriginalDataset()):
                has_dots = run.train and not run.of_many and len(steps) * _DOT <= pixels
                run.validation.setData(*dots, symbol="o" if has_dots else None)
        for drawn in self.groups:
            known = drawn.mean.getOriginalDataset()[0]
            if everything or known is None or len(known) != drawn.group.epochs:
                epochs, mean, deviation = drawn.group.band(self.row)
                drawn.mean.setData(epochs, mean, symbol="o" if len(epochs) * _DOT <= pixels else None)
                for end, sign in zip(drawn.ends, (-1, 1), strict=True):
                    end.setData(epochs, mean + sign * deviation)

    def smooth(self, share: float) -> None:
        """Smooth the training values over this share of the visible points; 0 does not smooth."""
        self.share = share

    def mark(self, run: str) -> None:
        """Highlight the curves of the run with this id, or of none."""
        if run == self._marked:
            return
        before, self._marked = self._marked, run
        for drawn in self.runs:
            if drawn.line.id in (before, run):
                drawn.set_pens(bool(self.share), drawn.line.id == run)

    def reference(self) -> Reference | None:
        """Return the published runs that the last comparable live run may be compared with, or None."""
        found = (line.reference for line in reversed(self.lines) if line.live and line.reference)
        return next(found, None) if self.compared else None

    def compare(self) -> None:
        """Label the band, and say how the last run that may be compared ranks among the published ones."""
        reference = self.reference()
        self.note.setVisible(reference is not None and self.has_room(_NOTED))
        if reference is None:
            self.heading.setToolTip("")
            return
        words = [self._standing_of(line) for line in self.lines]
        said = next(filter(None, reversed(words)), self.tr("{n} published runs").format(n=len(reference.accuracies)))
        self.note.setText(f"<span style='color: {edge().name()}'>■</span> {escape(said)}")
        self.note.setToolTip(band_text(reference))
        self.heading.setToolTip(f"{said}\n{band_text(reference)}")

    def has_room(self, lines: int) -> bool:
        return bool(self.plot.height() >= lines * self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what a low plot has no room for."""
        super().resizeEvent(event)
        axis = self.plot.getPlotItem().getAxis("bottom")
        axis.setLabel(self.tr("epoch"))
        axis.showLabel(self.has_room(_NAMED))
        half = None if self.has_room(_NOTED) or not self.most else self.most / 2  # more ticks would overlap
        self.plot.getPlotItem().getAxis("left").setTickSpacing(half, half)
        self.compare()

    def _standing_of(self, line: Line) -> str:
        """Return where a run ranks among published ones; empty if it may not be compared or was not validated."""
        values = line.curves.validation.column(self.row)
        if not (self.compared and line.live and line.reference and len(values)):
            return ""
        return say(line.reference.standing(float(values[-1])))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        self.handled.emit(False)

    def fit(self, renewed: bool) -> None:
        """Bring every point of the runs in full into view, unless the user has chosen the view."""
        fitted = [line for line in self._full() or self.lines if line.has_values]
        if self.by_hand or not fitted:
            return
        box, logarithmic = self.plot.getPlotItem().vb, self.plot.getPlotItem().ctrl.logYCheck.isChecked()
        last = max(line.last_epoch for line in fitted)
        (_, right), (low, high) = box.viewRange()
        if renewed or last > right:
            box.setXRange(0, last, padding=0.02)
        series = [part for line in fitted for part in (line.curves.train, line.curves.validation) if part.count]
        if self.most is None:
            values = [value for part in series for value in part.span(self.row) if not np.isnan(value)]
        else:
            values = [0.0, self.most]
        if not values:
            return
        least, most = min(values), max(values)
        if logarithmic:
            if least <= 0:  # which has no place on the axis, and would stretch it without end
                least = min(_least_positive(part.column(self.row)) for part in series)
            if most <= 0:
                return
            least, most = np.log10(min(least, most)), np.log10(most)
        if renewed or least < low or most > high:
            box.setYRange(least if renewed else min(least, low), most if renewed else max(most, high), padding=0.05)

    def apply_palette(self) -> None:
        chosen = theme.colours()
        self.plot.setBackground(chosen.surface)
        item, height = self.plot.getPlotItem(), self.fontMetrics().height()
        item.layout.setContentsMargins(0, height // 2, 0, 0)  # room for the upper half of the highest figure
        for side in ("left", "bottom"):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(chosen.border))
            axis.setTextPen(pg.mkPen(chosen.quiet))
            axis.setTickFont(self.font())
            axis.label.setFont(self.font())
        below = round(item.getAxis("bottom").height())
        self.corner.setContentsMargins(0, 0, theme.RHYTHM, below + theme.RHYTHM // 4)
        item.getAxis("left").setWidth(self.fontMetrics().horizontalAdvance("0.0000"))
        self._hair.setPen(pg.mkPen(chosen.quiet))

    def read_at(self, position: QPointF) -> None:
        """Point at the epoch and at the curve under the pointer, at `position` in the scene."""
        if self.plot.sceneBoundingRect().contains(position):
            self.hovered.emit(self._run_at(position))
            self.pointed.emit(float(self.plot.getPlotItem().vb.mapSceneToView(position).x()))
        else:
            self.leave()

    def _pick(self, click: MouseClickEvent) -> None:
        """Choose the run whose curve is clicked; `click` is pyqtgraph's event."""
        is_single = click.button() == Qt.MouseButton.LeftButton and not click.double()
        if is_single and (run := self._run_at(click.scenePos())):
            self.picked.emit(run)

    def _run_at(self, position: QPointF) -> str:
        """Return the id of the run with the curve nearest to a position in the scene; empty if none is near."""
        box = self.plot.getPlotItem().vb
        place, (_, height) = box.mapSceneToView(position), box.viewPixelSize()
        distances: dict[str, float] = {}
        for drawn in self.runs:
            for curve in (drawn.validation, drawn.smooth if self.share else drawn.train):
                x, y = curve.getData() if curve else (None, None)
                if x is not None and y is not None and len(x) and x[0] <= place.x() <= x[-1]:
                    distance = abs(float(np.interp(place.x(), x, y)) - place.y()) / height
                    distances[drawn.line.id] = min(distance, distances.get(drawn.line.id, np.inf))
        nearest = min(distances, key=distances.__getitem__, default="")
        return nearest if nearest and distances[nearest] <= _NEAR else ""

    def leave(self) -> None:
        """Point at nothing."""
        self.hovered.emit("")
        self.pointed.emit(None)

    def show_hair(self, epoch: float | None, words: str) -> None:
        """Mark an epoch, at which the values are `words`, or none."""
        self.epoch, self.words = epoch, words
        self._hair.setVisible(epoch is not None)
        if epoch is not None:
            self._hair.setPos(epoch)

    def _full(self) -> list[Line]:
        return [line for line in self.lines if line.live and line.curves.train.count]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Read, zoom and move with the keys that `legend` names in its tool tip."""
        key, way = event.key(), _WAYS.get(Qt.Key(event.key()))
        if way and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._move_view(*way)
        elif way and way[0]:
            self._read_next(int(way[0]))
        elif key in _ZOOMS:
            self._zoom(_ZOOMS[Qt.Key(key)])
        elif key == Qt.Key.Key_Home:
            self.handled.emit(False)
        elif key == Qt.Key.Key_Escape and self.epoch is not None:
            self.leave()
            self.describe()
        else:
            super().keyPressEvent(event)

    def _read_next(self, by: int) -> None:
        """Read the next point to the right or left; the view follows the cross-hair."""
        if not (full := self._full()):
            return
        box = self.plot.getPlotItem().vb
        left, right = box.viewRange()[0]
        # a point that is drawn at the same pixel would look like no move
        pixel = (right - left) / max(1.0, box.width())
        wanted = right if self.epoch is None else self.epoch + by * pixel
        self.pointed.emit(full[0].next_epoch(wanted, by))
        if self.epoch is not None and not left <= self.epoch <= right:
            self._move_view(by, 0)
        self.describe()

    def _move_view(self, right: float, up: float) -> None:
        """Move the view by a quarter of its width and height in these directions."""
        box = self.plot.getPlotItem().vb
        (left, end), (low, high) = box.viewRange()
        box.translateBy(x=right * (end - left) / 4, y=up * (high - low) / 4)
        self.handled.emit(True)

    def _zoom(self, factor: float) -> None:
        """Show `factor` times as many epochs, around the cross-hair or the middle."""
        box = self.plot.getPlotItem().vb
        (left, right), (low, high) = box.viewRange()
        middle = (left + right) / 2 if self.epoch is None else self.epoch
        box.scaleBy(x=factor, y=1, center=(middle, (low + high) / 2))
        self.handled.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.leave()
        self.describe()

    def describe(self) -> None:
        """Describe the curves in words, for screen readers: the values at the cross-hair, else how the runs went."""
        speak(self, self.summary() if self.epoch is None or not self.hasFocus() else self.words)

    def summary(self) -> str:
        """Return the curves in full in words, for screen readers."""
        full = self._full()
        if not full:
            return self.tr("{title}: no data yet").format(title=self.title)
        if len(full) == 1:
            return self._summary_of(full[0], self.title)
        return "\n".join(
            self._summary_of(line, self.tr("{title}, {name}:").format(title=self.title, name=line.name))
            for line in full
        )

    def _summary_of(self, line: Line, title: str) -> str:
        train, validation = line.curves.train, line.curves.validation
        values, points = train.column(self.row), validation.column(self.row)
        text = self.tr("{title} from {first} to {last} over {epochs:.1f} epochs").format(
            title=title,
            first=self.form(values[0]),
            last=self.form(values[-1]),
            epochs=train.column(0)[-1] / line.curves.steps_per_epoch,
        )
        if len(points) > _MAX_SAID:
            least, most = map(self.form, validation.span(self.row))
            text += self.tr("; validation {last} after {n} epochs, between {least} and {most}").format(
                last=self.form(points[-1]), n=len(points), least=least, most=most
            )
        elif len(points):
            text += self.tr("; validation {values}").format(values=", ".join(map(self.form, points)))
        if line.joinings:
            epochs = ", ".join(map(str, line.joinings))
            text += self.tr("; blocks join after epochs {epochs}").format(epochs=epochs)
        standing = self._standing_of(line)
        return f"{text}; {standing}" if standing else text


def _least_positive(values: np.ndarray) -> float:
    """Return the least value above 0; infinite if there is none."""
    return float(np.min(values[values > 0], initial=np.inf))


class _Canvas(pg.PlotWidget):
    """A plot that tells when the pointer has left it."""

    left = Signal()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()


class _PercentAxis(pg.AxisItem):
    """An axis of fractions that is labelled in per cent."""

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [f"{100 * value:.4g} %" for value in values]


def _set_data(curve: pg.PlotDataItem, points: tuple[np.ndarray, np.ndarray], steps_per_epoch: float) -> None:
    """Set the points, whose steps become epochs."""
    steps, values = points
    curve.setData(steps / steps_per_epoch, values)


def _same_points(one: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray | None, np.ndarray | None]) -> bool:
    """Whether two curves have the same epochs and values."""
    return all(b is not None and np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other, strict=True))
