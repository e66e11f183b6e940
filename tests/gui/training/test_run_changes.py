"""What is changed while a run trains, by the buttons that a user presses."""

import pytest
from PySide6.QtCore import Qt

from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import AddEpochs, ChangeRate, ResumeRun, Stop, Train
from explorer.runs.events import Changed, Finished, Paused, Started, Step, Stopped, Verdict
from explorer.runs.folder.run_folder import RunFolder
from tests.clicks import click
from tests.events import settle
from tests.gui.scripted_workers import Played


@pytest.fixture
def played(session, monkeypatch):
    return Played(session.pool.shown, monkeypatch)


@pytest.fixture
def changes(session):
    return session.window.training.changes


def started(run="a", epochs=10) -> Started:
    return Started(run, "", params=1, referee=Verdict(True, 1, 1), device="cpu", steps_per_epoch=10, epochs=epochs)


def step(number: int) -> Step:
    return Step(number, 1, 1.0, 1.0, 1.0, 1, 0.5, 0.1, 100.0)


def begin(session, played) -> None:
    session.window.orders.start.trigger()
    played.say(started(), step(3))


def test_nothing_can_be_changed_without_a_run(session, played, changes):
    assert not changes.isVisible()
    orders = session.window.orders
    assert not any(
        each.isEnabled() for each in (orders.halve_rate, orders.lower_rate, orders.add_epochs, orders.restart)
    )


def test_one_click_lowers_the_rate_and_the_new_one_is_said(session, played, changes, qtbot):
    begin(session, played)
    click(qtbot, changes.lower_rate)
    click(qtbot, changes.halve_rate)
    assert played.sent[-2:] == [ChangeRate(0.1), ChangeRate(0.5)]
    played.say(Changed(step=4, learning_rate=0.0123, epochs=10, factor=0.1))
    assert changes.words.text() == "after step 4: learning rate × 0.1, now 0.0123"
    played.say(Paused(5))
    assert changes.lower_rate.isEnabled()
    played.say(Stopped(5))
    assert not changes.lower_rate.isEnabled()


def test_epochs_are_added_while_it_trains(session, played, changes, qtbot):
    begin(session, played)
    assert changes.add_epochs.text() == "+ 5 epochs"
    click(qtbot, changes.add_epochs)
    assert played.sent[-1] == AddEpochs(5)
    assert session.pool.shown.run.total == 100
    played.say(Changed(step=4, learning_rate=0.1, epochs=15, added=5), step(5))
    assert session.pool.shown.run.total == 150
    assert "epoch 1/15" in session.window.run_bar.place.text()
    assert changes.add_epochs.text() == "+ 7 epochs"


@pytest.mark.parametrize("ending", [Stopped(30), Finished(100, best_epoch=1, best_accuracy=0.5, seconds=1.0)])
def test_epochs_are_added_to_a_run_that_has_ended(session, played, changes, qtbot, ending):
    folder = RunFolder.create(session.pool.runs, session.document.design, session.workspace.choice.recipe, 1)
    folder.update(state="stopped")
    folder.close()
    session.window.orders.start.trigger()
    played.say(started(folder.path.name), step(3), ending)
    click(qtbot, changes.add_epochs)
    assert played.sent[-1] == ResumeRun(str(folder.path), session.pool.runs, epochs=15)


def test_the_design_shown_takes_the_place_of_the_one_that_trains(session, played, changes, qtbot):
    begin(session, played)
    (order,) = played.asked(Train)
    assert not changes.restart.isEnabled()
    document = session.document
    document.propose(document.design.with_stage(0, blocks=3).change(classes=7), "")
    click(qtbot, changes.restart)
    assert played.sent[-1] == Stop()
    assert session.pool.shown.state is WorkerState.STOPPING
    played.say(Stopped(4))
    qtbot.waitUntil(lambda: len(played.asked(Train)) == 2)
    again = played.asked(Train)[-1]
    assert again.recipe == order.recipe
    assert again.design == document.design == order.design.with_stage(0, blocks=3)  # with the classes of the data
    assert not session.pool.queue.held
    settle()
    assert len(played.asked(Train)) == 2


def test_a_second_press_of_the_space_bar_presses_nothing(session, played, changes, qtbot):
    begin(session, played)
    session.document.propose(session.document.design.with_stage(0, blocks=3), "")
    changes.restart.setFocus()
    qtbot.keyClick(changes.restart, Qt.Key.Key_Space)
    assert played.sent[-1] == Stop()
    settle()
    assert session.window.focusWidget() is session.window


def test_a_run_that_was_resumed_is_restarted_by_its_recipe(session, played, changes, qtbot):
    folder = RunFolder.create(session.pool.runs, session.document.design, session.workspace.choice.recipe, 1)
    folder.update(state="stopped")
    folder.close()
    session.window.orders.start.trigger()
    played.say(started(folder.path.name), step(3), Stopped(3))
    session.window.orders.pause.trigger()
    played.say(started(folder.path.name))
    session.document.propose(session.document.design.with_stage(0, blocks=3), "")
    click(qtbot, changes.restart)
    played.say(Stopped(4))
    qtbot.waitUntil(lambda: len(played.asked(Train)) == 2)
    again = played.asked(Train)[-1]
    assert (again.design, again.recipe.epochs) == (session.document.design, 10)


def test_what_repeated_a_run_repeats_none_with_another_design(session, played, changes, qtbot):
    choice = session.workspace.choice
    session.pool.start(Train(choice.fitted, choice.recipe, session.pool.runs, again="a-run"))
    played.say(started("again"), step(3))
    session.document.propose(session.document.design.with_stage(0, blocks=3), "")
    click(qtbot, changes.restart)
    played.say(Stopped(4))
    qtbot.waitUntil(lambda: len(played.asked(Train)) == 2)
    assert [order.again for order in played.asked(Train)] == ["a-run", ""]


def test_a_design_that_cannot_be_built_is_not_trained_in_place(session, played, changes):
    begin(session, played)
    session.document.propose(session.document.design.change(shortcut="pad").with_stage(1, width=1), "")
    assert session.document.fatal
    assert not changes.restart.isEnabled()


def test_that_design_and_run_differ_is_said_in_words_and_in_the_title(session, played, changes):
    begin(session, played)
    window, document, design = session.window, session.document, session.document.design
    assert "not the design" not in window.windowTitle()
    document.propose(design.with_stage(2, blocks=4), "")
    assert changes.words.text() == "Not the design that trains: stage 3: Blocks 2 → 4"
    assert window.windowTitle().endswith("[*] · not the design that trains")
    document.propose(design.with_stage(2, blocks=4, width=7).with_stage(1, blocks=1), "")
    assert changes.words.text().endswith("and more")
    assert len(changes.words.toolTip().splitlines()) == 3
    document.propose(design, "")
    assert changes.words.text() == ""
    assert "not the design" not in window.windowTitle()
    document.propose(design.with_stage(2, blocks=4), "")
    played.say(Stopped(4))
    assert "not the design" not in window.windowTitle()


def test_nothing_moves_when_words_come_and_go(session, played, changes):
    begin(session, played)
    settle()
    before = changes.height(), changes.restart.geometry()
    session.document.propose(session.document.design.with_stage(2, blocks=4), "")
    settle()
    assert (changes.height(), changes.restart.geometry()) == before
