"""Naming, noting, hiding and deleting runs, and what the list and the folders then say."""

import json

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QInputDialog, QLineEdit

from explorer.architecture.presets import preset
from explorer.gui.actions import Actions
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.runs.run_row import CHANGES, NAME, STATE
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.events import Paused, Resumed, Started, Stopped, Verdict
from explorer.runs.folder.run import read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.folder.survey import list_runs
from tests.clicks import click, runs_page
from tests.events import settle
from tests.gui.runs.conftest import OpenedPage
from tests.gui.runs.made_runs import make_run


@pytest.fixture
def three(root, tmp_path, monkeypatch) -> None:
    """Three runs, and a bin."""
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))  # with the bin
    for number in range(3):
        design = preset("mini").with_stage(1, blocks=1 + number)
        make_run(root, design, second=number, state="stopped", best_accuracy=None)


@pytest.fixture
def page(three, open_page) -> OpenedPage:
    """The page of three runs, the newest of which is selected."""
    page = open_page()
    page.choose(0)
    return page


@pytest.fixture
def history(page) -> RunHistory:
    return page.history


@pytest.fixture
def actions(page) -> Actions:
    return page.actions_


def test_a_name_is_typed_in_the_list(page, history, actions, qtbot):
    table, run = page.table, history.current
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_F2)
    editor = table.viewport().findChild(QLineEdit)
    assert editor.text() == "Mini (edited)"
    editor.selectAll()
    qtbot.keyClicks(editor, "The good one")
    history.reload()  # what a run that ends meanwhile asks for
    assert editor.isVisible()
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: json.loads((run.folder / "run.json").read_text()).get("name") == "The good one")
    qtbot.waitUntil(lambda: page.texts(NAME) == ["The good one", "Mini (edited)", "Mini"])  # once the editor has closed
    assert "The good one" in [line.name for line in history.lines()]
    assert history.current.id == run.id


def test_a_name_that_is_not_changed_is_not_written(page, history, actions, qtbot):
    before = (history.current.folder / "run.json").read_bytes()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        actions.rename_run.trigger()
        qtbot.keyClick(page.table.viewport().findChild(QLineEdit), key)
        qtbot.waitUntil(lambda: not page.table.is_edited)
        settle()  # with the editor deleted
    assert (history.current.folder / "run.json").read_bytes() == before


def test_a_run_is_renamed_in_a_dialog_while_the_points_take_the_place_of_the_table(page, history, actions, monkeypatch):
    page.resize(600, 500)
    page.points.setChecked(True)
    assert not page.table.isVisible()
    monkeypatch.setattr(QInputDialog, "getText", lambda parent, title, label, text: (f"{text} again", True))
    actions.rename_run.trigger()
    assert read_run(history.current.folder).name == "Mini (edited) again"


def test_a_note_is_kept_and_shown(page, history, actions, monkeypatch):
    asked = []

    def answer(parent, title, label, text):
        asked.append(text)
        return "lr 0.3\nsecond line", True

    monkeypatch.setattr(QInputDialog, "getMultiLineText", answer)
    for _ in range(2):
        actions.note_run.trigger()
    assert asked == ["", "lr 0.3\nsecond line"]
    assert read_run(history.current.folder).note == "lr 0.3\nsecond line"
    assert page.texts(CHANGES)[0] == "lr 0.3 · stage 2: Blocks 2 → 3"


def test_a_hidden_run_is_shown_on_demand_and_again(page, history, actions):
    run = history.current
    colours = [history.colour(each.id) for each in history.runs[1:]]
    actions.hide_run.trigger()
    assert [each.id for each in history.runs] == [each.id for each in list_runs(page.pool.runs)[1:]]
    assert run.id not in {line.name for line in history.lines()}
    assert [history.colour(each.id) for each in history.runs] == colours
    assert len(list(history.lines())) == 2
    actions.show_hidden_runs.trigger()
    assert len(history.runs) == 3
    history.choose([run.id])
    assert actions.hide_run.text() == "Show run again"
    actions.hide_run.trigger()
    actions.show_hidden_runs.trigger()
    assert len(history.runs) == 3


def test_a_run_is_shown_in_its_folder(page, history, actions, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    actions.show_run_folder.trigger()
    assert opened == [QUrl.fromLocalFile(str(history.current.folder))]


def test_a_deleted_run_is_in_the_bin_and_comes_back(page, history, actions, qtbot, tmp_path):
    runs = history.runs
    for number in range(2):
        history.choose([runs[number].id])
        qtbot.keyClick(page.table, Qt.Key.Key_Delete)
        assert not runs[number].folder.exists()
    assert page.texts(NAME) == ["Mini"]
    assert len(list((tmp_path / "data" / "Trash" / "info").iterdir())) == 2
    assert page.orders.words.text() == "Mini (edited) is in the bin."
    for number in (1, 0):
        click(qtbot, page.orders.undo)
        assert history.current == runs[number]
    assert history.runs == runs
    assert not page.orders.isVisible()
    assert not list((tmp_path / "data" / "Trash" / "info").iterdir())


def test_several_runs_go_into_the_bin_and_come_back_together(page, history, actions, qtbot):
    runs = history.runs
    page.choose(0, 2)
    actions.delete_run.trigger()
    assert history.runs == runs[1:2]
    assert page.orders.words.text() == "2 runs are in the bin."
    click(qtbot, page.orders.undo)
    assert history.runs == runs
    assert history.chosen == (runs[0].id, runs[2].id)


def test_several_runs_are_hidden_together(page, history, actions):
    page.choose(0, 1)
    actions.hide_run.trigger()
    assert [run.hidden for run in list_runs(page.pool.runs)] == [True, True, False]


def test_what_was_hidden_and_deleted_is_so_in_another_window(three, open_session, qtbot):
    session = open_session()
    history, actions = session.workspace.run_history, session.window.orders
    qtbot.waitUntil(lambda: len(history.runs) == 3)
    runs_page(session)
    run, hidden, _ = history.runs
    history.choose([run.id])
    actions.delete_run.trigger()
    history.choose([hidden.id])
    actions.hide_run.trigger()
    actions.show_hidden_runs.trigger()
    session.use_language("en")
    after = runs_page(session)
    assert session.window.orders.show_hidden_runs.isChecked()
    assert len(after.table.runs.rows) == 2
    click(qtbot, after.orders.undo)
    assert run in history.runs


def test_a_runs_design_opens_as_an_undoable_step(page, history, qtbot):
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert page.document.design == history.current.design
    page.document.undo_stack.undo()
    assert page.document.design == preset("resnet50")


def test_a_run_that_another_process_trains_is_not_deleted(page, history, actions):
    run = history.current
    folder = RunFolder(run.folder)  # locked, as another process's would be
    folder.update(state="running")
    actions.delete_run.trigger()
    assert run.folder.exists()
    assert page.orders.words.text() == "Mini (edited): is in progress and cannot be deleted; stop it first"
    history.choose([history.runs[1].id])
    assert page.orders.words.text() == ""
    folder.close()


def test_what_the_bin_no_longer_has_is_said(page, history, actions, tmp_path):
    actions.delete_run.trigger()
    (tmp_path / "data" / "Trash").rename(tmp_path / "emptied")
    actions.restore_run.trigger()
    assert "could not be taken back from the bin" in page.orders.words.text()
    assert len(history.runs) == 2


def test_a_run_has_the_state_that_its_worker_reports(page, history, monkeypatch):
    """Resumed it is running, although its folder said stopped when the list was read; paused it is paused."""
    pool, run = page.pool, history.current
    live = LiveRun(run.design, run.recipe, run.id)
    worker = pool.workers[0]
    monkeypatch.setattr(worker.process, "send", lambda command: None)
    worker.live = (live,)
    worker.set_state(WorkerState.STARTING)
    assert page.texts(STATE) == ["running", "stopped", "stopped"]
    assert not page.resume.isEnabled()
    for event, state, word in (
        (Started(run.id, "", 1, Verdict(True, 1, 1), "cpu", 9, 9), WorkerState.RUNNING, "running"),
        (Paused(3), WorkerState.PAUSED, "paused"),
        (Resumed(3), WorkerState.RUNNING, "running"),
        (Stopped(4), WorkerState.IDLE, "stopped"),
    ):
        live.apply_event(event)
        worker.set_state(state)
        assert page.texts(STATE) == [word, "stopped", "stopped"]
    worker.set_state(WorkerState.GONE)
