"""Lessons that a teacher writes: listed, opened, read again after an edit, and said to be wrong where they are."""

import os
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox

from explorer.cli.check import examine
from explorer.gui.lessons.lesson_file import load_lesson, own_lessons
from explorer.gui.widgets.text.language import apply_language
from explorer.resources import resource
from tests.clicks import click

LESSON = """
title = "{title}"
design = "basic:1x28x28:10:16x1,32x1/2:stem=cifar"
[[pages]]
text = "{text}"
drawing = "star.svg"
[[pages.steps]]
task = "Drag"
done = "{done}"
points_at = "blocks1"
"""


@pytest.fixture(autouse=True)
def english_again(qapp):
    yield
    apply_language("en")


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    own_lessons().mkdir(parents=True)
    assert own_lessons().is_relative_to(tmp_path)
    (own_lessons() / "star.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>')
    return own_lessons()


def write(folder: Path, name: str = "mine", title: str = "Mine", text: str = "Here.", done: str = "stage_deepened"):
    (folder / f"{name}.toml").write_text(LESSON.format(title=title, text=text, done=done), encoding="utf-8")


def entries(session):
    """Those of the menu of the chapter."""
    session.window.menus.chapter.aboutToShow.emit()
    return session.window.menus.chapter.actions()


def texts(session) -> list[str]:
    return [action.text() for action in entries(session) if action.text()]


def shown(session) -> str:
    return session.window.tutor.card.text.toPlainText()


def test_a_lesson_in_the_folder_is_listed_after_the_others_and_taught(session, qtbot, folder):
    before = texts(session)
    write(folder, title="Mine & yours")
    assert texts(session) == [*before[:-1], "Mine && yours", before[-1]]
    next(action for action in entries(session) if action.text() == "Mine && yours").trigger()
    tutor = session.window.tutor
    assert tutor.card.heading.text() == "Mine & yours"
    assert tutor.card.drawing.isVisible()
    assert session.document.design.name == "Mine & yours"
    session.document.propose(session.document.design.with_stage(0, blocks=2), "")
    assert tutor.card.task.text() == "☑ Drag"
    assert tutor.card.next.text() == "Finish"
    click(qtbot, tutor.card.next)
    assert [action.isChecked() for action in entries(session) if action.objectName() == "own/mine"] == [True]


def test_a_lesson_may_have_the_name_of_one_of_ours_and_another_language(session, folder):
    write(folder, "tour", title="课程", text="你好。")
    assert texts(session)[-2] == "课程"
    session.window.tutor.teach("own/tour")
    assert shown(session).startswith("你好。")
    session.use_language("zh_CN")
    assert shown(session).startswith("你好。")
    assert session.window.tutor.card.isVisible()


def test_an_open_lesson_is_shown_as_its_file_is_now(session, qtbot, folder):
    write(folder)
    session.window.tutor.teach("own/mine")
    session.document.propose(session.document.design.with_stage(0, blocks=2), "")
    for text, done in (("Mended.", "stage_deepened"), ("Faulty.", "won"), ("Good again.", "pinned")):
        write(folder, text=text, done=done)
        wanted = text if done != "won" else "mine.toml, line 9, pages[0].steps[0].done: there is no task 'won'"
        qtbot.waitUntil(lambda wanted=wanted: shown(session).startswith(wanted))
    (folder / "new").write_bytes((folder / "mine.toml").read_bytes().replace(b"Good again.", b"Replaced."))
    (folder / "new").rename(folder / "mine.toml")  # as many editors do
    qtbot.waitUntil(lambda: shown(session).startswith("Replaced."))
    (folder / "mine.toml").unlink()
    (folder / "star.svg").unlink()
    session.window.tutor.check()
    session.window.tutor.turn(1)
    assert not session.window.tutor.card.isVisible()


def test_a_faulty_lesson_says_at_the_list_and_in_check_where_it_is_wrong(session, folder):
    write(folder, done="pined")
    (folder / "other.toml").write_text("title = ", encoding="utf-8")
    where, what = "mine.toml, line 9, pages[0].steps[0].done", "there is no task 'pined'; did you mean pinned?"
    faulty = [action for action in entries(session) if action.text() and not action.isEnabled()]
    assert faulty[0].toolTip() == f"{where}: {what}"
    assert faulty[0].text() == f"{where}: {what}"
    assert faulty[1].text().startswith("other.toml: is not TOML")
    found = examine().lessons
    assert [each.what for each in found] == [where, "other.toml"]
    assert found[0].advice == what


@pytest.mark.skipif(sys.platform != "linux", reason="names are text there")
def test_the_name_of_a_file_may_be_no_text(session, folder):
    right = LESSON.format(title="Right", text="x", done="pinned").encode()
    for name, content in ((b"\xff.toml", b"title = "), (b"\xfe.toml", right)):
        Path(os.fsdecode(bytes(folder) + b"/" + name)).write_bytes(content)
    (folder / "folder.toml").mkdir()
    os.mkfifo(folder / "pipe.toml")
    faulty = [action.text() for action in entries(session) if action.text() and not action.isEnabled()]
    assert len(faulty) == 3
    assert "pipe.toml: is not a regular file" in faulty
    assert "Right" in texts(session)


def test_the_order_shows_the_folder_with_an_example_in_the_language_of_the_window(session, folder, monkeypatch):
    opened, told = [], []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: not opened.append(url.toLocalFile()))
    monkeypatch.setattr(QMessageBox, "open", lambda box: told.append(box.informativeText()))
    session.use_language("zh_CN")
    session.window.orders.own_lessons.trigger()
    assert opened == [str(folder)]
    assert (folder / "example.toml").read_bytes() == resource("lessons", "examples", "zh_CN.toml").read_bytes()
    assert texts(session)[-2] == load_lesson(folder / "example.toml").title
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: False)
    session.window.orders.own_lessons.trigger()
    (folder / "example.toml").unlink()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.write_text("not a folder")
    session.window.orders.own_lessons.trigger()
    assert told == [str(folder), "文件已存在"]
    assert [action for action in entries(session) if action.objectName().startswith("own/")] == []


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_examples_can_be_read(language):
    assert len(load_lesson(resource("lessons", "examples", f"{language}.toml")).pages) == 2
