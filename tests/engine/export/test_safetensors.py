import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save

from explorer.architecture.notation import from_toml, load_design
from explorer.architecture.plan import plan_network
from explorer.cli import main
from explorer.cli.commands import COMMANDS
from explorer.cli.terminal import Parser
from explorer.cli.train_command import order_of
from explorer.engine.model import build_model
from explorer.engine.training.weights import last_weights, weights_of
from explorer.engine.weights.files import read_file
from explorer.engine.weights.fit import fit_weights
from tests.engine import small
from tests.engine.shades import shades


def test_one_file_says_what_network_it_is_and_how_good(run, tmp_path):
    path = tmp_path / "net.safetensors"
    path.write_bytes(b"old")
    assert main(["export", str(run.folder), "--to", "safetensors", "-o", str(path)]) == 0
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    assert (metadata["format"], metadata["run"], metadata["normalisation"]) == ("pt", run.id, "pixels / 255")
    assert int(metadata["epoch"]) == run.best_epoch
    assert float(metadata["accuracy"]) == run.best_accuracy
    assert json.loads(metadata["class_names"]) == []
    design = from_toml(metadata["design"])
    assert design == small.DESIGN
    network, weights = build_model(plan_network(design)), load_file(path)
    network.load_state_dict(weights)
    assert all(torch.equal(values, weights[name]) for name, values in weights_of(run).items())
    assert set(weights) == set(weights_of(run))


def test_weights_of_a_checkpoint_say_after_how_many_epochs(run, tmp_path):
    (run.folder / "best.safetensors").unlink()
    path = tmp_path / "net.safetensors"
    assert main(["export", str(run.folder), "--to", "safetensors", "-o", str(path)]) == 0
    with safe_open(path, "pt") as file:
        assert file.metadata()["epoch"] == "2"
        assert "accuracy" not in file.metadata()


def test_of_a_run_whose_best_weights_are_damaged_the_last_ones_are_taken_and_named(run, tmp_path, capsys):
    with (run.folder / "best.safetensors").open("r+b") as file:
        file.seek(-4, 2)
        file.write(b"half")
    path = tmp_path / "net.safetensors"
    assert main(["export", str(run.folder), "--to", "safetensors", "-o", str(path)]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("best.safetensors is damaged")
    assert line.endswith("the weights of the last checkpoint were taken, of epoch 2")
    weights, last = load_file(path), last_weights(run)
    assert all(torch.equal(values, weights[name]) for name, values in last.tensors.items())
    with safe_open(path, "pt") as file:
        assert file.metadata()["epoch"] == "2"


@pytest.fixture
def exported_file(run, tmp_path) -> Path:
    path = tmp_path / "net.safetensors"
    assert main(["export", str(run.folder), "--to", "safetensors", "-o", str(path)]) == 0
    return path


def test_a_file_of_weights_is_a_design_all_of_whose_weights_fit(run, exported_file, capsys):
    assert load_design(exported_file) == small.DESIGN
    fit, weights = fit_weights(plan_network(small.DESIGN), read_file(exported_file).groups), weights_of(run)
    assert set(fit.values) == set(weights)
    assert all(torch.equal(values, weights[name]) for name, values in fit.values.items())
    assert main(["summary", str(exported_file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"]["params"] == plan_network(small.DESIGN).params


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is not a safetensors file"),
        (b"\xff" * 50, "is not a safetensors file"),
        ((20).to_bytes(8, "little") + b'{"__metadata__": 1}  ', "is not a safetensors file"),
        ((2).to_bytes(8, "little") + b"[]", "is not a safetensors file"),
        ((2).to_bytes(8, "little") + b"{}", "has weights but no design"),
        (save({"a": torch.zeros(1)}, {"design": "schema = 2"}), "newer version"),
    ],
)
def test_another_file_is_refused_in_a_line(tmp_path, capsys, content, what):
    path = tmp_path / "net.safetensors"
    path.write_bytes(content)
    assert main(["summary", str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert what in line


def test_training_starts_with_the_weights_of_the_file_that_is_the_design(exported_file, tmp_path):
    def order(*words):
        parser = Parser()
        COMMANDS["train"].add_flags(parser)
        return order_of(parser.parse_args(words))

    (tmp_path / "data").mkdir()
    recipe = shades(tmp_path / "data")
    words = (str(exported_file), "--data", recipe.data, "--device", "cpu")
    assert (order(*words).weights, order(*words).design.stages) == (str(exported_file), small.DESIGN.stages)
    assert order(*words, "--weights", "imagenet").weights == "imagenet"
    assert order("mini", *words[1:]).weights is None
