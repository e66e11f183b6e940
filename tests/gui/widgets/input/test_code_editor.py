"""The editor of source: it indents, keeps the indentation, and marks a line."""

import pytest
from PySide6.QtCore import Qt

from explorer.gui.widgets.input.code_editor import CodeEditor


@pytest.fixture
def editor(qtbot):
    editor = CodeEditor("source")
    qtbot.addWidget(editor)
    editor.show()
    return editor


def test_enter_keeps_the_indentation_and_a_colon_adds_to_it(editor, qtbot):
    qtbot.keyClicks(editor, "def f(x):")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "y = x")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "return y")
    assert editor.toPlainText() == "def f(x):\n    y = x\n    return y"


def test_tab_indents(editor, qtbot):
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.toPlainText() == "    "


def test_a_line_is_marked_and_brought_into_view(editor):
    editor.setPlainText("\n".join(map(str, range(200))))
    editor.mark_line(150)
    (mark,) = editor.extraSelections()
    assert mark.cursor.block().text() == "149"
    assert editor.firstVisibleBlock().blockNumber() > 100
    editor.mark_line(0)
    assert editor.extraSelections() == []


def test_the_numbers_have_room_for_the_last_one(editor):
    few = editor.numbers_width()
    editor.setPlainText("\n" * 20_000)
    assert editor.numbers_width() >= few + 3 * editor.fontMetrics().horizontalAdvance("9")
    assert editor.viewport().geometry().left() >= editor.numbers_width()
