"""Files of weights of every kind: what is read, what is refused and why, and that no code of theirs runs."""

import os
import pickle
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from explorer.engine.training.checkpoint import NEWEST
from explorer.engine.weights.files import read_file, read_metadata
from explorer.validation import Refused
from tests.engine import small

WEIGHTS = {"conv1.weight": torch.arange(12.0).reshape(2, 2, 3), "fc.bias": torch.ones(3)}


def only_group(path):
    (group,) = read_file(path).groups
    return group


def same(group, weights=WEIGHTS):
    return list(group.tensors) == list(weights) and all(
        torch.equal(values, weights[name]) for name, values in group.tensors.items()
    )


@pytest.mark.parametrize("name", ["net.pth", "net.pt", "net.bin", "no suffix"])
@pytest.mark.parametrize("new", [True, False], ids=["zip", "legacy"])
def test_what_pytorch_has_saved_is_read_whatever_it_is_called(tmp_path, name, new):
    torch.save(WEIGHTS, tmp_path / name, _use_new_zipfile_serialization=new)
    assert same(only_group(tmp_path / name))


def test_safetensors_are_read_with_their_metadata(tmp_path):
    save_file(WEIGHTS, tmp_path / "net.pth", {"design": "mini"})
    (group,), metadata = read_file(tmp_path / "net.pth")
    assert same(group, dict(sorted(WEIGHTS.items())))
    assert metadata == read_metadata(tmp_path / "net.pth") == {"design": "mini"}


@pytest.mark.parametrize("key", ["state_dict", "model", "model_state_dict", "net", "ema"])
def test_a_table_in_a_table_is_found(tmp_path, key):
    torch.save({"epoch": 7, "best": 0.9, key: WEIGHTS, "args": {"lr": 0.1}}, tmp_path / "net.pth")
    group = only_group(tmp_path / "net.pth")
    assert same(group)
    assert group.full_name("fc.bias") == f"{key}.fc.bias"


def test_averages_stand_before_what_they_are_averages_of(tmp_path):
    state = {"state": {0: {"momentum_buffer": torch.ones(2)}}}
    torch.save({"model": WEIGHTS, "optimizer": state, "state_dict_ema": WEIGHTS}, tmp_path / "net.pth")
    assert [group.path for group in read_file(tmp_path / "net.pth").groups] == ["state_dict_ema", "model"]


def test_parameters_and_other_values_beside_tensors_are_no_obstacle(tmp_path):
    values = {"fc.bias": nn.Parameter(torch.ones(3)), "classes": 3, "mask": torch.ones(2, dtype=torch.bool), 4: "four"}
    torch.save(values, tmp_path / "net.pth")
    tensors = only_group(tmp_path / "net.pth").tensors
    assert list(tensors) == ["fc.bias"]
    assert not tensors["fc.bias"].requires_grad


def test_a_file_without_checksums_is_read(tmp_path):
    """Such as the checkpoints of this program."""
    folder = small.new_folder(tmp_path)
    small.run(small.training(small.RECIPE.change(epochs=1, ema=0.9)), folder)
    folder.close()
    groups = read_file(folder.path / NEWEST).groups
    assert {"average", "model"} <= {group.path for group in groups}


class Bomb:
    """A pickle that makes a file when it is opened."""

    def __init__(self, victim):
        self.victim = victim

    def __reduce__(self):
        return Path.touch, (self.victim,)


BOMBS = {
    "zip": lambda bomb, path: torch.save(bomb, path),
    "legacy": lambda bomb, path: torch.save(bomb, path, _use_new_zipfile_serialization=False),
    "among weights": lambda bomb, path: torch.save({**WEIGHTS, "hook": bomb}, path),
}


@pytest.mark.parametrize("write", BOMBS.values(), ids=BOMBS)
def test_code_in_a_file_is_refused_and_does_not_run(tmp_path, write):
    path, victim = tmp_path / "net.pth", tmp_path / "victim"
    write(Bomb(victim), path)
    with pytest.raises(Refused, match=r"^weights: .* contains more than plain data, .*; none of it was executed"):
        read_file(path)
    assert not victim.exists()


@pytest.mark.parametrize("name", ["net.pth", "net.safetensors"])
@pytest.mark.parametrize("write", [*BOMBS.values(), lambda bomb, path: path.write_bytes(pickle.dumps(bomb))])
def test_no_code_runs_whatever_the_file_is_called(tmp_path, write, name):
    path, victim = tmp_path / name, tmp_path / "victim"
    write(Bomb(victim), path)
    with pytest.raises(Refused):
        read_file(path)
    assert not victim.exists()


def test_a_whole_model_is_refused_with_what_to_save_instead(tmp_path):
    torch.save(nn.Linear(2, 3), tmp_path / "net.pth")
    with pytest.raises(Refused, match=r"such as a whole model; .* Save the model's state_dict\(\) instead"):
        read_file(tmp_path / "net.pth")


KINDS = {
    "zip": lambda path: torch.save(WEIGHTS, path),
    "legacy": lambda path: torch.save(WEIGHTS, path, _use_new_zipfile_serialization=False),
    "safetensors": lambda path: save_file(WEIGHTS, path),
}


@pytest.mark.parametrize("write", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_truncated_file_is_said_to_be_incomplete(tmp_path, write, share):
    path = tmp_path / "net.pth"
    write(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(Refused, match=r"^weights: '.*net\.pth' is damaged or incomplete: "):
        read_file(path)


def test_a_flipped_bit_is_said_to_be_damage(tmp_path):
    path = tmp_path / "net.pth"
    torch.save(WEIGHTS, path)
    content = bytearray(path.read_bytes())
    content[content.index(WEIGHTS["conv1.weight"].numpy().tobytes()) + 10] ^= 1
    path.write_bytes(content)
    with pytest.raises(Refused, match=r"is damaged or incomplete: Bad CRC-32"):
        read_file(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is neither a file of PyTorch nor of safetensors"),
        (b"hello", "is neither a file of PyTorch nor of safetensors"),
        (bytes(1000), "is neither a file of PyTorch nor of safetensors"),
        (b"PK\x03\x04 and no more", "is damaged or incomplete"),
        ((1 << 60).to_bytes(8, "little") + b"{", "is damaged or incomplete"),
        (pickle.dumps({"conv1.weight": [1.0, 2.0]}), "is neither a file of PyTorch nor of safetensors"),
    ],
    ids=["empty", "text", "zeros", "zip", "a header without end", "lists"],
)
def test_what_is_no_file_of_weights_is_refused(tmp_path, content, words):
    (tmp_path / "net.pth").write_bytes(content)
    with pytest.raises(Refused, match=words):
        read_file(tmp_path / "net.pth")


@pytest.mark.parametrize("values", [{}, {"a": 1}, [torch.ones(2)], torch.ones(2), {"a": {"b": {1: torch.ones(2)}}}])
def test_a_file_without_named_tensors_is_refused(tmp_path, values):
    torch.save(values, tmp_path / "net.pth")
    with pytest.raises(Refused, match="has no tensors with names"):
        read_file(tmp_path / "net.pth")


def test_what_torch_warns_of_is_not_shown(tmp_path, recwarn):
    torch.save({"weight": torch.eye(2).to_sparse()}, tmp_path / "sparse.pth")
    (tmp_path / "plain.pth").write_bytes(pickle.dumps({"weight": [1.0]}, protocol=4))
    for name in ("sparse", "plain"):
        with suppress(Refused):
            read_file(tmp_path / f"{name}.pth")
    assert [*recwarn] == []


def test_a_folder_a_pipe_and_nothing_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for name in ("", "pipe", "nothing"):
        with pytest.raises(Refused, match="there is no file"):
            read_file(tmp_path / name)
