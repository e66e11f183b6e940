import json

from explorer.cli import main
from explorer.cli.check import examine, findings_text, missing_for_window, missing_packages, unusable_cards
from explorer.runs.events import Device
from explorer.runs.findings import Findings
from explorer.runs.json_lines import read_record
from explorer.runs.versions import PACKAGES


def test_check_names_versions_devices_and_data(capsys):
    assert main(["check", "--json"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert {"Python", "PySide6-Essentials", "torch", "torchvision", "torchinfo", "pyqtgraph"} <= set(values["versions"])
    assert "cpu" in [device["id"] for device in values["devices"]]
    assert "fashion-mnist-12k" in values["data"]
    assert isinstance(values["window"], bool)


def test_a_missing_package_comes_with_the_way_to_get_it():
    versions = {**dict.fromkeys(PACKAGES, "1.0"), "pyqtgraph": None}
    (lack,) = missing_packages(versions)
    assert lack.what == "pyqtgraph"
    assert "pip install pyqtgraph" in lack.advice


def test_a_card_that_torch_cannot_use_is_named():
    card = Device("cuda", "NVIDIA", 0, "torch was built without CUDA")
    (lack,) = unusable_cards((card, Device("cpu", "a processor", 2**30)))
    assert lack.what == "NVIDIA"
    assert "built without CUDA" in lack.advice
    text = findings_text(Findings({"torch": None}, (card,), False, (), (lack,)))
    assert "not installed" in text
    assert "cannot open" in text


def test_the_findings_come_back_from_json_with_what_their_sentences_are_made_of(capsys, monkeypatch):
    monkeypatch.setattr("explorer.cli.check.installed_version", lambda name: None if name == "torch" else "1.0")
    found = examine()
    assert main(["check", "--json"]) == 0
    read = read_record(Findings, json.loads(capsys.readouterr().out))
    assert read == found
    (lack,) = (each for each in read.missing if each.what == "torch")
    assert lack.advice.values["use"] == PACKAGES["torch"]


def test_without_a_display_the_window_cannot_open(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    assert "display" in [lack.what for lack in missing_for_window()]
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert list(missing_for_window()) == []
