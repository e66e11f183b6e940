"""Estimates: quick, honest about memory, refused where a run would be."""

import pytest
import torch

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.data.training_data import open_data
from explorer.engine.probes import estimate as estimate_module
from explorer.engine.probes.estimate import estimate
from explorer.engine.training.memory import data_bytes, memory_needed
from explorer.runs.data.catalogue import describe_data
from explorer.runs.events import Failed
from explorer.runs.questions.estimate import Estimate, Estimated
from explorer.runs.recipe import Recipe
from tests.engine.shades import shades
from tests.engine.small import CPU, DESIGN

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
    assert answer.memory.total > answer.available_bytes == 1000
    assert (answer.seconds_per_epoch, answer.largest_batch) == (None, 0)


def test_the_largest_batch_is_the_largest_that_fits(monkeypatch):
    """Of a set that lies in memory with the network."""
    recipe, plan = RECIPE.change(batch_size=8), plan_network(MINI)
    images = data_bytes(describe_data(recipe.data), MINI)
    for free, batch_size in (
        (memory_needed(plan, recipe, 64).total, 64),
        (memory_needed(plan, recipe, 64).total - 1, 32),
    ):
        monkeypatch.setattr(estimate_module, "available_memory", lambda device, free=free: images + free)
        assert estimate(Estimate(MINI, recipe)).largest_batch == batch_size


def test_a_batch_that_a_card_cannot_hold_is_found_by_a_step(monkeypatch):
    """As on a card whose libraries need more than the estimate knows."""

    def trial(plan, recipe, device, rewrites):
        def step() -> float:
            if recipe.batch_size > 16:
                raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
            return 1.0

        return step

    monkeypatch.setattr(estimate_module, "trial", trial)
    monkeypatch.setattr(estimate_module, "tuned", lambda *_: None)
    plan = plan_network(MINI)
    room = memory_needed(plan, RECIPE, 128).total
    assert estimate_module._largest_batch(plan, RECIPE, torch.device("cuda"), room, 1024) == 16
    assert estimate_module._largest_batch(plan, RECIPE, torch.device("cpu"), room, 1024) == 128


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("explorer.runs.data.cache_folder.user_folder", lambda kind: tmp_path / kind)


def test_the_images_of_a_folder_take_disk_and_time_once(tmp_path, own_cache):
    recipe = shades(tmp_path / "data").change(resized_crop=0.5)
    found = estimate(Estimate(DESIGN, recipe))
    height, width = (-(-side * 256 // 224) for side in DESIGN.input[1:])
    tested = 6  # two of the ten of each shade
    assert found.cache_bytes == (30 - tested) * (height * width + 8)
    less = estimate(Estimate(DESIGN, recipe.change(test_share=0.5)))
    assert less.cache_bytes < found.cache_bytes
    assert found.decoding_seconds > 0
    assert found.memory.data == 0
    assert found.checkpoint_bytes > 3 * found.memory.weights


def test_images_that_have_been_decoded_are_not_again(tmp_path, own_cache):
    recipe = shades(tmp_path / "data")
    assert estimate(Estimate(DESIGN, recipe)).cache_bytes
    open_data(recipe, DESIGN, CPU)
    found = estimate(Estimate(DESIGN, recipe))
    assert (found.cache_bytes, found.decoding_seconds) == (0, 0)
    assert estimate(Estimate(DESIGN.change(input=(1, 16, 16)), recipe)).cache_bytes


def test_a_named_set_takes_memory_and_no_disk():
    found = estimate(Estimate(MINI, RECIPE))
    assert found.memory.data == data_bytes(describe_data(RECIPE.data), MINI)
    assert (found.cache_bytes, found.decoding_seconds) == (0, 0)


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
