"""The chapter's figure for one block: main path and shortcut side by side, with live shapes and counts."""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import assert_never

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from explorer.architecture.blocks import Block, Join
from explorer.architecture.layers import Layer, shape_text
from explorer.gui.design.outline import block_text, type_text
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import say, whole
from explorer.sentences import Sentence

_MIN_PITCH = 2.0  # lines from one box to the next


class BranchState(StrEnum):
    """What is known of a block's branch."""

    ACTIVE = auto()
    ZEROED = auto()  # as an experiment
    INSERTED = auto()  # at zero until it is trained, so that the block is an identity


@dataclass(frozen=True, slots=True)
class _Station:
    """A box of the figure: a layer, or None for the sum where main path and shortcut meet; `top` is in pixels."""

    layer: Layer | None
    top: float


def _box_text(layer: Layer, is_short: bool) -> str:
    """Return the text in a layer's box: its type, and the number of its parameters if it has any."""
    kind = layer.kind
    name = kind.text.replace(kind.type, kind.short) if is_short else kind.text
    return name + (f"  ·  {whole(layer.params)}" if layer.params else "")


class BlockFigure(QWidget):
    """Draws a block from its input above to its output below; each arrow shows the shape that passes along it."""

    def __init__(self) -> None:
        super().__init__()
        self.block: Block | None = None
        self.state = BranchState.ACTIVE
        self.setObjectName("figure")
        self.setAccessibleName(self.tr("Figure of the block"))

    def show_block(self, block: Block | None) -> None:
        self.block, self.state = block, BranchState.ACTIVE
        self.setAccessibleDescription(self.describe())
        self.updateGeometry()
        self.update()

    def show_state(self, state: BranchState) -> None:
        """Draw the branch with a 0 at its end if it is at zero, and grey if it was set to zero."""
        if state is not self.state:
            self.state = state
            self.setAccessibleDescription(self.describe())
            self.update()

    def describe(self) -> str:
        """Return a description of the figure in words, for screen readers."""
        if self.block is None:
            return ""
        path = " → ".join(type_text(layer) for layer in self._main_path())
        words = self.tr("{input} → {path} → {output}; {shortcut}").format(
            input=shape_text(self.block.input),
            path=path,
            output=shape_text(self.block.output),
            shortcut=block_text(self.block),
        )
        return f"{words}; {note}" if (note := self._state_text()) else words

    def _state_text(self) -> str:
        """Return what is written beside a branch at zero."""
        match self.state:
            case BranchState.ACTIVE:
                return ""
            case BranchState.ZEROED:
                return self.tr("branch set to zero")
            case BranchState.INSERTED:
                return self.tr("0 until trained")
            case _:
                assert_never(self.state)

    def _main_path(self) -> tuple[Layer, ...]:
        assert self.block is not None
        return (*self.block.before, *self.block.branch, *self.block.after)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 62, self.fontMetrics().lineSpacing() * 24)

    def minimumSizeHint(self) -> QSize:
        """Return a size that has room for the boxes of main path and shortcut side by side, with short texts."""
        stations = len(self._main_path()) + 1 if self.block else 0
        height = self.fontMetrics().lineSpacing() * (2.4 + _MIN_PITCH * stations)
        return QSize(round(self._needed_width(is_short=True)), round(height) + theme.RHYTHM)

    def _needed_width(self, is_short: bool) -> float:
        return sum(self._widest(is_short)) + 5.0 * theme.RHYTHM

    @property
    def _is_short(self) -> bool:
        """Whether there is room for short texts alone."""
        return self.width() < self._needed_width(is_short=False)

    def _widest(self, is_short: bool) -> tuple[float, float]:
        """Return the width in pixels of the widest box of the main path, and of what is on the shortcut."""
        if self.block is None:
            return 0.0, 0.0
        main, side = (
            [self._text_width(_box_text(layer, is_short)) for layer in layers]
            for layers in (self._main_path(), self.block.shortcut)
        )
        return max(main), max(side, default=self._text_width(max(self._note().split("\n"), key=len)))

    def _note(self) -> str:
        """Return what is written on a shortcut without layers."""
        assert self.block is not None
        return say(Sentence(self.block.way.note, {"n": self.block.stride}))

    def _stations(self, height: float) -> tuple[list[_Station], float]:
        """Return the boxes of the main path with the sum among them, and the pixels from one box to the next."""
        assert self.block is not None
        layers: list[Layer | None] = [*self.block.before, *self.block.branch]
        if self.block.way.join is not Join.NONE:
            layers.append(None)
        layers += self.block.after
        line = self.fontMetrics().lineSpacing()
        pitch = (height - 2.4 * line) / len(layers)
        return [_Station(layer, 1.6 * line + number * pitch) for number, layer in enumerate(layers)], pitch

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.block is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.figures_font(self.font()))
        stations, pitch = self._stations(self.height() - theme.RHYTHM)
        middle = max(self.width() * 0.3, self._widest(self._is_short)[0] / 2 + 2.0)
        tall = min(1.5 * self.fontMetrics().lineSpacing(), 0.57 * pitch)
        self.write(painter, middle, 0, f"x  {shape_text(self.block.input)}")
        before = 1.2 * self.fontMetrics().lineSpacing()
        for number, station in enumerate(stations):
            above = stations[number - 1].layer if number else None
            self.arrow(painter, QPointF(middle, before), QPointF(middle, station.top))
            if self._is_end_of_branch(above):
                self._paint_end(painter, middle, (before + station.top) / 2)
            elif above and above.output != above.input:
                self.note(painter, middle, (before + station.top) / 2, shape_text(above.output))
            if station.layer is None:
                self._paint_sum(painter, QPointF(middle, station.top + tall / 2), tall / 2)
            else:
                self._paint_layer(painter, middle, station.top, tall, station.layer)
            before = station.top + tall
        end = self.height() - self.fontMetrics().lineSpacing() - 2.0
        self.arrow(painter, QPointF(middle, before), QPointF(middle, end))
        if self._is_end_of_branch(stations[-1].layer):
            self._paint_end(painter, middle, (before + end) / 2)
        self.write(painter, middle, end, shape_text(self.block.output))
        self._paint_shortcut(painter, stations, middle, tall)
        painter.end()

    def _is_zeroed(self, layer: Layer) -> bool:
        return self.state is BranchState.ZEROED and self.block is not None and layer in self.block.branch

    def _is_end_of_branch(self, layer: Layer | None) -> bool:
        """Return whether `layer` is the last of a branch at zero."""
        assert self.block is not None
        return self.state is not BranchState.ACTIVE and layer == self.block.branch[-1]

    def _paint_end(self, painter: QPainter, middle: float, height: float) -> None:
        """Write a 0 over the arrow at the end of the branch, and beside it why."""
        colours, line = theme.colours(), self.fontMetrics().lineSpacing()
        font = QFont(painter.font())
        font.setBold(True)
        painter.save()
        painter.setFont(font)
        box = QRectF(middle - line / 2, height - line / 2, line, line)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(QPalette.ColorRole.Window))
        painter.drawEllipse(box)
        painter.setPen(QColor(colours.bad))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "0")
        painter.restore()
        self.note(painter, middle + line / 2, height, self._state_text())

    def _paint_shortcut(self, painter: QPainter, stations: list[_Station], middle: float, tall: float) -> None:
        """Draw the shortcut from where it leaves the main path to the sum, with its layers or its kind on the line."""
        block = self.block
        meeting = next((station for station in stations if station.layer is None), None)
        if block is None or meeting is None:
            return
        main, side = self._widest(self._is_short)
        away = min(max(self.width() * 0.76, middle + main / 2 + side / 2), self.width() - side / 2 - 2.0)
        start = 1.35 * self.fontMetrics().lineSpacing()
        if block.shortcut and block.before:  # the projection of a pre-activation block reads the activated input
            start = stations[len(block.before) - 1].top + tall + 3.0
        end = meeting.top + tall / 2
        path = QPainterPath(QPointF(middle, start))
        path.lineTo(away, start)
        path.lineTo(away, end)
        path.lineTo(middle + tall / 2, end)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.colours().accent), 2))
        painter.drawPath(path)
        self.head(painter, QPointF(middle + tall / 2, end), QPointF(1, 0), theme.colours().accent)
        if not block.shortcut:
            self._plate(painter, away, (start + end) / 2, self._note())
        for number, layer in enumerate(block.shortcut):
            top = start + (end - start) * (number + 1) / (len(block.shortcut) + 1) - tall / 2
            self._paint_layer(painter, away, top, tall, layer)

    def _paint_layer(self, painter: QPainter, middle: float, top: float, tall: float, layer: Layer) -> None:
        colours, text = theme.colours(), _box_text(layer, self._is_short)
        wide = self._text_width(text)
        box = QRectF(middle - wide / 2, top, wide, tall)
        is_zeroed = self._is_zeroed(layer)
        painter.setPen(QPen(QColor(colours.line if is_zeroed else colours.border), 1))
        painter.setBrush(QColor(colours.raised if layer.params and not is_zeroed else colours.window))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(colours.disabled if is_zeroed else colours.text if layer.weighted else colours.quiet))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _text_width(self, text: str) -> float:
        """Return the width in pixels of a box with this text."""
        return self.fontMetrics().horizontalAdvance(text) + 2.0 * theme.RHYTHM

    def _paint_sum(self, painter: QPainter, centre: QPointF, radius: float) -> None:
        colours = theme.colours()
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.setBrush(QColor(colours.surface))
        painter.drawEllipse(centre, radius, radius)
        arm = radius / 2
        painter.drawLine(centre - QPointF(arm, 0), centre + QPointF(arm, 0))
        painter.drawLine(centre - QPointF(0, arm), centre + QPointF(0, arm))

    def _plate(self, painter: QPainter, middle: float, height: float, words: str) -> None:
        """Write words over a line, on a background that hides the line."""
        lines = words.split("\n")
        wide = max(map(self.fontMetrics().horizontalAdvance, lines)) + 2 * theme.RHYTHM
        tall = len(lines) * self.fontMetrics().lineSpacing() + theme.RHYTHM
        box = QRectF(middle - wide / 2, height - tall / 2, wide, tall)
        painter.fillRect(box, self.palette().color(QPalette.ColorRole.Window))
        painter.setPen(QColor(theme.colours().text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def write(self, painter: QPainter, middle: float, top: float, text: str) -> None:
        painter.setPen(QColor(theme.colours().text))
        box = QRectF(middle - 150, top, 300, self.fontMetrics().lineSpacing())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def note(self, painter: QPainter, middle: float, height: float, text: str) -> None:
        """Write a shape beside its arrow."""
        painter.setPen(QColor(theme.colours().quiet))
        line = self.fontMetrics().lineSpacing()
        painter.drawText(
            QRectF(middle + theme.RHYTHM, height - line / 2, 200, line), Qt.AlignmentFlag.AlignVCenter, text
        )

    def arrow(self, painter: QPainter, start: QPointF, end: QPointF) -> None:
        painter.setPen(QPen(QColor(theme.colours().quiet), 1.4))
        painter.drawLine(start, end)
        self.head(painter, end, QPointF(0, -1), theme.colours().quiet)

    def head(self, painter: QPainter, tip: QPointF, back: QPointF, colour: str) -> None:
        """Draw the head of an arrow at `tip`; `back` is the unit vector from the tip along the shaft."""
        side = QPointF(back.y(), back.x()) * 3.5
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawPolygon(QPolygonF([tip, tip + back * 7 + side, tip + back * 7 - side]))
