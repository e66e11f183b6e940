"""The totals line: the network's size in numbers, the selection's share of it, the distance from the baseline.

The line is painted, as it changes with every tick: a label that grows by one pixel would lay out the whole window.
"""

from collections.abc import Callable, Iterator
from math import ceil
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from explorer.architecture.plan import Plan
from explorer.gui.design.outline import Broken, find_part
from explorer.gui.document import Document
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.text.language import memory, percent, short, signed, whole

_SEPARATOR = " · "
_MIN_LINES = 2  # lines that there is always room for, so that the window keeps its layout from tick to tick
_STYLES = ("plain", "bold", "plain", "marked")


class Figure(NamedTuple):
    """One figure: `words` with `number` in the place of `{n}`, and how far the number is from the baseline's."""

    words: str
    number: str = ""
    change: str = ""

    @property
    def text(self) -> str:
        return self.words.format(n=self.number) + self.change

    def _pieces(self) -> Iterator[tuple[str, str]]:
        """Return the texts side by side, each with its style: plain, bold or marked."""
        before, _, after = self.words.partition("{n}")
        pieces = zip((before, self.number, after, self.change), _STYLES, strict=True)
        return (piece for piece in pieces if piece[0])


class Totals(QWidget):
    """The totals of the document's plan, with the share of the selected part at the right."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.figures: list[Figure] = []
        self.lines: list[list[tuple[str, str]]] = []
        self.share = ""
        self.setObjectName("totals")
        self.setAccessibleName(self.tr("Totals"))
        self.measure()
        document.changed.connect(self.show_plan)
        document.selection_changed.connect(self.show_selection)
        document.vocabulary_changed.connect(self.show_selection)
        self.show_plan()

    @property
    def text(self) -> str:
        """Return the whole line as plain text."""
        return _SEPARATOR.join(figure.text for figure in self.figures)

    def measure(self) -> None:
        """Make the fonts that the line is written in, and their metrics."""
        plain, bold = (theme.figures_font(self.font()) for _ in range(2))
        bold.setBold(True)
        self._fonts = {"plain": plain, "bold": bold, "marked": plain}
        self.metrics = {style: QFontMetricsF(font) for style, font in self._fonts.items()}

    def arrange(self) -> None:
        """Wrap the figures where the window is narrow, and make room for all their lines."""
        self.lines = self.rows()
        lines = max(_MIN_LINES, len(self.lines))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 2 * theme.RHYTHM)
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.measure()
            self.arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def show_plan(self) -> None:
        plan = self.document.plan
        seen = self.tr("receptive field {n} px (> image)") if _sees_all(plan) else self.tr("receptive field {n} px")
        self.figures = [
            self.figure(self.tr("{n} params"), "params"),
            self.figure(self.tr("{n} MACs"), "macs"),
            self.figure(self.tr("{n} layers"), "depth", whole),
            self.figure(seen, "receptive_field", whole),
            self.figure(self.tr("{n} per image"), "activation_bytes", memory),
        ]
        if plan.obstacles:
            self.figures.insert(0, Figure(self.tr("Up to the first problem:")))
        if verdict := self.document.verdicts.get(plan.design):
            self.figures.append(
                Figure(self.tr("✓ torchinfo agrees") if verdict.agrees else self.tr("✗ torchinfo differs"))
            )
        self.setAccessibleDescription(self.text)
        self.show_selection()

    def figure(self, words: str, key: str, form: Callable[[int], str] = short) -> Figure:
        """Return the figure `key` of the plan with its distance from the baseline."""
        plan, base = self.document.plan, self.document.baseline
        number = getattr(plan, key)
        return Figure(words, form(number), f" ({distance(number - getattr(base, key), form)})" if base else "")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:  # made when it is wanted, as making it at every tick would be slow
            self.setToolTip(self.explain(self.document.plan))
        return super().event(event)

    def explain(self, plan: Plan) -> str:
        """Return the figures in full, with what exactly is counted."""
        return self.tr(
            "{params} parameters\n"
            "{macs} multiply–accumulates of convolutions and linear layers per image; FLOPs are twice that: "
            "{flops}\n"
            "{depth} convolutions and linear layers on the main path\n"
            "One position at the end of the last stage sees {field} × {field} pixels of the input\n"
            "{memory} bytes of layer outputs per image in float32"
        ).format(
            params=whole(plan.params),
            macs=whole(plan.macs),
            flops=whole(2 * plan.macs),
            depth=whole(plan.depth),
            field=whole(plan.receptive_field),
            memory=whole(plan.activation_bytes),
        )

    def show_selection(self) -> None:
        plan, path = self.document.plan, self.document.selection
        part = find_part(plan, path)
        self.share = ""
        if part is not None and not isinstance(part, Broken) and plan.params:
            self.share = self.tr("{path}: {params} params, {share}").format(
                path=self.document.name_of(path), params=short(part.params), share=percent(part.params / plan.params)
            )
        self.arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the figures from the left, in several lines if needed, and the share at the right of the last line."""
        painter, metrics = QPainter(self), self.metrics
        chosen = theme.colours()
        colours = {"plain": QColor(chosen.text), "bold": QColor(chosen.text), "marked": QColor(chosen.accent)}
        step = metrics["plain"].lineSpacing()
        top = (self.height() - len(self.lines) * step) / 2 + metrics["plain"].ascent()
        for number, row in enumerate(self.lines):
            left = float(theme.RHYTHM)
            for text, style in row:
                painter.setFont(self._fonts[style])
                painter.setPen(colours[style])
                painter.drawText(QPointF(left, top + number * step), text)
                left += metrics[style].horizontalAdvance(text)
        painter.setFont(self._fonts["plain"])
        painter.setPen(QColor(chosen.quiet))
        left = self.width() - self.share_width() + theme.RHYTHM
        painter.drawText(QPointF(max(left, theme.RHYTHM), top + (len(self.lines) - 1) * step), self.share)
        painter.end()

    def share_width(self) -> int:
        """Return the width in pixels of the share with its margins."""
        return ceil(self.metrics["plain"].horizontalAdvance(self.share)) + 2 * theme.RHYTHM

    def rows(self) -> list[list[tuple[str, str]]]:
        """Return the pieces of the figures in as many rows as they need, with room for the share in the last."""
        metrics = self.metrics
        separator = metrics["plain"].horizontalAdvance(_SEPARATOR)
        room = self.width() - 2.0 * theme.RHYTHM
        rows: list[list[tuple[str, str]]] = [[]]
        used = 0.0
        for figure in self.figures:
            pieces = list(figure._pieces())
            wide = sum(metrics[style].horizontalAdvance(text) for text, style in pieces)
            if rows[-1] and used + separator + wide > room:
                rows.append([])
                used = 0.0
            if rows[-1]:
                rows[-1].append((_SEPARATOR, "plain"))
                used += separator
            rows[-1] += pieces
            used += wide
        if self.share and used + separator + metrics["plain"].horizontalAdvance(self.share) > room:
            rows.append([])
        return rows


def _sees_all(plan: Plan) -> bool:
    """Return whether one position at the end of the last stage sees more than the image."""
    return plan.receptive_field > max(plan.design.input[1:])


def distance(number: int, form: Callable[[int], str]) -> str:
    """Return how far a figure is from the baseline's, written by `form`, or ±0 if it is not."""
    return signed(form(abs(number)), number) if number else "±0"
