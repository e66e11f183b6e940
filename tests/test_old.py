"""What earlier versions wrote still lists, opens, resumes and exports.

`tests/old` was written by version 0.1.0: three runs of a tiny network on the bundled data, a design with every key that
has a default, and the settings of a person. These tests speak to the program as a person does, by its command line and
its window, so that they hold whatever its modules are called. They work on copies: to list a run makes its lock.
"""

import json
import os
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from explorer.cli import main
from tests.patience import patience

ROOT = Path(__file__).parent.parent
OLD = Path(__file__).parent / "old"
FINISHED, STOPPED, INTERRUPTED = (
    "20261125-181027-Tiny-fd8d",
    "20261125-181036-Tiny-f3f8",
    "20261125-181042-Tiny-d3e6",
)
LOOK = """
import json
import sys
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QMenu, QTableView
from explorer.cli import main

def actions(window):
    for menu in window.findChildren(QMenu):
        menu.aboutToShow.emit()
    return {action.text(): action for menu in window.findChildren(QMenu) for action in menu.actions()}

def look():
    windows = [each for each in QApplication.topLevelWidgets() if isinstance(each, QMainWindow) and each.isVisible()]
    for page in [each for window in windows for each in window.findChildren(QAction, "runs_page")]:
        page.trigger()
    tables = [each for window in windows for each in window.findChildren(QTableView) if each.model().rowCount() == 3]
    if not tables:
        return
    timer.stop()
    (window,), (table,) = windows, tables
    runs = table.model()
    seen = {
        "window": QApplication.palette().color(QPalette.ColorRole.Window).name(),
        "points": QApplication.font().pointSizeF(),
        "docks": {each.objectName(): each.isVisible() for each in window.findChildren(QDockWidget)},
        "runs": [[runs.index(row, column).data() for column in range(runs.columnCount())] for row in range(3)],
        "actions": sorted(actions(window)),
    }
    table.selectRow(0)
    table.doubleClicked.emit(runs.index(0, 0))
    seen["run"] = window.windowTitle()
    actions(window)["design.toml"].trigger()
    seen["design"] = window.windowTitle()  # and nothing is left to be saved, which the window would ask about
    print(json.dumps(seen), flush=True)
    window.close()

app = QApplication(["resnet-explorer"])
usual = app.font().pointSizeF()
timer = QTimer(interval=50)
timer.timeout.connect(look)
timer.start()
status = main(sys.argv[1:])
print(json.dumps(usual))
sys.exit(status)
"""


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD / "runs", tmp_path / "runs"))


@pytest.fixture
def ask(capsys):
    """What a command answers in JSON."""

    def ask(*words: object) -> object:
        assert main([*map(str, words), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return ask


def test_nothing_old_knows_where_it_was_written():
    files = [path for path in OLD.rglob("*") if path.is_file()]
    assert len(files) == 2 + 5 + 5 + 4
    for path in files:
        data = path.read_bytes()
        for place in (b"/home", b"/root", b"/tmp", b"/work", b"/Users", b":\\\\"):
            assert place not in data, path


def test_old_runs_are_listed(runs, ask):
    found = [
        [run[key] for key in ("id", "state", "epochs_done", "best_accuracy", "best_epoch", "params")]
        for run in ask("runs", "--runs", runs)
    ]
    assert found == [
        [INTERRUPTED, "interrupted", 1, 0.124, 1, 2590],
        [STOPPED, "stopped", 1, 0.236, 1, 2590],
        [FINISHED, "finished", 2, 0.606, 2, 2590],
    ]


def test_an_old_run_is_shown_with_its_epochs(runs, ask, capsys):
    shown = ask("runs", "show", FINISHED, "--runs", runs)
    assert [epoch["validation_accuracy"] for epoch in shown["epochs"]] == [0.236, 0.606]
    assert [epoch["step"] for epoch in shown["epochs"]] == [40, 80]
    assert (shown["recipe"]["batch_size"], shown["recipe"]["seed"]) == (256, 3)
    assert main(["runs", "show", FINISHED, "--runs", str(runs)]) == 0
    assert "basic:1x28x28:10:4x1/2,8x2/2:stem=cifar,stem_width=4" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(("run", "epochs"), [(STOPPED, 2), (INTERRUPTED, 3)])
def test_an_old_run_is_resumed_and_finished(runs, ask, capsys, run, epochs):
    before = ask("runs", "show", run, "--runs", runs)
    assert main(["train", "--resume", run, "--runs", str(runs)]) == 0
    capsys.readouterr()
    after = ask("runs", "show", run, "--runs", runs)
    assert (after["state"], after["epochs_done"]) == ("finished", epochs)
    assert after["epochs"][:1] == before["epochs"]  # it went on, and did not begin anew
    assert [epoch["step"] for epoch in after["epochs"]] == [40 * number for number in range(1, epochs + 1)]
    assert after["best_accuracy"] > 0.4
    if run == STOPPED:  # of the finished run's seed: it has seen the same images in the same order
        assert after["batches"] == ask("runs", "show", FINISHED, "--runs", runs)["batches"]


@pytest.mark.parametrize("run", [FINISHED, STOPPED, INTERRUPTED])
def test_an_old_run_is_exported_as_source_that_builds(runs, tmp_path, run):
    assert main(["export", run, "--to", "python", "-o", str(tmp_path / "net.py"), "--runs", str(runs)]) == 0
    assert params_of(tmp_path / "net.py") == 2590


@pytest.mark.parametrize("run", [FINISHED, STOPPED, INTERRUPTED])
def test_an_old_run_has_a_report_and_a_card(runs, tmp_path, run):
    for form in ("html", "timm"):
        assert main(["export", run, "--to", form, "-o", str(tmp_path / form), "--runs", str(runs)]) == 0
    assert params_of(tmp_path / "timm/network.py") == 2590
    for text in (tmp_path / "html", tmp_path / "timm/README.md"):
        assert "no results by class" in text.read_text(encoding="utf-8")


@pytest.mark.parametrize("run", [FINISHED, STOPPED, INTERRUPTED])
def test_an_old_run_is_exported_as_weights_that_open_again_and_as_tables(runs, tmp_path, ask, run):
    path = tmp_path / "net.safetensors"
    for form in ("safetensors", "csv", "markdown"):
        words = ("--to", form, "-o", str(path.with_suffix(f".{form}")), "--runs", str(runs))
        assert main(["export", run, *words]) == 0
    assert ask("summary", path)["totals"]["params"] == 2590
    assert "\nstep,1,1," in path.with_suffix(".csv").read_text().replace("\r", "")
    assert "| **all** |  |  | **2,590** |" in path.with_suffix(".markdown").read_text(encoding="utf-8")


def params_of(source: Path) -> int:
    """How many parameters the network has that an exported file builds."""
    from torch import nn, zeros

    made = runpy.run_path(str(source))
    network = made["ResNet"]()
    assert isinstance(network, nn.Module)
    assert network.eval()(zeros(2, 1, 28, 28)).shape == (2, 10)
    return sum(each.numel() for each in network.parameters())


def test_an_old_design_is_read_to_its_last_key(tmp_path, ask):
    design = ask("summary", OLD / "design.toml")["design"]
    assert design == {
        "schema": 1,
        "name": "Old friend – 老朋友",
        "input": [1, 28, 28],
        "classes": 10,
        "stages": [
            {"blocks": 3, "width": 8, "stride": 1},
            {"blocks": 1, "width": 16, "stride": 2},
            {"blocks": 0, "width": 16, "stride": 1},
            {"blocks": 2, "width": 24, "stride": 2},
        ],
        "stem": "cifar",
        "stem_width": 8,
        "stem_norm": False,  # a key that newer versions added
        "block": "preact-bottleneck",
        "shortcut": "projection-all",
        "shortcut_norm": False,
        "conv_bias": True,
        "groups": 2,
        "group_width": 32,
        "stride_on": "1x1",
        "final_norm": False,
        "zero_init": True,
        "init": "xavier",
    }
    with (OLD / "design.toml").open("rb") as file:
        written = tomllib.load(file)
    assert written.keys() | {"stem_norm"} == design.keys()
    assert main(["export", str(OLD / "design.toml"), "--to", "python", "-o", str(tmp_path / "net.py")]) == 0
    assert params_of(tmp_path / "net.py") == 41_050


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems keep settings elsewhere")
def test_the_window_starts_with_old_settings_and_old_runs(runs, tmp_path):
    place = tmp_path / "resnet-explorer"
    place.mkdir()
    shutil.copy(OLD / "settings.ini", place / "ResNet Explorer.conf")
    runs.rename(place / "runs")
    done = subprocess.run(
        [sys.executable, "-c", LOOK, "mini"],
        cwd=ROOT,
        env={
            **os.environ,
            "QT_QPA_PLATFORM": "offscreen",
            "XDG_CONFIG_HOME": str(tmp_path),
            "XDG_DATA_HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=patience(),
    )
    assert done.returncode == 0, done.stderr
    seen, usual = map(json.loads, done.stdout.splitlines())
    assert seen["window"] == "#1b1e23"  # dark
    assert seen["points"] == pytest.approx(usual * 1.12**2)
    assert {name for name, is_shown in seen["docks"].items() if is_shown} == {"Design", "Training"}  # no tour again
    assert {"最近打开", "design.toml"} <= set(seen["actions"])
    assert [run[2] for run in seen["runs"]] == ["Tiny"] * 3
    assert [run[7] for run in seen["runs"]] == ["12.4 %", "23.6 %", "60.6 %"]
    assert len({run[1] for run in seen["runs"]}) == 3
    assert "Tiny" in seen["run"]
    assert "Old friend – 老朋友" in seen["design"]
