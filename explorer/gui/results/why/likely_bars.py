"""LikelyBars: the probabilities of an image's most likely classes, as bars with their names."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import percent
from explorer.gui.widgets.text.spoken import speak
from explorer.runs.questions.results import Likely

_ROWS = 5
_GAP = theme.RHYTHM
_NAMES, _LEAST = 0.45, 14  # most of the width that names take, and least width in characters
_TALL = 0.6  # of a row: the bar


class LikelyBars(QWidget):
    """Draws what `show_classes` was given; the name of the true class is in bold.

    A thin line stands where a bar ended before the image was changed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("likely")
        self.setAccessibleName(self.tr("Probabilities"))
        self._rows: list[int] = []
        self._now: dict[int, float] = {}
        self._before: dict[int, float] = {}
        self._names: Sequence[str] = ()
        self._truth: int | None = None
        self.setFont(theme.figures_font(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_classes(self, now: Likely | None, before: Likely | None, names: Sequence[str], truth: int | None) -> None:
        """Show what is likely now, in the order of what was `before` a change, so that no row moves during one."""
        self._now, self._before = _shares(now), _shares(before)
        self._names, self._truth = names, truth
        self._rows = _rows(list(self._now), list(self._before) or list(self._now), truth) if now else []
        speak(self, "; ".join(f"{self._name(label)} {self._share(label)}" for label in self._rows))
        self.update()

    def _name(self, label: int) -> str:
        return self._names[label] if label < len(self._names) else str(label)

    def _share(self, label: int) -> str:
        """Return a probability in words; one that was not told is below all that were."""
        if label in self._now:
            return percent(self._now[label], 0 if self._now[label] >= 0.1 else 1)
        return f"< {percent(min(self._now.values(), default=0.0), 1)}"

    def _row_height(self) -> int:
        return round(1.15 * self.fontMetrics().lineSpacing())

    def sizeHint(self) -> QSize:
        return QSize(3 * _LEAST * self.fontMetrics().averageCharWidth(), self.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST * self.fontMetrics().averageCharWidth(), _ROWS * self._row_height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        bold = QFont(self.font())
        bold.setBold(True)
        names = [self._name(label) for label in self._rows]
        widest = max(map(QFontMetrics(bold).horizontalAdvance, names), default=0) + _GAP
        left = min(widest, int(_NAMES * self.width()))
        right = self.fontMetrics().horizontalAdvance("< 100.0 %") + _GAP
        high = self._row_height()
        for number, (label, name) in enumerate(zip(self._rows, names, strict=True)):
            row = QRectF(0, number * high, self.width(), high)
            painter.setFont(bold if label == self._truth else self.font())
            words = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, left - _GAP)
            painter.setPen(QColor(theme.colours().text))
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
            painter.setFont(self.font())
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._share(label))
            room = QRectF(left, row.center().y() - _TALL * high / 2, max(0, self.width() - left - right), _TALL * high)
            self._paint_bar(painter, room, label)
        painter.end()

    def _paint_bar(self, painter: QPainter, room: QRectF, label: int) -> None:
        painter.fillRect(room, QColor(theme.colours().raised))
        bar = QRectF(room)
        bar.setWidth(self._now.get(label, 0.0) * room.width())
        painter.fillRect(bar, QColor(theme.colours().accent))
        if label in self._before:
            end = room.left() + self._before[label] * room.width()
            painter.fillRect(QRectF(end - 1, room.top() - 2, 2, room.height() + 4), QColor(theme.colours().text))


def _shares(likely: Likely | None) -> dict[int, float]:
    return dict(zip(likely.classes, likely.probabilities, strict=True)) if likely else {}


def _rows(now: list[int], order: list[int], truth: int | None) -> list[int]:
    """Return the classes to show: the first of an order, and for the last of them the truth and what is likeliest."""
    rows = order[:_ROWS]
    wanted = [label for label in (truth, *now[:1]) if label is not None]
    for label in wanted:
        if label not in rows:
            spare = [place for place, each in enumerate(rows) if each not in wanted]
            rows = [*rows[: spare[-1]], *rows[spare[-1] + 1 :], label] if len(rows) == _ROWS else [*rows, label]
    return rows
