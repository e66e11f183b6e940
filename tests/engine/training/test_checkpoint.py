"""Checkpoints: damage is noticed, the one before steps in, a full disk does not end a run."""

import pytest
import torch

from explorer.engine.training.checkpoint import NEWEST, PREVIOUS, load_checkpoint, save_checkpoint
from explorer.runs import events
from explorer.validation import Refused
from tests.engine import small


@pytest.fixture
def two(folder):
    """A run with the checkpoints of step 1 and step 2."""
    for step in (1, 2):
        save_checkpoint(folder, {**small.state(step), "values": torch.arange(1000)})
    return folder


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path):
    path.write_bytes(path.read_bytes()[:100])


def empty(path):
    path.write_bytes(b"")


def load(folder):
    return load_checkpoint(folder.path, folder.manifest["hashes"])


def test_the_newest_comes_back(two):
    found = load(two)
    assert (found.state["counters"]["step"], found.warning) == (2, "")
    assert torch.equal(found.state["values"], torch.arange(1000))


def test_none_was_written(folder):
    assert load(folder) is None


@pytest.mark.parametrize("damage", [flip, cut, empty])
def test_a_damaged_checkpoint_gives_way_to_the_one_before(two, damage):
    damage(two.path / NEWEST)
    found = load(two)
    assert found.state["counters"]["step"] == 1
    assert NEWEST in found.warning
    assert PREVIOUS in found.warning


@pytest.mark.parametrize("damage", [flip, cut, empty])
def test_two_damaged_checkpoints_are_refused(two, damage):
    damage(two.path / NEWEST)
    damage(two.path / PREVIOUS)
    with pytest.raises(Refused, match=r"checkpoint\.pt is damaged.*checkpoint\.previous\.pt is damaged"):
        load(two)


def test_killed_between_the_two_renames(two):
    (two.path / NEWEST).unlink()
    assert load(two).state["counters"]["step"] == 1


def test_killed_between_the_manifest_and_the_renames(two):
    hashes = two.manifest["hashes"]
    two.update(hashes={**hashes, NEWEST: "0" * 64, PREVIOUS: hashes[NEWEST]})
    assert load(two).state["counters"]["step"] == 2


def test_a_full_disk_warns_and_training_goes_on(folder, monkeypatch):
    def full(state, path):
        path.write_bytes(b"half")
        raise RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed")

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", full)
        found = small.run(small.training(), folder)
    warnings = [event.reason for event in found if isinstance(event, events.Warned)]
    assert len(warnings) == small.RECIPE.epochs
    assert all("could not write checkpoint.pt" in text and "MB free" in text for text in warnings)
    assert isinstance(found[-1], events.Finished)
    assert not list(folder.path.glob("checkpoint*"))


def test_what_could_not_be_written_leaves_the_old_one(two, monkeypatch):
    monkeypatch.setattr(
        torch, "save", lambda state, path: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    with pytest.raises(Exception, match="No space left"):
        save_checkpoint(two, small.state(3))
    assert load(two).state["counters"]["step"] == 2


def test_changed_data_are_refused(folder):
    work = small.training()
    state = {**work.state(), "steps_per_epoch": 99}
    with pytest.raises(Refused, match="99 steps and now has 5"):
        work.restore(state)
