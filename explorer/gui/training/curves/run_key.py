"""RunKey: the runs of the curves, each with colour, name, newest accuracy, what differs from the first, and an eye."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from explorer.architecture.compare import changed_fields, design_changes
from explorer.gui.training.curves.plotted_run import Line
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.style import TARGET
from explorer.gui.widgets.text.language import percent, say
from explorer.sentences import translatable

_DOT = 10  # pixels
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class _KeyRow(NamedTuple):
    """What a row shows but for the accuracy, which changes while the run trains."""

    run: str
    name: str
    colour: str
    is_seen: bool
    difference: str


def rows_of(lines: Sequence[Line]) -> list[_KeyRow]:
    """Return the rows of the key: runs in full first, the newest first among them."""
    full, faint = ([line for line in lines if line.live is live] for live in (True, False))
    ordered = [*reversed(full), *reversed(faint)]
    first = next(iter([*full, *faint]), None)
    return [_KeyRow(line.id, line.name, line.ink.name(), line.is_seen, _difference(first, line)) for line in ordered]


def _difference(first: Line | None, line: Line) -> str:
    """Say in what a run differs from the first; empty for the first itself."""
    if first is None or line.id == first.id:
        return ""
    here, there = (each.recipe.change(device="auto") for each in (first, line))
    changes = [*design_changes(first.design, line.design), *changed_fields(here, there)]
    return " · ".join(map(say, changes)) or say(translatable("no changes"))


class RunKey(QScrollArea):
    """The list; `seen` carries a run's id and whether its eye is open, `picked` the id of the run that is clicked.

    `hovered` carries the id of the run whose row is under the pointer or has the focus, or nothing.
    """

    seen = Signal(str, bool)
    picked = Signal(str)
    hovered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("run key")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.buttons: dict[str, RunButton] = {}
        self.eyes: dict[str, QToolButton] = {}
        self._rows: list[_KeyRow] = []

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these runs; the widgets are made again only if they are others."""
        rows = rows_of(lines)
        if rows != self._rows:
            focused = [run for run, eye in self.eyes.items() if eye.hasFocus()]
            self._rows = rows
            self._fill(rows)
            for run in focused:
                if run in self.eyes:
                    self.eyes[run].setFocus()
        for line in lines:
            self.buttons[line.id].show_accuracy(line.newest_accuracy)

    def _fill(self, rows: list[_KeyRow]) -> None:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.buttons, self.eyes = {}, {}
        for row in rows:
            button = RunButton(row)
            button.clicked.connect(lambda _=False, run=row.run: self.picked.emit(run))
            button.hovered.connect(self.hovered)
            eye = self._eye(row)
            self.buttons[row.run], self.eyes[row.run] = button, eye
            line = QHBoxLayout()
            line.setSpacing(theme.RHYTHM // 2)
            line.addWidget(eye)
            line.addWidget(button, stretch=1)
            column.addLayout(line)
        column.addStretch(1)
        self.setWidget(whole)

    def _eye(self, row: _KeyRow) -> QToolButton:
        eye = QToolButton(autoRaise=True)
        theme.set_icon(eye, "eye" if row.is_seen else "eye-off")
        text = self.tr("Hide the curves of {name}") if row.is_seen else self.tr("Show the curves of {name}")
        eye.setAccessibleName(text.format(name=row.name))
        eye.setToolTip(text.format(name=row.name))
        eye.setMinimumSize(TARGET, TARGET)
        eye.clicked.connect(lambda: self.seen.emit(row.run, not row.is_seen))
        return eye

    def mark(self, run: str) -> None:
        """Highlight the row of a run, or none."""
        for each, button in self.buttons.items():
            button.mark(each == run)

    def sizeHint(self) -> QSize:
        height = sum(button.sizeHint().height() for button in self.buttons.values())
        return QSize(super().sizeHint().width(), height)


class RunButton(QAbstractButton):
    """A run's row; `hovered` carries its id while the pointer or the focus is there, and then nothing."""

    hovered = Signal(str)

    def __init__(self, row: _KeyRow) -> None:
        super().__init__()
        self._row, self._accuracy, self._marked = row, "", False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFont(theme.figures_font(self.font()))
        self.setToolTip("\n".join(filter(None, (row.name, row.difference))))

    def show_accuracy(self, accuracy: float | None) -> None:
        text = "" if accuracy is None else percent(accuracy)
        if text != self._accuracy or not self.accessibleName():
            self._accuracy = text
            self.setAccessibleName(", ".join(filter(None, (self._row.name, text, self._row.difference))))
            self.update()

    def mark(self, marked: bool) -> None:
        if marked != self._marked:
            self._marked = marked
            self.update()

    def sizeHint(self) -> QSize:
        lines = 2 if self._row.difference else 1
        return QSize(12 * self.fontMetrics().averageCharWidth(), max(TARGET, lines * self._line_height() + 4))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _line_height(self) -> int:
        return round(1.2 * self.fontMetrics().height())  # Chinese characters are higher than the font says

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, metrics, chosen = QPainter(self), self.fontMetrics(), theme.colours()
        if self._marked:
            painter.fillRect(self.rect(), QColor(chosen.raised))
        text = QColor(chosen.text if self._row.is_seen else chosen.quiet)
        height = self._line_height()
        lines = 2 if self._row.difference else 1
        top = (self.height() - lines * height) // 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen if self._row.is_seen else QColor(self._row.colour))
        painter.setBrush(QColor(self._row.colour) if self._row.is_seen else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRect(2, top + (height - _DOT) // 2, _DOT, _DOT))
        left = _DOT + theme.RHYTHM
        room = self.width() - left - theme.RHYTHM // 2
        painter.setPen(text)
        accuracy = metrics.horizontalAdvance(self._accuracy)
        painter.drawText(QRect(left, top, room, height), _MIDDLE | Qt.AlignmentFlag.AlignRight, self._accuracy)
        both_ends = Qt.TextElideMode.ElideMiddle  # the runs of a study differ in the last words of their names
        name = metrics.elidedText(self._row.name, both_ends, room - accuracy - theme.RHYTHM)
        painter.drawText(QRect(left, top, room, height), _MIDDLE | Qt.AlignmentFlag.AlignLeft, name)
        if self._row.difference:
            painter.setPen(QColor(chosen.quiet))
            difference = metrics.elidedText(self._row.difference, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRect(left, top + height, room, height), _MIDDLE | Qt.AlignmentFlag.AlignLeft, difference)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.hovered.emit(self._row.run)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit("")

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.hovered.emit(self._row.run)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.hovered.emit("")
