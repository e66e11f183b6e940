import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication

from explorer.gui.widgets.look import text_size
from explorer.gui.widgets.look.style import TARGET


@pytest.fixture(autouse=True)
def usual_size(qapp):
    yield
    text_size.apply_size(0)


def test_text_grows_and_shrinks_by_keys_and_everything_with_it(session, qtbot):
    def heights() -> list[int]:
        window = session.window
        return [
            window.table.fontMetrics().height(),
            window.totals.height(),
            window.editor.editors[0].output.fontMetrics().height(),
            window.training.start.sizeHint().height(),
        ]

    before = heights()
    shown = session.document.design
    for keys, sign in ((Qt.Key.Key_Plus, 1), (Qt.Key.Key_Plus, 1), (Qt.Key.Key_0, 0), (Qt.Key.Key_Minus, -1)):
        session.window.activateWindow()
        qtbot.waitUntil(session.window.isActiveWindow)
        qtbot.keyClick(session.window, keys, Qt.KeyboardModifier.ControlModifier)
        after = heights()
        if sign:
            assert all((now - then) * sign > 0 for now, then in zip(after, before, strict=True))
        else:
            assert after == before
    assert text_size.chosen_size() == -1
    assert QSettings().value("text_size") in (-1, "-1")
    assert session.document.design == shown
    row = session.window.table.rowHeight(session.window.table.layers.index(0, 0))
    assert TARGET <= row < before[0] * 1.8


def test_there_is_a_smallest_and_a_largest_size(qapp):
    usual = QApplication.font().pointSizeF()
    assert text_size.apply_size(99) == text_size.MAX_SIZE
    assert text_size.apply_size(-99) == text_size.MIN_SIZE
    assert text_size.apply_size(0) == 0
    assert QApplication.font().pointSizeF() == pytest.approx(usual)


@pytest.mark.parametrize("stored", ["large", None, "1e9", []])
def test_settings_that_make_no_sense_are_passed_over(stored):
    QSettings().setValue("text_size", stored)
    assert text_size.saved_size() == 0
