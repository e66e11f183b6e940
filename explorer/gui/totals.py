"""The totals line: the network's size in numbers, the selection's share of it, the distance from the baseline."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from explorer.architecture.plan import Plan
from explorer.gui import theme
from explorer.gui.document import Document
from explorer.gui.language import memory, percent, short, signed, whole
from explorer.gui.parts import Broken, find_part


class Totals(QWidget):
    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document
        self.figures, self.share = QLabel(), QLabel()
        for label in (self.figures, self.share):
            label.setFont(theme.figures_font(label.font()))
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.figures.setAccessibleName(self.tr("Totals"))
        self.figures.setWordWrap(True)
        self.share.setProperty("quiet", True)
        self.share.setAccessibleName(self.tr("Selection"))
        self.share.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.RHYTHM, theme.RHYTHM, theme.RHYTHM, theme.RHYTHM)
        row.setSpacing(2 * theme.RHYTHM)
        row.addWidget(self.figures, stretch=1)
        row.addWidget(self.share)
        self.setMinimumHeight(2 * self.fontMetrics().lineSpacing() + 2 * theme.RHYTHM)
        document.changed.connect(self.show_plan)
        document.selection_changed.connect(self.show_selection)
        self.show_plan()

    def show_plan(self) -> None:
        plan, base = self.document.plan, self.document.baseline
        field = self.tr("field {side} px").format(side=whole(plan.receptive_field))
        if plan.receptive_field > max(plan.design.input[1:]):
            field += self.tr(" (> image)")
        figures = [
            self.tr("<b>{n}</b> params").format(n=short(plan.params)) + difference(base, plan, "params"),
            self.tr("<b>{n}</b> MACs").format(n=short(plan.macs)) + difference(base, plan, "macs"),
            self.tr("<b>{n}</b> layers").format(n=whole(plan.depth)) + difference(base, plan, "depth"),
            field,
            self.tr("{size} an image").format(size=memory(plan.activation_bytes)),
        ]
        if verdict := self.document.verdicts.get(plan.design):
            figures.append(
                self.tr("✓\u00a0torchinfo\u00a0agrees") if verdict.agrees else self.tr("✗\u00a0torchinfo\u00a0differs")
            )
        start = self.tr("<b>Up to the first problem:</b> ") if plan.obstacles else ""
        self.figures.setText(start + " · ".join(figures))
        self.figures.setToolTip(self.explain(plan))
        self.show_selection()

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
        if part is None or isinstance(part, Broken) or not plan.params:
            self.share.clear()
            return
        text = self.tr("{path}: {params} params, {share}").format(
            path=path, params=short(part.params), share=percent(part.params / plan.params)
        )
        self.share.setText(text)


def difference(base: Plan | None, part: Plan, key: str) -> str:
    """How far a figure is from the baseline's, as rich text."""
    if base is None:
        return ""
    number = getattr(part, key) - getattr(base, key)
    colour = theme.colours().accent
    text = signed(short(abs(number)), number) if number else "±0"
    return f" <span style='color: {colour}'>({text})</span>"
