"""Checkpoints and weights that are not what they should be: noticed, named, and never run."""

import json
import os
import pickle
import stat
import sys

import pytest
import torch

from explorer.engine.runs.opening import open_runs
from explorer.engine.runs.run_in_progress import RunInProgress
from explorer.engine.training import checkpoint as checkpoint_module
from explorer.engine.training import weights as weights_module
from explorer.engine.training.checkpoint import NEWEST, PREVIOUS, load_checkpoint, seal
from explorer.engine.training.weights import BEST, weights_of
from explorer.runs import events
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.folder.manifest import read_hashes
from explorer.runs.folder.run import read_run
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


def test_weights_of_another_network_give_what_fits_and_the_rest_is_listed(stopped, train):
    (run,) = open_runs(Train(train.design.change(stem_width=6), train.recipe, train.runs, weights=stopped.name))
    run.folder.close()
    assert "; shape differs (6): conv1.weight, bn1.weight, bn1.bias …" in run.weights
    assert torch.equal(run.training.network.state_dict()["fc.weight"], weights_of(read_run(stopped))["fc.weight"])


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


def test_a_sealed_file_that_is_no_checkpoint_gives_way_to_the_one_before(stopped, train):
    good = load_checkpoint(stopped, read_hashes(stopped)).state["counters"]["step"]
    for content in ({"step": 3}, [1], {"model": {}, "optimizer": 5, "schedule": {}, "counters": {}}):
        replace(stopped / NEWEST, lambda path, content=content: torch.save(content, path))
        found = load_checkpoint(stopped, read_hashes(stopped))
        assert found.warning == f"{NEWEST} is damaged (it is not a checkpoint); continuing from {PREVIOUS}"
        assert found.state["counters"]["step"] == good - 3


@pytest.mark.parametrize("part", ["counters", "rewrites", "optimizer"])
def test_a_checkpoint_with_other_content_than_this_version_writes_is_refused(stopped, train, part):
    found = load_checkpoint(stopped, read_hashes(stopped)).state
    replace(stopped / NEWEST, lambda path: torch.save({**found, part: {"unknown": 1}}, path))
    with pytest.raises(Refused, match=r"^checkpoint: cannot be used by this version: "):
        open_runs(ResumeRun(str(stopped), train.runs, epochs=5))


def test_a_missing_checkpoint_is_said(stopped, train):
    (stopped / NEWEST).unlink()
    found = load_checkpoint(stopped, read_hashes(stopped))
    assert found.warning == f"{NEWEST} is missing; continuing from {PREVIOUS}"
    (stopped / PREVIOUS).unlink()
    weights = (stopped / BEST).read_bytes()
    with pytest.raises(Refused, match=rf"^checkpoint: {NEWEST} is missing; {PREVIOUS} is missing$"):
        open_runs(ResumeRun(str(stopped), train.runs, epochs=5))
    assert (stopped / BEST).read_bytes() == weights


@pytest.mark.parametrize("hashes", [None, [], {}])
def test_a_run_without_hashes_is_refused_and_keeps_its_weights(stopped, train, hashes):
    manifest = json.loads((stopped / "run.json").read_text(encoding="utf-8"))
    manifest.pop("hashes")
    (stopped / "run.json").write_text(json.dumps({**manifest, **({} if hashes is None else {"hashes": hashes})}))
    with pytest.raises(Refused, match=r"^checkpoint: checkpoint\.pt is damaged \(its sha256 does not match"):
        open_runs(ResumeRun(str(stopped), train.runs, epochs=5))
    for name in (NEWEST, PREVIOUS):
        (stopped / name).unlink()
    with pytest.raises(Refused, match=r"^checkpoint: run .* has no checkpoint; start a new run with its weights"):
        open_runs(ResumeRun(str(stopped), train.runs, epochs=5))
    assert (stopped / BEST).is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_every_file_of_a_run_has_the_mode_that_the_umask_says(stopped):
    before = os.umask(0)
    os.umask(before)
    for path in stopped.rglob("*"):
        if path.name != "run.lock":
            usual = 0o777 if path.is_dir() else 0o666
            assert stat.S_IMODE(path.stat().st_mode) == usual & ~before, path.name


def test_what_cannot_be_read_is_not_called_damaged(stopped, monkeypatch):
    def denied(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(checkpoint_module, "sha256_of", denied)
    monkeypatch.setattr(weights_module, "sha256_of", denied)
    with pytest.raises(
        Refused, match=r"^weights: best\.safetensors cannot be read: Permission denied; move it away to "
    ):
        weights_of(read_run(stopped))
    with pytest.raises(Refused, match=r"^checkpoint: checkpoint\.pt cannot be read: Permission denied; "):
        load_checkpoint(stopped, read_hashes(stopped))


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
