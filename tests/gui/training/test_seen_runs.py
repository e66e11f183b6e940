"""Which runs the curves show, what is said of them, and how one is told from another."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor

from explorer.architecture.presets import preset
from explorer.gui.training.curves.curve_words import curve_words
from explorer.gui.training.curves.plot_view import PlotView, Smoothing
from explorer.gui.training.curves.plots import Plots
from explorer.gui.training.curves.plotted_run import groups_of, named_apart
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.contrast import SEEN, contrast
from explorer.gui.widgets.look.style import TARGET
from explorer.gui.workers.curves import Curves
from explorer.runs.events import Epoch
from explorer.runs.recipe import RECIPES
from tests.events import settle
from tests.gui.made_lines import made_line, made_step, started

QUICK = RECIPES["quick"]


def run(*accuracies: float, steps_per_epoch: int = 10) -> Curves:
    """Curves of as many epochs, with a falling loss."""
    curves = Curves([started(steps_per_epoch, len(accuracies))])
    for epoch, accuracy in enumerate(accuracies, 1):
        for number in range(1 + steps_per_epoch * (epoch - 1), 1 + steps_per_epoch * epoch):
            curves.apply_event(made_step(number, 2 / (1 + number / steps_per_epoch), accuracy))
        loss = 2 / (1 + epoch)
        curves.apply_event(Epoch(epoch, steps_per_epoch * epoch, loss, accuracy, loss + 0.1, accuracy, 1.0))
    return curves


@pytest.fixture
def plots(qtbot):
    made = Plots(str, PlotView())
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    return made


@pytest.fixture
def show(plots, qtbot):
    def draw(*lines):
        plots.show_lines(list(lines))
        settle()
        qtbot.waitUntil(lambda: not plots.timer.isActive())

    return draw


def last_epoch_in_view(plots) -> float:
    return plots.loss.plot.getPlotItem().vb.viewRange()[0][1]


def test_runs_with_other_steps_per_epoch_have_one_axis(plots, show):
    show(made_line(run(0.5, 0.6), number=0), made_line(run(0.5, 0.7, steps_per_epoch=100), number=1))
    assert [drawn.train.getOriginalDataset()[0][-1] for drawn in plots.loss.runs] == [2.0, 2.0]
    assert last_epoch_in_view(plots) == pytest.approx(2, abs=0.1)


def test_the_axis_follows_the_runs_in_full_whose_eye_is_open(plots, show):
    short, long = made_line(run(0.5, 0.6)), made_line(run(*[0.5] * 20), number=1)
    show(replace(long, live=False), short)
    assert last_epoch_in_view(plots) == pytest.approx(2, abs=0.1)
    show(long, short)
    assert last_epoch_in_view(plots) == pytest.approx(20, abs=1)
    show(replace(long, is_seen=False), short)
    assert last_epoch_in_view(plots) == pytest.approx(2, abs=0.1)
    assert [drawn.line.id for drawn in plots.loss.runs] == [short.id]
    show(replace(long, live=False))
    assert last_epoch_in_view(plots) == pytest.approx(20, abs=1)


def test_other_data_are_shown_if_asked(plots, show):
    here, there = made_line(run(0.5, 0.6)), made_line(run(0.9), number=1, recipe=QUICK.change(data="cifar10"))
    show(there, here)
    assert [line.id for line in plots.lines] == [here.id]
    assert plots.other_data.isEnabled()
    plots.other_data.click()
    assert plots.view.other_data
    assert [line.id for line in plots.lines] == [there.id, here.id]
    plots.other_data.click()
    show(here)
    assert not plots.other_data.isEnabled()


# The list beside the curves


def test_each_run_has_a_row_with_its_accuracy_and_what_differs(plots, show):
    other = preset("mini").change(shortcut="none")
    show(made_line(run(0.5, 0.6), name="A"), made_line(run(0.5, 0.712), name="B", number=1, design=other))
    names = {run: button.accessibleName() for run, button in plots.key.buttons.items()}
    assert names == {"A 0": "A, 60.0 %", "B 1": "B, 71.2 %, Shortcut projection → none"}
    plots.lines[0].curves.apply_event(Epoch(3, 30, 1.0, 0.5, 0.5, 0.65, 1.0))
    plots.redraw()
    assert plots.key.buttons["A 0"].accessibleName() == "A, 65.0 %"


def test_an_eye_tells_which_run_it_hides_and_shows(plots, show, qtbot):
    line = made_line(run(0.5, 0.6), name="A")
    show(line)
    eye = plots.key.eyes["A 0"]
    assert eye.accessibleName() == "Hide the curves of A"
    assert min(eye.width(), eye.height()) >= TARGET
    with qtbot.waitSignal(plots.seen) as told:
        qtbot.mouseClick(eye, Qt.MouseButton.LeftButton)
    assert told.args == ["A 0", False]
    show(replace(line, is_seen=False))
    eye = plots.key.eyes["A 0"]
    assert eye.accessibleName() == "Show the curves of A"
    with qtbot.waitSignal(plots.seen) as told:
        qtbot.keyClick(eye, Qt.Key.Key_Space)
    assert told.args == ["A 0", True]


def test_the_focus_stays_on_an_eye_that_is_pressed(plots, show, qtbot):
    line = made_line(run(0.5, 0.6), name="A")
    show(line)
    plots.activateWindow()
    qtbot.waitUntil(plots.isActiveWindow)
    plots.key.eyes["A 0"].setFocus()
    show(replace(line, is_seen=False))
    assert plots.key.eyes["A 0"].hasFocus()


def test_a_row_and_a_curve_choose_their_run(plots, show, qtbot):
    low, high = made_line(run(*[0.2] * 5), name="low"), made_line(run(*[0.8] * 5), name="high", number=1)
    show(low, high)
    with qtbot.waitSignal(plots.picked) as told:
        plots.key.buttons["low 0"].click()
    assert told.args == ["low 0"]
    view, target = plots.accuracy.plot.getPlotItem().vb, plots.accuracy.plot.viewport()
    place = plots.accuracy.plot.mapFromScene(view.mapViewToScene(QPointF(2.5, 0.8)))
    with qtbot.waitSignal(plots.picked) as told:
        qtbot.mouseClick(target, Qt.MouseButton.LeftButton, pos=QPoint(place))
    assert told.args == ["high 1"]


def width(curve) -> int:
    return curve.opts["pen"].width()


def test_the_run_under_the_pointer_stands_out(plots, show):
    low, high = made_line(run(*[0.2] * 5), name="low"), made_line(run(*[0.8] * 5), name="high", number=1)
    show(low, high)
    view = plots.accuracy.plot.getPlotItem().vb
    plots.accuracy.read_at(view.mapViewToScene(QPointF(2.5, 0.2)))
    for plot in (plots.loss, plots.accuracy):
        marked, other = (drawn.validation for drawn in plot.runs)
        assert width(marked) > width(other)
        assert marked.zValue() > other.zValue()
    plots.accuracy.read_at(view.mapViewToScene(QPointF(2.5, 0.5)))
    assert width(plots.loss.runs[0].validation) == width(plots.loss.runs[1].validation)
    plots.key.buttons["high 1"].hovered.emit("high 1")
    assert width(plots.loss.runs[1].validation) > width(plots.loss.runs[0].validation)


# Smoothing


def test_smoothed_by_default_with_the_raw_line_behind(plots, show):
    show(made_line(run(0.5, 0.6, steps_per_epoch=200)))
    (drawn,) = plots.loss.runs
    assert len(drawn.train.getOriginalDataset()[0]) == len(drawn.smooth.getOriginalDataset()[0]) == 400
    paper = QColor(theme.colours().surface)
    raw, smooth = (contrast(curve.opts["pen"].color(), paper) for curve in (drawn.train, drawn.smooth))
    assert SEEN <= raw < smooth
    plots.smoothing.setCurrentIndex(plots.smoothing.findData(Smoothing.OFF))
    plots.smoothing.activated.emit(0)
    plots.redraw()
    assert plots.view.smoothing is Smoothing.OFF
    (drawn,) = plots.loss.runs
    assert drawn.smooth.getOriginalDataset()[0] is None
    assert drawn.train.opts["pen"].color() == theme.run_colour(0)


@pytest.mark.parametrize("palette", theme.PALETTES)
def test_every_line_is_seen_in_every_palette(palette, plots, show):
    try:
        theme.apply_theme(palette)
        lines = [made_line(run(0.5), bool(number % 2), number=number) for number in range(8)]
        seeds = [made_line(run(0.5), number=8 + seed, recipe=QUICK.change(seed=seed, lr=0.01)) for seed in (1, 2)]
        show(*lines, *seeds)
        paper = QColor(theme.colours().surface)
        curves = [curve for drawn in plots.loss.runs for curve in (drawn.train, drawn.smooth, drawn.validation)]
        curves += [drawn.mean for drawn in plots.loss.groups]
        assert len(curves) == 31
        assert min(contrast(curve.opts["pen"].color(), paper) for curve in curves) >= SEEN
    finally:
        theme.apply_theme("light")


# Several seeds


def seeds(*accuracies: tuple[float, ...], **changes):
    return [
        made_line(run(*values), name="net", id=f"{seed} {changes}", recipe=QUICK.change(seed=seed, **changes))
        for seed, values in enumerate(accuracies)
    ]


def test_runs_that_differ_in_the_seed_alone_are_one_group():
    lines = [*seeds((0.5,), (0.6,)), *seeds((0.7,), lr=0.01)]
    assert [len(group.lines) for group in groups_of(lines)] == [2, 1]
    again = replace(lines[0], id="again")
    assert [len(group.lines) for group in groups_of([*lines, again])] == [2, 1, 1]  # repeats a seed
    named = named_apart([*lines, again])
    assert [line.name for line in named] == ["net (1), seed 0", "net (1), seed 1", "net (2)", "net (3)"]


def test_several_seeds_have_their_mean_and_their_band(plots, show):
    show(*seeds((0.5, 0.80, 0.9), (0.5, 0.84)))
    (drawn,) = plots.accuracy.groups
    epochs, mean = drawn.mean.getOriginalDataset()
    assert epochs.tolist() == [1.0, 2.0]
    np.testing.assert_allclose(mean, [0.5, 0.82])
    low, high = (end.getOriginalDataset()[1] for end in drawn.ends)
    np.testing.assert_allclose(high - low, [0, 2 * 0.02 * np.sqrt(2)], atol=1e-12)
    (band,) = (item for item in plots.accuracy.plot.getPlotItem().items if type(item).__name__ == "FillBetweenItem")
    assert not band.path().isEmpty()
    show(*seeds((0.5, 0.8)))
    assert plots.accuracy.groups == []


# In words


def test_the_words_say_where_a_run_stands(plots, show):
    assert curve_words([made_line(run())]) == []
    assert curve_words([made_line(Curves([started(10), made_step(1, 2.0)]), name="net")]) == [
        "net: first epoch, not validated yet"
    ]
    show(made_line(run(0.5, 0.6), name="net", steps=100))
    words = "net: after epoch 2 of 10 validation 60.0 %, loss 0.767; still falling"
    assert plots.words.text() == plots.words.accessibleDescription() == words
    assert plots.words.isVisible()


def test_the_words_compare_the_other_runs_with_the_first(show, plots):
    first, other = made_line(run(0.5, 0.6), name="A"), made_line(run(0.61, 0.7), name="B", number=1)
    show(first, other)
    assert plots.words.text().endswith("\nB learns faster than A; after epoch 2 the gap is 10.0 points")
    show(first, replace(other, is_seen=False))
    assert "B" not in plots.words.text()
    show(first, replace(other, live=False))
    assert "B" not in plots.words.text()


def test_the_words_of_several_seeds_have_a_spread():
    words = curve_words(named_apart([*seeds((0.80,), (0.82,), (0.84,)), *seeds((0.9,), (0.9,), lr=0.01)]))
    assert words[0] == "net (1), 3 seeds: after epoch 1 validation 82.0 % ± 2.0 points"
    assert words[2] == (
        "net (2) is ahead of net (1): after epoch 1 the gap is 8.0 ± 2.0 points, more than the spread of the seeds"
    )


# The shape


def test_plots_stand_side_by_side_where_it_is_low_and_one_above_the_other_where_it_is_high(plots, show):
    show(made_line(run(0.5, 0.6)))
    for size, beside in (((900, 300), True), ((700, 450), False), ((420, 700), False)):
        plots.resize(*size)
        settle()
        assert (plots.loss.y() == plots.accuracy.y()) is beside
        assert plots.accuracy.plot.width() > 180
        assert plots.loss.plot.height() > 90


def test_words_are_found_again_only_after_an_epoch(plots, show, monkeypatch):
    """Of thousands of epochs they take as long as many frames."""
    line, asked = made_line(run(0.5, 0.6)), []
    show(line)
    monkeypatch.setattr("explorer.gui.training.curves.plots.curve_words", lambda lines: asked.append(1) or ["words"])
    for number in (21, 22):
        line.curves.apply_event(made_step(number, 0.5))
        plots.redraw()
    assert not asked
    line.curves.apply_event(Epoch(3, 30, 1.0, 0.5, 0.5, 0.65, 1.0))
    plots.redraw()
    plots.redraw()
    assert asked == [1]
    assert plots.words.text() == "words"
