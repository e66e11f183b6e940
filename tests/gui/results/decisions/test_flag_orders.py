"""The row below the images of the results: what is decided, seen to have happened, kept, undone and trained with."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton

from explorer.gui.data.classes.class_dialog import ClassDialog
from explorer.gui.results.decisions.flag_orders import FlagOrders
from explorer.runs.commands import Train
from explorer.runs.data.decisions import Decisions, Fate, Move, read_decisions
from explorer.runs.data.image_list import list_images
from tests.clicks import click, name_file
from tests.events import settle
from tests.flagged_run import make_run
from tests.gui.data.made_data import make_folder
from tests.gui.results.flagging_window import FLAGS


@pytest.fixture(autouse=True)
def own_decisions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "animals")


@pytest.fixture
def said(session) -> list[str]:
    found: list[str] = []
    session.window.orders.confirmed.connect(found.append)
    return found


@pytest.fixture
def show(session, qtbot):
    """Show the row for a run; once it is known what is decided about its images, or why nothing can be."""

    def do(run) -> FlagOrders:
        workspace = session.workspace
        row = FlagOrders(workspace.results_state, workspace.decided_images, workspace.choice, session.window.orders)
        row.setParent(session.window)
        row.resize(1100, 100)
        row.show()
        row.raise_()
        workspace.run_history.reload()
        workspace.run_history.choose([run.id])
        images = row.images
        qtbot.waitUntil(lambda: bool(images.decided or images.reason))
        return row

    return do


@pytest.fixture
def row(session, show, folder) -> FlagOrders:
    return show(make_run(session.pool.runs, str(folder)))


def press(row: FlagOrders, qtbot, name: str) -> None:
    click(qtbot, row.findChild(QPushButton, name))


def test_images_are_left_out_excluded_taken_back_and_each_order_is_said(session, row, qtbot, folder, said):
    state = session.workspace.results_state
    assert not row.findChild(QPushButton, "leave_out_results").isEnabled()
    state.select(["cat/000.jpg", "dog/001.jpg"])
    press(row, qtbot, "leave_out_results")
    assert read_decisions(folder) == Decisions(left_out=("cat/000.jpg", "dog/001.jpg"))
    assert row.changes.words.text() == "2 images left out"
    assert not row.findChild(QPushButton, "leave_out_results").isEnabled()
    state.select(["owl/000.jpg"])
    press(row, qtbot, "exclude_results")
    assert read_decisions(folder).excluded == ("owl/000.jpg",)
    assert row.changes.words.text() == "2 images left out, 1 image marked as none of the classes"
    assert row.words.text() == "1 image marked as none of the classes"
    state.select(["dog/001.jpg"])
    press(row, qtbot, "take_back_results")
    press(row, qtbot, "undo_results")
    assert set(read_decisions(folder).left_out) == {"cat/000.jpg", "dog/001.jpg"}
    assert said == [
        "Images left out: 2",
        "Images marked as none of the classes: 1",
        "Images as in the folder again: 1",
        "The last decision is taken back",
    ]


def test_the_class_that_the_network_says_is_offered_first(session, row, qtbot, folder):
    session.workspace.results_state.select(["owl/001.jpg"])
    press(row, qtbot, "reclass_results")
    dialog = row.findChild(ClassDialog)
    assert [dialog.list.tree.topLevelItem(place).text(0) for place in range(3)] == ["cat", "dog", "owl"]
    session.workspace.results_state.select(["cat/001.jpg"])  # the dialog means the images that it was opened for
    qtbot.keyClick(dialog.list.line, Qt.Key.Key_Return)
    settle()
    assert read_decisions(folder).moved == (Move("owl/001.jpg", "cat"),)
    session.workspace.results_state.select(["owl/001.jpg"])
    assert row.words.text() == "given the class cat"


def test_the_data_page_and_the_results_have_the_same_decisions(session, row, qtbot, folder):
    session.workspace.choice.use_data(str(folder))
    data = session.workspace.data_state
    session.workspace.results_state.select(["cat/000.jpg"])
    press(row, qtbot, "leave_out_results")
    assert data.decisions == Decisions(left_out=("cat/000.jpg",))
    assert len(data.files_of("cat")) == 11
    data.decided.take_back(["cat/000.jpg"])
    assert row.changes.words.text() == ""
    assert row.findChild(QPushButton, "leave_out_results").isEnabled()


def test_flags_outlive_another_choice_of_class_and_the_window(session, row, qtbot, folder, show):
    session.workspace.results_state.select(["cat/000.jpg"])
    press(row, qtbot, "leave_out_results")
    session.workspace.results_state.select(["dog/000.jpg"])
    session.use_language("en")  # makes a new window
    again = show(session.workspace.results_state.run)
    assert again.changes.words.text() == "1 image left out"
    press(again, qtbot, "undo_results")
    assert read_decisions(folder) == Decisions()


def test_images_of_a_published_set_stay_as_they_are(session, show):
    row = show(make_run(session.pool.runs, "fashion-mnist-12k"))
    session.workspace.results_state.select(["0/1"])
    buttons = [each for each in row.findChildren(QPushButton) if each.isVisible()]
    assert {each.isEnabled() for each in buttons} == {False}
    assert {each.toolTip() for each in buttons} == {"images of a published data set stay as they are"}


def test_a_folder_that_has_gone_is_named(session, show, tmp_path):
    row = show(make_run(session.pool.runs, str(tmp_path / "gone")))
    session.workspace.results_state.select(["cat/000.jpg"])
    assert not row.findChild(QPushButton, "leave_out_results").isEnabled()
    assert "there is no data set or folder" in row.findChild(QPushButton, "train_again").toolTip()
    assert "there is no data set or folder" in row.words.text()


def test_training_again_takes_one_press(session, row, qtbot, folder, monkeypatch, said):
    started: list[Train] = []
    monkeypatch.setattr(session.pool, "start", started.append)
    button = row.findChild(QPushButton, "train_again")
    assert not button.isEnabled()
    assert button.toolTip() == "Nothing has been decided about images since this run was started"
    run = session.workspace.results_state.run
    session.workspace.results_state.select(["cat/000.jpg"])
    press(row, qtbot, "leave_out_results")
    press(row, qtbot, "train_again")
    (order,) = started
    assert (order.design, order.recipe, order.again) == (run.design, run.recipe, run.id)
    assert said[-1].startswith("Training again: ")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("reports", [FLAGS // 2, FLAGS, FLAGS + 1])
def test_what_a_killed_window_has_reported_is_in_the_next_one(open_session, qtbot, tmp_path, reports):
    folder = make_folder(tmp_path / "animals", images=FLAGS)
    run = make_run(tmp_path / "runs", str(folder))
    program = "tests.gui.results.flagging_window"
    command = [sys.executable, "-m", program, str(tmp_path / "runs"), run.id, str(tmp_path / "settings")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as window:
        said = [window.stdout.readline().strip() for _ in range(reports)]
        window.kill()
    session = open_session()
    decided = session.workspace.decided_images(list_images(folder))
    flagged = [file for file in said if file != "undone"]
    assert len(flagged) == min(reports, FLAGS)
    fates = dict(decided.decisions.fates)
    assert {file: fates[file][0] for file in flagged} == {
        file: Fate.LEFT_OUT if number % 2 else Fate.EXCLUDED for number, file in enumerate(flagged)
    }
    if "undone" in said:
        assert fates == {**{file: fates[file] for file in flagged}, "dog/001.jpg": (Fate.MOVED, "owl")}


def hold(folder: Path) -> None:
    """Make images of a folder so large that a copy takes its time, though they take no room."""
    for path in folder.rglob("*.jpg"):
        with path.open("wb") as file:
            file.truncate(2**26)


def traces(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if "mine" in path.name]


def entry(row: FlagOrders, name: str) -> QAction:
    menu = row.findChild(QPushButton, "save_changes").menu()
    return next(each for each in menu.actions() if each.objectName() == name)


@pytest.mark.parametrize(("order", "name"), [("save_table", "mine.csv"), ("save_copy", "mine")])
def test_changes_are_saved_as_a_table_and_as_a_copy(session, row, qtbot, folder, tmp_path, said, order, name):
    session.workspace.results_state.select(["cat/000.jpg"])
    press(row, qtbot, "leave_out_results")
    name_file(qtbot, str(tmp_path / "mine"))  # a table gets its suffix by itself
    with qtbot.waitSignal(row.images.saving_ended):
        entry(row, order).trigger()
    assert said[-1] == f"Saved 35 images in {name}"
    saved = {image.file.removeprefix("animals/") for image in list_images(tmp_path / name).images}
    assert saved == {image.file for image in list_images(folder).images} - {"cat/000.jpg"}


def test_saving_into_the_users_folder_is_refused(session, row, qtbot, folder):
    name_file(qtbot, str(folder / "mine"))
    entry(row, "save_copy").trigger()
    qtbot.waitUntil(lambda: "stays as it is" in row.changes.words.text())
    assert sorted(path.name for path in folder.iterdir()) == ["cat", "dog", "owl"]
    assert row.findChild(QPushButton, "save_changes").isEnabled()


def test_saving_says_how_far_it_is_and_is_cancelled(session, row, qtbot, folder, tmp_path, said):
    hold(folder)
    name_file(qtbot, str(tmp_path / "mine"))
    entry(row, "save_copy").trigger()
    assert row.changes.words.text() == "Looking for images …"
    assert not row.findChild(QPushButton, "save_changes").isVisible()
    qtbot.waitUntil(lambda: "of 36 images saved" in row.changes.words.text())
    press(row, qtbot, "cancel_saving")
    assert said[-1] == "Nothing was saved"
    assert row.findChild(QPushButton, "save_changes").isVisible()
    qtbot.waitUntil(lambda: not traces(tmp_path))


def test_a_window_that_closes_leaves_nothing_half_saved(open_session, qtbot, folder, tmp_path):
    hold(folder)
    session = open_session()
    saving = session.workspace.decided_images(list_images(folder)).saving
    saving.start(str(folder), tmp_path / "mine")
    qtbot.waitUntil(lambda: bool(saving.total))
    assert traces(tmp_path)
    session.end()
    assert not traces(tmp_path)


def test_a_row_without_room_says_what_is_refused_all_the_same(session, row, qtbot, folder, tmp_path, said):
    session.workspace.results_state.select(["cat/000.jpg"])
    press(row, qtbot, "leave_out_results")
    row.hide()
    (path,) = (tmp_path / "home").rglob("decisions/*.json")
    path.write_bytes(b"{")
    session.window.orders.exclude_results.trigger()
    assert "is damaged; remove it" in said[-1]
    name_file(qtbot, str(folder / "mine"))
    with qtbot.waitSignal(row.images.saving_ended):
        session.window.orders.save_copy.trigger()
    assert said[-1]
    path.unlink()
    session.window.orders.exclude_results.trigger()
    assert said[-1] == "Images marked as none of the classes: 1"
    assert read_decisions(folder) == Decisions(excluded=("cat/000.jpg",))


def test_a_run_whose_images_were_not_noted_is_flagged_and_repeated(session, show, qtbot, folder, monkeypatch):
    started: list[Train] = []
    monkeypatch.setattr(session.pool, "start", started.append)
    run = make_run(session.pool.runs, str(folder), noted=False)
    row = show(run)
    session.workspace.results_state.select(["cat/000.jpg"])
    press(row, qtbot, "leave_out_results")
    assert row.changes.words.text() == "1 image left out"
    press(row, qtbot, "train_again")
    assert started[0].again == run.id


def test_another_run_has_decisions_of_its_own(session, row, show, qtbot, folder, tmp_path):
    """Also while the row is not seen: a command must not mean the images of the run before."""
    other = make_run(session.pool.runs, str(make_folder(tmp_path / "others")))
    session.workspace.results_state.select(["cat/000.jpg"])
    row.hide()
    workspace = session.workspace
    workspace.run_history.reload()
    workspace.run_history.choose([other.id])
    workspace.results_state.select(["cat/000.jpg"])
    session.window.orders.leave_out_results.trigger()
    assert read_decisions(folder) == Decisions()
    row.show()
    press(row, qtbot, "leave_out_results")
    assert read_decisions(tmp_path / "others") == Decisions(left_out=("cat/000.jpg",))
    assert read_decisions(folder) == Decisions()


def test_images_that_have_gone_or_whose_class_is_called_otherwise_are_not_flagged(session, show, qtbot, folder):
    run = make_run(session.pool.runs, str(folder))
    (folder / "owl").rename(folder / "eagle")
    (folder / "dog" / "000.jpg").unlink()
    row = show(run)
    state = session.workspace.results_state
    state.select(["owl/000.jpg", "dog/000.jpg"])
    assert not row.findChild(QPushButton, "leave_out_results").isEnabled()
    assert not row.findChild(QPushButton, "reclass_results").isEnabled()
    assert row.words.text() == "gone, or called otherwise by now"
    state.select(["owl/000.jpg", "cat/000.jpg"])
    press(row, qtbot, "exclude_results")
    assert read_decisions(folder) == Decisions(excluded=("cat/000.jpg",))
    press(row, qtbot, "reclass_results")
    dialog = row.findChild(ClassDialog)
    assert [dialog.list.tree.topLevelItem(place).text(0) for place in range(3)] == ["cat", "dog", "eagle"]
    dialog.reject()
