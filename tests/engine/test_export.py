"""Formats that are not text of a plan alone."""

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from explorer.architecture.notation import from_toml
from explorer.architecture.plan import plan_network
from explorer.cli import main
from explorer.engine.data.progress import unreported
from explorer.engine.export.export import exported
from explorer.engine.export.source import Source
from explorer.engine.model import build_model
from explorer.engine.training.weights import weights_of
from explorer.runs.folder import read_run
from explorer.runs.formats import FORMATS
from explorer.validation import Refused
from tests.engine import small


@pytest.fixture
def folder(tmp_path):
    folder = small.new_folder(tmp_path)
    yield folder
    folder.close()


def test_weights_of_a_run_say_what_network_they_are_of(folder, tmp_path):
    small.run(small.training(), folder)
    run, path = read_run(folder.path), tmp_path / "net.safetensors"
    path.write_bytes(b"old")
    assert main(["export", str(folder.path), "--to", "safetensors", "-o", str(path)]) == 0
    with safe_open(path, "pt") as file:
        metadata = file.metadata()
    assert (metadata["format"], metadata["run"], metadata["normalisation"]) == ("pt", run.id, "pixels / 255")
    design = from_toml(metadata["design"])
    assert design == small.DESIGN
    network, weights = build_model(plan_network(design)), load_file(path)
    network.load_state_dict(weights)
    assert all(torch.equal(values, weights[name]) for name, values in weights_of(run).items())


def test_a_run_without_weights_and_a_design_are_refused(folder):
    form, plan = FORMATS["safetensors"], plan_network(small.DESIGN)
    with pytest.raises(Refused, match="no weights yet"):
        exported(form, Source(plan, run=read_run(folder.path)), unreported)
    with pytest.raises(Refused, match="needs a run"):
        exported(form, Source(plan), unreported)
