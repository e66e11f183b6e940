"""The memory that training needs, from the plan and the number of images alone."""

import gc
import subprocess
import sys
from itertools import accumulate

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from explorer.architecture.design import Design
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.data.loader import Loader
from explorer.engine.probes.lr_range_test import sweep
from explorer.engine.runs import preparation
from explorer.engine.runs.opening import open_runs
from explorer.engine.runs.preparation import prepare
from explorer.engine.training import memory as memory_module
from explorer.engine.training.memory import data_bytes, memory_needed, refuse_too_large
from explorer.engine.training.state import Training
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.data.catalogue import describe_data
from explorer.runs.folder.survey import list_runs
from explorer.runs.launch import GLIBC, launch_local
from explorer.runs.questions.estimate import Memory, Sweep
from explorer.runs.recipe import Recipe
from explorer.runs.sides import Side
from explorer.validation import Refused
from tests.engine.shades import shades
from tests.engine.small import CPU, DESIGN
from tests.patience import patience
from tests.twins import with_twin

MINI = preset("mini")
RECIPE = Recipe(device="cpu")


def test_memory_counts_what_training_keeps_by_what_it_is():
    plan = plan_network(MINI)
    weights = 4 * 77_754
    recipe = RECIPE.change(precision="fp32")
    assert memory_needed(plan, recipe, 0) == Memory(
        weights=weights, gradients=weights, optimizer=weights, activations=0
    )
    for change, kept in (
        ({"optimizer": "adamw"}, 2),
        ({"momentum": 0.0, "nesterov": False}, 0),
        ({"ema": 0.9}, 2),
    ):
        assert memory_needed(plan, RECIPE.change(**change), 0).optimizer == kept * weights


def test_frozen_parts_have_weights_alone():
    plan, recipe = plan_network(MINI), RECIPE.change(frozen_stages=2)
    learned = 4 * sum(section.params for section in plan.sections[2:])
    found, whole = memory_needed(plan, recipe, 8), memory_needed(plan, RECIPE, 8)
    assert (found.weights, found.gradients, found.optimizer) == (whole.weights, learned, learned)
    assert found.activations < 0.6 * whole.activations


def allocated(design: Design, recipe: Recipe) -> int:
    """The most bytes that torch has allocated at any time of two steps, as its profiler counts them."""
    held = []
    gc.collect()  # what is freed meanwhile would count too
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        training = Training(plan_network(design), recipe, CPU, 100)
        pixels = torch.rand(recipe.batch_size, *design.input).contiguous(memory_format=torch.channels_last)
        for _ in range(2):
            training.learn(pixels, torch.zeros(recipe.batch_size, dtype=torch.long))
        held.append((training, pixels))
    events = [event for event in profiled.profiler.kineto_results.events() if event.name() == "[memory]"]
    return max(accumulate(event.nbytes() for event in sorted(events, key=lambda event: event.start_ns())))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "precision", "batch_sizes"),
    [
        ("mini", "fp32", (16, 64)),
        ("mini", "bf16", (16, 64)),
        ("d2l-resnet18", "fp32", (2, 8)),
        ("d2l-resnet18", "bf16", (2, 8)),
        ("preact-resnet18", "fp32", (2, 8)),
        ("resnet18", "fp32", (2, 8)),
        pytest.param("resnet50", "fp32", (2, 8), marks=pytest.mark.uses),
        pytest.param("resnet50", "bf16", (2, 8), marks=pytest.mark.uses),
        pytest.param("wrn-28-10", "fp32", (2, 8), marks=pytest.mark.uses),
        pytest.param("resnext50_32x4d", "fp32", (2, 8), marks=pytest.mark.uses),
    ],
)
def test_memory_is_what_torch_allocates(name, precision, batch_sizes):
    design = preset(name)
    for batch_size in batch_sizes:
        recipe = RECIPE.change(batch_size=batch_size, precision=precision)
        found = memory_needed(plan_network(design), recipe, batch_size).total / allocated(design, recipe)
        assert found == pytest.approx(1, abs=0.15)


def held(*parts: Loader) -> int:
    return sum(tensor.nbytes for part in parts for tensor in (part.pixels, part.labels))


@pytest.mark.parametrize("size", [28, 40])
def test_the_images_count_as_they_lie_in_memory(size):
    design, recipe = MINI.change(input=(1, size, size)), RECIPE
    data, _ = prepare(Side(design, recipe, recipe.seed))
    assert data_bytes(describe_data(recipe.data), design) == held(data.train, data.validation)


def test_the_images_of_a_folder_stay_on_the_disk(tmp_path):
    recipe = shades(tmp_path)
    assert data_bytes(describe_data(recipe.data), DESIGN) == 0


@pytest.fixture
def free(monkeypatch):
    """Sets the bytes that are free on devices of a type."""
    bytes_of = {}
    monkeypatch.setattr(memory_module, "available_memory", lambda device: bytes_of.get(device.type))
    return bytes_of


def test_network_and_images_must_fit_together(free):
    plan = plan_network(MINI)
    images = data_bytes(describe_data(RECIPE.data), MINI)
    network = memory_needed(plan, RECIPE, RECIPE.batch_size).total
    free["cpu"] = images + network
    refuse_too_large([(plan, RECIPE)], CPU)
    for count, less in ((1, 1), (2, 0)):
        free["cpu"] = images + network - less
        with pytest.raises(Refused, match=r"^memory: training needs [\d,]+ MiB on cpu; [\d,]+ MiB are free$"):
            refuse_too_large(count * [(plan, RECIPE)], CPU)


def test_images_pass_through_main_memory_on_their_way_to_a_card(free):
    plan, card = plan_network(MINI), torch.device("cuda")
    free |= {"cuda": 2**40, "cpu": data_bytes(describe_data(RECIPE.data), MINI)}
    refuse_too_large([(plan, RECIPE)], card)
    free["cpu"] -= 1
    with pytest.raises(Refused, match="on cpu"):
        refuse_too_large([(plan, RECIPE)], card)


def test_where_the_system_does_not_say_all_fits(free):
    refuse_too_large([(plan_network(preset("resnet152")), RECIPE)], CPU)


def test_too_large_a_run_is_refused_before_anything_is_read_unless_the_user_insists(free, tmp_path, monkeypatch):
    recipe, runs = shades(tmp_path / "data"), tmp_path / "runs"
    with monkeypatch.context() as patch:
        patch.setattr(preparation, "open_data", None)
        free["cpu"] = 1000
        for command in (Train(DESIGN, recipe, runs), with_twin(Train(DESIGN.change(shortcut="pad"), recipe, runs))):
            with pytest.raises(Refused, match=r"^memory: "):
                open_runs(command)
        assert not runs.exists()
        *_, found = sweep(Sweep(DESIGN, recipe))
        assert "MiB are free" in found.reason
    (run,) = open_runs(Train(DESIGN, recipe, runs, anyway=True))
    run.folder.close()
    resume = ResumeRun(list_runs(runs)[0].id, runs)
    (run,) = open_runs(resume)  # it was insisted on before
    run.folder.update(anyway=False)
    run.folder.close()
    with pytest.raises(Refused, match=r"^memory: "):
        open_runs(resume)
    (run,) = open_runs(ResumeRun(resume.run, runs, anyway=True))
    run.folder.close()


FREED = """
import resource, torch
from pathlib import Path
from explorer.engine.devices import available_memory
def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
before = held()
blocks = [torch.ones(25 * 2**20) for _ in range(3)]
del blocks
kept = held() - before
available_memory(torch.device("cpu"))
print(kept > 100 * 2**20, held() - before < 100 * 2**20)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or not GLIBC.items() <= launch_local().environment.items(), reason="glibc")
def test_what_the_last_run_had_is_free_for_the_next():
    launch = launch_local()
    done = subprocess.run(
        [launch.program, "-c", FREED], env=launch.environment, capture_output=True, text=True, timeout=patience()
    )
    assert done.stdout.split() == ["True", "True"], done.stderr
