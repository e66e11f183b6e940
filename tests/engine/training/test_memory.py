"""The memory that training needs, from the plan and the number of images alone."""

import subprocess
import sys

import pytest
import torch

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.data.loader import Loader
from explorer.engine.probes.lr_range_test import sweep
from explorer.engine.training import memory as memory_module
from explorer.engine.training import run as run_module
from explorer.engine.training.memory import data_bytes, memory_needed, refuse_too_large
from explorer.engine.training.run import open_runs, prepare
from explorer.runs.answers import Sweep
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.data.catalogue import describe_data
from explorer.runs.folder import list_runs
from explorer.runs.launch import GLIBC, launch_local
from explorer.runs.recipe import Recipe
from explorer.runs.sides import Side
from explorer.validation import Refused
from tests.engine.shades import shades
from tests.engine.small import CPU, DESIGN
from tests.patience import patience
from tests.twins import with_twin

MINI = preset("mini")
RECIPE = Recipe(device="cpu")


def test_memory_counts_what_training_keeps():
    plan = plan_network(MINI)
    assert memory_needed(plan, RECIPE, 0) == 3 * 4 * 77_754  # weights, gradients, momentum
    assert memory_needed(plan, RECIPE.change(optimizer="adamw"), 0) == 4 * 4 * 77_754
    assert memory_needed(plan, RECIPE, 10) - memory_needed(plan, RECIPE, 9) == plan.activation_bytes


def test_memory_counts_the_tiles_of_winograds_convolutions():
    """3×3 tiles of 36 values on maps of 12×12, 2×2 tiles of 25 on 6×6, …: of d2l-resnet18 at 96×96."""
    plan, recipe = plan_network(preset("d2l-resnet18")), RECIPE.change(precision="fp32")
    tiles = 4 * 64 * 36 * 36 + 3 * 128 * 9 * 36 + 3 * 256 * 4 * 25
    needed = [memory_needed(plan, recipe, images) for images in (3, 2)]
    assert needed[0] - needed[1] == plan.activation_bytes + 4 * tiles


def held(*parts: Loader) -> int:
    return sum(tensor.nbytes for part in parts for tensor in (part.pixels, part.labels))


@pytest.mark.parametrize("size", [28, 40])
def test_the_images_count_as_they_lie_in_memory(size):
    design, recipe = MINI.change(input=(1, size, size)), RECIPE
    data, _ = prepare(Side(design, recipe, recipe.seed))
    assert data_bytes(describe_data(recipe.data), design) == held(data.train, data.validation)


def test_the_images_of_a_folder_stay_on_the_disk(tmp_path):
    assert data_bytes(describe_data(shades(tmp_path).data), DESIGN) == 0


@pytest.fixture
def free(monkeypatch):
    """Sets the bytes that are free on devices of a type."""
    bytes_of = {}
    monkeypatch.setattr(memory_module, "available_memory", lambda device: bytes_of.get(device.type))
    return bytes_of


def test_network_and_images_must_fit_together(free):
    plan = plan_network(MINI)
    images = data_bytes(describe_data(RECIPE.data), MINI)
    network = memory_needed(plan, RECIPE, RECIPE.batch_size)
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
        patch.setattr(run_module, "open_data", None)
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


@pytest.mark.skipif(sys.platform != "linux" or not GLIBC.items() <= launch_local().environment.items(), reason="glibc")
def test_what_the_last_run_had_is_free_for_the_next():
    launch = launch_local()
    done = subprocess.run(
        [launch.program, "-c", FREED], env=launch.environment, capture_output=True, text=True, timeout=patience()
    )
    assert done.stdout.split() == ["True", "True"], done.stderr
