"""A second start hands its design to the open window; nobody else can, and nothing is left behind."""

import json
import subprocess
import sys

import pytest
from PySide6.QtNetwork import QLocalSocket

from explorer.architecture.notation import to_toml
from explorer.architecture.presets import preset
from explorer.gui.app import _accept_others
from explorer.gui.handover import Handover, hand_over
from explorer.runs.launch import launch_local

NOTE = "open-window"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "state").mkdir()
    return tmp_path / "state"


@pytest.fixture
def handover(qtbot, folder):
    found = Handover(folder)
    yield found
    found.close()
    found.deleteLater()


def start_another(folder, *words: str) -> subprocess.Popen:
    """Another start that only hands over, as it runs in a process of its own; it says whether somebody took it."""
    program = (
        "import sys; from pathlib import Path\n"
        "from explorer.architecture.presets import design_file, find_design\n"
        "from explorer.gui.handover import hand_over\n"
        "word = sys.argv[2] if len(sys.argv) > 2 else ''\n"
        "print(hand_over(Path(sys.argv[1]), find_design(word) if word else None, design_file(word)))"
    )
    launch = launch_local()
    line = [sys.executable, "-c", program, str(folder), *words]
    return subprocess.Popen(line, env=launch.environment, stdout=subprocess.PIPE, text=True)


def wait_for(qtbot, process: subprocess.Popen) -> str:
    qtbot.waitUntil(lambda: process.poll() is not None)
    return process.communicate()[0].strip()


def test_a_second_start_hands_over_its_design_and_ends(qtbot, folder, handover, tmp_path):
    received = []
    handover.received.connect(lambda *what: received.append(what))
    file = tmp_path / "mine.toml"
    file.write_text(to_toml(preset("resnet34")), encoding="utf-8")
    for words in ((str(file),), ("resnet50",), ()):
        assert wait_for(qtbot, start_another(folder, *words)) == "True"
    qtbot.waitUntil(lambda: len(received) == 3)
    assert received == [(preset("resnet34"), file), (preset("resnet50"), None), (None, None)]
    handover.close()
    assert not (folder / NOTE).exists()
    assert wait_for(qtbot, start_another(folder, "resnet50")) == "False"


def test_the_open_window_shows_it_as_one_step(open_session, folder, tmp_path):
    session, handover = open_session("mini"), Handover(folder)
    _accept_others(session, handover)
    file = tmp_path / "mine.toml"
    file.write_text(to_toml(preset("resnet34")), encoding="utf-8")
    handover.received.emit(preset("resnet34"), file)
    assert (session.document.design, session.document.path) == (preset("resnet34"), file)
    handover.received.emit(preset("resnet50"), None)
    assert session.document.design == preset("resnet50")
    session.document.undo_stack.undo()
    assert session.document.design == preset("resnet34")
    handover.received.emit(None, None)  # the window alone is wanted
    session.left.emit()
    assert not (folder / NOTE).exists()


def test_a_window_that_was_killed_is_not_waited_for(qtbot, folder):
    (folder / NOTE).write_text(str(folder / "no-such-socket"), encoding="utf-8")
    assert not hand_over(folder, preset("mini"), None)
    (folder / NOTE).write_bytes(b"\xff\xfe")
    assert not hand_over(folder, preset("mini"), None)


def test_the_note_of_a_later_window_stays(qtbot, folder, handover):
    later = Handover(folder)
    handover.close()
    assert (folder / NOTE).exists()
    later.close()
    later.deleteLater()
    assert not (folder / NOTE).exists()


@pytest.mark.parametrize(
    "line", [b"[]\n", b"{}\n", b'{"design": {"schema": 1}, "path": null}\n', b"\xff\n", b"9" * 2**21]
)
def test_what_is_no_design_is_dropped(qtbot, folder, handover, line):
    received = []
    handover.received.connect(lambda *what: received.append(what))
    socket = QLocalSocket()
    socket.connectToServer((folder / NOTE).read_text())
    socket.write(line)
    qtbot.waitUntil(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState)
    assert not received
    good = QLocalSocket()  # and the next one is heard
    good.connectToServer((folder / NOTE).read_text())
    good.write(json.dumps({"design": None, "path": None}).encode() + b"\n")
    qtbot.waitUntil(lambda: received == [(None, None)])
