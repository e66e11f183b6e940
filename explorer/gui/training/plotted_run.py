"""Line: a run on the plots, and reading its values. No pyqtgraph."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtGui import QColor

from explorer.gui.widgets import theme
from explorer.gui.widgets.contrast import palest
from explorer.gui.workers.curves import Curves
from explorer.runs.published import Reference


@dataclass(frozen=True, slots=True)
class Line:
    """A run on the plots; if `live` it is drawn in full, else faint."""

    name: str
    colour: QColor
    curves: Curves
    live: bool
    steps: int = 0  # of the whole run, 0 if not known
    reference: Reference | None = None  # published runs that this one may be compared with
    id: str = ""

    @property
    def ink(self) -> QColor:
        """The colour that the run is drawn in: an earlier one as pale as can still be seen."""
        return self.colour if self.live else palest(self.colour.name(), theme.colours().surface)

    def value_at(self, row: int, step: float) -> float:
        """Return the training value at the first point from `step` on, or at the last point."""
        steps = self.curves.train.column(0)
        return float(self.curves.train.column(row)[min(int(np.searchsorted(steps, step)), len(steps) - 1)])

    def validation_at(self, row: int, step: float) -> float | None:
        """Return the last validation value until `step`, or None if there is none yet."""
        known = int(np.searchsorted(self.curves.validation.column(0), step, side="right"))
        return float(self.curves.validation.column(row)[known - 1]) if known else None


def nearest(steps: np.ndarray, wanted: float) -> float:
    """Return the step closest to `wanted` of the ascending `steps`."""
    after = min(int(np.searchsorted(steps, wanted)), len(steps) - 1)
    before = max(after - 1, 0)
    return float(steps[before] if wanted - steps[before] < steps[after] - wanted else steps[after])
