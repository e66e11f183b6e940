import numpy as np
import pytest

from explorer.gui import theme
from explorer.gui.curves import FIRST, Curves
from explorer.gui.plot import Line, mixed
from explorer.gui.plots import Plots
from explorer.runs.events import Epoch, Started, Step, Verdict


def step(number: int, loss: float, accuracy: float = 0.5) -> Step:
    return Step(number, 1, loss, loss, loss, 1, accuracy, 0.1, 100.0)


@pytest.fixture
def plots(qtbot):
    made = Plots()
    qtbot.addWidget(made)
    made.resize(400, 500)
    made.show()
    return made


def live(curves: Curves) -> Line:
    return Line("a run", theme.run_colour(0), curves, live=True)


def test_points_appear_as_they_come(plots, qtbot):
    curves = Curves([step(1, 2.0), step(2, 1.0)])
    plots.show_lines([live(curves)])
    qtbot.waitUntil(lambda: not plots.timer.isActive())
    curves.take(step(3, 0.5, 0.9))
    curves.take(Epoch(1, 3, 1.2, 0.6, 0.7, 0.8, 1.0))
    plots.refresh()
    qtbot.waitUntil(lambda: not plots.timer.isActive())
    train, validation = plots.loss.curves[0]
    assert train.getOriginalDataset()[1].tolist() == [2.0, 1.0, 0.5]
    assert validation.getOriginalDataset()[0].tolist() == [3.0]
    assert plots.accuracy.curves[0][0].getOriginalDataset()[1].tolist() == [0.5, 0.5, 0.9]


def test_there_is_a_hint_before_there_is_a_run(plots, qtbot):
    assert plots.hint.isVisible()
    plots.show_lines([live(Curves([step(1, 2.0)]))])
    qtbot.waitUntil(lambda: plots.loss.isVisible())
    assert not plots.hint.isVisible()


def test_the_curve_in_words(plots, qtbot):
    plots.show_lines([live(Curves([step(1, 2.0), step(2, 0.25), Epoch(1, 2, 1.0, 0.5, 0.5, 0.875, 1.0)]))])
    qtbot.waitUntil(lambda: not plots.timer.isActive())
    assert plots.loss.accessibleDescription() == "Loss from 2.000 to 0.250 over 2 steps; validation 0.500"
    assert "validation 0.875" in plots.accuracy.accessibleDescription()


def test_the_value_under_the_cursor(plots, qtbot):
    plots.show_lines([live(Curves([step(number, 1 / number) for number in range(1, 101)]))])
    qtbot.waitUntil(lambda: not plots.timer.isActive())
    qtbot.wait(50)
    plot = plots.loss
    view = plot.plot.getPlotItem().vb
    from PySide6.QtCore import QPointF

    plot.read_at(view.mapViewToScene(QPointF(50.0, 0.5)))
    assert plot.reading.text() == "50: 0.0200"


def test_earlier_runs_are_fainter():
    colour = theme.run_colour(0)
    ground = theme.colours().surface
    assert mixed(colour, 1.0) == colour
    assert mixed(colour, 0.0).name() == ground


def test_curves_grow_and_a_resume_cuts_them():
    curves = Curves(step(number, float(number)) for number in range(1, FIRST + 11))
    assert curves.train.count == FIRST + 10
    curves.take(Started("r", "", 1, Verdict(True, 1, 1), "cpu", 10, 1, step=1000))
    assert curves.train.column(0)[-1] == 1000
    assert np.array_equal(curves.train.column(1), np.arange(1.0, 1001.0))


def test_a_loss_that_is_no_number_is_a_gap(plots, qtbot):
    curves = Curves([step(1, 2.0), step(2, None), step(3, 1.0)])
    plots.show_lines([live(curves)])
    qtbot.waitUntil(lambda: not plots.timer.isActive())
    assert np.isnan(curves.train.column(1)[1])
