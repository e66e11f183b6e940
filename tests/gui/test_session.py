"""What a session does while nobody looks."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.events import settle
from tests.gui.scripted_workers import worker

GREETING = "hello()\nwhile told() != 'end':\n    pass"


def test_what_the_first_curves_need_is_imported_while_no_button_is_pressed(open_session, qtbot, monkeypatch):
    imported: list[str] = []
    monkeypatch.setattr("explorer.gui.session.import_module", imported.append)
    pressed = Qt.MouseButton.LeftButton
    monkeypatch.setattr(QGuiApplication, "mouseButtons", lambda: pressed)
    session = open_session("mini", warm=True, process=worker(GREETING))
    qtbot.waitUntil(lambda: session.pool.hello is not None)
    session._prepare_curves()
    settle()
    assert imported == []
    pressed = Qt.MouseButton.NoButton
    qtbot.waitUntil(lambda: imported == ["numpy", "pyqtgraph"])
    session.pool.changed.emit()
    assert not session._preparation.isActive()
