"""What comes back at the next start, however the window ended."""

import gc
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMessageBox

from explorer.architecture.notation import to_toml
from explorer.architecture.presets import preset
from explorer.gui.saved_session import SessionFile
from explorer.gui.session import Session
from explorer.runs.folder.survey import list_runs
from tests.gui.paths import open_block
from tests.patience import patience

ROOT = Path(__file__).parents[2]


@pytest.fixture
def restart(qtbot, tmp_path):
    """Opens a window that continues the last session, after the one before was closed."""
    opened: list[Session] = []

    def close() -> None:
        for session in opened:
            session.end()
            session.window.hide()
            session.window.deleteLater()
            session.deleteLater()
        opened.clear()

    def start(design=None, path=None) -> Session:
        close()
        session = Session(design, tmp_path / "runs", warm=False, path=path, state=tmp_path / "state")
        opened.append(session)
        session.window.show()
        qtbot.waitUntil(lambda: session.complete)
        return session

    yield start
    close()


@pytest.fixture
def complaints(monkeypatch):
    """The texts of the dialogs that would have opened."""
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "open", lambda box: said.append(f"{box.text()}\n{box.informativeText()}"))
    return said


def test_the_first_start_shows_the_chapters_network(restart):
    session = restart()
    assert session.document.design == preset("d2l-resnet18")
    assert session.document.undo_stack.count() == 0


def test_everything_is_there_again(restart, tmp_path):
    session = restart()
    document, choice = session.document, session.workspace.choice
    document.propose(preset("resnet34"), "Preset ResNet-34")
    document.pin(document.plan)
    document.propose(document.design.with_stage(1, blocks=9), "nine")
    document.propose(document.design.with_stage(1, blocks=10), "ten")
    document.undo_stack.undo()
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        (tmp_path / "pets" / name / "1.png").write_bytes(b"")
    choice.use_data(str(tmp_path / "pets"))
    choice.use_recipe(choice.recipe.change(epochs=3))
    choice.use_own_size(True)
    open_block(session, "layer2.1")
    left = session.workspace.state()

    again = restart()
    assert again.workspace.state() == left
    window = again.window
    assert window.pages.current is not window.table
    assert window.training.data_box.currentText() == "pets"
    assert window.training.form.controls["epochs"].box.value() == 3
    assert window.editor.editors[1].boxes["blocks"].value() == 9
    assert window.orders.redo.text() == "Redo ten"
    window.orders.redo.trigger()
    assert again.document.design.stages[1].blocks == 10
    assert again.document.baseline.design == preset("resnet34")


def test_a_block_that_was_pasted_is_there_again(restart):
    restart().workspace.block_check.edit("class Residual:\n    ...\n")
    assert restart().workspace.block_check.source == "class Residual:\n    ...\n"


def test_the_first_paint_has_design_and_baseline(restart, tmp_path, qtbot):
    session = restart()
    session.document.pin(session.document.plan)
    session.document.propose(preset("resnet50"), "")
    restart().end()
    session = Session(None, tmp_path / "runs", warm=False, state=tmp_path / "state")
    qtbot.addWidget(session.window)
    assert "ResNet-50" in session.window.windowTitle()
    assert session.document.baseline.design == preset("d2l-resnet18")
    assert not session.window.has_controls
    session.end()


def test_the_file_holds_an_edit_soon_and_a_drag_once_it_is_released(restart, qtbot, tmp_path):
    session = restart()
    file = session._file
    session.document.propose(preset("resnet34"), "")
    qtbot.waitUntil(lambda: bool((kept := file.read()) and kept.document.design == preset("resnet34")))
    slider = session.window.editor.editors[0].sliders["blocks"]
    handle = QPoint(round(slider.sliderPosition() / slider.maximum() * slider.width()), slider.height() // 2)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=handle)
    qtbot.mouseMove(slider, QPoint(slider.width() - 2, slider.height() // 2))
    assert session.document.design != preset("resnet34")
    timer = session._autosave._timer
    with qtbot.waitSignal(timer.timeout):  # it has settled, and waits
        pass
    assert file.read().document.design == preset("resnet34")
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 2, slider.height() // 2))
    qtbot.waitUntil(lambda: file.read().document.design == session.document.design)


def test_its_thread_looks_for_no_garbage(restart, qtbot, monkeypatch):
    """Which would delete what it finds of Qt beside the window."""
    session, looked = restart(), []
    monkeypatch.setattr(gc, "isenabled", lambda: True)
    real = session._file.write
    monkeypatch.setattr(gc, "disable", lambda: looked.append("off"))
    monkeypatch.setattr(gc, "enable", lambda: looked.append("on"))
    monkeypatch.setattr(session._file, "write", lambda saved: looked.append("written") or real(saved))
    session.document.propose(preset("resnet34"), "")
    qtbot.waitUntil(lambda: "on" in looked)
    assert looked[:3] == ["off", "written", "on"]


def test_a_design_on_the_command_line_is_the_next_step_of_what_was_open(restart, tmp_path):
    session = restart()
    session.document.open(preset("resnet34"), tmp_path / "first.toml")
    session.document.propose(preset("resnet34").with_stage(0, blocks=7), "edit")
    path = tmp_path / "second.toml"
    path.write_text(to_toml(preset("mini")), encoding="utf-8")
    again = restart(preset("mini"), path)
    document = again.document
    assert (document.design, document.path, again.window.isWindowModified()) == (preset("mini"), path, False)
    assert document.undo_stack.undoText() == "Open second.toml"
    document.undo_stack.undo()
    assert (document.design.stages[0].blocks, document.path) == (7, tmp_path / "first.toml")
    assert again.window.isWindowModified()
    preset_shown = restart(preset("resnet50"))
    assert (preset_shown.document.path, preset_shown.window.isWindowModified()) == (None, False)


def test_what_a_file_lacks_is_unsaved_after_a_restart_too(restart, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(
        QMessageBox, "question", lambda *words: asked.append(words[2]) or QMessageBox.StandardButton.Discard
    )
    session = restart()
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(preset("mini")), encoding="utf-8")
    session.window.files.open(path)
    session.document.propose(preset("mini").change(name="Another name"), "Name")
    assert session.window.isWindowModified()
    assert session.window.close()
    assert len(asked) == 1
    session = restart()
    assert session.window.isWindowModified()
    assert session.window.files.save()
    assert 'name = "Another name"' in path.read_text(encoding="utf-8")
    assert session.window.close()
    assert len(asked) == 1


def test_data_that_are_gone_are_said_and_all_else_is_there(restart, tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        (tmp_path / "pets" / name / "1.png").write_bytes(b"")
    choice = restart().workspace.choice
    choice.use_data(str(tmp_path / "pets"))
    choice.use_recipe(choice.recipe.change(lr=0.7))
    (tmp_path / "pets").rename(tmp_path / "moved")
    session = restart()
    choice = session.workspace.choice
    assert (choice.recipe.lr, choice.recipe.data, choice.data.name) == (0.7, "fashion-mnist-12k", "fashion-mnist-12k")
    assert "there is no data set or folder" in session.window.training.notice.words.text()


def test_a_damaged_file_is_said_once_and_the_window_opens_as_new(restart, tmp_path, complaints):
    restart().document.propose(preset("resnet50"), "")
    restart().end()
    file = tmp_path / "state" / "session-1.json"
    file.write_text(file.read_text()[:-20])
    session = restart()
    assert session.document.design == preset("d2l-resnet18")
    assert len(complaints) == 1
    assert "is damaged; it is kept as session-1.json." in complaints[0]
    session.document.propose(preset("resnet34"), "")
    assert restart().document.design == preset("resnet34")
    assert len(complaints) == 1


def test_a_place_that_cannot_be_written_is_said_once(restart, tmp_path, complaints, qtbot):
    (tmp_path / "state").write_text("a file")
    session = restart()
    assert len(complaints) == 1
    assert "What is open will not be there at the next start" in complaints[0]
    (tmp_path / "state").unlink()
    session = restart()
    qtbot.waitUntil((tmp_path / "state" / "session-1.json").exists)
    qtbot.waitUntil(lambda: not session._autosave._timer.isActive() and not session._autosave._writing.is_alive())
    (tmp_path / "state" / "session-1.json.part").mkdir()
    for blocks in (3, 4):
        session.document.propose(session.document.design.with_stage(0, blocks=blocks), "")
        qtbot.waitUntil(lambda: len(complaints) == 2 and not session._autosave._timer.isActive())
        qtbot.waitUntil(lambda: not session._autosave._writing.is_alive())
    assert len(complaints) == 2


def test_two_windows_at_once_keep_what_is_theirs(qtbot, tmp_path, restart):
    first = restart()
    second = Session(None, tmp_path / "runs", warm=False, state=tmp_path / "state")
    qtbot.addWidget(second.window)
    second.window.show()
    qtbot.waitUntil(lambda: second.complete)
    second.document.propose(preset("resnet50"), "")
    first.document.propose(preset("resnet34"), "")
    second.end()
    again = restart()  # the first was closed last
    assert again.document.design == preset("resnet34")
    beside = SessionFile(tmp_path / "state")
    assert beside.read().document.design == preset("resnet50")
    beside.close()


def survive_kills(folder: Path, kills: int, seed: int, *options: str) -> None:
    """Kill window and worker so many times, and compare what each start shows with what was completed before."""
    chance, accepted, runs = random.Random(seed), None, set[str]()
    for number in range(kills + 1):
        arguments = [sys.executable, "-m", "tests.gui.clicking", str(folder), str(seed + number), *options]
        with (folder / "errors").open("ab") as errors:
            window = subprocess.Popen(
                arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True
            )
        possible, clicks = [], chance.randrange(2, 12)
        for line in window.stdout:
            told = json.loads(line)
            if "run" in told:
                runs.add(told["run"])
            elif "shown" in told and not possible:
                assert accepted is None or told["shown"] in accepted
                possible = [told["shown"]]
                if number == kills:
                    break
            elif "shown" in told:
                possible.append(told["shown"])
            else:
                possible, clicks = possible[-1:], clicks - 1
            if not clicks:
                time.sleep(chance.uniform(0, 0.3))
                break
        os.killpg(window.pid, signal.SIGKILL)
        for line in window.stdout:  # what was done until the kill came
            told = json.loads(line) if line.endswith("\n") else {}
            possible = [*possible, told["shown"]] if "shown" in told else possible[-1:] if told else possible
        window.stdout.close()
        window.wait(patience())
        assert possible, (folder / "errors").read_text()
        accepted = possible
        end = time.monotonic() + patience()  # the system takes its time to end the worker
        while any(run.state == "running" for run in list_runs(folder / "runs")) and time.monotonic() < end:
            time.sleep(0.05)
        found = {run.id: run.state for run in list_runs(folder / "runs")}
        assert runs <= set(found)
        assert set(found.values()) <= {"interrupted"}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_after_each_kill_the_last_completed_edit_is_there(tmp_path):
    survive_kills(tmp_path, 2, seed=1)


@pytest.mark.uses
@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_after_twenty_kills_of_window_and_worker_nothing_is_lost(tmp_path):
    survive_kills(tmp_path, 20, 100, "train")
