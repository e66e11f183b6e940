"""Evidence: maps against captum's and against their definition, patches, and probabilities as in validation."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from PIL import Image

from explorer.architecture.design import Stage
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.kernels import rewrites
from explorer.engine.model import build_model
from explorer.engine.results import kept_networks
from explorer.engine.results.evidence import find_evidence
from explorer.engine.results.trained_network import open_trained
from explorer.engine.runs.opening import open_runs
from explorer.engine.training.weights import load_weights, save_best
from explorer.runs.commands import Train
from explorer.runs.data.image_list import Part
from explorer.runs.events import Failed, event_line, read_event
from explorer.runs.folder.run import Run, read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.questions.results import Evidence, EvidenceMaps, Patch
from explorer.runs.recipe import Recipe
from explorer.runs.results.predictions import evaluated_epochs, read_predictions
from tests.engine.shades import shades
from tests.engine.small import CPU, DESIGN

DESIGNS = {
    "basic": DESIGN,
    "pre-activation": DESIGN.change(block="preact-basic", input=(3, 9, 12), stages=(Stage(2, 16), Stage(1, 20, 2))),
    "bottleneck with pooling": DESIGN.change(stem="imagenet", block="bottleneck", input=(1, 40, 40)),
    "plain": DESIGN.change(shortcut="none"),
}


def trained(design, recipe, runs: Path, command: Train | None = None) -> Run:
    (run,) = open_runs(command or Train(design=design, recipe=recipe, runs=runs))
    for event in run.events():
        run.record(event)
    run.folder.close()
    return read_run(run.folder.path)


@pytest.fixture(scope="module")
def recipe(tmp_path_factory) -> Recipe:
    return shades(tmp_path_factory.mktemp("data") / "data").change(epochs=1, lr=0.05, precision="fp32")


@pytest.fixture(scope="module", params=DESIGNS)
def run(recipe, tmp_path_factory, request) -> Run:
    return trained(DESIGNS[request.param], recipe, tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def basic(recipe, tmp_path_factory) -> Run:
    return trained(DESIGN, recipe, tmp_path_factory.mktemp("runs"))


def asked(run: Run, file: str = "1/3.png", **changes) -> EvidenceMaps | Failed:
    question = Evidence(run.design, run.recipe, 1, runs=run.folder.parent, run=run.id, file=file, **changes)
    return find_evidence(question)


def pictures(answer: EvidenceMaps | Failed) -> list[np.ndarray]:
    """The image and the maps, as they stand in the file."""
    assert isinstance(answer, EvidenceMaps), answer
    content = np.fromfile(answer.file, np.uint8)
    return [content[s.offset : s.offset + int(np.prod(s.shape))].reshape(s.shape) for s in answer.sheets]


def plain_network(run: Run) -> torch.nn.Module:
    network = build_model(plan_network(run.design))
    network.load_state_dict(load_weights(run.folder / "best.safetensors"))
    return network.eval()


def seen(run: Run, file: str = "1/3.png") -> torch.Tensor:
    return open_trained(Evidence(run.design, run.recipe, runs=run.folder.parent, run=run.id, file=file)).images.inputs(
        [file]
    )


def last_module(network: torch.nn.Module, run: Run, stage: str) -> torch.nn.Module:
    section = next(each for each in plan_network(run.design).sections if each.name == stage)
    return network.get_submodule(section.loose[-1].name if section.loose else stage)


def as_shown(evidence: torch.Tensor, run: Run) -> tuple[np.ndarray, float]:
    """What the answer says of a map (1, 1, height, width)."""
    resized = F.interpolate(evidence, run.design.input[1:], mode="bilinear")[0, 0]
    most = float(resized.max())
    return (resized / (most or 1) * 255).round().numpy().astype(np.uint8), most


def agree(run: Run, stage: str, evidence) -> None:
    """Compare the answer of each class with `evidence` of a class, (1, 1, height, width)."""
    answer = asked(run, stage=stage, classes=(0, 1, 2))
    assert answer.classes == (0, 1, 2)
    for label, found, strength in zip(answer.classes, pictures(answer)[1:], answer.strengths, strict=True):
        expected, most = as_shown(evidence(label), run)
        assert strength == pytest.approx(most, rel=1e-3, abs=1e-7)
        assert np.abs(found.astype(int) - expected).max() <= 1


def stages(run: Run) -> list[str]:
    return [section.name for section in plan_network(run.design).sections[:-1]]


def test_maps_are_by_the_gradients_of_what_the_section_outputs(run):
    """The definition in few lines, with hooks, in the network without rewrites."""
    network, x = plain_network(run), seen(run)
    for stage in stages(run):
        kept = {}
        module = last_module(network, run, stage)
        hook = module.register_forward_hook(
            lambda m, i, out, kept=kept: kept.update(maps=out.clone(), out=out) or kept["maps"]
        )
        logits = network(x)[0]
        hook.remove()
        maps = kept["maps"]

        def evidence(label, logits=logits, maps=maps):
            (gradient,) = torch.autograd.grad(logits[label], maps, retain_graph=True)
            return (gradient.mean((2, 3), keepdim=True) * maps).sum(1, keepdim=True).relu().detach()

        agree(run, stage, evidence)


def test_maps_are_captums(run):
    attr = pytest.importorskip("captum.attr")
    network, x = plain_network(run), seen(run)
    for stage in stages(run):
        method = attr.LayerGradCam(network, last_module(network, run, stage))
        agree(run, stage, lambda label, method=method: method.attribute(x, label, relu_attributions=True).detach())


def test_in_the_last_stage_channels_count_by_the_weights_of_the_head(basic):
    network, x = plain_network(basic), seen(basic)
    with torch.no_grad():
        maps = network.layer2(network.layer1(network.relu(network.bn1(network.conv1(x)))))
    positions = maps[0, 0].numel()

    def evidence(label):
        return (network.fc.weight[label][:, None, None] / positions * maps[0]).sum(0).relu()[None, None].detach()

    agree(basic, "layer2", evidence)
    assert asked(basic).strengths == asked(basic, stage="layer2").strengths


def test_probabilities_are_those_of_validation(run):
    (epoch,) = evaluated_epochs(run.folder, Part.VALIDATION)
    predictions = read_predictions(run.folder, Part.VALIDATION, epoch)
    for file, label, confidence in zip(
        predictions.images.files, predictions.predicted, predictions.confidence, strict=True
    ):
        likely = asked(run, file).likely
        assert likely.classes[0] == label
        assert likely.probabilities[0] == pytest.approx(confidence, rel=1e-5)
        assert sum(likely.probabilities) == pytest.approx(1)
        assert list(likely.probabilities) == sorted(likely.probabilities, reverse=True)


def test_in_16_bits_too(recipe, tmp_path):
    run = trained(DESIGN, recipe.change(precision="bf16"), tmp_path)
    predictions = read_predictions(run.folder, Part.VALIDATION, 1)
    for file, confidence in zip(predictions.images.files, predictions.confidence, strict=True):
        assert asked(run, file).likely.probabilities[0] == pytest.approx(confidence, abs=0.01)


def test_the_most_likely_class_beside_those_asked_for_follows(basic):
    first, second, third = asked(basic).likely.classes
    assert asked(basic).classes == (first,)
    assert asked(basic, classes=(first,)).classes == (first, second)
    assert asked(basic, classes=(third,)).classes == (third, first)
    assert asked(basic, classes=(0, 1, 2)).classes == (0, 1, 2)
    assert asked(basic).class_names == ("0", "1", "2")


def test_a_map_without_anything_that_speaks_for_its_class_is_empty(recipe, tmp_path):
    torch.manual_seed(0)
    network = build_model(plan_network(DESIGN))
    with torch.no_grad():
        network.fc.weight[0], network.fc.weight[1] = -1, 1
    folder = RunFolder.create(tmp_path, DESIGN, recipe, 1)
    save_best(folder, network)
    folder.close()
    answer = asked(read_run(folder.path), classes=(0, 1))
    _, against, for_it, _ = pictures(answer)
    assert answer.strengths[0] == 0 < answer.strengths[1]
    assert (against.max(), for_it.max()) == (0, 255)


@pytest.fixture
def drawn(basic, tmp_path):
    """An image of the user's own, whose pixels are 0, 10, … 350 modulo 256."""
    values = (10 * np.arange(36) % 256).astype(np.uint8).reshape(6, 6)
    Image.fromarray(values).save(tmp_path / "drawn.png")
    return str(tmp_path / "drawn.png"), values


def test_patches_are_erased_and_moved_in_the_image_as_it_is_seen(basic, drawn):
    file, values = drawn
    mean = round(float(values.mean()))
    assert np.array_equal(pictures(asked(basic, file))[0], values)
    erased = values.copy()
    erased[1:3, 2:5] = mean
    assert np.array_equal(pictures(asked(basic, file, patches=(Patch(1, 2, 2, 3),)))[0], erased)
    moved = erased.copy()
    moved[3:5, 1:4] = values[1:3, 2:5]
    patch = Patch(1, 2, 2, 3, down=2, right=-1)
    assert np.array_equal(pictures(asked(basic, file, patches=(patch,)))[0], moved)
    twice = moved.copy()
    twice[3:4, 3:4] = mean
    assert np.array_equal(pictures(asked(basic, file, patches=(patch, Patch(3, 3, 1, 1))))[0], twice)


def test_of_a_patch_counts_what_is_inside_the_image(basic, drawn):
    file, values = drawn
    mean, expected = round(float(values.mean())), values.copy()
    expected[:2, :1] = mean
    assert np.array_equal(pictures(asked(basic, file, patches=(Patch(-3, -2, 5, 3),)))[0], expected)
    shifted = values.copy()
    shifted[4:, 4:] = mean
    shifted[5:, :2] = values[4:5, 4:]
    patch = Patch(4, 4, 9, 9, down=1, right=-4)
    assert np.array_equal(pictures(asked(basic, file, patches=(patch,)))[0], shifted)
    for nothing in (Patch(0, 0, 0, 3), Patch(9, 0, 1, 1), Patch(0, -5, 2, 5)):
        assert np.array_equal(pictures(asked(basic, file, patches=(nothing,)))[0], values)
    gone = values.copy()
    gone[0, 0] = mean
    assert np.array_equal(pictures(asked(basic, file, patches=(Patch(0, 0, 1, 1, down=-3),)))[0], gone)


def test_the_answer_is_that_of_an_image_with_these_pixels(basic, drawn, tmp_path):
    file, _ = drawn
    patches = (Patch(1, 1, 3, 2), Patch(0, 3, 2, 2, down=2))
    changed = asked(basic, file, patches=patches)
    Image.fromarray(pictures(changed)[0]).save(tmp_path / "changed.png")
    same = asked(basic, str(tmp_path / "changed.png"))
    assert (same.likely, same.strengths) == (changed.likely, changed.strengths)
    assert changed.likely != asked(basic, file).likely


def test_a_fresh_network_is_that_before_training(basic):
    before, after = asked(basic, fresh=True), asked(basic)
    assert before.likely != after.likely
    assert asked(basic, fresh=True).likely == before.likely
    probabilities = before.likely.probabilities
    assert max(probabilities) < 0.99


def test_before_training_a_run_had_the_weights_that_it_began_with(basic, recipe, tmp_path):
    shutil.copytree(basic.folder, tmp_path / basic.id)
    command = Train(design=DESIGN, recipe=recipe.change(seed=5), runs=tmp_path, weights=basic.id)
    after = trained(DESIGN, recipe, tmp_path, command)
    begun = asked(after, fresh=True)
    assert begun.likely == asked(basic).likely
    assert (begun.epoch, begun.warning) == (0, "")
    shutil.rmtree(tmp_path / basic.id)
    kept_networks._opened.cache_clear()
    drawn = asked(after, fresh=True)
    assert drawn.likely != begun.likely
    assert "began with other weights" in drawn.warning


def test_which_weights_were_taken_is_said(basic, tmp_path):
    folder = tmp_path / basic.id
    shutil.copytree(basic.folder, folder)
    whole = asked(read_run(folder))
    assert (whole.epoch, whole.warning) == (1, "")
    with (folder / "best.safetensors").open("r+b") as file:
        file.seek(-4, os.SEEK_END)
        file.write(b"\xff\xff\x7f\x7f")
    other = asked(read_run(folder))
    assert "best.safetensors is damaged" in other.warning
    assert other.likely == whole.likely  # of the same epoch


@pytest.mark.slow
def test_hundreds_of_fresh_blocks_stay_finite(recipe, tmp_path):
    run = trained(DESIGN.change(stages=(Stage(200, 4),)), recipe, tmp_path)
    assert sum(asked(run, fresh=True).likely.probabilities) == pytest.approx(1)


@pytest.mark.slow
def test_named_sets_have_names_by_class(tmp_path):
    run = trained(preset("mini"), Recipe(epochs=1, batch_size=1000, device="cpu"), tmp_path)
    answer = asked(run, "9/1003")
    assert answer.class_names[9] == "Ankle boot"
    assert pictures(answer)[0].shape == (28, 28)
    assert len(answer.likely.classes) == 10


def test_it_is_answered_from_what_is_kept_until_the_weights_change(basic, tmp_path, monkeypatch):
    folder = tmp_path / basic.id
    shutil.copytree(basic.folder, folder)
    run, opened = read_run(folder), []
    monkeypatch.setattr(kept_networks, "open_trained", lambda about: opened.append(about) or open_trained(about))
    answers = [asked(run, patches=(Patch(0, 0, size, size),)) for size in range(4)]
    assert all(isinstance(each, EvidenceMaps) for each in answers)
    assert len(opened) == 1
    asked(run, fresh=True)
    asked(run)
    assert len(opened) == 2
    status = (folder / "best.safetensors").stat()
    os.utime(folder / "best.safetensors", ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    asked(run)
    assert len(opened) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stage": "layer9"}, "no part of this design"),
        ({"stage": "head"}, "no part of this design"),
        ({"classes": (3,)}, "no class 3"),
        ({"classes": (-1,)}, "no class -1"),
        ({"file": "1/gone.png"}, "gone.png"),
        ({"run": "no-run"}, "no-run"),
    ],
)
def test_what_is_not_there_is_said(basic, changes, words):
    values = {"run": basic.id, "file": "1/3.png"} | changes
    failed = find_evidence(Evidence(basic.design, basic.recipe, 7, runs=basic.folder.parent, **values))
    assert isinstance(failed, Failed)
    assert words in failed.reason
    assert (failed.of, failed.id) == ("evidence", 7)


def test_no_picture_is_in_the_line(basic):
    answer = asked(basic, classes=(0, 1, 2))
    assert read_event(event_line(answer)) == answer
    assert len(event_line(answer)) < 1500


def test_gradients_are_the_same_with_every_rewrite(recipe, tmp_path, monkeypatch):
    design = DESIGN.change(input=(1, 16, 16), stages=(Stage(1, 64), Stage(1, 64, 4), Stage(1, 32, 4)))
    run = trained(design, recipe, tmp_path)
    kinds = rewrites.promised(plan_network(design), recipe, CPU)
    assert kinds.cropped
    assert kinds.dense
    assert kinds.winograd
    network, x = plain_network(run), seen(run)
    for stage in stages(run):
        method = pytest.importorskip("captum.attr").LayerGradCam(network, last_module(network, run, stage))
        agree(run, stage, lambda label, method=method: method.attribute(x, label, relu_attributions=True).detach())
