import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from explorer.architecture.presets import preset
from tests.clicks import click, type_into


@pytest.fixture
def line(session, qtbot):
    session.window.activateWindow()
    qtbot.waitUntil(session.window.isActiveWindow)
    return session.window.editor.name


def test_the_title_is_edited_in_place(session, line, qtbot):
    document = session.document
    assert line.text() == "ResNet-18 (Dive into Deep Learning)"
    type_into(qtbot, line, "Mine")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert (document.design.name, document.design) == ("Mine", preset("d2l-resnet18"))
    assert session.window.windowTitle() == "ResNet Explorer: Mine[*]"
    assert session.window.isWindowModified()
    assert document.undo_stack.undoText() == "Name: Mine"
    session.window.orders.undo.trigger()
    assert line.text() == document.design.name == "ResNet-18 (Dive into Deep Learning)"


@pytest.mark.parametrize("order", ["focus", "key", "button"])
def test_what_is_typed_counts_whatever_the_user_does_next(session, line, qtbot, order):
    type_into(qtbot, line, "Mine")
    if order == "focus":
        session.window.table.setFocus()
    elif order == "key":
        qtbot.keyClick(line, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    else:
        click(qtbot, session.window.findChild(QToolButton, "pin"))
    assert session.document.design.name == "Mine"


def test_a_mark_that_is_not_the_name_is_not_edited(session, line, qtbot):
    session.document.propose(preset("resnet50").with_stage(0, blocks=4), "")
    assert line.text() == "ResNet-50 (edited)"
    line.setFocus()
    assert line.text() == "ResNet-50"
    session.window.table.setFocus()
    assert line.text() == "ResNet-50 (edited)"
    assert session.document.undo_stack.count() == 1


def test_a_design_without_a_name_shows_what_it_is(session, line, qtbot):
    type_into(qtbot, line, "x")
    line.clear()
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert session.document.design.name == ""
    assert line.placeholderText() == "ResNet-18 (Dive into Deep Learning)"
    session.window.table.setFocus()
    assert line.text() == "ResNet-18 (Dive into Deep Learning)"
    assert session.document.undo_stack.count() == 1
