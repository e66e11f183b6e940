"""The row of pages: one at a time, by click or key; any but the last one in a window of its own."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar

from explorer.architecture.presets import preset
from explorer.gui.main_window.page_window import PageWindow
from explorer.gui.main_window.pages import PAGES
from explorer.gui.session import Session
from explorer.gui.widgets.text.language import apply_language
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workspace import BLOCK, CURVES, LAYERS, RUNS
from explorer.runs.recipe import RECIPES
from tests.clicks import block_view, curves, show_block
from tests.events import settle


def row_of(session: Session) -> QTabBar:
    return session.window.pages.row.findChild(QTabBar)


def windows_of(session: Session) -> list[PageWindow]:
    return [each for each in session.window.findChildren(PageWindow) if each.isVisible()]


def take_out(session: Session, name: str) -> PageWindow:
    session.window.pages.show_page(name)
    session.window.orders.own_window.trigger()
    return windows_of(session)[-1]


def start(session: Session, name: str) -> None:
    session.pool.workers[0].live = (LiveRun(preset("mini"), RECIPES["quick"], name),)
    session.pool.changed.emit()


def test_a_click_and_a_key_open_a_page(session, qtbot):
    window, row = session.window, row_of(session)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for number, name in enumerate(PAGES):
        window.pages.show_page(LAYERS if number else RUNS)
        qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.tabRect(number).center())
        assert session.workspace.page == name
        assert row.currentIndex() == number
        window.pages.show_page(LAYERS if number else RUNS)
        qtbot.keyClick(window, getattr(Qt.Key, f"Key_{number + 1}"), Qt.KeyboardModifier.ControlModifier)
        assert session.workspace.page == name
        assert window.pages.current.isVisible()


def test_only_the_first_run_of_a_session_opens_its_curves(session):
    start(session, "a")
    assert session.workspace.page == CURVES
    session.window.pages.show_page(LAYERS)
    start(session, "b")
    assert session.workspace.page == LAYERS


def test_escape_closes_the_block_and_no_other_page(session, qtbot):
    view = show_block(session, "layer1.0")
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert session.workspace.page == LAYERS
    curves(session)
    qtbot.keyClick(session.window, Qt.Key.Key_Escape)
    assert session.workspace.page == CURVES


def test_a_page_in_a_window_of_its_own_comes_back_when_that_is_closed(session):
    window = take_out(session, CURVES)
    page = session.window.pages.page(CURVES)
    assert page.window() is window
    assert page.isVisible()
    assert session.workspace.page == LAYERS
    assert session.workspace.shows(CURVES)
    session.window.pages.show_page(CURVES)
    assert session.workspace.page == LAYERS  # it is in front in its own window
    assert row_of(session).currentIndex() == 0
    window.close()
    assert session.workspace.page == CURVES
    assert page.window() is session.window
    assert page.isVisible()
    assert not session.workspace.page_windows


def test_the_block_in_a_window_of_its_own_shows_what_is_opened(session, qtbot):
    show_block(session, "layer1.0")
    take_out(session, BLOCK)
    session.document.select("layer3.0")
    session.document.open_block()
    assert session.workspace.page == LAYERS
    view = session.window.pages.page(BLOCK)
    assert view.figure.block.name == "layer3.0"
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert session.workspace.page == LAYERS
    assert windows_of(session) == []
    session.window.pages.show_block()
    assert block_view(session) is view


def test_one_page_stays_in_the_row(session):
    for _ in PAGES:
        session.window.orders.own_window.trigger()
    assert len(windows_of(session)) == len(PAGES) - 1
    assert session.window.pages.current.isVisible()


def test_keys_are_heard_in_the_window_of_a_page(session, qtbot):
    window = take_out(session, RUNS)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    session.document.propose(preset("mini"), "")
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.document.design == preset("d2l-resnet18")
    keys = session.window.orders.own_window.shortcut()[0]
    qtbot.keyClick(window, keys.key(), keys.keyboardModifiers())
    assert session.workspace.page == RUNS


def test_a_window_of_a_page_is_there_again_in_another_language_and_at_the_next_start(session, qtbot):
    window = take_out(session, CURVES)
    window.resize(700, 500)
    try:
        session.use_language("zh_CN")
        settle()
        (after,) = windows_of(session)
        assert after is not window
        assert after.size().toTuple() == (700, 500)
        assert after.page is session.window.pages.page(CURVES)
    finally:
        apply_language("en")
    saved = session.workspace.state()
    assert [name for name, _ in saved.page_windows] == [CURVES]


def test_the_windows_of_pages_go_with_the_window(session):
    take_out(session, CURVES)
    session.window.hide()
    assert windows_of(session) == []
    session.window.show()
    assert len(windows_of(session)) == 1


@pytest.mark.parametrize("name", PAGES)
def test_no_page_makes_the_window_larger(session, name):
    window = session.window
    window.resize(1024, 700)
    session.document.select("layer2.0")
    window.pages.show_page(name)
    settle()
    assert window.size().toTuple() == (1024, 700)
    assert window.minimumSizeHint().width() <= 1024


def test_in_a_narrow_window_the_docks_share_one_place(session):
    window = session.window
    design, training = window.docks
    assert window.tabifiedDockWidgets(design) == []
    for _ in range(2):
        window.resize(1024, 700)
        settle()
        assert window.tabifiedDockWidgets(design) == [training]
        window.resize(1440, 900)
        settle()
        assert window.tabifiedDockWidgets(design) == []
        assert window.dockWidgetArea(training) == Qt.DockWidgetArea.RightDockWidgetArea
        assert training.geometry().left() > window.centre.geometry().right()


def test_what_stands_in_the_training_dock_needs_no_scrolling_in_a_small_window(session):
    session.window.resize(1024, 700)
    session.window.docks[1].raise_()
    settle()
    area = session.window.docks[1].widget()
    assert area.verticalScrollBar().maximum() == 0
    assert session.window.training.start.isVisible()
