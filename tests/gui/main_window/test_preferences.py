"""The preferences: used at once, kept for the next start, and the same in the menus."""

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QPushButton

from explorer.architecture.presets import preset
from explorer.gui.app import open_session as open_as_user
from explorer.gui.main_window.preferences_dialog import PreferencesDialog
from explorer.gui.widgets.look import text_size, theme
from explorer.gui.widgets.text.language import apply_language, chosen_language
from explorer.gui.workspace import BLOCK, saved_runs
from explorer.runs.commands import Train
from explorer.runs.data.cache_folder import cache_folder, cache_limit, clear_cache
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.folder.survey import default_runs
from explorer.runs.recipe import Recipe
from tests.clicks import click
from tests.events import settle
from tests.gui.scripted_workers import Played


@pytest.fixture(autouse=True)
def as_before(qapp):
    yield
    apply_language("en")
    text_size.apply_size(0)
    theme.apply_theme("system")


def dialog_of(session) -> PreferencesDialog:
    """The dialog that is open, or else opens now."""
    opened = [each for each in session.window.findChildren(PreferencesDialog) if each.isVisible()]
    if not opened:
        session.window.orders.preferences.trigger()
        settle()
        return dialog_of(session)
    return opened[0]


def choose(session, name: str, value: str) -> PreferencesDialog:
    box = dialog_of(session).boxes[name]
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())
    settle()
    return dialog_of(session)


def use_folder(qtbot, dialog: PreferencesDialog, folder: Path) -> None:
    line = dialog.boxes["runs"]
    line.setFocus()
    line.setText(str(folder))
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert dialog.isVisible()


def test_colours_are_used_at_once_and_the_menu_shows_them(session):
    dialog = choose(session, "colours", "projector")
    assert theme.colours() is theme.PROJECTOR
    assert QSettings().value("theme") == "projector"
    menu = next(each for each in session.window.menuBar().findChildren(QMenu) if each.title() == "Colours")
    menu.aboutToShow.emit()
    assert [action.objectName() for action in menu.actions() if action.isChecked()] == ["projector"]
    dialog.close()
    next(each for each in menu.findChildren(QAction) if each.objectName() == "dark").trigger()
    assert dialog_of(session).boxes["colours"].currentData() == "dark"
    dialog_of(session).close()


@pytest.mark.parametrize(("name", "value"), [("language", "zh_CN"), ("text_size", "3")])
def test_the_dialog_is_still_open_in_the_window_that_another_language_or_size_makes(session, name, value):
    before = session.window
    dialog = choose(session, name, value)
    assert session.window is not before
    assert dialog.boxes[name].hasFocus()
    assert dialog.boxes[name].currentData() == value
    assert (chosen_language(), text_size.chosen_size()) == (("zh_CN", 0) if name == "language" else ("en", 3))
    dialog.close()
    session.window.orders.language_chosen.emit("en")
    settle()
    assert not [each for each in session.window.findChildren(PreferencesDialog) if each.isVisible()]


def test_defaults_bring_everything_back(session, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr("explorer.gui.main_window.preferences.default_runs", lambda: tmp_path / "usual")
    session.window.orders.language_chosen.emit("zh_CN")
    settle()
    for name, value in (("colours", "dark"), ("text_size", "-1"), ("page", BLOCK)):
        choose(session, name, value)
    click(qtbot, dialog_of(session).findChild(QPushButton, "defaults"))
    settle()
    dialog = dialog_of(session)
    for name, preference in dialog._preferences.table.items():
        assert preference.value() == preference.usual, name
    assert session.pool.runs == tmp_path / "usual"
    dialog.close()


def test_another_folder_is_for_new_runs_and_for_the_list(session, qtbot, tmp_path):
    folder = tmp_path / "elsewhere"
    run = RunFolder.create(folder, preset("mini"), Recipe(), 1)
    run.close()
    dialog = dialog_of(session)
    use_folder(qtbot, dialog, folder)
    assert session.pool.runs == folder
    assert {worker.runs for worker in session.pool.workers} == {folder}
    assert [each.id for each in session.workspace.run_history.runs] == [run.path.name]
    assert saved_runs() == folder
    dialog.close()


def test_a_place_that_cannot_be_written_is_refused_with_the_reason(session, qtbot, tmp_path):
    before = session.pool.runs
    (tmp_path / "file").touch()
    dialog = dialog_of(session)
    places = [tmp_path / "file", tmp_path / "file" / "runs"]
    if hasattr(os, "geteuid") and os.geteuid():
        (tmp_path / "locked").mkdir(mode=0o500)
        places.append(tmp_path / "locked")
    for place in places:
        use_folder(qtbot, dialog, place)
        assert f"{str(place)!r} cannot be written" in dialog.notice.words.text()
        assert dialog.boxes["runs"].text() == str(before)
        assert session.pool.runs == before
    assert dialog.isVisible()
    assert not QSettings().contains("runs")
    use_folder(qtbot, dialog, tmp_path / "new")
    assert dialog.notice.isHidden()
    dialog.close()


def test_the_next_start_has_the_page_and_the_folder(session, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    assert saved_runs() == default_runs()
    choose(session, "page", BLOCK).close()
    QSettings().setValue("runs", str(tmp_path / "mine"))
    later = open_as_user(preset("mini"), None)
    assert later.workspace.page == BLOCK
    assert later.workspace._runs == Path(tmp_path / "mine")
    later.window.close()
    later.window.deleteLater()
    settle()


@pytest.mark.parametrize("stored", ["rubbish", 5, ""])
def test_a_page_that_makes_no_sense_is_passed_over(session, stored):
    QSettings().setValue("page", stored)
    assert dialog_of(session).boxes["page"].currentData() == ""
    dialog_of(session).close()


def test_it_is_closed_by_escape_and_by_enter(session, qtbot):
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        dialog = dialog_of(session)
        dialog.boxes["page"].setFocus()
        qtbot.keyClick(dialog, key)
        assert not dialog.isVisible()
        settle()
    assert session.workspace.preference == ""


def test_runs_have_as_many_threads_as_were_set(session, monkeypatch):
    played = Played(session.pool.workers[0], monkeypatch)
    choose(session, "threads", "1").close()
    session.window.orders.start.trigger()
    assert [order.threads for order in played.asked(Train)] == [1]


def test_decoded_images_have_a_limit_and_can_be_removed(session, qtbot):
    clear_cache()  # of what other tests have left there
    kept = cache_folder() / "pets-1" / "index.json"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(bytes(3 * 2**20))
    dialog = choose(session, "cache", str(2 * 2**30))
    assert cache_limit() == 2 * 2**30
    words = [label.text().replace("\u200b", "") for label in dialog.findChildren(QLabel)]
    assert f"3.0 MiB in {cache_folder()}" in words
    click(qtbot, dialog.findChild(QPushButton, "empty"))
    words = [label.text().replace("\u200b", "") for label in dialog.findChildren(QLabel)]
    assert f"0 B in {cache_folder()}" in words
    assert not kept.exists()
    click(qtbot, dialog.findChild(QPushButton, "defaults"))
    assert cache_limit() == 0
