"""The band of published runs behind the curves: their range between two lines, the middle half stronger, the median."""

import pyqtgraph as pg
from PySide6.QtGui import QColor

from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.contrast import mixed, palest
from explorer.gui.widgets.text.language import percent, say
from explorer.runs.published import Reference
from explorer.sentences import translatable

ALL, HALF = 0.14, 0.3  # share of the colour in each part
BEHIND = -20  # z value of the lowest part, below the curves


def lay_band(plot: pg.PlotWidget, reference: Reference) -> None:
    """Draw the band on `plot`, in the colours of the theme."""
    low, median, high = reference.quartiles
    for place, (ends, share) in enumerate((((reference.least, reference.most), ALL), ((low, high), HALF))):
        part = pg.LinearRegionItem(
            ends,
            orientation="horizontal",
            movable=False,
            brush=pg.mkBrush(faded(share)),
            pen=pg.mkPen(edge() if share == ALL else None),
        )
        part.setZValue(BEHIND + place)
        plot.addItem(part, ignoreBounds=True)
    line = pg.InfiniteLine(median, angle=0, pen=pg.mkPen(edge()))
    line.setZValue(BEHIND + 2)
    plot.addItem(line, ignoreBounds=True)


def faded(share: float) -> QColor:
    return mixed(QColor(theme.colours().quiet), QColor(theme.colours().surface), share)


def edge() -> QColor:
    """Return the colour of the lines of the band."""
    return palest(theme.colours().quiet, theme.colours().surface)


def band_text(reference: Reference) -> str:
    """Return the explanation of the band."""
    low, median, high = map(percent, reference.quartiles)
    ends = {"least": percent(reference.least), "most": percent(reference.most)}
    what = say(
        translatable("Final test accuracies of {count} published runs of this network and recipe: {least} to {most}.")
    )
    parts = say(translatable("The darker part is the middle half, {low} to {high}; the line is the median, {median}."))
    return f"{what.format(count=len(reference.accuracies), **ends)}\n{parts.format(low=low, high=high, median=median)}"
