"""Lesions: the run's own accuracy with nothing switched off, and exactly what is left without each block."""

import copy

import pytest
import torch
from torch.nn.functional import cross_entropy

from explorer.architecture.design import Design, Stage
from explorer.architecture.twins import twin_of
from explorer.engine import worker as worker_module
from explorer.engine.data.progress import unreported, unwarned
from explorer.engine.data.training_data import open_gallery
from explorer.engine.model import set_branch_to_zero
from explorer.engine.results.lesions import find_lesions
from explorer.engine.results.trained_network import open_trained
from explorer.engine.worker import DONE
from explorer.runs.commands import Train
from explorer.runs.folder.survey import list_runs
from explorer.runs.questions.results import Lesions
from explorer.validation import Refused
from tests.engine.listener import Listener
from tests.engine.shades import shades

DESIGN = Design((1, 12, 12), 3, (Stage(2, 4), Stage(2, 8, 2)), stem="cifar", stem_width=4, zero_init=True)
BLOCKS = ("layer1.0", "layer1.1", "layer2.0", "layer2.1")


@pytest.fixture(autouse=True)
def no_signals(monkeypatch):
    monkeypatch.setattr(worker_module.signal, "signal", lambda number, handler: None)


def train(tmp_path, design=DESIGN, **changes):
    recipe = shades(tmp_path / "shades", 20).change(validation_share=0.5, **{"epochs": 2, **changes})
    assert Listener().run(Train(design, recipe, tmp_path / "runs", threads=1)) == DONE
    return list_runs(tmp_path / "runs")[0]


def ask(run, **changes):
    question = Lesions(run.design, run.recipe, runs=run.folder.parent, run=run.id, **changes)
    return find_lesions(question, unreported, unwarned)


def expected(run, **changes):
    """Accuracy and loss without each block, each by a pass of the whole network with that branch at zero."""
    trained = open_trained(Lesions(run.design, run.recipe, runs=run.folder.parent, run=run.id, **changes))
    loader = open_gallery(trained.recipe, run.design, trained.device, run.data).loader
    found = []
    for name in BLOCKS:
        network = copy.deepcopy(trained.network)
        set_branch_to_zero(network.get_submodule(name))
        with trained.computing():
            scores = network(loader.preprocessing.inputs(loader.read(slice(0, len(loader))))).float()
            hits = (scores.argmax(1) == loader.labels).sum().item()
            found.append((hits / len(loader), cross_entropy(scores, loader.labels).item()))
    return found


@pytest.mark.parametrize("design", [DESIGN, twin_of(DESIGN), DESIGN.change(block="preact-basic")], ids=str)
def test_each_block_is_worth_what_the_network_loses_without_it(tmp_path, design):
    run = train(tmp_path, design, precision="fp32")
    answer = ask(run)
    assert (answer.run, answer.epoch, answer.images) == (run.id, run.best_epoch, run.data.validation)
    assert answer.accuracy == run.best_accuracy  # with nothing switched off
    assert answer.blocks == BLOCKS
    for (accuracy, loss), found in zip(expected(run), zip(answer.accuracies, answer.losses, strict=True), strict=True):
        assert found == (accuracy, pytest.approx(loss, rel=1e-5))
    assert answer.worths == tuple(answer.accuracy - each for each in answer.accuracies)


def test_a_block_that_begins_as_the_identity_is_worth_nothing_bit_for_bit(tmp_path):
    run = train(tmp_path, epochs=1)
    fresh = ask(run, fresh=True)
    identities = [place for place, name in enumerate(BLOCKS) if name.endswith(".1")]
    assert [fresh.losses[place] for place in identities] == [fresh.loss] * 2
    assert [fresh.worths[place] for place in identities] == [0, 0]
    assert ask(run).losses[1] != ask(run).loss  # once trained it is worth something, even if little


def test_of_many_images_some_are_taken_from_everywhere(tmp_path):
    run = train(tmp_path)
    assert ask(run, images=7).images == 7
    with pytest.raises(Refused, match="there is no run"):
        find_lesions(Lesions(DESIGN, run.recipe, runs=tmp_path, run="gone"), unreported, unwarned)


def test_the_network_itself_stays_as_it_is(tmp_path):
    run = train(tmp_path)
    before = torch.get_rng_state()
    assert ask(run) == ask(run)
    assert torch.equal(torch.get_rng_state(), before)
