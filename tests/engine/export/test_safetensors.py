import json

import torch
from safetensors import safe_open
from safetensors.torch import load_file

from explorer.architecture.notation import from_toml
from explorer.architecture.plan import plan_network
from explorer.cli import main
from explorer.engine.model import build_model
from explorer.engine.training.weights import weights_of
from tests.engine import small


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
