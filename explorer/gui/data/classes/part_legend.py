"""PartLegend: how many images train, validate and test, each part with the shade that it has everywhere."""

from html import escape

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.contrast import mixed, palest
from explorer.gui.widgets.text.language import whole
from explorer.runs.data.image_list import Part
from explorer.runs.data.split import SplitKind
from explorer.runs.questions.data import Scanned


def part_colour(part: Part) -> QColor:
    """Return the shade of a part: three of the accent colour, each of which is seen on the surface."""
    chosen = theme.colours()
    match part:
        case Part.TRAIN:
            return QColor(chosen.accent)
        case Part.VALIDATION:
            return palest(chosen.accent, chosen.surface)
        case Part.TEST:
            return mixed(QColor(chosen.accent), QColor(chosen.text), 0.4)


class PartLegend(QLabel):
    """One line; a part without images is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setFont(theme.figures_font(self.font()))
        self._scanned: Scanned | None = None

    def show_counts(self, scanned: Scanned) -> None:
        """Show how many images each part has."""
        self._scanned = scanned
        words = {
            Part.TRAIN: self.tr("training {n}"),
            Part.VALIDATION: self.tr("validation {n}"),
            Part.TEST: self.tr("test {n}"),
        }
        if scanned.split.kind is SplitKind.PUBLISHED:
            words[Part.VALIDATION] = self.tr("validation (the set's test part) {n}")
        counts = {
            Part.TRAIN: sum(found.train for found in scanned.classes),
            Part.VALIDATION: sum(found.validation for found in scanned.classes),
            Part.TEST: sum(found.test for found in scanned.classes),
        }
        texts = {part: words[part].format(n=whole(count)) for part, count in counts.items() if count}
        self.setAccessibleName(self.tr(", ").join(texts.values()))
        spots = {part: f'<span style="color:{part_colour(part).name()}">■</span>' for part in texts}
        lines = {part: "&nbsp;".join(escape(text).rsplit(" ", 1)) for part, text in texts.items()}  # with its number
        self.setText(" &nbsp; ".join(f"{spots[part]}&nbsp;{line}" for part, line in lines.items()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and getattr(self, "_scanned", None):
            assert self._scanned
            self.show_counts(self._scanned)
