"""`bench busy`: every case in both ways, with figures that add up."""

import json
from types import SimpleNamespace

import pytest

from explorer.bench.window import busy
from explorer.bench.window.busy import Case, bench_busy


def test_a_rate_is_between_the_first_step_seen_and_the_last():
    run = SimpleNamespace(step=None)
    trained = busy._Trained(SimpleNamespace(run=run))
    trained.note()
    for second, step in ((1.0, 10), (1.5, 10), (3.0, 30)):
        run.step = SimpleNamespace(step=step)
        trained.seen += [(second, step)] if not trained.seen or trained.seen[-1][1] != step else []
        trained.note()
    assert [step for _, step in trained.seen] == [10, 30]
    assert trained.rate(64) == 64 * 20 / 2


def test_figures_are_relative_to_a_training_that_is_alone():
    def figures(speed, work):
        return {"images_per_second": speed, "images_per_cpu_second": work}

    found = busy._of_alone(
        {
            "alone": {"before": figures(800.0, 400.0), "now": figures(900.0, "unknown")},
            "beside_a_loop": {"before": figures(8.0, 20.0), "now": figures(450.0, "unknown")},
        }
    )
    assert found["beside_a_loop"]["before"] == {"images_per_second": 0.01, "images_per_cpu_second": 0.05}
    assert found["beside_a_loop"]["now"] == {"images_per_second": 0.5, "images_per_cpu_second": "unknown"}
    assert found["alone"] == {"now": {"images_per_second_of_before": 1.125}}


@pytest.mark.uses  # four workers load torch
def test_both_ways_are_measured_in_each_case(qtbot, monkeypatch):
    monkeypatch.setattr(busy, "DEFAULT", "mini")
    monkeypatch.setattr(busy, "_SETTLING", 0.0)
    monkeypatch.setattr(busy, "_SHORTEST", 0.2)
    monkeypatch.setattr(busy, "cases", lambda cores: {"alone": Case(), "two_at_once": Case(loops=1, trainings=2)})
    measured = json.loads(json.dumps(bench_busy(budget=1.0)))
    for case, trainings in (("alone", 1), ("two_at_once", 2)):
        for way in ("before", "now"):
            found = measured[case][way]
            assert found["images_per_second"] > 0
            assert len(found["threads"]) == trainings
            assert "disturbed" in found
    assert set(measured["of_alone"]["two_at_once"]) == {"before", "now"}
