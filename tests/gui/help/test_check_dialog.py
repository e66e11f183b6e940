"""This computer is checked by a process of its own, and the report has what it finds."""

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QGuiApplication

from explorer.gui.help import error_log
from explorer.gui.help.check_dialog import CheckDialog, ReportDialog, without_home
from explorer.gui.help.text_dialog import TextDialog
from explorer.gui.workers import command_process
from explorer.runs.events import Device
from explorer.runs.findings import Findings, Missing
from explorer.runs.json_lines import json_line, record_table
from explorer.runs.launch import Launch
from explorer.runs.versions import program_version
from explorer.sentences import Sentence
from tests.clicks import click
from tests.events import settle
from tests.gui.paths import open_dialog

ADVICE = Sentence("needed for {use}; run {python} -m pip install {name}", {"use": "x", "python": "p", "name": "torch"})
FOUND = Findings(
    versions={"Python": "3.11", "torch": None},
    devices=(Device("cpu", "a processor", 2**30),),
    data=("fashion-mnist-12k",),
    missing=(Missing("torch", ADVICE),),
)


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


def test_this_computer_is_checked_by_a_process_of_its_own(session, qtbot, checked):
    dialog = open_dialog(session, session.window.orders.check)
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
    dialog = open_dialog(session, session.window.orders.check)
    qtbot.waitUntil(dialog.copy.isEnabled)
    assert dialog.text.toPlainText() == "The check failed (exit status 1).\nno luck"
    dialog.close()


def test_a_dialog_that_is_closed_ends_its_check(session, qtbot, monkeypatch):
    launch = Launch(sys.executable, ("-c", "import time; time.sleep(1000)"), {})
    monkeypatch.setattr(command_process, "launch_local", lambda arguments, tuned: launch)
    dialog = open_dialog(session, session.window.orders.check)
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
    dialog = open_dialog(session, session.window.orders.report)
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
