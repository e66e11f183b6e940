"""What stands in a box counts, whatever orders it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QToolButton,
    QWidget,
)

from explorer.architecture.notation import from_line, load_design
from explorer.gui.design.name_line import NameLine
from explorer.gui.experiments.block_check.dialog import BlockCheckDialog
from explorer.gui.session import Session
from explorer.gui.widgets.input.controls import Real, Words
from tests.clicks import block_view, boxes_of, show_block, type_into

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def width_box(session: Session) -> QWidget:
    return session.window.editor.editors[0].boxes["width"]


def rate_box(session: Session) -> QWidget:
    return session.window.training.form.controls["lr"].entry


@pytest.fixture
def started(session, monkeypatch) -> list:
    """What was to be trained; nothing is."""
    asked: list = []
    monkeypatch.setattr(session.pool, "start", asked.append)
    return asked


@pytest.fixture
def unasked(session, monkeypatch) -> None:
    """Dialogs are cancelled, and the window stays."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    monkeypatch.setattr(QFileDialog, "exec", lambda _: 0)
    monkeypatch.setattr(QDialog, "open", QWidget.deleteLater)
    monkeypatch.setattr(BlockCheckDialog, "show", QWidget.deleteLater)
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: True)
    monkeypatch.setattr(session.window.files, "may_close", lambda: False)
    for signal in (session.window.orders.language_chosen, session.window.orders.size_chosen):
        signal.disconnect()


@pytest.mark.parametrize(("keys", "twin"), [(Qt.KeyboardModifier.NoModifier, False), (CONTROL, True)])
def test_a_rate_and_a_width_that_are_being_typed_are_trained(session, qtbot, started, keys, twin):
    type_into(qtbot, rate_box(session), "0.02")
    qtbot.keyClick(rate_box(session), Qt.Key.Key_F5, keys)
    type_into(qtbot, width_box(session), "96")
    qtbot.keyClick(width_box(session), Qt.Key.Key_F5, keys)
    assert [each.recipe.lr for each in started] == [0.02, 0.02]
    assert [each.design.stages[0].width for each in started] == [64, 96]
    assert {len(each.beside) == 1 for each in started} == {twin}


def test_a_design_that_was_wrong_until_this_was_typed_is_trained(session, qtbot, started):
    document, box = session.document, session.window.editor.form.controls["groups"].entry
    document.propose(document.design.change(groups=2), "no basic block has groups")
    assert not session.window.orders.start.isEnabled()
    type_into(qtbot, box, "1")
    qtbot.keyClick(box, Qt.Key.Key_F5)
    assert [each.design.groups for each in started] == [1]


def test_a_design_that_this_makes_wrong_is_not_trained(session, qtbot, started):
    session.window.editor.form.more.setChecked(True)
    type_into(qtbot, box := session.window.editor.form.controls["groups"].entry, "2")
    qtbot.keyClick(box, Qt.Key.Key_F5)
    assert session.document.design.groups == 2
    assert not started


def test_what_is_being_typed_is_saved(session, qtbot, tmp_path):
    session.document.saved_as(tmp_path / "mine.resnet.toml")
    type_into(qtbot, width_box(session), "96")
    qtbot.keyClick(width_box(session), Qt.Key.Key_S, CONTROL)
    assert load_design(tmp_path / "mine.resnet.toml").stages[0].width == 96


def test_what_is_being_typed_is_copied(session, qtbot):
    type_into(qtbot, width_box(session), "96")
    qtbot.keyClick(width_box(session), Qt.Key.Key_C, CONTROL | SHIFT)
    assert from_line(QGuiApplication.clipboard().text()).stages[0].width == 96


@pytest.mark.parametrize("name", ["pin", "copy"])
def test_a_tool_button_which_takes_no_cursor_takes_what_is_being_typed(session, qtbot, name):
    type_into(qtbot, width_box(session), "96")
    qtbot.mouseClick(session.window.findChild(QToolButton, name), Qt.MouseButton.LeftButton)
    assert width_box(session).hasFocus()
    if name == "pin":
        assert session.document.baseline.design.stages[0].width == 96
    else:
        assert "96" in QGuiApplication.clipboard().text()
        assert session.document.design.stages[0].width == 96


def test_the_undo_button_takes_back_what_is_being_typed(session, qtbot):
    document, box = session.document, width_box(session)
    document.propose(document.design.change(classes=7), "seven classes")
    button = next(
        each for each in session.window.tools.findChildren(QToolButton) if each.accessibleName().startswith("Undo")
    )
    type_into(qtbot, box, "96")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (box.text(), document.design.classes) == ("64", 7)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert document.design.classes != 7


def test_a_window_that_is_closed_takes_what_is_being_typed(session, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "mine.resnet.toml"
    asked: list[str] = []
    monkeypatch.setattr(
        QMessageBox, "question", lambda *given: asked.append(given[2]) or QMessageBox.StandardButton.Cancel
    )
    session.document.saved_as(path)
    type_into(qtbot, width_box(session), "96")
    session.window.close()
    assert [path.name in each for each in asked] == [True]
    assert session.document.design.stages[0].width == 96


def test_what_is_being_typed_is_a_step_before_the_design_that_is_dropped(session, qtbot, tmp_path):
    path, before = tmp_path / "mine.resnet.toml", session.document.design
    session.document.saved_as(path)
    session.window.files.write(path)
    type_into(qtbot, width_box(session), "96")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    button, modifier = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    session.window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, button, modifier))
    assert session.document.design.stages[0].width == before.stages[0].width
    assert width_box(session).text() == "64"
    session.document.undo_stack.undo()
    assert session.document.design.stages[0].width == 96


def other_text(box: QWidget) -> str:
    """A text that `box` takes and does not show."""
    candidates = ("2", "3", "4", "0.5", "96") if isinstance(box, QAbstractSpinBox) else ("0.25", "0.5")
    return next(each for each in candidates if each != box.text())


def test_every_box_is_taken_by_a_key_and_by_a_tool_button(session, qtbot, started):
    window, reached = session.window, 0
    made = [each for form in (window.editor.form, window.training.form) for each in form.controls.values()]
    for box in boxes_of(session):
        if not isinstance(box, QAbstractSpinBox | QLineEdit) or isinstance(box, NameLine):
            continue  # a name is no number: see its own tests
        for order in ("key", "button"):
            taken: list[object] = []
            control = next((each for each in made if isinstance(each, Real | Words) and each.box is box), None)
            signal = control.edited if control else box.valueChanged
            signal.connect(taken.append)
            type_into(qtbot, box, other_text(box))
            typed = box.text()
            assert not taken
            if order == "key":
                qtbot.keyClick(box, Qt.Key.Key_C, CONTROL | SHIFT)
            else:
                qtbot.mouseClick(window.findChild(QToolButton, "pin"), Qt.MouseButton.LeftButton)
            value = typed if isinstance(control, Words) else type(taken[0])(float(typed))
            assert taken == [value], box.accessibleName()
            signal.disconnect(taken.append)
        reached += 1
    assert reached > 20


def entries(widget: QWidget) -> Iterator[QAction]:
    """What stands in a menu bar or a menu and in the menus below it."""
    for action in widget.actions():
        if isinstance(below := action.menu(), QMenu):
            below.aboutToShow.emit()
            yield from entries(below)
        elif not action.isSeparator():
            yield action


def orders_of(session: Session) -> list[QAction | QAbstractButton]:
    """Every entry of the menus but undo and redo, what stands beside the boxes, and every other action."""
    orders, editor = session.window.orders, session.window.editor
    others = {orders.undo, orders.redo}
    actions = [each for each in entries(session.window.menuBar()) if each not in others]
    outside = [each for each in session.window.actions() if each not in {*actions, *others}]
    assert not any(each.shortcuts() for each in outside)  # what hears a key is in a menu
    return [*actions, *outside, editor.editors[-1].remove, editor.add]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["width", "rate", "side", "alone"])
def test_every_order_takes_what_is_being_typed_before(session, qtbot, started, unasked, kind):
    window = session.window
    boxes_of(session)
    boxes = {
        "width": width_box(session),
        "rate": rate_box(session),
        "side": window.editor.form.controls["input"].boxes[1],
        "alone": block_view(session).form.boxes["size"],
    }
    box = boxes[kind]
    signal = window.training.form.controls["lr"].edited if kind == "rate" else box.valueChanged
    given = 0
    for order in orders_of(session):
        if not order.isEnabled():
            continue
        show_block(session)
        typed = next(each for each in (("0.25", "0.5") if kind == "rate" else ("65", "96")) if each != box.text())
        type_into(qtbot, box, typed)
        taken: list[object] = []
        signal.connect(taken.append)
        order.trigger() if isinstance(order, QAction) else order.click()
        signal.disconnect(taken.append)
        assert taken[:1] == [float(typed)], order.text() or order.toolTip()
        given += 1
        if isinstance(order, QAction) and order.isCheckable() and not order.actionGroup():
            order.trigger()
        if order is window.orders.own_window:
            window.pages.leave_block()  # and it comes back
    assert given > 40


@pytest.mark.parametrize("text", ["", "1.5x", "0"])
def test_what_cannot_be_is_refused_at_the_box_and_the_order_goes_on(session, qtbot, started, text):
    for box in (width_box(session), rate_box(session)):
        shown = box.text()
        type_into(qtbot, box, text)
        qtbot.keyClick(box, Qt.Key.Key_F5)
        assert box.text() == shown
    assert [(each.recipe.lr, each.design.stages[0].width) for each in started] == [(0.1, 64)] * 2
