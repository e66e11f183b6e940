"""The learning-rate range test in the window: asked on opening, drawn, used by one click, stopped by closing."""

import pytest
from PySide6.QtWidgets import QDialogButtonBox

from explorer.gui.training.lr_dialog import LrDialog
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import Withdraw
from explorer.runs.events import Progress
from explorer.runs.questions.estimate import Sweep, Swept
from tests.clicks import click
from tests.gui.scripted_workers import Played

FOUND = Swept(rates=(0.001, 0.01, 0.1, 1.0), losses=(2.3, 2.2, 1.5, 4.0), advised=0.05)


@pytest.fixture
def played(session, monkeypatch):
    return Played(session.pool.shown, monkeypatch)


@pytest.fixture
def dialog(session, played, qtbot):
    session.window.orders.find_rate.trigger()
    made = session.window.findChild(LrDialog)
    qtbot.waitUntil(made.isVisible)
    yield made
    for left in session.window.findChildren(LrDialog):
        left.close()


def test_it_asks_for_what_start_would_train(session, played, dialog):
    (asked,) = played.asked(Sweep)
    assert asked.design == session.workspace.choice.fitted
    assert asked.recipe == session.workspace.choice.recipe
    played.say(Progress("sweep", 30, 100, asked.id))
    assert (dialog.progress.value(), dialog.progress.maximum()) == (30, 100)
    assert not dialog.take_it.isVisible()


def test_what_was_found_is_drawn_said_and_used_by_one_click(session, played, dialog, qtbot):
    played.answer(played.asked(Sweep)[0], FOUND)
    (curve,) = dialog.plot.getPlotItem().listDataItems()
    assert curve.getOriginalDataset()[1].tolist() == list(FOUND.losses)
    assert "0.05" in dialog.said.text()
    assert dialog.progress.isHidden()
    click(qtbot, dialog.take_it)
    assert session.workspace.choice.recipe.lr == 0.05
    assert not any(isinstance(each, Withdraw) for each in played.sent)


def test_closed_before_the_end_it_stops_the_worker_and_takes_nothing_more(session, played, dialog, qtbot):
    before = session.workspace.choice.recipe
    click(qtbot, dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel))
    assert isinstance(played.sent[-1], Withdraw)
    played.refuse(played.asked(Sweep)[0], "stopped")
    assert session.workspace.choice.recipe == before


def test_a_refusal_is_said(played, dialog):
    played.refuse(played.asked(Sweep)[0], "lr: no learning rate from 0.0001 upwards lowers the loss")
    assert dialog.said.text().startswith("lr: no learning rate")
    assert dialog.take_it.isHidden()


def test_a_worker_without_time_is_said_at_once(session, played, qtbot):
    played.worker.state = WorkerState.RUNNING
    session.window.orders.find_rate.trigger()
    dialog = session.window.findChild(LrDialog)
    assert dialog.said.text() == session.pool.busy_reason()
    played.worker.set_state(WorkerState.IDLE)
    assert not played.asked(Sweep)
    dialog.close()
