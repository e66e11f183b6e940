"""Devices: what is listed can be chosen, what is not is refused."""

from types import SimpleNamespace

import pytest
import torch

from explorer.engine import devices
from explorer.engine.devices import available_memory, choose_device, list_devices
from explorer.validation import Refused


def test_the_processor_is_always_there():
    last = list_devices()[-1]
    assert (last.id, last.note) == ("cpu", "")
    assert last.name
    assert choose_device("cpu") == torch.device("cpu")


def test_auto_takes_the_first_usable():
    usable = [each.id for each in list_devices() if not each.note]
    assert str(choose_device("auto")) == usable[0]


@pytest.mark.parametrize("name", ["cuda:99", "gpu", "cpu:1", ""])
def test_a_device_that_is_not_there_is_refused(name):
    with pytest.raises(Refused, match=r"^device: .* is not available; available: "):
        choose_device(name)


def test_a_card_that_torch_cannot_use_says_why(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(devices.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    card = list_devices()[0]
    assert card.id == "cuda"
    assert "built without CUDA" in card.note
    assert choose_device("auto").type != "cuda"
    with pytest.raises(Refused, match="built without CUDA"):
        choose_device("cuda")


def test_free_memory_is_part_of_the_whole():
    free, whole = available_memory(torch.device("cpu")), list_devices()[-1].memory
    assert free is None or 0 < free <= whole


@pytest.mark.parametrize(
    ("built_for", "capability", "runs"),
    [
        ("sm_75 sm_80 sm_90", (7, 5), True),
        ("sm_75 sm_80 sm_90", (8, 9), True),
        ("sm_75 sm_80 sm_90", (6, 1), False),
        ("sm_75 sm_80 sm_90", (7, 0), False),
        ("sm_80 sm_86", (12, 0), False),
        ("sm_80 compute_90", (12, 0), True),
        ("sm_100 sm_120", (12, 1), True),
        ("sm_90a", (9, 0), True),
    ],
)
def test_a_card_is_usable_where_torch_has_code_for_it(monkeypatch, built_for, capability, runs):
    card = SimpleNamespace(name="a card", total_memory=2**33, major=capability[0], minor=capability[1])
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda number: card)
    monkeypatch.setattr(torch.cuda, "get_arch_list", built_for.split)
    listed = list_devices()[0]
    assert (listed.id, listed.note == "") == ("cuda:0", runs)
    assert (str(choose_device("auto")) == "cuda:0") is runs
    if not runs:
        backend = "cu126" if capability < (7, 5) else "auto"
        with pytest.raises(Refused, match=rf"^device: 'cuda' is not available; .*--torch-backend {backend}$"):
            choose_device("cuda")
