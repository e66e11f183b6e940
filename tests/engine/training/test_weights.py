"""Weights to share: what fits, what does not, and a pickle that is not opened."""

import pickle

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from explorer.engine.training.checkpoint import sha256_of
from explorer.engine.training.state import put_weights
from explorer.engine.training.weights import BEST, best_weights, load_weights, weights_of
from explorer.runs.folder.manifest import read_hashes
from explorer.runs.folder.run import read_run
from explorer.validation import Refused
from tests.engine import small


def test_the_best_weights_are_those_of_the_best_epoch(folder):
    work = small.training(small.RECIPE.change(epochs=1))
    small.run(work, folder)
    weights = load_weights(folder.path / BEST)
    assert all(torch.equal(values, weights[name]) for name, values in work.network.state_dict().items())


def test_a_child_starts_with_its_parents_weights(folder):
    small.run(small.training(), folder)
    child = small.training(small.RECIPE.change(seed=5))
    weights = weights_of(read_run(folder.path))
    put_weights(child.network, weights)
    assert all(torch.equal(values, weights[name]) for name, values in child.network.state_dict().items())


def test_a_run_without_weights_is_refused(folder):
    with pytest.raises(Refused, match="no weights yet"):
        weights_of(read_run(folder.path))


def test_weights_of_no_epoch_are_refused(folder):
    small.run(small.training(small.RECIPE.change(epochs=1)), folder)
    weights = load_weights(folder.path / BEST)
    save_file(weights, folder.path / BEST, {"epoch": "x"})
    folder.update(hashes={**read_hashes(folder.path), BEST: sha256_of(folder.path / BEST)})
    with pytest.raises(Refused, match=r"best\.safetensors is damaged \(it does not say of which epoch it is\)"):
        best_weights(read_run(folder.path))


def test_every_weight_that_does_not_fit_is_named_at_once():
    network = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1))
    with pytest.raises(Refused) as refused:
        put_weights(network, {"0.weight": torch.zeros(3, 5), "0.bias": torch.zeros(3), "more": torch.zeros(1)})
    assert [complaint.where for complaint in refused.value.complaints] == ["1.weight", "1.bias", "more", "0.weight"]
    assert "(3, 5)" in str(refused.value)


def test_a_pickle_posing_as_weights_runs_no_code(tmp_path):
    victim = tmp_path / "victim"

    class Bomb:
        def __reduce__(self):
            return victim.touch, ()

    for name in ("plain", "torch"):
        path = tmp_path / f"{name}.safetensors"
        path.write_bytes(pickle.dumps(Bomb())) if name == "plain" else torch.save(Bomb(), path)
        with pytest.raises(Refused, match="not a valid safetensors file"):
            load_weights(path)
    assert not victim.exists()
