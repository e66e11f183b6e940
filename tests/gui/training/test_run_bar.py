"""One place pauses and goes on, and a run that has ended goes on there too; nothing there moves."""

import pytest
from PySide6.QtCore import Qt

from explorer.architecture.presets import preset
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import Pause, ResumeRun, Train, Unpause
from explorer.runs.events import Failed, Finished, Paused, Resumed, Started, Step, Stopped, Verdict
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence
from tests.clicks import click, run_button
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


def step(number: int) -> Step:
    return Step(number, 1 + number // 100, 1.0, 1.0, 1.0, 1, 0.5, 0.1, 100.0)


def test_one_button_pauses_and_goes_on(session, played, qtbot):
    button = run_button(session, "pause")
    for number in range(2):
        assert button.text() == "Pause"
        click(qtbot, button)
        played.say(Paused(7))
        assert button.text() == "Resume"
        qtbot.keyClick(session.window, Qt.Key.Key_F6)
        played.say(Resumed(7))
        assert [len(played.asked(kind)) for kind in (Pause, Unpause)] == [number + 1] * 2
    assert session.pool.shown.state is WorkerState.RUNNING


@pytest.mark.slow
def test_a_second_press_after_stop_resumes_the_run_and_starts_no_other(session, played, run, qtbot):
    click(qtbot, run_button(session, "stop"))
    assert not run_button(session, "stop").isEnabled()
    played.say(Stopped(7))
    assert not run_button(session, "stop").isEnabled()
    click(qtbot, run_button(session, "pause"))
    assert len(played.asked(Train)) == 1
    assert [command.run for command in played.asked(ResumeRun)] == [str(session.pool.runs / run)]


def test_no_button_of_the_bar_takes_the_focus(session, played, qtbot):
    session.window.diagram.setFocus()
    click(qtbot, run_button(session, "stop"))
    played.say(Finished(200, 1, 0.5, 1.0))
    assert session.window.diagram.hasFocus()
    assert not run_button(session, "pause").isEnabled()


@pytest.mark.parametrize("ending", [Stopped(7), Failed(Sentence("the loss became nan"))])
def test_a_run_that_is_not_finished_can_be_resumed(session, played, ending):
    played.say(ending)
    assert run_button(session, "pause").text() == "Resume"
    assert run_button(session, "pause").isEnabled()


def test_a_run_whose_worker_was_killed_can_be_resumed(session, played):
    played.die(Sentence("The training process was killed."))
    assert run_button(session, "pause").isEnabled()


def test_a_run_whose_folder_is_gone_is_said(session, played, run, qtbot):
    played.say(Stopped(7))
    (session.pool.runs / run).rename(session.pool.runs.parent / "elsewhere")
    click(qtbot, run_button(session, "pause"))
    assert "there is no run" in session.window.training.notice.words.text()


def test_the_epoch_and_the_time_left_stand_at_one_place_while_it_trains(session, played):
    place, before = session.window.run_bar.place, session.window.run_bar.place.geometry()
    assert place.text() == ""
    played.say(step(1))
    assert place.text() == "epoch 1/2"
    played.say(step(120))
    assert place.text().startswith("epoch 2/2 · ")
    played.say(Paused(120))
    assert place.text() == "epoch 2/2"
    assert place.geometry() == before
    played.say(Stopped(120))
    assert place.text() == ""
