"""Texts to read, to select and to copy: About is one."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from explorer.gui.help.text_dialog import TextDialog, aligned
from explorer.runs.versions import program_version
from tests.clicks import click
from tests.gui.paths import open_dialog


def shown(dialog: TextDialog) -> list[list[str]]:
    return [line.split(maxsplit=1) for line in dialog.text.toPlainText().splitlines()]


def test_about_has_versions_and_licences_to_copy(session, qtbot):
    dialog = open_dialog(session, session.window.orders.about)
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
    dialog = open_dialog(session, session.window.orders.about)
    assert dialog.text.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByKeyboard
    assert dialog.text.isReadOnly()
    dialog.close()


def test_chinese_characters_are_twice_as_wide():
    assert aligned([("数据", "a"), ("window", "b")]) == "数据    a\nwindow  b"
