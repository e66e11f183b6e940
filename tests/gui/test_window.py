from PySide6.QtCore import Qt

from explorer.architecture.presets import preset
from explorer.gui.session import Session


def test_the_network_is_painted_before_the_furniture_is_made(qtbot, tmp_path):
    session = Session(preset("mini"), tmp_path, warm=False)
    seen = []
    session.painted.connect(lambda: seen.append(session.window.is_furnished))
    session.window.show()
    widths = [dock.width() for dock in session.window.docks]
    qtbot.waitUntil(lambda: session.complete)
    assert seen == [False]
    assert session.window.is_furnished
    assert [dock.width() for dock in session.window.docks] == widths  # nothing moves when the furniture comes
    session.window.close()
    qtbot.waitUntil(lambda: not session.trainer.process.is_running())


def test_a_window_may_be_closed_before_its_furniture_came(qtbot, tmp_path):
    session = Session(preset("mini"), tmp_path)
    session.window.show()
    with qtbot.waitSignal(session.closed):
        session.window.close()
    qtbot.wait(50)
    assert not session.window.is_furnished


def test_presenting_shows_diagram_and_curves_alone(session, qtbot):
    window = session.window
    around = (window.docks[0], window.pages, window.menuBar(), window.tools, window.training.controls)
    before = window.diagram.font().pointSizeF()
    width = window.docks[1].width()
    window.menus.present.trigger()
    assert not any(each.isVisible() for each in around)
    assert window.isFullScreen()
    assert window.diagram.isVisible()
    assert session.history.isVisible()
    assert window.diagram.font().pointSizeF() > 1.3 * before
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert all(each.isVisible() for each in around)
    assert not window.isFullScreen()
    assert window.diagram.font().pointSizeF() == before
    qtbot.waitUntil(lambda: window.docks[1].width() == width)
