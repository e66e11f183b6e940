"""`probe`: each question about a run's network, its flags, and the answer as text, JSON and pictures."""

import json
from pathlib import Path

import pytest
from PIL import Image

from explorer.cli import main
from explorer.runs.folder.survey import list_runs
from tests.engine.shades import shades

LINE = "basic:1x6x6:3:6x2:stem=cifar,stem_width=6"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    place = tmp_path_factory.mktemp("probe")
    recipe = shades(place / "photos", 20)
    words = ["train", LINE, "--data", recipe.data, "--validation-share", "0.9", "--epochs", "1", "--batch-size", "2"]
    assert main([*words, "--test-share", "0", "--device", "cpu", "--runs", str(place / "runs")]) == 0
    return list_runs(place / "runs")[0]


@pytest.fixture
def probe(trained, capsys):
    def run(name, *words, expected=0):
        capsys.readouterr()
        assert main(["probe", name, trained.id, *words, "--runs", str(trained.folder.parent)]) == expected
        return capsys.readouterr()

    return run


def photo(run) -> str:
    return str(Path(run.recipe.data) / "1" / "3.png")


def test_what_every_block_is_worth(trained, probe):
    lines = probe("lesions").out.splitlines()
    assert lines[0].startswith(f"54 validation images, epoch 1: accuracy {trained.best_accuracy:.4f}")
    assert [line.split()[0] for line in lines[1:]] == ["without", "layer1.0", "layer1.1"]
    found = json.loads(probe("lesions", "--json").out)
    assert (found["run"], found["accuracy"], found["blocks"]) == (
        trained.id,
        trained.best_accuracy,
        ["layer1.0", "layer1.1"],
    )


def test_blocks_zeroed_inserted_and_their_norms(probe):
    words = probe("zero", "--block", "layer1.0", "--block", "layer1.1").out
    assert "identities, bit for bit: layer1.0, layer1.1" in words
    found = json.loads(probe("insert", "--block", "layer1.2", "--json").out)
    assert found["effect"]["equal"] is True
    assert "examples" not in found["effect"]
    assert "layer1.1.bn2" in probe("norms", "--block", "layer1.1").out


def test_images_by_their_files(trained, probe, tmp_path):
    assert probe("neighbours", "--image", photo(trained)).out.splitlines()[1].endswith(("0000", "9"))
    for name, files in (("maps", {"image", "layer1", "stem"}), ("evidence", {"class-", "image"})):
        folder = tmp_path / name
        probe(name, "--image", photo(trained), "-o", str(folder))
        assert {each.stem.rstrip("012") if name == "evidence" else each.stem for each in folder.iterdir()} == files
        with Image.open(folder / "image.png") as image:
            assert image.size == (6, 6)
    assert (
        probe("maps", "--image", "1").out == probe("maps", "--image", "55").out
    )  # counted round the validation images


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["zero"], "usage: zero needs --block"),
        (["lesions", "--image", "x"], "usage: lesions takes no --image"),
        (["zero", "--block", "layer9.0"], "'layer9.0' is not a block of this design"),
        (["insert", "--block", "layer1.2", "--block", "layer1.3"], "block: must be one block, not 2"),
        (["evidence", "--image", "none.png"], "none.png"),
        (["neighbours", "--image", "1/3.png", "-o", "x"], "usage: neighbours takes no -o"),
    ],
)
def test_what_cannot_be_asked_is_said(probe, words, said):
    captured = probe(*words, expected=2)
    assert said in captured.err
    assert not captured.out
