"""Gradients and signals by depth, of two runs side by side, now and at the start."""

import pytest
from PySide6.QtCore import QPointF

from explorer.architecture.presets import preset
from explorer.gui.training.curves.depth_bars import Bars, RunBars, decades, power, rows_of
from explorer.gui.training.curves.plot_view import Depth, PlotView
from explorer.gui.training.curves.plots import Plots
from explorer.gui.widgets.look import theme
from explorer.gui.workers.curves import Curves
from explorer.runs.events import Gradients, Signals
from tests.events import settle
from tests.gui.made_lines import made_line, made_step, started


def gradients(*norms: float, number: int = 1) -> Gradients:
    return Gradients(number, ("stem", *(f"layer1.{n}" for n in range(len(norms) - 2)), "head"), norms)


def signals(*branches: float, number: int = 1) -> Signals:
    return Signals(number, tuple(f"layer1.{n}" for n in range(len(branches))), branches, (2.0,) * len(branches))


@pytest.fixture
def plots(qtbot):
    """Two runs in full, one before them faint."""
    made = Plots(str, PlotView())
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show_lines(
        [
            made_line(Curves([made_step(1, loss), made_step(2, loss / 2), gradients(*norms)]), number > 0, name, number)
            for number, (name, loss, norms) in enumerate(
                (("Mini", 1.0, (1.0, 1.0)), ("residual", 2.0, (0.1, 0.2, 0.4)), ("plain", 4.0, (0.001, 0.02, 0.4)))
            )
        ]
    )
    made.show()
    qtbot.waitUntil(lambda: made.gradients.isVisible() and not made.timer.isActive())
    settle()
    return made


def test_both_values_under_the_cursor(plots):
    plots.loss.read_at(plots.loss.plot.getPlotItem().vb.mapViewToScene(QPointF(2.0, 1.5)))
    residual, plain = plots.reading.text().split("<br>")
    assert residual.endswith("●</span> residual · epoch 2.00 · loss 1.000 · training 50.0 %")
    assert plain.endswith("●</span> plain · epoch 2.00 · loss 2.000 · training 50.0 %")
    assert "Loss, residual: from 2.000 to 1.000" in plots.loss.accessibleDescription()
    assert "Loss, plain: from 4.000 to 2.000" in plots.loss.accessibleDescription()


def test_gradients_of_both_stand_side_by_side(plots):
    bars = plots.gradients
    assert [row.name for row in bars.rows] == ["residual", "plain"]
    bars.read_at(1)
    assert bars.reading.text().startswith("layer1.0: ")
    assert bars.reading.text().count("●") == 2
    assert "> 0.2, at the start 0.2 " in bars.reading.text()
    assert bars.reading.text().endswith("> 0.02, at the start 0.02")
    bars.read_at(None)
    assert "plain: gradient norm 0.001 in the stem, 0.4 in the head; " in bars.accessibleDescription()


def test_what_is_under_the_cursor_is_said_until_it_leaves(plots, qtbot):
    bars = plots.gradients
    frame = bars.bars.frame()
    qtbot.mouseMove(bars.bars, (frame.center()).toPoint())
    qtbot.waitUntil(lambda: bars.reading.text().startswith("layer1.0: "))
    plots.lines[2].curves.apply_event(gradients(0.001, 0.03, 0.4, number=7))
    plots.refresh()
    qtbot.waitUntil(lambda: bars.reading.text().endswith("> 0.03, at the start 0.02"))
    bars.bars.pointed.emit(None)
    assert bars.reading.text().startswith("plain: gradient norm")


def painted(bars: Bars, x: float, colour: str) -> list[float]:
    """How high up the axis each pixel of a colour is at `x`, as a share."""
    image, frame = bars.grab().toImage(), bars.frame()
    rows = range(int(frame.top()), round(frame.bottom()))
    return [1 - (y - frame.top()) / frame.height() for y in rows if image.pixelColor(round(x), y).name() == colour]


def test_bars_are_as_long_as_the_logarithm(plots):
    drawing, frame = plots.gradients.bars, plots.gradients.bars.frame()

    def height(number: int, part: int) -> float:
        x = frame.left() + frame.width() / 3 * (part + 0.2 + 0.4 * number)
        return max(painted(drawing, x, theme.run_colour(number + 1).name()), default=0.0)

    # from 10⁻³ to 10⁰
    assert height(0, 0) == pytest.approx(2 / 3, abs=0.05)
    assert height(1, 0) == pytest.approx(0, abs=0.05)
    assert height(1, 1) == pytest.approx(1.301 / 3, abs=0.05)
    assert height(0, 2) == height(1, 2) > 0.8


@pytest.mark.parametrize("slot", [60, 5])  # pixels per part
def test_the_start_is_outlined_whether_the_bar_has_grown_or_shrunk(qtbot, slot):
    """From 10⁻² to 10⁰: the first part grew from 0.1 to 1, the second shrank. A thin bar has a mark at the start."""
    bars, run, text = Bars(), theme.run_colour(0).name(), theme.colours().text
    qtbot.addWidget(bars)
    bars.show_rows([RunBars("a run", theme.run_colour(0), ("a", "b"), (1.0, 0.1), (0.1, 1.0), 1.0)], ("", ""))
    bars.resize(round(bars.frame().left()) + 2 * slot + 1, 200)
    for part, (now, start) in enumerate(((1.0, 0.5), (0.5, 1.0))):
        left = bars.frame().left() + slot * part
        filled = painted(bars, left + 0.4 * slot, run)
        assert len([each for each in filled if each < now]) / bars.frame().height() == pytest.approx(now, abs=0.05)
        marked = painted(bars, left + 1, run if slot > 5 else text)
        assert max(marked) == pytest.approx(start, abs=0.05)


def test_they_give_way_where_it_is_low_and_say_so(plots, qtbot):
    bars = plots.gradients
    plots.resize(900, 200)
    qtbot.waitUntil(lambda: not bars.bars.isVisible())
    assert plots.loss.isVisible()
    assert bars.reading.isVisible()
    assert bars.reading.text() == "Make the page higher to see the bars."
    plots.resize(900, 500)
    qtbot.waitUntil(lambda: bars.bars.isVisible())
    plots.show_lines([made_line(Curves([made_step(1, 1.0)]), name="not measured")])
    qtbot.waitUntil(lambda: bars.reading.text() == "Not measured yet.")
    assert not bars.bars.isVisible()
    plots.show_lines([made_line(Curves([made_step(1, 1.0), gradients(1.0, 1.0)]), False, "faint")])
    qtbot.waitUntil(lambda: bars.reading.text().startswith("Shown for runs under way"))


def test_only_networks_of_the_same_parts_are_compared():
    lines = [made_line(Curves([gradients(*[0.5] * n)]), name=str(n), number=n) for n in (3, 4, 4)]
    assert [row.name for row in rows_of(lines, Depth.GRADIENTS)] == ["4", "4"]
    assert rows_of([made_line(Curves(), name="none")], Depth.GRADIENTS) == []
    hidden = made_line(Curves([gradients(0.5, 0.5, 0.5)]), is_seen=False)
    assert rows_of([hidden], Depth.GRADIENTS) == []


def test_signals_say_what_each_block_adds(qtbot):
    view = PlotView()
    made = Plots(str, view)
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    curves = Curves([started(10), made_step(1, 1.0), gradients(0.1, 0.2, 0.4), signals(0.5, 0.8, 3.0)])
    curves.apply_event(signals(0.4, 0.8, 2.0, number=10))
    made.show_lines([made_line(curves)])
    qtbot.waitUntil(lambda: bool(made.gradients.rows))
    made.gradients.switch.setCurrentIndex(1)
    assert view.depth is Depth.SIGNALS
    assert made.gradients.rows[0].values == (0.2, 0.4, 1.0)
    assert made.gradients.rows[0].start == (0.25, 0.4, 1.5)
    words = "a run: layer1.0 adds least, 0.2 of what passes, layer1.2 most, 1"
    assert made.gradients.reading.text() == made.gradients.accessibleDescription() == words
    made.gradients.read_at(0)
    assert made.gradients.reading.text().endswith("> adds 0.2 of what passes, at the start 0.25")
    made.show_lines([made_line(Curves([made_step(1, 1.0), gradients(0.1, 0.2)]), design=preset("deep-plain-56"))])
    qtbot.waitUntil(lambda: made.gradients.reading.text().startswith("A plain network has no shortcuts"))


@pytest.mark.parametrize(
    ("norms", "expected"),
    [((0.5, 0.5), (-2, 0)), ((1e-7, 3.0), (-7, 1)), ((None, 0.0, 0.02), (-3, -1)), ((None, None), (-2, 0))],
)
def test_the_axis_covers_every_value(norms, expected, qtbot):
    parts = gradients(*norms).names
    for values, start in ((norms, (None,) * len(norms)), ((None,) * len(norms), norms)):
        row = RunBars("a run", theme.run_colour(0), parts, values, start, 1.0)
        assert decades([row]) == expected
        bars = Bars()
        qtbot.addWidget(bars)
        bars.resize(200, 80)
        bars.show_rows([row], ("stem", "head"))
        assert not bars.grab().isNull()


def test_powers_of_ten():
    assert (power(0), power(-3), power(12)) == ("10⁰", "10⁻³", "10¹²")
