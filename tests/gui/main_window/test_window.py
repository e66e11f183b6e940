import gc
import sys
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QByteArray, QPoint, QRect, QSettings, Qt, QTimer
from PySide6.QtWidgets import QApplication, QCheckBox, QPushButton, QToolButton

from explorer.architecture.presets import preset
from explorer.gui.app import open_window
from explorer.gui.lessons.lesson_file import TOUR
from explorer.gui.main_window.window import Window
from explorer.gui.session import Session
from explorer.gui.training.curves.plots import Plots
from explorer.gui.widgets.look import text_size
from explorer.gui.workspace import CURVES
from tests.clicks import click, run_button
from tests.events import settle


def test_the_network_is_painted_before_the_controls_are_made(qtbot, tmp_path):
    session = Session(preset("mini"), tmp_path, warm=False)
    seen = []
    session.painted.connect(lambda: seen.append(session.window.has_controls))
    session.window.show()
    widths = [dock.width() for dock in session.window.docks]
    qtbot.waitUntil(lambda: session.complete)
    assert seen == [False]
    assert session.window.has_controls
    assert [dock.width() for dock in session.window.docks] == widths  # nothing moves when the controls come
    session.window.close()
    qtbot.waitUntil(lambda: not session.pool.workers[0].process.is_running())


def test_a_window_may_be_closed_before_it_has_its_controls(qtbot, tmp_path):
    session = Session(preset("mini"), tmp_path)
    session.window.show()
    with qtbot.waitSignal(session.closed):
        session.window.close()
    session._first_paint.painted.emit()  # painted before the closing, heard after it
    assert not session.window.has_controls


def test_presenting_shows_diagram_and_curves_alone(session, qtbot):
    window = session.window
    around = (window.docks[0], window.pages.row, window.menuBar(), window.tools, window.docks[1])
    before = window.diagram.font().pointSizeF()
    widths = [dock.width() for dock in window.docks]
    window.orders.present.trigger()
    assert not any(each.isVisible() for each in around)
    assert window.isFullScreen()
    assert window.diagram.isVisible()
    assert session.workspace.page == CURVES
    assert window.pages.current.isVisible()
    assert window.diagram.font().pointSizeF() > 1.3 * before
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert all(each.isVisible() for each in around)
    assert window.pages.current is window.table
    assert not window.isFullScreen()
    assert window.diagram.font().pointSizeF() == before
    qtbot.waitUntil(lambda: [dock.width() for dock in window.docks] == widths)


def test_a_presentation_has_pause_a_way_out_and_a_lesson_as_large_as_the_rest(session, qtbot):
    window = session.window
    usual = window.font().pointSizeF()
    leave = window.findChild(QPushButton, "end presentation")
    assert not leave.isVisible()
    window.orders.present.trigger()
    window.tutor.teach(TOUR)
    assert run_button(session, "pause").isVisible()
    assert window.tutor.card.text.font().pointSizeF() > 1.3 * usual
    click(qtbot, leave)
    assert not window.isFullScreen()
    qtbot.waitUntil(lambda: not leave.isVisible())
    assert window.tutor.card.text.font().pointSizeF() == usual


def test_a_presentation_enlarges_every_word_and_both_plots_begin_at_one_height(session, qtbot):
    window = session.window
    window.pages.show_page(CURVES)
    plots = window.pages.current.findChild(Plots)
    boxes = plots.findChildren(QCheckBox)
    before = [box.font().pointSizeF() for box in boxes]
    window.orders.present.trigger()
    settle()
    assert [box.font().pointSizeF() > 1.3 * usual for box, usual in zip(boxes, before, strict=True)] == [True] * 2
    tops = [plot.plot.mapTo(window, QPoint()).y() for plot in (plots.loss, plots.accuracy)]
    assert tops[0] == tops[1]


@pytest.mark.parametrize("room", [QRect(20, 10, 1280, 720), QRect(50, 30, 1024, 700)])
@pytest.mark.parametrize("place", [None, (0, 0), (3000, 2000), (-3000, -2000)])
def test_a_window_and_its_card_are_inside_the_screen(session, monkeypatch, room, place):
    window = session.window
    monkeypatch.setattr(window, "screen", lambda: SimpleNamespace(availableGeometry=lambda: QRect(room)))
    assert window.height() > room.height()
    if place:
        window.move(*place)
        QSettings().setValue("geometry", window.saveGeometry())
    window.restore_layout()
    assert room.contains(window.geometry())
    assert place or window.height() > room.height() - 40
    window.tutor.show_tour()
    settle()
    assert room.contains(window.geometry())
    assert window.rect().contains(window.tutor.card.geometry())


def test_pinning_moves_no_button(session):
    tools = session.window.tools.findChildren(QToolButton)
    before = [tool.geometry() for tool in tools]
    session.window.orders.pin.trigger()
    settle()
    assert [tool.geometry() for tool in tools] == before


def test_keys_are_heard_while_presenting_and_a_larger_text_is_presented_too(session, qtbot):
    session.window.orders.present.trigger()
    before = session.window.diagram.font().pointSizeF()
    try:
        session.window.activateWindow()
        qtbot.waitUntil(session.window.isActiveWindow)
        qtbot.keyClick(session.window, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
        window = session.window
        assert window.diagram.font().pointSizeF() > before
        assert window.isFullScreen()
        assert not window.menuBar().isVisible()
        qtbot.keyClick(window, Qt.Key.Key_Escape)
        assert window.menuBar().isVisible()
        assert window.docks[0].isVisible()
    finally:
        text_size.apply_size(0)


@pytest.mark.parametrize("maximised", [True, False])
def test_after_presenting_a_window_is_as_large_as_it_was(session, qtbot, maximised):
    window = session.window
    if maximised:
        window.showMaximized()
    window.orders.present.trigger()
    assert window.isFullScreen()
    window.orders.present.trigger()
    assert (window.isMaximized(), window.isFullScreen()) == (maximised, False)


def test_a_presentation_is_no_layout_for_the_next_start(session, open_session):
    session.window.orders.present.trigger()
    session.window.save_layout()
    session.window.orders.present.trigger()
    window = open_session().window
    window.restore_layout()
    assert not window.isFullScreen()
    assert all(each.isVisible() for each in (*window.docks, window.tools))


@pytest.mark.parametrize("stored", ["rubbish", "", 5, ["a"], QByteArray(b"rubbish")])
def test_a_layout_that_makes_no_sense_is_passed_over(session, stored):
    session.window.restore_layout()
    before = session.window.size()
    for name in ("geometry", "layout"):
        QSettings().setValue(name, stored)
    session.window.restore_layout()
    assert session.window.size() == before
    assert all(each.isVisible() for each in session.window.docks)


def test_a_window_that_nobody_opened_for_a_person_keeps_no_layout(session):
    session.window.close()
    assert not QSettings().contains("geometry")
    assert not QSettings().contains("layout")


def test_a_persons_window_shows_its_file_and_keeps_its_layout(qtbot, tmp_path, monkeypatch):
    """Closed before it has its controls, so that no worker starts."""
    path, seen = tmp_path / "mine.toml", []

    def close() -> None:
        window = next(each for each in QApplication.topLevelWidgets() if isinstance(each, Window) and each.isVisible())
        document = window.workspace.document
        seen.append((document.path, document.title, window.isWindowModified()))
        window.resize(790, 555)
        window.close()

    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr("explorer.runs.folder.survey.default_runs", lambda: tmp_path / "runs")
    QTimer.singleShot(0, close)
    assert open_window(preset("mini").change(name="", classes=7), None, path) == 0
    assert seen == [(path, "mine", False)]
    assert gc.isenabled()
    window = Session(preset("mini"), tmp_path, warm=False).window
    qtbot.addWidget(window)
    window.restore_layout()
    assert (window.width(), window.height()) == (790, 555)
