"""Runs on the plots, made without a folder."""

from explorer.architecture.presets import preset
from explorer.gui.training.curves.plotted_run import Line
from explorer.gui.widgets.look import theme
from explorer.gui.workers.curves import Curves
from explorer.runs.events import Started, Step, Verdict
from explorer.runs.recipe import RECIPES


def made_line(curves: Curves, live: bool = True, name: str = "a run", number: int = 0, **more) -> Line:
    """A run of the quick recipe in the colour `number`."""
    known = {"design": preset("mini"), "recipe": RECIPES["quick"], "id": f"{name} {number}"}
    return Line(name, theme.run_colour(number), curves, live, **known | more)


def made_step(number: int, loss: float, accuracy: float = 0.5) -> Step:
    return Step(number, 1, loss, loss, loss, 1, accuracy, 0.1, 100.0)


def started(steps_per_epoch: int, epochs: int = 3, step: int = 0) -> Started:
    return Started("r", "", 1, Verdict(True, 1, 1), "cpu", steps_per_epoch, epochs, step=step)
