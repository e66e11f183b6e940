"""The learning-rate range test in the window: asked on opening, drawn, used by one click, stopped by closing."""

import pytest
from PySide6.QtWidgets import QDialogButtonBox

from explorer.architecture.words import Sentence
from explorer.gui.sweep import SweepDialog
from explorer.runs.commands import Stop, Sweep
from explorer.runs.events import Device, Failed, Hello, Progress, Said, Swept
from tests.clicks import click

FOUND = Swept(0, (0.001, 0.01, 0.1, 1.0), (2.3, 2.2, 1.5, 4.0), 0.05)


class Played:
    """A worker by hand: what it was sent, and what it says."""

    def __init__(self, session, monkeypatch) -> None:
        self.trainer, self.sent = session.crew.front, []
        monkeypatch.setattr(self.trainer.process, "send", self.sent.append)
        self.trainer.state = "warming"
        self.say(Hello(1, {}, (Device("cpu", "CPU", 1),)))

    def say(self, event) -> None:
        self.trainer.take_all([Said(event)])

    @property
    def asked(self) -> Sweep:
        return next(each for each in self.sent if isinstance(each, Sweep))


@pytest.fixture
def played(session, monkeypatch):
    return Played(session, monkeypatch)


@pytest.fixture
def dialog(session, played, qtbot):
    session.window.menus.find_rate.trigger()
    made = session.window.findChild(SweepDialog)
    qtbot.waitUntil(made.isVisible)
    yield made
    for left in session.window.findChildren(SweepDialog):
        left.close()


def test_it_asks_for_what_start_would_train(session, played, dialog):
    assert played.asked.design == session.window.training.preflight.fitted
    assert played.asked.recipe == session.window.training.recipe
    played.say(Progress("sweep", 30, 100))
    assert (dialog.progress.value(), dialog.progress.maximum()) == (30, 100)
    assert not dialog.take_it.isVisible()


def test_what_was_found_is_drawn_said_and_used_by_one_click(session, played, dialog, qtbot):
    played.say(Swept(played.asked.id, *(getattr(FOUND, name) for name in ("rates", "losses", "advised"))))
    (curve,) = dialog.plot.getPlotItem().listDataItems()
    assert curve.getOriginalDataset()[1].tolist() == list(FOUND.losses)
    assert "0.05" in dialog.said.text()
    assert dialog.progress.isHidden()
    click(qtbot, dialog.take_it)
    assert session.window.training.recipe.lr == 0.05
    assert not any(isinstance(each, Stop) for each in played.sent)


def test_closed_before_the_end_it_stops_the_worker_and_takes_nothing_more(session, played, dialog, qtbot):
    before = session.window.training.recipe
    click(qtbot, dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel))
    assert isinstance(played.sent[-1], Stop)
    played.say(Failed(Sentence("stopped"), of="sweep", id=played.asked.id))
    assert session.window.training.recipe == before


def test_a_refusal_is_said(played, dialog):
    played.say(Failed(Sentence("lr: the loss falls at no rate from 0.0001 on"), of="sweep", id=played.asked.id))
    assert dialog.said.text().startswith("lr: the loss falls at no rate")
    assert dialog.take_it.isHidden()


def test_a_worker_without_time_is_said_at_once(session, played, qtbot):
    played.trainer.state = "running"
    session.window.training.find_rate()
    dialog = session.window.findChild(SweepDialog)
    assert dialog.said.text() == session.crew.deafness()
    assert not any(isinstance(each, Sweep) for each in played.sent)
    dialog.close()
    played.trainer.state = "idle"
