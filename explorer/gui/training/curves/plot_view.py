"""PlotView: how the user looks at the curves. No widgets."""

from dataclasses import dataclass
from enum import StrEnum, auto

Range = tuple[float, float]


class Smoothing(StrEnum):
    OFF = auto()
    LIGHT = auto()
    STRONG = auto()

    @property
    def share(self) -> float:
        """The share of the visible points over which a mean is taken."""
        return {Smoothing.OFF: 0.0, Smoothing.LIGHT: 0.02, Smoothing.STRONG: 0.1}[self]


class Depth(StrEnum):
    """What is shown by depth."""

    GRADIENTS = auto()
    SIGNALS = auto()


@dataclass
class PlotView:
    """`ranges` are the epochs, losses and accuracies that the user has chosen to see; empty where all are shown.

    `other_data` says whether runs on other data are on the same axes.
    """

    is_logarithmic: bool = False
    ranges: tuple[Range, ...] = ()
    smoothing: Smoothing = Smoothing.LIGHT
    other_data: bool = False
    depth: Depth = Depth.GRADIENTS
