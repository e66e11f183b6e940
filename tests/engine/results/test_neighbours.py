"""Neighbours: the nearest training images against a plain loop, kept features, and progress that ends the work."""

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from explorer.architecture.design import Stage
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.data.datasets import load_data
from explorer.engine.data.loader import batch_bounds
from explorer.engine.data.progress import Cancelled, unreported, unwarned
from explorer.engine.model import build_model
from explorer.engine.results import neighbours
from explorer.engine.results.neighbours import find_neighbours
from explorer.engine.results.trained_network import open_trained
from explorer.engine.training.weights import load_weights
from explorer.runs.data.image_list import Part
from explorer.runs.folder.run import Run
from explorer.runs.questions.results import NearestImages, Neighbours
from explorer.runs.recipe import Recipe
from explorer.runs.results.predictions import read_images
from explorer.validation import Refused
from tests.engine.results.test_evidence import trained
from tests.engine.shades import shades
from tests.engine.small import DESIGN

DESIGNS = {
    "basic": DESIGN,
    "pre-activation": DESIGN.change(block="preact-basic", input=(3, 9, 12), stages=(Stage(2, 16), Stage(1, 20, 2))),
}


@pytest.fixture(scope="module")
def recipe(tmp_path_factory) -> Recipe:
    return shades(tmp_path_factory.mktemp("data") / "data").change(epochs=1, lr=0.05, precision="fp32")


@pytest.fixture(scope="module", params=DESIGNS)
def run(recipe, tmp_path_factory, request) -> Run:
    return trained(DESIGNS[request.param], recipe, tmp_path_factory.mktemp("runs"))


@pytest.fixture(autouse=True)
def nothing_kept():
    neighbours._kept.clear()


def question(run: Run, file: str, count: int = 5) -> Neighbours:
    return Neighbours(run.design, run.recipe, runs=run.folder.parent, run=run.id, file=file, count=count)


def asked(run: Run, file: str, count: int = 5, report=unreported) -> NearestImages:
    return find_neighbours(question(run, file, count), report, unwarned)


def features(run: Run, files: list[str]) -> torch.Tensor:
    """What the last layer gets, by a hook, in the network without rewrites, image by image."""
    network = build_model(plan_network(run.design)).eval()
    network.load_state_dict(load_weights(run.folder / "best.safetensors"))
    found = []
    network.fc.register_forward_pre_hook(lambda _, inputs: found.append(inputs[0]))
    with torch.inference_mode():
        for file in files:
            network(open_trained(question(run, file)).images.inputs([file]))
    return torch.cat(found)


def test_they_are_those_of_a_plain_loop(run):
    answer = asked(run, "1/3.png", 99)
    assert sorted(answer.similarities, reverse=True) == list(answer.similarities)
    assert len(set(answer.files)) == len(answer.files)
    expected = {}
    values = features(run, ["1/3.png", *answer.files])
    for file, each in zip(answer.files, values[1:], strict=True):
        expected[file] = float(F.cosine_similarity(values[0], each, dim=0))
    for file, label, similarity in zip(answer.files, answer.labels, answer.similarities, strict=True):
        assert similarity == pytest.approx(expected[file], abs=1e-5)
        assert file.startswith(f"{label}/")


def test_all_training_images_are_compared_but_the_image_itself(run):
    held = {*read_images(run.folder, Part.VALIDATION).files}
    known = asked(run, next(iter(held)), 99).files
    assert len(known) == run.data.train
    assert not held.intersection(known)
    one = known[0]
    others = asked(run, one, 99).files
    assert one not in others
    assert {*others, one} == {*known}
    assert asked(run, str(Path(run.recipe.data, one)), 99).files == others  # by its full path, too


def test_as_many_as_are_wanted(run):
    everything = asked(run, "0/0.png", 99)
    assert asked(run, "0/0.png", 3).files == everything.files[:3]


def test_features_are_computed_once_and_for_other_weights_again(run, monkeypatch):
    passed = []
    own = neighbours._features
    monkeypatch.setattr(neighbours, "_features", lambda network, x: passed.append(len(x)) or own(network, x))
    asked(run, "0/0.png")
    assert sum(passed) == run.data.train + 1
    passed.clear()
    asked(run, "0/1.png")
    assert passed == [1]
    monkeypatch.setattr(neighbours, "_MAX_BYTES", 10)  # what takes too much memory is not kept
    neighbours._kept.clear()
    first = asked(run, "0/0.png")
    passed.clear()
    assert asked(run, "0/0.png") == first
    assert sum(passed) == run.data.train + 1


def test_progress_is_told_and_may_end_the_work(run, monkeypatch):
    monkeypatch.setattr(neighbours, "_AT_ONCE", 4)
    told = []
    asked(run, "0/0.png", report=lambda done, total: told.append((done, total)))
    passed = [done for done, total in told if total == run.data.train]
    assert passed == sorted(passed)
    assert passed[-1] == run.data.train > 4 * 4
    assert len(passed) == len(batch_bounds(run.data.train, 4))
    neighbours._kept.clear()

    def stop(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        asked(run, "0/0.png", report=stop)
    assert asked(run, "0/0.png").files  # whatever was left behind


@pytest.mark.slow
def test_of_a_named_set_they_have_names_by_class(tmp_path):
    run = trained(preset("mini"), Recipe(epochs=1, batch_size=1000, device="cpu", precision="fp32"), tmp_path)
    data = load_data(run.recipe.data, run.design).train
    answer = asked(run, "9/1003", 3)
    assert all(int(file.partition("/")[0]) == label for file, label in zip(answer.files, answer.labels, strict=True))
    label, number = map(int, answer.files[0].split("/"))
    again = asked(run, answer.files[0], 1)
    assert again.files != answer.files[:1]
    assert number < int((data.labels == label).sum())


def test_data_that_have_changed_are_refused(recipe, tmp_path):
    own = shades(tmp_path / "data").change(epochs=1, precision="fp32")
    run = trained(DESIGN, own, tmp_path / "runs")
    (tmp_path / "data" / "0" / "3.png").unlink()
    with pytest.raises(Refused, match="changed"):
        asked(run, "1/3.png")
    (tmp_path / "data" / "1" / "3.png").unlink()
    with pytest.raises(Refused, match=r"3\.png"):
        asked(run, "1/3.png")
