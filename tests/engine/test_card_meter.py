"""What the driver says of a card, and what is read where it says nothing."""

from types import SimpleNamespace

import pynvml
import pytest
import torch

from explorer.engine.card_meter import CardMeter
from explorer.runs.events import Card

CARD = torch.device("cuda:1")


@pytest.fixture
def driver(monkeypatch):
    """A driver of one card, with the UUID that torch has for its second one."""
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: SimpleNamespace(uuid=f"uuid-of-{device}"))
    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    handles = {"GPU-uuid-of-cuda:1": 7}

    def handle(uuid):
        if uuid not in handles:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return handles[uuid]

    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByUUID", handle)
    memory = SimpleNamespace(used=3 * 2**30, total=2**33)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetMemoryInfo", {7: memory}.__getitem__)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetUtilizationRates", {7: SimpleNamespace(gpu=87)}.__getitem__)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetTemperature", lambda found, sensor: {7: 61}[found])


def test_the_card_is_found_by_its_uuid(driver):
    assert CardMeter(CARD).read() == Card(utilisation=0.87, used_bytes=3 * 2**30, memory_bytes=2**33, celsius=61)


def test_a_card_that_the_driver_does_not_know_has_no_reading(driver):
    assert CardMeter(torch.device("cuda:0")).read() is None


def test_a_card_that_falls_silent_has_no_reading(driver, monkeypatch):
    meter = CardMeter(CARD)

    def fail(handle):
        raise pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)

    monkeypatch.setattr(pynvml, "nvmlDeviceGetUtilizationRates", fail)
    assert meter.read() is None


def test_without_a_driver_there_is_no_reading(monkeypatch):
    def fail():
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", fail)
    assert CardMeter(CARD).read() is None
    assert CardMeter(torch.device("cpu")).read() is None
