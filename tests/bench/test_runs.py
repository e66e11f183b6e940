"""`bench runs`: run folders that no network trained, and figures of every order."""

import json

import pytest

from explorer.bench.runs import runs
from explorer.bench.runs.made_runs import make_runs
from explorer.runs.events import Epoch
from explorer.runs.folder.log import read_events
from explorer.runs.folder.survey import survey_runs


@pytest.mark.slow
def test_made_runs_are_runs_of_many_designs_each_with_a_log(tmp_path):
    make_runs(tmp_path, 210)
    found = survey_runs(tmp_path)
    assert (len(found.runs), found.unreadable) == (210, ())
    assert {str(run.state) for run in found.runs} == {"finished", "stopped", "failed", "interrupted"}
    assert len({run.design for run in found.runs}) == 64
    for run in (found.runs[0], found.runs[-1]):
        *_, last = read_events(run.folder, Epoch)
        assert last.epoch == run.epochs_done == run.recipe.epochs


@pytest.mark.uses  # a window of its own, and processes that list the runs
def test_every_order_on_the_runs_is_measured(qtbot, monkeypatch):
    monkeypatch.setattr(runs, "_RUNS", 300)
    found = json.loads(json.dumps(runs.bench_runs()))
    for order in ("open", "filter_slowest_key", "sort_slowest_column", "scatter", "select_200", "show_200_curves"):
        assert 0 < found[order]["s"] < 60
    assert 0 < found["filter_matches"] < 300
