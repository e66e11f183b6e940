"""Devices: what is listed can be chosen, what is not is refused."""

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
