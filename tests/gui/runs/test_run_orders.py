"""Naming, noting, hiding and deleting runs, and what the list and the folders then say."""

import json

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QInputDialog, QLineEdit

from explorer.architecture.presets import preset
from explorer.gui.actions import Actions
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.runs.runs_page import RunsPage
from explorer.gui.session import Session
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.events import Paused, Resumed, Started, Stopped, Verdict
from explorer.runs.folder import RunFolder, list_runs, read_run
from explorer.runs.recipe import Recipe
from tests.clicks import click, runs_page


@pytest.fixture
def session(open_session, tmp_path, qtbot, monkeypatch) -> Session:
    """A window with three runs, the newest of which is selected."""
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))  # with the bin
    for number in range(3):
        design = preset("mini").with_stage(1, blocks=1 + number)
        folder = RunFolder.create(tmp_path / "runs", design, Recipe(), params=1)
        folder.update(state="stopped", created=f"2026-01-01T00:00:0{number}+00:00")
        folder.close()
    session = open_session()
    runs = runs_page(session).list
    qtbot.waitUntil(lambda: len(runs.runs) == 3)
    runs.select(runs.runs[0].id)
    return session


@pytest.fixture
def page(session) -> RunsPage:
    return runs_page(session)


@pytest.fixture
def history(session) -> RunHistory:
    return session.workspace.run_history


@pytest.fixture
def actions(session) -> Actions:
    return session.window.orders


def texts(page: RunsPage, column: int) -> list[str]:
    tree = page.list.tree
    return [tree.topLevelItem(row).text(column) for row in range(tree.topLevelItemCount())]


def test_a_name_is_typed_in_the_list(page, history, actions, qtbot):
    tree, run = page.list.tree, page.list.current()
    tree.setFocus()
    qtbot.keyClick(tree, Qt.Key.Key_F2)
    editor = tree.viewport().findChild(QLineEdit)
    assert editor.text() == "Mini (edited)"
    editor.selectAll()
    qtbot.keyClicks(editor, "The good one")
    history.reload()  # what a run that ends meanwhile asks for
    assert editor.isVisible()
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: json.loads((run.folder / "run.json").read_text()).get("name") == "The good one")
    qtbot.waitUntil(lambda: page.list.runs[0].name == "The good one")
    assert texts(page, 0) == ["The good one", "Mini (edited)", "Mini"]
    assert "The good one" in [line.name for line in history.lines()]
    assert page.list.current().id == run.id


def test_a_name_that_is_not_changed_is_not_written(page, actions, qtbot):
    before = (page.list.current().folder / "run.json").read_bytes()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        actions.rename_run.trigger()
        qtbot.keyClick(page.list.tree.viewport().findChild(QLineEdit), key)
        qtbot.waitUntil(lambda: not page.list.is_edited)
    assert (page.list.current().folder / "run.json").read_bytes() == before


def test_a_note_is_kept_and_shown(page, actions, monkeypatch):
    asked = []

    def answer(parent, title, label, text):
        asked.append(text)
        return "lr 0.3\nsecond line", True

    monkeypatch.setattr(QInputDialog, "getMultiLineText", answer)
    for _ in range(2):
        actions.note_run.trigger()
    assert asked == ["", "lr 0.3\nsecond line"]
    assert read_run(page.list.current().folder).note == "lr 0.3\nsecond line"
    assert texts(page, 3)[0] == "lr 0.3 · stage 2: Blocks 2 → 3"


def test_a_hidden_run_is_shown_on_demand_and_again(session, page, history, actions):
    run = page.list.current()
    colours = [history.colour(each.id) for each in page.list.runs[1:]]
    actions.hide_run.trigger()
    assert [each.id for each in page.list.runs] == [each.id for each in list_runs(session.pool.runs)[1:]]
    assert run.id not in {line.name for line in history.lines()}
    assert [history.colour(each.id) for each in page.list.runs] == colours
    assert len(list(history.lines())) == 2
    actions.show_hidden_runs.trigger()
    assert len(page.list.runs) == 3
    page.list.select(run.id)
    assert actions.hide_run.text() == "Show run again"
    actions.hide_run.trigger()
    actions.show_hidden_runs.trigger()
    assert len(page.list.runs) == 3


def test_a_run_is_shown_in_its_folder(page, actions, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    actions.show_run_folder.trigger()
    assert opened == [QUrl.fromLocalFile(str(page.list.current().folder))]


def test_a_deleted_run_is_in_the_bin_and_comes_back(page, actions, qtbot, tmp_path):
    runs = page.list.runs
    for number in range(2):
        page.list.select(runs[number].id)
        qtbot.keyClick(page.list.tree, Qt.Key.Key_Delete)
        assert not runs[number].folder.exists()
    assert texts(page, 0) == ["Mini"]
    assert len(list((tmp_path / "data" / "Trash" / "info").iterdir())) == 2
    assert page.orders.words.text() == "Mini (edited) is in the bin."
    for number in (1, 0):
        click(qtbot, page.orders.undo)
        assert page.list.current() == runs[number]
    assert page.list.runs == runs
    assert not page.orders.isVisible()
    assert not list((tmp_path / "data" / "Trash" / "info").iterdir())


def test_what_was_hidden_and_deleted_is_so_in_another_window(page, session, actions, qtbot):
    run, hidden = page.list.runs[:2]
    actions.delete_run.trigger()
    page.list.select(hidden.id)
    actions.hide_run.trigger()
    actions.show_hidden_runs.trigger()
    session.use_language("en")
    after = runs_page(session)
    qtbot.waitUntil(lambda: len(after.list.runs) == 2)
    assert session.window.orders.show_hidden_runs.isChecked()
    click(qtbot, after.orders.undo)
    assert run in after.list.runs


def test_a_run_that_another_process_trains_is_not_deleted(page, actions):
    run = page.list.current()
    folder = RunFolder(run.folder)  # locked, as another process's would be
    folder.update(state="running")
    actions.delete_run.trigger()
    assert run.folder.exists()
    assert page.orders.words.text() == "Mini (edited): is in progress and cannot be deleted; stop it first"
    page.list.select(page.list.runs[1].id)
    assert page.orders.words.text() == ""
    folder.close()


def test_what_the_bin_no_longer_has_is_said(page, actions, tmp_path):
    actions.delete_run.trigger()
    (tmp_path / "data" / "Trash").rename(tmp_path / "emptied")
    actions.restore_run.trigger()
    assert "could not be taken back from the bin" in page.orders.words.text()
    assert len(page.list.runs) == 2


def test_a_run_has_the_state_that_its_worker_reports(session, page, monkeypatch):
    """Resumed it is running, although its folder said stopped when the list was read; paused it is paused."""
    pool, run = session.pool, page.list.current()
    live = LiveRun(run.design, run.recipe, run.id)
    worker = pool.workers[0]
    monkeypatch.setattr(worker.process, "send", lambda command: None)
    worker.live = (live,)
    worker.set_state(WorkerState.STARTING)
    assert texts(page, 2) == ["running", "stopped", "stopped"]
    assert not page.list.resume.isEnabled()
    for event, state, word in (
        (Started(run.id, "", 1, Verdict(True, 1, 1), "cpu", 9, 9), WorkerState.RUNNING, "running"),
        (Paused(3), WorkerState.PAUSED, "paused"),
        (Resumed(3), WorkerState.RUNNING, "running"),
        (Stopped(4), WorkerState.IDLE, "stopped"),
    ):
        live.apply_event(event)
        worker.set_state(state)
        assert texts(page, 2) == [word, "stopped", "stopped"]
    worker.set_state(WorkerState.GONE)
