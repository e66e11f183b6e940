"""What the Help menu opens: texts to read and to copy, and the list of shortcuts."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QDialog, QWidget

from explorer.gui.help import error_log
from explorer.gui.help.check_dialog import CheckDialog, ReportDialog, without_home
from explorer.gui.help.text_dialog import TextDialog, aligned
from explorer.gui.workers import command_process
from explorer.runs.events import Device
from explorer.runs.findings import Findings, Missing
from explorer.runs.json_lines import json_line, record_table
from explorer.runs.launch import Launch
from explorer.runs.versions import program_version
from explorer.sentences import Sentence
from tests.clicks import click
from tests.events import settle

ADVICE = Sentence("needed for {use}; run {python} -m pip install {name}", {"use": "x", "python": "p", "name": "torch"})
FOUND = Findings(
    versions={"Python": "3.11", "torch": None},
    devices=(Device("cpu", "a processor", 2**30),),
    data=("fashion-mnist-12k",),
    missing=(Missing("torch", ADVICE),),
)


def opened(session, order: QAction) -> QDialog:
    """The dialog that `order` opens."""
    order.trigger()
    settle()
    return next(each for each in session.window.findChildren(QDialog) if each.isVisible())


def shown(dialog: TextDialog) -> list[list[str]]:
    return [line.split(maxsplit=1) for line in dialog.text.toPlainText().splitlines()]


@pytest.fixture
def checked(monkeypatch):
    """Commands end at once: instead of looking, `check` says what was found; the commands that were ordered."""
    ordered: list[tuple[str, ...]] = []

    def launch(arguments, tuned):
        ordered.append(tuple(arguments))
        return Launch(sys.executable, ("-c", f"print({json_line(record_table(FOUND))!r})"), {})

    monkeypatch.setattr(command_process, "launch_local", launch)
    return ordered


def test_about_has_versions_and_licences_to_copy(session, qtbot):
    dialog = opened(session, session.window.orders.about)
    rows = shown(dialog)
    assert rows[0][1].split() == ["Explorer", program_version()]
    assert {"Python", "PySide6-Essentials", "torch", "Qt"} <= {row[0] for row in rows if row}
    text = dialog.text.toPlainText()
    assert "MIT License" in text
    assert "Lucide" in text
    assert "Zalando" in text
    click(qtbot, dialog.copy)
    assert QGuiApplication.clipboard().text() == text
    assert dialog.confirmation.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_a_text_can_be_selected_with_the_keyboard(session):
    dialog = opened(session, session.window.orders.about)
    assert dialog.text.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard
    assert dialog.text.isReadOnly()
    dialog.close()


def test_this_computer_is_checked_by_a_process_of_its_own(session, qtbot, checked):
    dialog = opened(session, session.window.orders.check)
    assert isinstance(dialog, CheckDialog)
    assert checked == [("check", "--json")]
    assert "Python" in {row[0] for row in shown(dialog)}  # at once
    assert dialog.progress.isVisible() or not dialog.said.text()
    qtbot.waitUntil(dialog.copy.isEnabled)
    assert dialog.progress.isHidden()
    assert shown(dialog) == [
        ["Python", "3.11"],
        ["torch", "not installed"],
        ["cpu", "a processor, 1 GiB"],
        ["window", "can open"],
        ["data", "fashion-mnist-12k"],
        ["missing", f"torch: {ADVICE}"],
    ]
    click(qtbot, dialog.copy)
    assert ADVICE in QGuiApplication.clipboard().text()
    dialog.close()


def test_a_check_that_fails_says_what_it_wrote(session, qtbot, monkeypatch):
    launch = Launch(sys.executable, ("-c", "import sys; sys.exit('no luck')"), {})
    monkeypatch.setattr(command_process, "launch_local", lambda arguments, tuned: launch)
    dialog = opened(session, session.window.orders.check)
    qtbot.waitUntil(dialog.copy.isEnabled)
    assert dialog.text.toPlainText() == "The check failed (exit status 1).\nno luck"
    dialog.close()


def test_a_dialog_that_is_closed_ends_its_check(session, qtbot, monkeypatch):
    launch = Launch(sys.executable, ("-c", "import time; time.sleep(1000)"), {})
    monkeypatch.setattr(command_process, "launch_local", lambda arguments, tuned: launch)
    dialog = opened(session, session.window.orders.check)
    process = dialog._command._process
    qtbot.waitUntil(lambda: bool(process.processId()))
    ended = []
    process.destroyed.connect(lambda: ended.append(True))
    dialog.close()
    settle()
    assert ended  # and no warning of Qt that it was still running, which would fail this test


def test_the_report_has_all_that_helps_and_not_the_home(session, qtbot, checked, tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(error_log, "error_log", lambda: tmp_path / "errors.log")
    error_log.log_error("\n".join(f"line {number} of {tmp_path}" for number in range(100)))
    QSettings().setValue("recent", [str(tmp_path / "net.toml")])
    QSettings().setValue("geometry", b"bytes")
    dialog = opened(session, session.window.orders.report)
    assert isinstance(dialog, ReportDialog)
    qtbot.waitUntil(dialog.copy.isEnabled)
    text = dialog.text.toPlainText()
    for part in (program_version(), ADVICE, "line 99 of ~", f"~{'/' if '/' in str(tmp_path) else chr(92)}net.toml"):
        assert part in text
    assert "line 3 " not in text
    assert "geometry" not in text
    assert str(tmp_path) not in text
    dialog.close()


def test_a_home_that_is_the_root_is_not_in_every_path(monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/"))
    assert without_home("/a/b") == "/a/b"


def test_chinese_characters_are_twice_as_wide():
    assert aligned([("数据", "a"), ("window", "b")]) == "数据    a\nwindow  b"


def test_shortcuts_are_those_of_the_actions(session, qtbot):
    dialog = opened(session, session.window.orders.shortcuts)
    found = {row.texts[0]: row.texts for row in dialog.list._rows}
    for action in (*session.window.orders.all(), *session.window.diagram.findChildren(QAction)):
        for keys in action.shortcuts():
            text = action.text().replace("&", "").replace("\n", " ")
            assert keys.toString(QKeySequence.SequenceFormat.NativeText) in found[text][2], text
    dialog.list.line.setText("diagram open")
    assert [dialog.list.tree.topLevelItem(0).text(column) for column in (0, 1)] == [
        "Open the selected block",
        "Diagram",
    ]
    dialog.close()


def test_every_key_of_a_widget_is_listed_with_its_place(session):
    dialog = opened(session, session.window.orders.shortcuts)
    places = {row.texts[1] for row in dialog.list._rows}
    assert {"Diagram", "Layers", "Queue", "Number boxes", "Choices", "Plots", "Train"} <= places
    owned = {
        action.text()
        for action in session.window.findChildren(QAction)
        if isinstance(action.parent(), QWidget) and action.shortcuts() and action.text()
    }
    assert owned <= {row.texts[0] for row in dialog.list._rows}
    dialog.close()


def test_the_errors_are_read_from_where_they_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr(error_log, "error_log", lambda: tmp_path / "logs" / "errors.log")
    assert error_log.last_errors(5) == ""
    error_log.log_error("first\nsecond\n")
    error_log.log_error("third")
    assert [line for line in error_log.last_errors(100).splitlines() if ":" not in line] == [
        "first",
        "second",
        "",
        "third",
    ]
    assert error_log.last_errors(1) == "third"
