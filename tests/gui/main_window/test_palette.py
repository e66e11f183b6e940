"""The command palette: every order, found by its words, in either language."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction

from explorer.gui.main_window.palette import Palette
from explorer.gui.widgets.text.language import apply_language
from tests.events import settle


@pytest.fixture(autouse=True)
def english_again(qapp):
    yield
    apply_language("en")


def palette_of(session) -> Palette:
    """Opened by its keys."""
    session.window.orders.find_command.trigger()
    settle()
    return next(each for each in session.window.findChildren(Palette) if each.isVisible())


def listed(palette: Palette) -> list[QAction]:
    return [palette.entries[number].action for number in palette.list._shown]


def first(session, words: str) -> QAction:
    """What the palette lists first for these words."""
    palette = palette_of(session)
    palette.list.line.setText(words)
    found = listed(palette)[0]
    palette.close()
    settle()
    return found


def test_it_lists_every_visible_order_once(session):
    palette = palette_of(session)
    actions = listed(palette)
    assert len(actions) == len(set(actions))
    orders = session.window.orders
    assert {each for each in orders.all() if each.isVisible()} - {orders.find_command} <= set(actions)
    assert not orders.unpin.isEnabled()  # there is no baseline
    assert {"d2l-resnet18", "layers", "dark", "zh_CN"} - {each.objectName() for each in actions} == {"layers"}
    assert any("chapter" in entry.place.casefold() for entry in palette.entries)
    palette.close()


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("pyt cop", "copy_source"),
        ("LARGER", "larger"),
        ("rate", "find_rate"),
        ("d2l", "d2l-resnet18"),
        ("wide 101", "wide_resnet101_2"),
        ("colours dark", "dark"),
        ("language english", "en"),
        ("computer", "check"),
    ],
)
def test_the_beginnings_of_words_find_it_in_any_order(session, words, name):
    assert first(session, words).objectName() == name


@pytest.mark.parametrize(
    ("words", "name"), [("larger", "larger"), ("放大", "larger"), ("undo", "undo"), ("file save", "save")]
)
def test_in_chinese_english_words_find_it_too(open_session, words, name):
    apply_language("zh_CN")
    assert first(open_session(), words).objectName() == name


def test_enter_triggers_it_and_what_was_used_last_is_listed_first(session, qtbot):
    for words, name in (("pin base", "pin"), ("feature maps", "show_maps")):
        palette = palette_of(session)
        palette.list.line.setText(words)
        qtbot.keyClick(palette.list.line, Qt.Key.Key_Return)
        settle()
        palette = palette_of(session)
        assert listed(palette)[0].objectName() == name
        palette.close()
        settle()
    assert session.document.baseline is not None
    assert session.window.orders.show_maps.isChecked()
    palette = palette_of(session)
    assert [each.objectName() for each in listed(palette)[:2]] == ["show_maps", "pin"]
    assert palette.list.tree.topLevelItem(0).text(0) == "✓ Feature maps"
    qtbot.keyClick(palette.list.line, Qt.Key.Key_Escape)
    assert not palette.isVisible()


def test_the_last_used_is_the_same_in_another_language(session, qtbot):
    palette = palette_of(session)
    palette.list.line.setText("copy layer")
    qtbot.keyClick(palette.list.line, Qt.Key.Key_Return)
    settle()
    session.window.orders.language_chosen.emit("zh_CN")
    settle()
    palette = palette_of(session)
    assert listed(palette)[0] is session.window.orders.copy_table
    palette.close()


def test_what_a_problem_of_the_design_forbids_names_it(session):
    document = session.document
    document.propose(document.design.change(shortcut="pad").with_stage(2, width=32), "")
    palette = palette_of(session)
    for words in ("copy pytorch", "start f5"):
        palette.list.line.setText(words)
        assert palette.list.hint.text() == document.fatal.what
    palette.close()


def test_what_cannot_be_done_now_is_listed_with_the_reason_and_not_done(session, qtbot):
    palette = palette_of(session)
    palette.list.line.setText("weights safetensors")
    (action,) = listed(palette)
    assert not action.isEnabled()
    assert "list of runs" in palette.list.hint.text()
    qtbot.keyClick(palette.list.line, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.list.line.setText("xyzzy")
    assert listed(palette) == []
    assert palette.list.hint.text() == "Nothing is found by these words."
    qtbot.keyClick(palette.list.line, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.close()


def test_the_arrows_walk_while_the_line_has_the_focus(session, qtbot, monkeypatch):
    palette = palette_of(session)
    announced = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: announced.append(event.message()))
    assert palette.list.line.hasFocus()
    qtbot.keyClick(palette.list.line, Qt.Key.Key_Down)
    assert palette.list.current() == palette.list._shown[1]
    assert announced == ["No recent files, Not available now"]
    palette.close()
