"""Where Stop was, Resume is; and the keyboard's focus never gets from one to Start by itself."""

import pytest
from PySide6.QtCore import Qt

from explorer.architecture.presets import preset
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.events import Failed, Finished, Paused, Resumed, Started, Stopped, Verdict
from explorer.runs.folder import RunFolder
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence
from tests.gui.scripted_workers import Played


@pytest.fixture
def run(session):
    """The id of a run in its folder."""
    folder = RunFolder.create(session.pool.runs, preset("mini"), Recipe(), 1)
    folder.close()
    return folder.path.name


@pytest.fixture
def played(session, monkeypatch, run, qtbot):
    """A worker that trains that run."""
    session.document.propose(preset("mini"), "")
    played = Played(session.pool.workers[0], monkeypatch)
    session.window.training.start.click()
    played.say(Started(run, "", 1, Verdict(True, 1, 1), "cpu", 100, 2))
    session.window.activateWindow()
    qtbot.waitUntil(session.window.isActiveWindow)
    return played


@pytest.fixture
def buttons(session, played):
    return session.window.training.run_buttons


def press(qtbot, session) -> None:
    """The space bar, wherever the focus is."""
    qtbot.keyClick(session.window.focusWidget() or session.window, Qt.Key.Key_Space)


def test_a_second_space_after_stop_resumes_the_run(session, played, buttons, run, qtbot):
    buttons.stop.setFocus()
    right = buttons.stop.geometry().right()
    press(qtbot, session)
    press(qtbot, session)  # while it is stopping: nothing
    assert session.pool.shown.state is WorkerState.STOPPING
    played.say(Stopped(7))
    assert buttons.resume.hasFocus()
    assert not buttons.stop.isVisible()
    assert buttons.resume.geometry().right() == right
    press(qtbot, session)
    assert len(played.asked(Train)) == 1
    assert [command.run for command in played.asked(ResumeRun)] == [str(session.pool.runs / run)]


def test_space_pauses_and_unpauses(session, played, buttons, qtbot):
    buttons.pause.setFocus()
    for event, state in ((Paused(7), WorkerState.PAUSED), (Resumed(7), WorkerState.RUNNING)) * 2:
        press(qtbot, session)
        played.say(event)
        assert session.pool.shown.state is state
    assert buttons.pause.hasFocus()


def test_a_run_that_finishes_under_a_finger_starts_no_other(session, played, buttons, qtbot):
    buttons.stop.setFocus()
    played.say(Finished(200, 1, 0.5, 1.0))
    assert not buttons.stop.isEnabled()
    press(qtbot, session)
    assert len(played.asked(Train)) == 1


@pytest.mark.parametrize("ending", [Stopped(7), Failed(Sentence("the loss became nan"))])
def test_a_run_that_is_not_finished_can_be_resumed(session, played, buttons, ending):
    played.say(ending)
    assert buttons.resume.isVisible()
    assert session.window.orders.resume.isEnabled()


def test_a_run_whose_worker_was_killed_can_be_resumed(session, played, buttons):
    played.die(Sentence("The training process was killed."))
    assert buttons.resume.isVisible()


def test_a_run_whose_folder_is_gone_is_said(session, played, buttons, run):
    played.say(Stopped(7))
    (session.pool.runs / run).rename(session.pool.runs.parent / "elsewhere")
    buttons.resume.click()
    assert "there is no run" in session.window.training.notice.words.text()
