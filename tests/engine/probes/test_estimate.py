"""Estimates: quick, honest about memory, refused where a run would be."""

import pytest

from explorer.architecture.presets import preset
from explorer.engine.probes import estimate as estimate_module
from explorer.engine.probes.estimate import estimate
from explorer.runs.answers import Estimate, Estimated
from explorer.runs.events import Failed
from explorer.runs.recipe import Recipe

MINI = preset("mini")
RECIPE = Recipe(device="cpu")


def test_it_measures_and_carries_its_number():
    result = estimate(Estimate(MINI, RECIPE, 7))
    assert isinstance(result, Estimated)
    assert (result.id, result.device) == (7, "cpu")
    assert result.seconds_per_epoch > 0


def test_a_network_larger_than_the_memory_is_not_tried(monkeypatch):
    monkeypatch.setattr(estimate_module, "available_memory", lambda device: 1000)
    answer = estimate(Estimate(MINI, RECIPE, 1))
    assert answer.memory_bytes > answer.available_bytes == 1000
    assert answer.seconds_per_epoch is None


@pytest.mark.parametrize(
    ("design", "recipe", "reason"),
    [
        (MINI.change(groups=2), RECIPE, "groups"),
        (MINI, RECIPE.change(data="/nowhere"), "data"),
        (MINI, RECIPE.change(device="cuda:99"), "device"),
    ],
)
def test_what_cannot_run_is_refused_with_its_number(design, recipe, reason):
    failed = estimate(Estimate(design, recipe, 3))
    assert isinstance(failed, Failed)
    assert (failed.of, failed.id) == ("estimate", 3)
    assert reason in failed.reason
