"""What the runs of a study show, as points and as a plot."""

from statistics import stdev
from xml.etree import ElementTree

import pytest

from explorer.gui.widgets.look import theme
from explorer.runs.folder.survey import list_runs
from explorer.runs.studies import plot
from explorer.runs.studies.outcome import Outcome, Point, Scale, Series, outcome
from explorer.runs.studies.plot import plot_svg
from explorer.runs.studies.study import Measure
from tests.runs.studies.made_study import made, run_of

SVG = "{http://www.w3.org/2000/svg}"


def found(study):
    return outcome(study, list_runs(study.runs))


def test_points_have_the_mean_and_the_spread_of_their_finished_runs(tmp_path):
    study = made(tmp_path, "shortcut=pad,none", "stage3.blocks=2,1", seeds=3)
    ids = [run_of(study, number, best_accuracy=value) for number, value in ((0, 0.8), (4, 0.9), (8, 0.85), (3, 0.5))]
    run_of(study, 1, best_accuracy=0.1, state="stopped")
    shown = found(study)
    assert (shown.axis, shown.scale, [each.name for each in shown.series]) == (
        "stage3.blocks",
        Scale.LINEAR,
        ["shortcut=pad", "shortcut=none"],
    )
    (one, two), (plain_one, plain_two) = (each.points for each in shown.series)
    assert [point.value for point in (one, two)] == ["1", "2"]
    assert (two.spread.mean, two.spread.count) == (pytest.approx(0.85), 3)
    assert two.spread.deviation == pytest.approx(stdev([0.8, 0.9, 0.85]))
    assert set(two.runs) == set(ids[:3])
    assert (one.spread, one.runs, one.planned) == (None, (), 3)  # a run that was stopped shows nothing yet
    assert (plain_one.spread.mean, plain_one.spread.deviation) == (0.5, 0.0)
    assert plain_two.spread is None


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ("1,2,4,8", Scale.LOG),
        ("1,2,4", Scale.LOG),
        ("0.1,0.01,0.003", Scale.LOG),
        ("8,14,20,32,44", Scale.LINEAR),
        ("1,2,3,5,7", Scale.LINEAR),
        ("0,1,2", Scale.LINEAR),
        ("1,8", Scale.LINEAR),
    ],
)
def test_values_that_are_multiplied_lie_on_a_logarithmic_axis(tmp_path, values, scale):
    key = "lr" if "." in values else "early_stop"
    assert found(made(tmp_path, f"{key}={values}")).scale is scale


def test_names_lie_one_after_the_other(tmp_path):
    shown = found(made(tmp_path, "optimizer=sgd,adamw"))
    assert (shown.scale, shown.series[0].name) == (Scale.NAMES, "")
    assert [(point.value, point.place) for point in shown.series[0].points] == [("sgd", 0), ("adamw", 1)]
    assert found(made(tmp_path)).series[0].points == (Point("", 0.0, None, (), 2),)


def drawn(shown):
    return ElementTree.fromstring(plot_svg(shown, "a <study> & more"))


def test_the_plot_says_what_it_shows(tmp_path):
    study = made(tmp_path, "stage3.blocks=1,2,4", "shortcut=pad,none")
    for number in range(12):
        run_of(study, number, best_accuracy=0.7 + number / 100)
    root = drawn(found(study))
    words = [each.text for each in root.iter(f"{SVG}text")]
    for word in ("a <study> & more", "shortcut=pad", "shortcut=none", "1", "2", "4", "stage3.blocks, logarithmic"):
        assert word in words
    assert any("mean and standard deviation of 2 runs" in word for word in words)
    dots = list(root.iter(f"{SVG}circle"))
    assert len(dots) == 6 + 2  # and those of the names
    (x1, x2, x4) = (float(dots[at].get("cx")) for at in (2, 3, 4))
    assert x2 - x1 == pytest.approx(x4 - x2, abs=0.2)


def test_a_higher_mean_is_drawn_higher_and_a_spread_about_it(tmp_path):
    study = made(tmp_path, "stage3.blocks=1,2", seeds=2)
    for number, value in enumerate((0.6, 0.8, 0.7, 0.8)):
        run_of(study, number, best_accuracy=value)
    root = drawn(found(study))
    low, high = (float(each.get("cy")) for each in root.iter(f"{SVG}circle"))
    assert high < low
    bars = [each.get("points").split() for each in root.iter(f"{SVG}polyline")]
    upright = [
        [float(place.split(",")[1]) for place in bar] for bar in bars if len({p.split(",")[0] for p in bar}) == 1
    ]
    assert any(min(bar) < low < max(bar) for bar in upright)
    assert any(bar[0] == bar[1] == high for bar in upright)


def test_a_plot_without_any_run_says_so():
    root = drawn(Outcome(Measure.TRAINING_LOSS, "", Scale.NAMES, (Series("", (Point("", 0.0, None, (), 1),)),)))
    assert "no run has finished yet" in [each.text for each in root.iter(f"{SVG}text")]


def test_the_colours_are_those_of_the_window_in_both_themes():
    assert theme.LIGHT.runs == plot.LIGHT
    assert theme.DARK.runs == plot.DARK
