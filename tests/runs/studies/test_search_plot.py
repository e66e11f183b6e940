"""The plot of a search: a point per finished trial, the best in another colour, and a front for two objectives."""

from dataclasses import replace
from xml.etree.ElementTree import fromstring

import pytest

from explorer.architecture.presets import preset
from explorer.runs.recipe import Recipe
from explorer.runs.studies.knobs import read_knob
from explorer.runs.studies.search import Objective, Search
from explorer.runs.studies.search_plot import search_svg
from explorer.runs.studies.search_trial import SearchState, SearchTrial
from explorer.runs.studies.study import Study, StudyKind

KNOBS = ("stage3.blocks=1..8", "lr=0.01..0.5", "shortcut=pad,none")
STUDY = Study(StudyKind.SEARCH, preset("mini"), Recipe(), tuple(map(read_knob, KNOBS)), name="a < b")
TRIALS = (
    SearchTrial(0, SearchState.FINISHED, ("1", "0.01", "pad"), (0.8, 1e6)),
    SearchTrial(1, SearchState.PRUNED, ("2", "0.02", "pad")),
    SearchTrial(2, SearchState.FINISHED, ("8", "0.5", "none"), (0.9, 4e6)),
    SearchTrial(3, SearchState.FINISHED, ("4", "0.1", "none"), (0.7, 3e6)),
)


def drawn(search, trials=TRIALS, best=(2,)):
    return Drawing(fromstring(search_svg(search, trials, best)))


class Drawing:
    def __init__(self, root):
        self.all = [element for element in root.iter() if element.attrib]
        self.texts = [element.text for element in root.iter() if element.text]

    def of(self, kind):
        return [element for element in self.all if element.get("class") == kind]


def test_each_knob_has_a_panel_with_every_finished_trial():
    drawing = drawn(Search(STUDY))
    assert len(drawing.of("dot")) == 2 * 3
    assert len(drawing.of("best")) == 3
    assert not drawing.of("front")
    for words in ("a < b", "stage3.blocks", "lr, logarithmic", "shortcut", "pad", "none", "0.01", "0.5"):
        assert words in drawing.texts
    assert "validation accuracy of 3 finished trials; in orange the best in accuracy" in drawing.texts


def test_more_is_further_right_and_better_is_higher():
    trials = [replace(trial, values=trial.values[1:2]) for trial in TRIALS]
    drawing = drawn(Search(replace(STUDY, knobs=STUDY.knobs[1:2])), trials)
    low, middle = (tuple(float(dot.get(name)) for name in ("cx", "cy")) for dot in drawing.of("dot"))
    ((right, top),) = (tuple(float(dot.get(name)) for name in ("cx", "cy")) for dot in drawing.of("best"))
    assert low[0] < middle[0] < right
    assert top < low[1] < middle[1]
    assert (middle[0] - low[0]) / (right - low[0]) == pytest.approx(0.589, abs=0.01)  # log 10 / log 50


def test_of_two_objectives_the_front_is_a_line():
    drawing = drawn(Search(STUDY, tuple(Objective)), best=(0, 2))
    assert (len(drawing.of("dot")), len(drawing.of("best"))) == (1, 2)
    (front,) = drawing.of("front")
    assert len(front.get("points").split()) == 2
    assert {"MACs", "2 M", "4 M"} <= set(drawing.texts)


def test_one_trial_is_drawn_and_none_is_said():
    assert len(drawn(Search(STUDY, tuple(Objective)), TRIALS[:1], (0,)).of("best")) == 1
    assert "no trial has finished yet" in drawn(Search(STUDY), TRIALS[1:2], ()).texts
