"""Which devices a recipe may mean."""

import pytest

from explorer.runs.devices import candidates
from explorer.runs.events import Device, Hello


@pytest.mark.parametrize(
    ("device", "there", "expected"),
    [
        ("auto", ("cuda:0", "cuda:1", "cpu"), ["cuda:0", "cuda:1"]),
        ("auto", ("mps", "cpu"), ["mps"]),
        ("auto", ("cpu",), ["cpu"]),
        ("cuda", ("cuda:0", "cpu"), ["cuda:0"]),
        ("cpu", ("cuda:0", "cpu"), ["cpu"]),
    ],
)
def test_what_a_device_may_mean(device, there, expected):
    assert candidates(device, Hello(1, {}, tuple(Device(each, each, 1) for each in there))) == expected


def test_a_card_that_torch_cannot_use_is_none():
    hello = Hello(1, {}, (Device("cuda", "NVIDIA", 0, "no driver"), Device("cpu", "a processor", 1)))
    assert candidates("auto", hello) == ["cpu"]
