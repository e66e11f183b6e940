from types import SimpleNamespace

import pytest

from explorer.architecture.presets import preset
from explorer.engine.probes import speed as module
from explorer.engine.probes.speed import speed
from explorer.runs.events import Failed, Progress
from explorer.runs.questions.networks import MeasuredSpeed, Speed
from explorer.runs.recipe import Recipe

MINI = preset("mini").change(input=(1, 8, 8))
RECIPE = Recipe(device="cpu", batch_size=4)


def test_it_tells_how_far_it_is_and_then_the_images_per_second(monkeypatch):
    ticks = iter([0.0, 9.0] + [0.0, 2.0, 0.0, 1.0] * 2 + [0.0, 9.0] + [0.0, 0.5, 0.0, 0.25] * 2)
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: next(ticks)))
    *progress, found = speed(Speed(MINI, RECIPE, 5))
    assert all(isinstance(each, Progress) and each.id == 5 for each in progress)
    assert [each.done for each in progress] == list(range(1, progress[0].total + 1))
    # the first is there to warm up, and of the others the fastest counts
    assert found == MeasuredSpeed(id=5, device="cpu", batch_size=4, training=4.0, inference=16.0)


def test_a_network_of_torchvision_takes_the_input_of_the_design_beside_it():
    design = MINI.change(input=(1, 40, 40))
    *_, found = speed(Speed(design, RECIPE, network="squeezenet1_1"))
    assert isinstance(found, MeasuredSpeed)
    assert found.training > 0 < found.inference


def test_one_image_is_no_batch():
    *_, found = speed(Speed(MINI, RECIPE.change(batch_size=1)))
    assert found.batch_size == 2


@pytest.mark.slow
def test_a_large_network_is_measured_with_fewer_images():
    *_, found = speed(Speed(preset("resnet18").change(input=(3, 112, 112)), Recipe(device="cpu", batch_size=256)))
    assert found.batch_size == 8  # 0.49 GMACs per image


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (Speed(MINI.change(shortcut="pad").with_stage(2, width=8), RECIPE, 2), "can add channels but not remove them"),
        (Speed(MINI, RECIPE, 2, network="nothing"), "torchvision has no classifier 'nothing'"),
    ],
)
def test_what_cannot_be_measured_is_refused_with_the_reason(question, reason):
    (failed,) = speed(question)
    assert isinstance(failed, Failed)
    assert reason in failed.reason
    assert (failed.of, failed.id) == ("speed", 2)


def test_more_than_there_is_memory_for_is_not_tried(monkeypatch):
    monkeypatch.setattr(module, "available_memory", lambda device: 2**20)
    (failed,) = speed(Speed(preset("resnet18"), RECIPE))
    assert failed.reason.endswith("MiB on cpu; 1 MiB are free")
