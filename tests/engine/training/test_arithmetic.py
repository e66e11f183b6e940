"""Plain arithmetic: no rewrites, threads that never change, and a run that is repeated to the last bit."""

import json
import os

import pytest
import torch

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.kernels.plain_arithmetic import arithmetic_of
from explorer.engine.kernels.rewrites import Rewrites, exact_rewrites, make_network, promised
from explorer.engine.model import build_model
from explorer.engine.probes.probed_network import open_probed_network
from explorer.engine.runs.opening import open_runs
from explorer.engine.training import tuning
from explorer.engine.training.checkpoint import load_checkpoint
from explorer.engine.training.state import Training
from explorer.engine.training.threads import Cores
from explorer.engine.training.tuning import tuned
from explorer.runs import events
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.folder.log import read_events
from explorer.runs.folder.manifest import MANIFEST, read_hashes
from explorer.runs.folder.run import read_run
from explorer.runs.questions.blocks import Zero
from explorer.validation import Refused
from tests.engine import killed, small
from tests.engine.driven import drive
from tests.engine.same import differences, timeless
from tests.engine.shades import shades
from tests.patience import patience

PLAIN = small.RECIPE.change(arithmetic="plain")


@pytest.fixture
def train(tmp_path):
    """Makes commands to train on a folder of images, each into a folder of runs of its own."""
    recipe = shades(tmp_path / "data").change(epochs=3, arithmetic="plain", flip=True, normalise="data")
    return lambda name: Train(small.DESIGN, recipe, tmp_path / name)


def in_its_own_process(command, tmp_path):
    """Train in a process that ends with the run."""
    process = killed.context().Process(target=killed.work, args=(command, tmp_path / "out", 60.0))
    process.start()
    process.join(10 * patience())
    assert process.exitcode == 0, (tmp_path / "out.errors").read_text()


def content(folder):
    """The steps and epochs of a run, and its last state, without what a clock put there."""
    kept = [event for event in read_events(folder) if isinstance(event, events.Step | events.Epoch)]
    return timeless(kept), load_checkpoint(folder, read_hashes(folder)).state


@pytest.mark.slow
def test_repeated_in_a_process_of_its_own_a_run_is_the_same_to_the_last_bit(tmp_path, train):
    found = []
    for name in ("one", "other"):
        in_its_own_process(train(name), tmp_path)
        (folder,) = (tmp_path / name).glob("*/")
        found.append(content(folder))
    (steps, state), (again, other) = found
    assert steps == again
    assert sum(isinstance(event, events.Epoch) for event in steps) == 3
    assert differences(state, other) == []
    assert not any(state["rewrites"].values())


@pytest.mark.usefixtures("every_step")
def test_stopped_and_resumed_it_is_the_same_too(tmp_path, train):
    (whole,), (folder,) = drive(train("whole")), drive(train("parts"), stop=4)
    drive(ResumeRun(str(folder), tmp_path / "parts"))
    (steps, state), (expected, other) = content(folder), content(whole)
    assert steps == expected
    assert differences(state, other) == []


def test_no_rewrites_are_promised_nor_tried(monkeypatch):
    plan = plan_network(preset("mini"))
    monkeypatch.setattr(tuning, "trial", lambda *_: pytest.fail("a rewrite was tried"))
    assert promised(plan, PLAIN, small.CPU) == tuned(plan, PLAIN, small.CPU) == exact_rewrites(PLAIN) == Rewrites()
    assert promised(plan, small.RECIPE, small.CPU).names
    assert exact_rewrites(small.RECIPE).names


def test_it_computes_what_torch_computes_of_images_in_any_memory_format():
    """Also of images with one channel, where torch cannot tell one format from the other."""
    for channels in (1, 3):
        plan = plan_network(small.DESIGN.change(input=(channels, 6, 6)))
        torch.manual_seed(0)
        network = make_network(plan, small.CPU, Rewrites())
        torch.manual_seed(0)
        bare = build_model(plan)
        images = torch.rand(8, channels, 6, 6)
        network(images.contiguous(memory_format=torch.channels_last)).square().sum().backward()
        bare(images).square().sum().backward()
        for values, other in zip(network.parameters(), bare.parameters(), strict=True):
            assert torch.equal(values.grad, other.grad)
            assert values.grad.stride() == other.grad.stride()


def test_on_a_gpu_it_is_deterministic_while_it_trains_and_not_afterwards(monkeypatch):
    cudnn, matmul, name = torch.backends.cudnn, torch.backends.cuda.matmul, "CUBLAS_WORKSPACE_CONFIG"
    monkeypatch.setattr(cudnn, "benchmark", True)
    monkeypatch.delenv(name, raising=False)

    def switches():
        deterministic = torch.are_deterministic_algorithms_enabled()
        return deterministic, cudnn.benchmark, cudnn.allow_tf32, matmul.allow_tf32, os.environ.get(name)

    before = switches()
    for recipe, device in ((PLAIN, "cpu"), (small.RECIPE, "cuda")):
        with arithmetic_of(recipe, torch.device(device)):
            assert switches() == before
    with arithmetic_of(PLAIN, torch.device("cuda")):
        assert switches() == (True, False, False, False, ":4096:8")
    assert switches() == before


def test_bf16_is_refused_in_one_sentence():
    with pytest.raises(Refused) as caught:
        Training(plan_network(small.DESIGN), PLAIN.change(precision="bf16"), small.CPU, small.STEPS)
    assert str(caught.value) == "precision: must be fp32 or auto: plain arithmetic has 32 bits per number"


def test_the_threads_are_those_free_at_the_start_and_stay(tmp_path, train):
    free = [2, 1]
    with Cores(2, try_cores=lambda wanted: free[0]) as cores:
        (run,) = open_runs(train("runs"), cores)
        run.record(run.threads.event(0))
        run.folder.close()
        assert (run.threads.count, run.threads.cores) == (2, None)
        assert not any(run.threads.has_changed(rate, 60.0) for rate in (900.0, 900.0, 1.0, 1.0))
        known = json.loads((run.folder.path / MANIFEST).read_text())["threads"]
        assert known == {"count": 2, "fixed": True, "changes": []}
        free[:] = [1]
        (again,) = open_runs(ResumeRun(str(run.folder.path), tmp_path / "runs"), cores)
        again.folder.close()
        assert (again.threads.count, again.threads.cores) == (2, None)


def test_probes_of_a_plain_run_compute_plainly(tmp_path, train):
    (folder,) = drive(train("runs"))
    run = read_run(folder)
    probe = Zero(
        design=run.design, recipe=run.recipe.change(arithmetic="fast"), run=run.id, runs=tmp_path / "runs", blocks=()
    )
    probed = open_probed_network(probe)
    assert probed.recipe.arithmetic == "plain"
    assert not any(type(module).__name__.startswith("Fast") for module in probed.network.modules())
