import json

from explorer.cli import main
from explorer.cli.check import Findings, findings_text, missing_for_window, missing_packages, unusable_cards
from explorer.runs.events import Device


def test_check_names_versions_devices_and_data(capsys):
    assert main(["check", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert {"Python", "PySide6-Essentials", "torch", "torchvision", "torchinfo", "pyqtgraph"} <= set(values["versions"])
    assert "cpu" in [device["id"] for device in values["devices"]]
    assert "fashion-mnist-12k" in values["data"]
    assert isinstance(values["window"], bool)


def test_a_missing_package_comes_with_the_way_to_get_it():
    from explorer.cli.check import PACKAGES

    versions = {**dict.fromkeys(PACKAGES, "1.0"), "pyqtgraph": None}
    ((what, advice),) = missing_packages(versions)
    assert what == "pyqtgraph"
    assert "pip install pyqtgraph" in advice


def test_a_card_that_torch_cannot_use_is_named():
    card = Device("cuda", "NVIDIA", 0, "torch was built without CUDA")
    ((what, advice),) = unusable_cards((card, Device("cpu", "a processor", 2**30)))
    assert what == "NVIDIA"
    assert "built without CUDA" in advice
    text = findings_text(Findings({"torch": None}, (card,), False, (), ((what, advice),)))
    assert "not installed" in text
    assert "cannot open" in text


def test_without_a_display_the_window_cannot_open(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert "display" in [lack.what for lack in missing_for_window()]
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert list(missing_for_window()) == []
