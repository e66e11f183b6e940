"""Checkpoints and weights that are not what they should be: noticed, named, and never run."""

import json
import pickle

import pytest
import torch

from explorer.engine.training.checkpoint import NEWEST, load_checkpoint, seal
from explorer.engine.training.run import RunInProgress, open_runs
from explorer.engine.training.weights import BEST, weights_of
from explorer.runs import events
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.folder import read_hashes, read_run
from explorer.validation import Refused
from tests.engine import small
from tests.engine.shades import shades


@pytest.fixture
def train(tmp_path):
    """A command for a run of two epochs."""
    return Train(small.DESIGN, shades(tmp_path / "data").change(epochs=2), tmp_path / "runs")


@pytest.fixture
def stopped(train):
    """The folder of a run that has checkpoints and its best weights."""
    (training_run,) = open_runs(train)
    for event in training_run.events():
        training_run.record(event)
    training_run.folder.close()
    return training_run.folder.path


def replace(path, write):
    """Put another file in the place of `path`, known to run.json as the right one."""
    write(path)
    manifest = json.loads((path.parent / "run.json").read_text(encoding="utf-8"))
    manifest["hashes"][path.name] = seal(path)
    (path.parent / "run.json").write_text(json.dumps(manifest), encoding="utf-8")


def test_a_checkpoint_of_another_network_lists_what_does_not_fit(stopped, train):
    found = load_checkpoint(stopped, read_hashes(stopped)).state
    weights = dict(found["model"])
    weights["stranger.weight"] = weights.pop("fc.bias")
    weights["fc.weight"] = torch.zeros(7, 7)
    replace(stopped / NEWEST, lambda path: torch.save({**found, "model": weights}, path))
    with pytest.raises(Refused) as refused:
        open_runs(ResumeRun(str(stopped), train.runs, epochs=5))
    assert [complaint.where for complaint in refused.value.complaints] == ["fc.bias", "stranger.weight", "fc.weight"]
    assert "has shape (7, 7); this design needs (3, 8)" in str(refused.value)


def test_weights_of_another_network_list_what_does_not_fit(stopped, train):
    with pytest.raises(Refused, match=r"\nconv1\.weight: has shape \(4, 1, 3, 3\); this design needs \(6, 1, 3, 3\)\n"):
        open_runs(Train(train.design.change(stem_width=6), train.recipe, train.runs, init_from=stopped.name))


class Bomb:
    """A pickle that makes a file when it is opened."""

    def __init__(self, victim):
        self.victim = victim

    def __reduce__(self):
        return self.victim.touch, ()


@pytest.mark.parametrize("kind", ["plain", "torch"])
def test_a_pickle_posing_as_a_checkpoint_runs_no_code(stopped, train, tmp_path, kind):
    victim = tmp_path / "victim"
    bomb = Bomb(victim)
    replace(
        stopped / NEWEST,
        lambda path: path.write_bytes(pickle.dumps(bomb, 2)) if kind == "plain" else torch.save({"model": bomb}, path),
    )
    found = load_checkpoint(stopped, read_hashes(stopped))
    assert found.warning.startswith(
        f"{NEWEST} is damaged (it contains more than plain data; none of it was executed); continuing"
    )
    assert not victim.exists()


def test_a_flipped_bit_in_the_best_weights_is_noticed(stopped):
    content = bytearray((stopped / BEST).read_bytes())
    content[-1] ^= 1
    (stopped / BEST).write_bytes(content)
    with pytest.raises(Refused, match=r"best\.safetensors is damaged \(its sha256 does not match run\.json\)"):
        weights_of(read_run(stopped))
    (stopped / BEST).unlink()
    assert set(weights_of(read_run(stopped)))


def test_a_resume_from_the_checkpoint_before_keeps_that_one(stopped, train):
    """The damaged one must not take the place of the last good one."""
    good = load_checkpoint(stopped, read_hashes(stopped)).state["counters"]["step"]
    (stopped / NEWEST).write_bytes(b"damaged")
    (training_run,) = open_runs(ResumeRun(str(stopped), train.runs))
    assert "is damaged" in training_run.warning
    running = RunInProgress(training_run)
    while not isinstance(running.advance(), events.Checkpoint):
        pass
    training_run.folder.close()
    (stopped / NEWEST).write_bytes(b"damaged again")
    again = load_checkpoint(stopped, read_hashes(stopped))
    assert again.state["counters"]["step"] == good - 3
