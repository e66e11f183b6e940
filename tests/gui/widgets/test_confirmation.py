"""Every order that shows nowhere else is confirmed, and the confirmation moves nothing."""

import pytest
from PySide6.QtGui import QAccessible, QGuiApplication

from explorer.architecture.presets import preset
from tests.gui.paths import run_out


@pytest.mark.matrix("presented")
@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("copy_text", "Copied the design as text"),
        ("copy_source", "Copied as PyTorch"),
        ("copy_table", "Copied the layer table"),
        ("pin", "Pinned Mini as baseline"),
        ("unpin", "Baseline unpinned"),
        ("paste_text", "Pasted Mini"),
        ("save", "Saved net.toml"),
    ],
)
@pytest.mark.parametrize("presented", [False, True])
def test_it_is_said_for_a_while_and_moves_nothing(open_session, tmp_path, monkeypatch, presented, order, words):
    session = open_session("mini")
    window, orders = session.window, session.window.orders
    session.document.saved_as(tmp_path / "net.toml")
    session.document.pin(session.document.plan)
    orders.copy_text.trigger()
    orders.present.setChecked(presented)
    places = [(each, each.geometry()) for each in (window.diagram, window.totals, window.table, *window.docks)]
    announced = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", announced.append)
    getattr(orders, order).trigger()
    confirmation = window.confirmation
    assert confirmation.isVisible()
    assert confirmation.text() == words
    assert window.totals.rect().contains(confirmation.geometry())
    assert confirmation.width() >= confirmation.sizeHint().width()
    assert [each.message() for each in announced] == [words]
    assert [(each, each.geometry()) for each, _ in places] == places
    run_out(confirmation.timer)
    assert confirmation.isHidden()
    orders.present.setChecked(False)


def test_it_stays_in_its_place_when_the_window_is_resized(session, qtbot):
    session.window.orders.copy_source.trigger()
    session.window.resize(1024, 700)
    confirmation, totals = session.window.confirmation, session.window.totals
    qtbot.waitUntil(lambda: confirmation.geometry().right() == totals.rect().right())


def test_what_stands_in_its_place_is_hidden_whole(session):
    session.document.select("layer1")
    totals, confirmation = session.window.totals, session.window.confirmation
    session.window.orders.copy_source.trigger()
    assert confirmation.x() <= totals.width() - totals.metrics["plain"].horizontalAdvance(totals.share)


def test_what_is_copied_by_keys_in_the_table_is_confirmed(session):
    session.document.propose(preset("mini"), "")
    session.window.table.copy()
    assert session.window.confirmation.text() == "Copied the layer table"
    assert "conv1" in QGuiApplication.clipboard().text()
