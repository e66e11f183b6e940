"""Nothing but the window is ever a window: what shows itself before it has its place would flash and take the keys."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from explorer.gui.main_window.window import Window
from explorer.gui.widgets.presence import show_if
from tests.clicks import show_block, teach
from tests.gui.scripted_workers import worker

RUNNING = "hello(); assert told() == 'train'; started(); step(1); told()"


class WindowWatch(QObject):
    """Notes what kinds of widgets become windows on the screen."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[type] = set()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.add(type(watched))
        return False


@pytest.fixture
def shown(qapp: QApplication) -> Iterator[set[type]]:
    watch = WindowWatch()
    qapp.installEventFilter(watch)
    yield watch.seen
    qapp.removeEventFilter(watch)


def test_only_the_window_is_a_window_when_it_is_made_and_made_again(shown, open_session, qtbot):
    session = open_session("mini", warm=True, process=worker(RUNNING))
    window = session.window
    window.editor.form.more.setChecked(True)
    window.training.form.more.setChecked(True)
    window.orders.show_maps.setChecked(True)
    show_block(session, "layer1.0").alone.setChecked(True)
    teach(session, "tour")
    window.training.start.click()
    qtbot.waitUntil(lambda: bool(session.pool.live and session.pool.live[0].step))
    window.training.start.click()  # which puts another into the queue
    assert window.queue.isVisible()
    session.use_language("en")
    assert session.window is not window
    assert session.window.queue.isVisible()
    assert session.window.run_bar.isVisible()
    assert session.window.training.progress.isVisible()
    assert session.window.editor.form.more.isChecked()
    assert shown == {Window}


def test_what_stands_nowhere_comes_with_its_place(shown, qtbot):
    place, wanted, unwanted = QWidget(), QWidget(), QWidget()
    qtbot.addWidget(place)
    show_if(True, wanted)
    show_if(False, unwanted)
    assert not shown
    for each in (wanted, unwanted):
        each.setParent(place)
    place.show()
    assert wanted.isVisible()
    assert not unwanted.isVisible()
    show_if(True, unwanted)
    assert unwanted.isVisible()
