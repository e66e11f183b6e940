"""PlotView: how the user looks at the curves. No widgets."""

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass
class PlotView:
    """`ranges` are the steps, losses and accuracies that the user has chosen to see; empty where all are shown."""

    is_logarithmic: bool = False
    ranges: tuple[Range, ...] = ()
