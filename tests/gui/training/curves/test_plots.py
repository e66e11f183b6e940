import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication

from explorer.architecture.presets import preset
from explorer.gui.training.curves.curve_plot import CurvePlot
from explorer.gui.training.curves.plot_view import PlotView
from explorer.gui.training.curves.plots import Plots
from explorer.gui.training.curves.plotted_run import Line
from explorer.gui.training.curves.published_band import ALL, BEHIND, faded
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.contrast import contrast
from explorer.gui.widgets.text.language import percent
from explorer.gui.workers.curves import FIRST, Curves
from explorer.gui.workers.live_run import LiveRun
from explorer.runs.events import Epoch, Started, Verdict
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.published import published
from explorer.runs.recipe import RECIPES
from tests.clicks import curves
from tests.events import settle
from tests.gui.made_lines import made_line, started
from tests.gui.made_lines import made_step as step


@pytest.fixture
def plots(qtbot):
    made = Plots(str, PlotView())
    qtbot.addWidget(made)
    made.resize(400, 500)
    made.show()
    return made


def test_both_plots_are_as_high_after_a_presentation_as_before(plots):
    usual = plots.font()
    for font in (usual, theme.enlarged(usual), usual):
        plots.setFont(font)
        settle()
        assert abs(plots.loss.plot.height() - plots.accuracy.plot.height()) <= 1  # of a height that may be odd


def live(curves: Curves) -> Line:
    return made_line(curves)


def test_points_appear_as_they_come(plots, qtbot):
    curves = Curves([started(3), step(1, 2.0), step(2, 1.0)])
    plots.show_lines([live(curves)])
    qtbot.waitUntil(lambda: not plots.timer.isActive())
    curves.apply_event(step(3, 0.5, 0.9))
    curves.apply_event(Epoch(1, 3, 1.2, 0.6, 0.7, 0.8, 1.0))
    plots.refresh()
    qtbot.waitUntil(lambda: not plots.timer.isActive())
    train, validation = plots.loss.runs[0].train, plots.loss.runs[0].validation
    assert train.getOriginalDataset()[1].tolist() == [2.0, 1.0, 0.5]
    assert train.getOriginalDataset()[0].tolist() == [1 / 3, 2 / 3, 1.0]
    assert validation.getOriginalDataset()[0].tolist() == [1.0]
    assert plots.accuracy.runs[0].train.getOriginalDataset()[1].tolist() == [0.5, 0.5, 0.9]


def test_dots_are_set_only_where_there_are_others(plots, qtbot):
    """To pyqtgraph each time they are set they look new, and it keeps the pictures of the last thousand."""
    curves = Curves([step(1, 2.0), step(2, 1.0)])
    curves.apply_event(Epoch(1, 2, 1.2, 0.6, 0.7, 0.8, 1.0))
    plots.show_lines([made_line(curves, steps=100)])
    qtbot.waitUntil(lambda: not plots.timer.isActive())
    validation, times = plots.loss.runs[0].validation, []
    validation.sigPlotChanged.connect(lambda: times.append(len(validation.getOriginalDataset()[0])))
    for number in range(3, 6):
        curves.apply_event(step(number, 0.5))
        plots.redraw()
    assert not times
    curves.apply_event(Epoch(2, 5, 1.1, 0.6, 0.6, 0.8, 1.0))
    plots.redraw()
    assert times == [2]


def test_the_curve_in_words(plots, qtbot):
    plots.show_lines([live(Curves([step(1, 2.0), step(2, 0.25), Epoch(1, 2, 1.0, 0.5, 0.5, 0.875, 1.0)]))])
    qtbot.waitUntil(lambda: not plots.timer.isActive())
    assert plots.loss.accessibleDescription() == "Loss from 2.000 to 0.250 over 1.0 epochs; validation 0.500"
    assert "validation 87.5 %" in plots.accuracy.accessibleDescription()


def test_the_value_under_the_cursor(plots, qtbot):
    plots.show_lines([live(Curves([step(number, 1 / number) for number in range(1, 101)]))])
    qtbot.waitUntil(lambda: not plots.timer.isActive())
    settle()
    plot = plots.loss
    view = plot.plot.getPlotItem().vb
    plot.read_at(view.mapViewToScene(QPointF(50.0, 0.5)))
    assert plots.reading.text().endswith("> a run · epoch 50.00 · loss 0.020 · training 50.0 %")


def test_an_earlier_run_is_paler_and_without_the_noise_of_its_steps(plots, qtbot):
    curves = Curves([step(1, 2.0), step(2, 1.0), Epoch(1, 2, 1.2, 0.6, 0.7, 0.8, 1.0)])
    plots.show_lines([replace(live(curves), live=False, id="earlier"), live(curves)])
    qtbot.waitUntil(lambda: not plots.timer.isActive())
    earlier_run, now = plots.loss.runs
    train, validation = earlier_run.train, earlier_run.validation
    assert train.getOriginalDataset()[0] is None
    assert validation.getOriginalDataset()[1].tolist() == [0.7]
    paper = QColor(theme.colours().surface)
    earlier, current = (contrast(each.opts["pen"].color(), paper) for each in (validation, now.validation))
    assert 3 <= earlier < 3.2 < 4.5 < current


def test_curves_grow_and_a_resume_cuts_them():
    curves = Curves(step(number, float(number)) for number in range(1, FIRST + 11))
    assert curves.train.count == FIRST + 10
    curves.apply_event(Started("r", "", 1, Verdict(True, 1, 1), "cpu", 10, 1, step=1000))
    assert curves.train.column(0)[-1] == 1000
    assert np.array_equal(curves.train.column(1), np.arange(1.0, 1001.0))


def test_a_loss_that_is_no_number_is_a_gap(plots, qtbot):
    curves = Curves([step(1, 2.0), step(2, None), step(3, 1.0)])
    plots.show_lines([live(curves)])
    qtbot.waitUntil(lambda: not plots.timer.isActive())
    assert np.isnan(curves.train.column(1)[1])


# ---- long runs


LONG = 20_000
SPIKE = 12_345


def long_run() -> Curves:
    """Steps of a falling loss, with one spike."""
    return Curves(step(number, 50.0 if number == SPIKE else 1 + 1 / number) for number in range(1, LONG + 1))


def draw_all(plots, qtbot):
    """Until everything is drawn; a layout that moves the view makes another drawing due."""
    settle()
    qtbot.waitUntil(lambda: not plots.timer.isActive())


def zoom(plots, number, notches=25):
    """Turn the wheel over step `number` of the loss, three quarters of what was in view at a notch."""
    view, target = plots.loss.plot.getPlotItem().vb, plots.loss.plot.viewport()
    for _ in range(notches):
        low, high = view.viewRange()[1]
        place = plots.loss.plot.mapFromScene(view.mapViewToScene(QPointF(number, (low + high) / 2)))
        spot, turn = QPointF(place), QPoint(0, 120)
        QApplication.sendEvent(
            target,
            QWheelEvent(
                spot,
                target.mapToGlobal(spot),
                QPoint(),
                turn,
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )


def drawn(plots, number=0):
    return plots.loss.runs[number].train.getOriginalDataset()


@pytest.mark.parametrize("live", [True, False])
def test_of_a_long_run_a_few_points_are_drawn_and_a_closer_look_shows_every_step(plots, qtbot, live):
    plots.show_lines([made_line(long_run(), live)])
    draw_all(plots, qtbot)
    steps, losses = drawn(plots)
    assert len(steps) < LONG / 4
    assert losses[steps == SPIKE].max() == 50.0
    assert (steps[0], steps[-1]) == (1, LONG)
    zoom(plots, SPIKE)
    draw_all(plots, qtbot)
    view = plots.loss.plot.getPlotItem().vb
    (left, right), _ = view.viewRange()
    assert right - left < 40
    steps, losses = drawn(plots)
    assert [each for each in steps if left <= each <= right] == list(range(math.ceil(left), math.floor(right) + 1))
    assert len(steps) < 45
    qtbot.mouseDClick(plots.loss.plot.viewport(), Qt.MouseButton.LeftButton)
    draw_all(plots, qtbot)
    assert view.viewRange()[0][1] > LONG
    assert drawn(plots)[0][-1] == LONG


def test_a_logarithmic_loss_keeps_its_spike_and_the_cursor_reads_the_step_itself(plots, qtbot):
    plots.show_lines([live(long_run())])
    plots.logarithmic.setChecked(True)
    draw_all(plots, qtbot)
    assert plots.loss.runs[0].train.getData()[1].max() == pytest.approx(np.log10(50.0))
    view = plots.loss.plot.getPlotItem().vb
    assert view.viewRange()[1][1] >= np.log10(50.0)
    for number in (777, SPIKE):
        plots.hand_over(False)
        zoom(plots, number)
        draw_all(plots, qtbot)
        plots.loss.read_at(view.mapViewToScene(QPointF(number, sum(view.viewRange()[1]) / 2)))
        value = 50.0 if number == SPIKE else 1 + 1 / number
        assert f"· epoch {number}.00 · loss {value:.3f} ·" in plots.reading.text()


@pytest.mark.parametrize("losses", [(2.0, 0.0, 0.5), (0.0, 0.0, 0.25), (0.0, 0.0, 0.0)])
def test_an_exact_zero_does_not_stretch_a_logarithmic_axis(plots, qtbot, losses):
    curves = Curves()
    for number, loss in enumerate(losses, 1):
        curves.apply_event(step(number, loss))
    plots.show_lines([live(curves)])
    plots.logarithmic.setChecked(True)
    draw_all(plots, qtbot)
    low, high = plots.loss.plot.getPlotItem().vb.viewRange()[1]
    assert low > -2
    if any(losses):
        assert low < np.log10(min(filter(None, losses)))
        assert high > np.log10(max(losses))


def test_a_closer_look_stays_while_points_come(plots, qtbot):
    curves = long_run()
    plots.show_lines([live(curves)])
    draw_all(plots, qtbot)
    zoom(plots, SPIKE)
    draw_all(plots, qtbot)
    before = [plot.plot.getPlotItem().vb.viewRange() for plot in (plots.loss, plots.accuracy)]
    assert before[0][0] == pytest.approx(before[1][0], abs=2)
    curves.apply_event(step(LONG + 1, 99.0))
    plots.refresh()
    draw_all(plots, qtbot)
    assert [plot.plot.getPlotItem().vb.viewRange() for plot in (plots.loss, plots.accuracy)] == before


def test_a_spike_among_many_new_points_is_in_view(plots, qtbot):
    curves = Curves([step(1, 1.0)])
    plots.show_lines([live(curves)])
    draw_all(plots, qtbot)
    for number in range(2, 2000):
        curves.apply_event(step(number, 9.0 if number == 5 else 1.0))
    plots.refresh()
    draw_all(plots, qtbot)
    assert plots.loss.plot.getPlotItem().vb.viewRange()[1][1] >= 9.0


def test_points_that_came_while_nobody_looked_are_there_when_somebody_does(plots, qtbot):
    curves = Curves([step(1, 1.0)])
    plots.show_lines([live(curves)])
    draw_all(plots, qtbot)
    plots.hide()
    curves.apply_event(step(2, 0.5))
    plots.refresh()
    draw_all(plots, qtbot)
    assert drawn(plots)[1].tolist() == [1.0]
    plots.show()
    draw_all(plots, qtbot)
    assert drawn(plots)[1].tolist() == [1.0, 0.5]


def test_dots_need_room(plots, qtbot):
    curves = Curves([step(1, 1.0), step(1000, 1.0)])
    plots.show_lines([live(curves)])
    for number in range(1, 1001):
        curves.apply_event(Epoch(number, number, 1.0, 0.5, number / 1000, 0.5, 1.0))
    draw_all(plots, qtbot)
    validation = plots.loss.runs[0].validation
    assert not validation.scatter.isVisible()
    assert "; validation 1.000 after 1000 epochs, between 0.001 and 1.000" in plots.loss.summary()
    zoom(plots, 500)
    draw_all(plots, qtbot)
    assert validation.scatter.isVisible()
    assert 500 in validation.getOriginalDataset()[0]


# ---- published runs


def compared(curves: Curves, live: bool = True) -> Line:
    return made_line(curves, live, "the chapter's", reference=published())


def band(plot) -> list[tuple[float, float]]:
    """The ends of what lies behind the curves."""
    parts = [item for item in plot.plot.getPlotItem().items if BEHIND <= item.zValue() < BEHIND + 2]
    return [part.getRegion() for part in parts]


def test_published_runs_stand_behind_a_run_that_may_be_compared(plots, qtbot):
    curves = Curves([step(1, 2.0)])
    plots.show_lines([compared(curves)])
    draw_all(plots, qtbot)
    runs = published()
    assert band(plots.accuracy) == [(0.814, 0.927), (runs.quartiles[0], runs.quartiles[2])]
    assert band(plots.loss) == []
    assert "80 published runs" in plots.accuracy.note.text()
    assert "81.4 % to 92.7 %" in plots.accuracy.note.toolTip()
    assert not plots.loss.note.isVisible()
    curves.apply_event(Epoch(1, 1, 1.0, 0.5, 0.5, 0.902, 1.0))
    plots.refresh()
    draw_all(plots, qtbot)
    assert "better than 25 % of 80 published runs" in plots.accuracy.note.text()
    assert plots.accuracy.accessibleDescription().endswith("validation 90.2 %; better than 25 % of 80 published runs")
    assert "published" not in plots.loss.accessibleDescription()


def test_a_low_plot_has_no_words_in_it(qtbot):
    plot = CurvePlot("Accuracy", 2, percent, most=1.0, compared=True)
    qtbot.addWidget(plot)
    plot.show()
    plot.draw([compared(Curves([step(1, 2.0), Epoch(1, 1, 1.0, 0.5, 0.5, 0.902, 1.0)]))], renewed=True)
    axis = plot.plot.getPlotItem().getAxis("bottom")
    for lines, tall in ((20, True), (6, False), (20, True)):
        plot.resize(400, lines * plot.fontMetrics().height())
        settle()
        assert (plot.note.isVisible(), axis.label.isVisible()) == (tall, tall)
        assert "better than 25 %" in plot.heading.toolTip()


def test_no_band_without_a_run_in_full_that_may_be_compared(plots, qtbot):
    curves = Curves([step(1, 2.0), Epoch(1, 1, 1.0, 0.5, 0.5, 0.902, 1.0)])
    plots.show_lines([compared(curves, live=False), live(curves)])
    draw_all(plots, qtbot)
    assert band(plots.accuracy) == []
    assert not plots.accuracy.note.isVisible()
    assert "published" not in plots.accuracy.accessibleDescription()


def test_the_band_is_dyed_anew_with_the_palette(plots, qtbot):
    plots.show_lines([compared(Curves([step(1, 2.0)]))])
    draw_all(plots, qtbot)
    seen = set()
    try:
        for name in ("light", "dark", "projector"):
            theme.apply_theme(name)
            draw_all(plots, qtbot)
            (part,) = [each for each in plots.accuracy.plot.getPlotItem().items if each.zValue() == BEHIND]
            assert part.brush.color() == faded(ALL)
            seen.add(faded(ALL).name())
    finally:
        theme.apply_theme("light")
    assert len(seen) == 3


def test_the_folder_of_a_run_says_whether_it_may_be_compared(open_session, tmp_path, qtbot):
    chapter, recipe = preset("d2l-resnet18"), RECIPES["chapter"]
    for data in ("fashion-mnist", "fashion-mnist-12k"):
        folder = RunFolder.create(tmp_path / "runs", chapter, recipe.change(data=data), 1)
        folder.log(step(1, 1.0))
        folder.close()
    session = open_session()
    history, plots = session.workspace.run_history, curves(session)
    qtbot.waitUntil(lambda: len(plots.all_lines) == 2)
    by_data = {run.recipe.data: run for run in history.runs}
    for data, bands in (("fashion-mnist", 2), ("fashion-mnist-12k", 0)):
        history.choose([by_data[data].id])
        draw_all(plots, qtbot)
        assert len(band(plots.accuracy)) == bands
    live = LiveRun(chapter, recipe, by_data["fashion-mnist"].id, curves=Curves([step(1, 1.0)]))
    session.pool.workers[0].live = (live,)
    session.pool.workers[0].progressed.emit()
    draw_all(plots, qtbot)
    assert len(band(plots.accuracy)) == 2


def test_a_run_that_is_resumed_after_it_ended_is_drawn_from_its_new_curves(open_session, qtbot):
    session = open_session()
    plots = curves(session)
    for read in (Curves([step(1, 1.0)]), Curves([step(1, 1.0), step(2, 0.5)])):
        session.pool.workers[0].live = (LiveRun(preset("mini"), RECIPES["quick"], "a run", curves=read),)
        session.pool.workers[0].progressed.emit()
        draw_all(plots, qtbot)
        assert drawn(plots)[0][-1] == read.train.count


def test_beside_a_low_plot_stand_no_more_figures_than_find_room(qtbot):
    plot = CurvePlot("Accuracy", 2, percent, most=1.0)
    qtbot.addWidget(plot)
    plot.show()
    steps = []
    for lines in (3, 20):
        plot.resize(300, lines * plot.fontMetrics().height())
        steps.append(plot.plot.getPlotItem().getAxis("left").tickSpacing(0.0, 1.0, plot.plot.height())[0][0])
    assert steps == [0.5, pytest.approx(0.2)]


def test_the_epochs_after_which_blocks_join_are_marked(plots, qtbot):
    curves = Curves([step(1, 2.0), Epoch(1, 1, 1.0, 0.5, 0.5, 0.875, 1.0)])
    recipe = RECIPES["quick"].change(grow="stage3@2,4;stage2@4")
    joined = made_line(curves, design=preset("cifar-resnet20"), recipe=recipe)
    plots.show_lines([joined])
    qtbot.waitUntil(lambda: not plots.timer.isActive())

    def marked():
        items = plots.loss.plot.getPlotItem().items
        return {each.value(): each.label.format for each in items if hasattr(each, "label")}

    assert marked() == {2: "+1", 4: "+2"}
    assert "blocks join after epochs 2, 4" in plots.loss.accessibleDescription()
    plots.show_lines([made_line(curves)])
    qtbot.waitUntil(lambda: not plots.timer.isActive())
    assert marked() == {}
