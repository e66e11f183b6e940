"""The message on the desktop at the end of the runs: one, and only for who does not look."""

import configparser

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QGuiApplication, Qt
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from explorer.architecture.presets import preset
from explorer.gui.main_window.end_notice import EndNotice
from explorer.gui.workers.live_run import LiveRun
from explorer.resources import resource
from explorer.runs.commands import Train
from explorer.runs.events import Failed, Finished, Stopped
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence

FINISHED = Finished(step=9, best_epoch=1, best_accuracy=0.8125, seconds=3.0)


@pytest.fixture
def notice(open_session, monkeypatch):
    """A notice of a window in the background, and what it told."""
    session = open_session("mini")
    monkeypatch.setattr(QGuiApplication, "applicationState", lambda: Qt.ApplicationState.ApplicationInactive)
    (found,) = session.window.findChildren(EndNotice)
    found.told = []
    monkeypatch.setattr(found, "tell", found.told.append)
    return found


def end(notice, monkeypatch, outcome) -> None:
    run = LiveRun(preset("mini"), Recipe(), id="a-run", outcome=outcome)
    monkeypatch.setattr(type(notice._pool), "live", property(lambda pool: (run,)))
    notice._pool.run_ended.emit()


def test_it_is_told_once_until_the_window_is_seen(notice, monkeypatch):
    end(notice, monkeypatch, FINISHED)
    end(notice, monkeypatch, FINISHED)
    assert notice.told == ["Mini has finished: 81.3 % on the validation images"]
    QApplication.sendEvent(notice._window, QEvent(QEvent.Type.WindowActivate))
    end(notice, monkeypatch, Failed(Sentence("the disk is full")))
    assert notice.told[1:] == ["Mini has failed: the disk is full"]


def test_nothing_is_told_of_what_the_user_sees_or_did_or_of_runs_before_the_last(notice, monkeypatch, tmp_path):
    end(notice, monkeypatch, Stopped(3))
    notice._pool.queue.add(Train(preset("mini"), Recipe(), tmp_path))
    end(notice, monkeypatch, FINISHED)
    notice._pool.queue.keep((), False)
    monkeypatch.setattr(QGuiApplication, "applicationState", lambda: Qt.ApplicationState.ApplicationActive)
    end(notice, monkeypatch, FINISHED)
    assert notice.told == []


def test_where_the_desktop_shows_no_messages_the_window_asks_for_attention(open_session, monkeypatch):
    session = open_session("mini")
    (notice,) = session.window.findChildren(EndNotice)
    alerted = []
    monkeypatch.setattr(QApplication, "alert", alerted.append)
    notice.tell("words")
    assert alerted == [session.window]


def test_the_desktop_finds_name_and_icon(qapp):
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(resource("desktop", "resnet-explorer.desktop"), encoding="utf-8")
    found = entry["Desktop Entry"]
    assert (found["Exec"], found["Icon"]) == ("resnet-explorer %f", "resnet-explorer")
    assert QGuiApplication.desktopFileName() == "resnet-explorer"
    assert QSvgRenderer(str(resource("icons", f"{found['Icon']}.svg"))).isValid()
    assert not QApplication.windowIcon().isNull()
