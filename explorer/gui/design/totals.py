"""The totals line: the network's size in numbers, the selection's share of it, the distance from the baseline.

Painted, not laid out: it changes with every tick, and a label that grows by a pixel would lay out the whole window.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from explorer.architecture.plan import Plan
from explorer.gui.design.outline import Broken, find_part
from explorer.gui.document import Document
from explorer.gui.widgets import theme
from explorer.gui.widgets.language import memory, percent, short, signed, whole

_BETWEEN = " · "
_USUAL = 2  # lines that there is always room for, so that the window keeps its layout from tick to tick
_WAYS = ("plain", "bold", "plain", "marked")


class Figure(NamedTuple):
    """One figure: `words` with its number in the place of `{n}`, and how far it is from the baseline's."""

    words: str
    number: str = ""
    change: str = ""

    @property
    def text(self) -> str:
        return self.words.format(n=self.number) + self.change

    def _pieces(self) -> Iterator[tuple[str, str]]:
        """What stands side by side, each with how it is written: plain, bold or marked."""
        before, _, after = self.words.partition("{n}")
        pieces = zip((before, self.number, after, self.change), _WAYS, strict=True)
        return (piece for piece in pieces if piece[0])


class Totals(QWidget):
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
        """The whole line without its apply_style."""
        return _BETWEEN.join(figure.text for figure in self.figures)

    def measure(self) -> None:
        """The fonts that the line is written in."""
        plain, bold = (theme.figures_font(self.font()) for _ in range(2))
        bold.setBold(True)
        self._fonts = {"plain": plain, "bold": bold, "marked": plain}
        self.metrics = {way: QFontMetricsF(font) for way, font in self._fonts.items()}

    def arrange(self) -> None:
        """Wrap the figures where the window is narrow, and make room for all their lines."""
        self.lines = self.rows()
        lines = max(_USUAL, len(self.lines))
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
        """The figure `key` of the plan with its distance from the baseline."""
        plan, base = self.document.plan, self.document.baseline
        number = getattr(plan, key)
        return Figure(words, form(number), f" ({distance(number - getattr(base, key), form)})" if base else "")

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:  # made when someone asks: a tick has no time for it
            self.setToolTip(self.explain(self.document.plan))
        return super().event(event)

    def explain(self, plan: Plan) -> str:
        """The same figures in full, and what exactly is counted."""
        return self.tr(
            "{params} parameters\n{macs} multiply–accumulates of convolutions and linear layers for one image; "
            "FLOPs are twice as many: {flops}\n{depth} convolutions and linear layers on the main path\n"
            "One position at the end of the last stage sees {field} × {field} pixels of the input\n"
            "{memory} bytes of layer outputs for one image in float32"
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
        """The figures from the left, in several lines if need be; the share at the right end of the last."""
        painter, metrics = QPainter(self), self.metrics
        chosen = theme.colours()
        inks = {"plain": QColor(chosen.text), "bold": QColor(chosen.text), "marked": QColor(chosen.accent)}
        step = metrics["plain"].lineSpacing()
        top = (self.height() - len(self.lines) * step) / 2 + metrics["plain"].ascent()
        for number, row in enumerate(self.lines):
            left = float(theme.RHYTHM)
            for text, way in row:
                painter.setFont(self._fonts[way])
                painter.setPen(inks[way])
                painter.drawText(QPointF(left, top + number * step), text)
                left += metrics[way].horizontalAdvance(text)
        painter.setFont(self._fonts["plain"])
        painter.setPen(QColor(chosen.quiet))
        left = self.width() - theme.RHYTHM - metrics["plain"].horizontalAdvance(self.share)
        painter.drawText(QPointF(max(left, float(theme.RHYTHM)), top + (len(self.lines) - 1) * step), self.share)
        painter.end()

    def rows(self) -> list[list[tuple[str, str]]]:
        """The figures' pieces in as many rows as they need: the share, if there is one, beside the last."""
        metrics = self.metrics
        between = metrics["plain"].horizontalAdvance(_BETWEEN)
        room = self.width() - 2.0 * theme.RHYTHM
        rows: list[list[tuple[str, str]]] = [[]]
        used = 0.0
        for figure in self.figures:
            pieces = list(figure._pieces())
            wide = sum(metrics[way].horizontalAdvance(text) for text, way in pieces)
            if rows[-1] and used + between + wide > room:
                rows.append([])
                used = 0.0
            if rows[-1]:
                rows[-1].append((_BETWEEN, "plain"))
                used += between
            rows[-1] += pieces
            used += wide
        if self.share and used + between + metrics["plain"].horizontalAdvance(self.share) > room:
            rows.append([])
        return rows


def _sees_all(plan: Plan) -> bool:
    """Whether one position at the end sees more than the image."""
    return plan.receptive_field > max(plan.design.input[1:])


def distance(number: int, form: Callable[[int], str]) -> str:
    """How far a figure is from the baseline's, in its own units."""
    return signed(form(abs(number)), number) if number else "±0"
