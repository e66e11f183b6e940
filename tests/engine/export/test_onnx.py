"""What onnxruntime computes, against torch: the same logits and the same classes."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings

from explorer.architecture.design import Design, Stage
from explorer.architecture.notation import from_toml
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.cli import main
from explorer.engine.data.progress import unreported
from explorer.engine.export.onnx import convert, onnx
from explorer.engine.export.source import Source
from explorer.engine.export.weights import network_of
from explorer.engine.model import build_model
from explorer.engine.training.weights import save_best, weights_of
from explorer.runs.folder.run import Run, read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.recipe import Recipe
from explorer.validation import Refused
from tests.designs import SMALL, designs
from tests.engine import small

runtime = pytest.importorskip("onnxruntime", reason="uv sync --group oracles")
pytest.importorskip("onnxscript", reason="uv sync --group oracles")

LIMIT = 1e-5  # of the largest |logit|
DESIGNS = {
    "bottleneck, groups, average": Design(
        (3, 20, 17), 7, (Stage(2, 8), Stage(1, 16, 2)), block="bottleneck", groups=2, shortcut="average", stem="deep"
    ),
    "pre-activation, pad, odd": Design(
        (2, 11, 11), 5, (Stage(1, 7), Stage(2, 12, 3)), block="preact-basic", shortcut="pad", stem="cifar", stem_width=7
    ),
}


def trained(design: Design, root) -> Run:
    """A run of a few batches of noise, which move weights and norms."""
    torch.manual_seed(1)
    network = build_model(plan_network(design)).train()
    optimiser = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
    for _ in range(3):
        images, labels = torch.rand(4, *design.input), torch.randint(design.classes, (4,))
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(network(images), labels).backward()
        optimiser.step()
    folder = RunFolder.create(root, design, Recipe(), 1)
    save_best(folder, network, epoch="1", accuracy="0.5")
    folder.close()
    return read_run(folder.path)


def agree(run: Run) -> float:
    """Compare batches of three sizes; return the largest difference, as a share of the largest |logit|."""
    plan = plan_network(run.design)
    network = build_model(plan)
    network.load_state_dict(weights_of(run))
    network.eval()
    session = runtime.InferenceSession(convert(Source(plan, run=run), unreported), providers=["CPUExecutionProvider"])
    worst = 0.0
    for count in (1, 2, 5):
        images = torch.rand(count, *run.design.input)
        with torch.inference_mode():
            own = network(images).numpy()
        (other,) = session.run(["logits"], {"image": images.numpy()})
        assert other.shape == own.shape == (count, run.design.classes)
        error = np.abs(other - own).max() / np.abs(own).max()
        assert error <= LIMIT
        first, second = np.sort(own, 1)[:, ::-1][:, :2].T
        clear = first - second > 2 * LIMIT * np.abs(own).max()
        assert (other.argmax(1) == own.argmax(1))[clear].all()
        worst = max(worst, float(error))
    return worst


@pytest.mark.slow
@pytest.mark.parametrize("name", DESIGNS)
def test_onnxruntime_computes_the_same(name, tmp_path):
    agree(trained(DESIGNS[name], tmp_path))


@pytest.mark.uses
@pytest.mark.parametrize("name", ["d2l-resnet18", "resnet50", "resnext50_32x4d", "preact-resnet18", "resnet152"])
def test_onnxruntime_computes_the_same_of_presets(name, tmp_path):
    print(name, agree(trained(preset(name), tmp_path)))


@pytest.mark.uses
@settings(max_examples=20, derandomize=True, database=None)
@given(design=designs(replace(SMALL, side=48, width=200, classes=100)))
def test_onnxruntime_computes_the_same_of_random_designs(design, tmp_path_factory):
    plan = plan_network(design)
    assume(not plan.obstacles and 10_000 < plan.params < 5_000_000 and plan.macs < 2_000_000_000)
    print(f"{plan.params:,} parameters: {agree(trained(design, tmp_path_factory.mktemp('runs')))}")


@pytest.mark.slow
def test_the_file_says_what_it_is_of(run, tmp_path):
    path = tmp_path / "net.onnx"
    assert main(["export", str(run.folder), "--to", "onnx", "-o", str(path)]) == 0
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (images,), (logits,) = session.get_inputs(), session.get_outputs()
    assert (images.name, images.shape) == ("image", ["batch", *small.DESIGN.input])
    assert (logits.name, logits.shape) == ("logits", ["batch", small.DESIGN.classes])
    metadata = session.get_modelmeta().custom_metadata_map
    assert from_toml(metadata["design"]) == small.DESIGN
    assert (metadata["run"], metadata["normalisation"]) == (run.id, "pixels / 255")
    assert (int(metadata["epoch"]), float(metadata["accuracy"])) == (run.best_epoch, run.best_accuracy)
    assert json.loads(metadata["class_names"]) == []


@pytest.mark.slow
def test_a_file_that_computes_something_else_is_not_handed_over(run, monkeypatch):
    right = torch.export.export

    def wrong(network, *arguments, **options):
        other = build_model(plan_network(small.DESIGN)).eval()
        other.load_state_dict({**network.state_dict(), "fc.bias": network.fc.bias + 1e-3})
        return right(other, *arguments, **options)

    monkeypatch.setattr(torch.export, "export", wrong)
    with pytest.raises(Refused, match="onnxruntime does not compute the same"):
        convert(Source(plan_network(run.design), run=run), unreported)


def test_a_network_that_does_not_fit_into_a_file_is_refused():
    plan = plan_network(preset("mini").with_stage(2, width=8192, blocks=3))
    with pytest.raises(Refused, match="too large"):
        onnx(Source(plan), unreported)


def test_an_untrained_network_leaves_the_random_generators_as_they_were():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    network, metadata = network_of(Source(plan_network(small.DESIGN)))
    assert from_toml(metadata["design"]) == small.DESIGN
    assert not network.training
    assert torch.equal(torch.rand(3), expected)
