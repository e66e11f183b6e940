"""From the empty window to a network that is trained, evaluated and exported: the real window, the real worker."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu
from safetensors import safe_open

from explorer.gui.results.page import ResultsPage
from explorer.gui.widgets.text.language import apply_language, percent
from explorer.gui.workspace import RESULTS
from explorer.runs.events import Finished
from tests.gui.test_own_images import Hand, photos

__all__ = ["photos"]  # a fixture
MAX_PRESSES = 12  # of the mouse or of keys; typing a path counts as one
TRAINING = 600_000  # milliseconds that a run of a few images may take

pytestmark = [pytest.mark.uses, pytest.mark.timeout(900)]


@pytest.fixture(params=["en", "zh_CN"])
def language(request, qapp):
    apply_language(request.param)
    yield request.param
    apply_language("en")


class ResultsHand(Hand):
    """A user who also reads results and exports."""

    def press(self, key: Qt.Key, widget=None, modifiers=Qt.KeyboardModifier.ControlModifier) -> None:
        self.presses += 1
        self._qtbot.keyClick(widget or self._window, key, modifiers)

    def click_entry(self, menu: QMenu, action: QAction) -> None:
        self.presses += 1
        assert menu.isVisible()
        assert action.isEnabled()
        self._qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())

    def export(self, name: str) -> None:
        """File, Export, the format called `name`, and Enter in the dialog that suggests where."""
        menus, bar = self._window.menus, self._window.menuBar()
        export = menus.export
        file = next(each for each in bar.actions() if export.menuAction() in each.menu().actions())
        self.presses += 1
        self._qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(file).center())
        self.click_entry(file.menu(), export.menuAction())
        self._qtbot.waitUntil(export.isVisible)
        entry = next(each for each in export.actions() if each.objectName() == name and each.isEnabled())
        QTimer.singleShot(0, self._accept_suggestion)  # the dialog has a loop of its own
        self.click_entry(export, entry)

    def _accept_suggestion(self) -> None:
        dialog, edit = QApplication.activeModalWidget(), QApplication.focusWidget()
        if not isinstance(dialog, QFileDialog) or not isinstance(edit, QLineEdit):
            QTimer.singleShot(10, self._accept_suggestion)
            return
        assert edit.text()
        self.press(Qt.Key.Key_Return, edit, Qt.KeyboardModifier.NoModifier)


def test_from_the_empty_window_to_an_exported_network(open_session, qtbot, photos, tmp_path, monkeypatch, language):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    session = open_session(warm=True)
    window, client = session.window, session.pool.workers[0]
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    hand = ResultsHand(qtbot, window)

    hand.open_folder(photos)
    colour = window.training.remarks.lines["colour"]
    qtbot.waitUntil(colour.whole.isVisible)
    hand.click(colour.order)
    with qtbot.waitSignal(client.run_ended, timeout=TRAINING):
        hand.click(window.training.start)
    assert isinstance(client.run.outcome, Finished)

    window.activateWindow()  # as a window manager does when a dialog has closed
    qtbot.waitUntil(window.isActiveWindow)
    hand.press(Qt.Key.Key_5)
    qtbot.waitUntil(lambda: session.workspace.page == RESULTS)
    page, state = window.pages.current, session.workspace.results_state
    assert isinstance(page, ResultsPage)
    qtbot.waitUntil(lambda: state.results is not None)
    run = state.run
    assert run.id == client.run.id
    assert state.predictions.images.class_names == ("cat", "dog", "owl")
    assert page.matrix.matrix.isVisible()
    assert percent(state.predictions.accuracy, 2) in page.bar.words.text()
    assert dict.fromkeys(state.epochs) == dict.fromkeys(range(1, run.epochs_done + 1))

    hand.export("safetensors")
    qtbot.waitUntil(lambda: bool(list(home.glob("*.safetensors"))), timeout=TRAINING)
    (file,) = home.glob("*.safetensors")
    with safe_open(file, "numpy") as weights:
        assert weights.get_slice("fc.weight").get_shape()[0] == 3
        assert "cat" in str(weights.metadata())
    print(f"\n    {language}: {hand.presses} presses", end="")
    assert hand.presses <= MAX_PRESSES
