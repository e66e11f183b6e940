"""Shades: the colours of the cells of a confusion matrix, and the picture of very many cells."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QImage

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.contrast import contrast, mixed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FAINT = 0.12  # of its colour that the least mistake has
_CALM = 0.55  # of its colour that a class has that is always recognised
_EMPTY = 0.5  # of its colour that a cell without images has


def shade(strength: float, is_hit: bool) -> QColor:
    """Return the colour of a cell: hits are calm, mistakes have the accent colour. `strength` is from 0 to 1."""
    colours = theme.colours()
    ground = QColor(colours.surface)
    if is_hit:
        return mixed(QColor(colours.neutral), ground, _CALM * strength)
    if strength:
        return mixed(QColor(colours.accent), ground, _FAINT + (1 - _FAINT) * strength)
    return mixed(QColor(colours.raised), ground, _EMPTY)


def readable_on(ground: QColor) -> QColor:
    """Return the colour of a text that can be read best on a cell of this colour."""
    colours = theme.colours()
    return QColor(max((colours.text, colours.on_accent), key=lambda text: contrast(QColor(text), ground)))


def draw_picture(strengths: "NDArray[np.float64]", side: int) -> QImage:
    """Return a picture of the cells, (n, n) from 0 to 1, of at most `side` pixels each way.

    Where several cells share a pixel the worst mistake of them shows.
    """
    import numpy as np

    colours, count = theme.colours(), len(strengths)
    hits = np.diag(strengths.diagonal())
    mistakes = strengths - hits
    if count > side:
        starts = np.arange(side) * count // side
        hits, mistakes = (
            np.maximum.reduceat(np.maximum.reduceat(each, starts, 0), starts, 1) for each in (hits, mistakes)
        )
    is_mistake = mistakes > 0
    share = np.where(is_mistake, _FAINT + (1 - _FAINT) * mistakes, _CALM * hits)[..., None]
    front = np.where(is_mistake[..., None], _rgb(colours.accent), _rgb(colours.neutral))
    rgb = np.round(share * front + (1 - share) * np.array(_rgb(colours.surface))).astype(np.uint8)
    high, wide, channels = rgb.shape
    return QImage(rgb.tobytes(), wide, high, channels * wide, QImage.Format.Format_RGB888).copy()


def _rgb(colour: str) -> tuple[int, int, int]:
    chosen = QColor(colour)
    return chosen.red(), chosen.green(), chosen.blue()
