"""What all boxes of the window have in common: the wheel passes over them, undo is the program's."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QWidget,
)

from explorer.gui.lessons.highlight import reveal
from explorer.gui.training.setup.data_box import FOLDER
from tests.clicks import block_view, boxes_of


def value_of(box: QWidget) -> object:
    if isinstance(box, QComboBox):
        return box.currentText()
    return box.text() if isinstance(box, QLineEdit) else box.value()


def turn_wheel(box: QWidget, notches: int) -> None:
    """As a mouse does: at a place of the screen, whatever lies there."""
    window = box.window()
    place = box.mapTo(window, box.rect().center())
    assert box.isAncestorOf(found := window.childAt(place)) or found is box
    QTest.wheelEvent(window.windowHandle(), place, QPoint(0, 120 * notches))


def test_the_wheel_changes_no_value_where_nobody_clicked(session):
    window = session.window
    boxes = boxes_of(session)
    assert len(boxes) > 30
    for box in boxes:
        block_view(session).alone.setFocus()
        before = value_of(box), session.document.design, window.workspace.choice.recipe
        for notches in (1, -1, -3):
            reveal(box)
            QApplication.processEvents()
            turn_wheel(box, notches)
            assert (value_of(box), session.document.design, window.workspace.choice.recipe) == before
        assert not box.hasFocus()
        assert box.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_the_wheel_over_a_box_scrolls_what_it_lies_in(session, qtbot):
    window = session.window
    window.resize(1100, 500)
    bar = window.editor.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    window.table.setFocus()
    stage = window.editor.editors[0]
    for box in (*stage.boxes.values(), *stage.sliders.values(), window.editor.form.controls["shortcut"].entry):
        reveal(box)
        before = bar.value()
        turn_wheel(box, -1 if before < bar.maximum() else 1)
        assert bar.value() != before, box.accessibleName()


def test_the_wheel_turns_a_number_that_was_clicked(session, qtbot):
    box = session.window.editor.editors[0].boxes["width"]
    qtbot.mouseClick(box.lineEdit(), Qt.MouseButton.LeftButton)
    assert box.hasFocus()
    turn_wheel(box, 1)
    assert session.document.design.stages[0].width == 65


def test_the_wheel_opens_no_folder(session, qtbot, monkeypatch):
    asked: list[object] = []
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *given: asked.append(given) or "")
    box = session.window.training.data_box
    box.setFocus()
    for _ in range(box.count()):
        turn_wheel(box, -1)
    assert box.currentData() != FOLDER
    assert not asked


def press(qtbot, widget: QWidget, keys: str) -> None:
    modifier = Qt.KeyboardModifier.ControlModifier
    if "Shift" in keys:
        modifier |= Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(widget, Qt.Key(ord(keys[-1])), modifier)


@pytest.mark.parametrize("redo", ["Ctrl+Shift+Z", "Ctrl+Y"])
def test_undo_and_redo_are_the_programs_wherever_the_cursor_is(session, qtbot, redo):
    window, document = session.window, session.document
    before = document.design
    document.propose(before.change(classes=7), "seven classes")
    after = document.design
    boxes, page = boxes_of(session), block_view(session)
    widgets = [*boxes, window.table, window.diagram, page.source, page.alone]
    reached = 0
    for widget in widgets:
        widget.setFocus()
        if not widget.hasFocus():
            continue  # nobody can see it at present
        reached += 1
        press(qtbot, widget, "Ctrl+Z")
        assert document.design == before, widget
        press(qtbot, widget, "Ctrl+Z")  # nothing is left to undo
        assert document.design == before, widget
        press(qtbot, widget, redo)
        assert document.design == after, widget
        press(qtbot, widget, redo)
        assert document.design == after, widget
    assert reached > 30


@pytest.mark.parametrize("typed", ["1", "0.5x", ""])
def test_what_is_being_typed_is_taken_back_first(session, qtbot, typed):
    document, recipe = session.document, session.window.workspace.choice.recipe
    before = document.design
    document.propose(before.change(classes=7), "seven classes")
    after = document.design
    reached = 0
    for box in boxes_of(session):
        box.setFocus()
        if not (box.hasFocus() and isinstance(box, QAbstractSpinBox | QLineEdit)):
            continue
        shown = box.text()
        if shown == typed:
            continue
        reached += 1
        box.selectAll()
        qtbot.keyClick(box, Qt.Key.Key_Delete)
        qtbot.keyClicks(box, typed)
        assert box.text() == typed
        press(qtbot, box, "Ctrl+Z")
        assert (box.text(), document.design) == (shown, after)
        press(qtbot, box, "Ctrl+Z")
        assert document.design == before
        press(qtbot, box, "Ctrl+Shift+Z")
        assert document.design == after
    assert reached > 20
    assert session.window.workspace.choice.recipe == recipe


def test_a_box_can_be_undone_after_its_arrow_was_clicked(session, qtbot):
    box = session.window.editor.editors[0].boxes["blocks"]
    before = session.document.design
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(box.width() - 5, 5))
    assert session.document.design.stages[0].blocks == before.stages[0].blocks + 1
    assert box.hasFocus()
    press(qtbot, box, "Ctrl+Z")
    assert session.document.design == before


def test_redo_drops_what_is_typed(session, qtbot):
    document = session.document
    before = document.design
    document.propose(before.change(classes=7), "seven classes")
    document.undo_stack.undo()
    box = session.window.editor.editors[0].boxes["width"]
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "96")
    press(qtbot, box, "Ctrl+Y")
    assert document.design == before.change(classes=7)
    assert box.text() == "64"
