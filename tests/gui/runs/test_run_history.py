"""The runs, which of them are selected, and what the curves show of them."""

import pytest
from PySide6.QtCore import Qt

from explorer.architecture.presets import preset
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.runs.run_row import NAME
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.events import Epoch
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.folder.survey import list_runs
from explorer.runs.recipe import RECIPES
from tests.clicks import curves, runs_page


@pytest.fixture
def root(tmp_path):
    """Three runs: the second with more blocks, the third with another rate."""
    mini, quick = preset("mini"), RECIPES["quick"]
    made = []
    for design, recipe in (
        (mini, quick),
        (mini.with_stage(1, blocks=3), quick),
        (mini.with_stage(1, blocks=3), quick.change(lr=0.3)),
    ):
        folder = RunFolder.create(tmp_path / "runs", design, recipe, params=77_754)
        folder.log(Epoch(1, 79, 1.0, 0.6, 0.5, 0.8, 8.0))
        created = f"2026-01-01T00:00:0{len(made)}+00:00"
        folder.update(state="finished", best_accuracy=0.8, best_epoch=1, epochs_done=1, created=created)
        folder.close()
        made.append(folder)
    return tmp_path / "runs"


@pytest.fixture
def history(qtbot, root):
    pool = WorkerPool(root)
    yield RunHistory(pool)
    assert not pool.is_running()


def test_colours_stay_when_a_run_is_added(history, root):
    history.reload()
    before = {run.id: history.colour(run.id) for run in history.runs}
    coming = history.colour("the next one")
    RunFolder.create(root, preset("mini"), RECIPES["quick"], params=1).close()
    history.reload()
    assert {run.id: history.colour(run.id) for run in history.runs if run.id in before} == before
    assert coming not in before.values()
    assert history.colour(list_runs(root)[0].id) == coming


def test_earlier_runs_stand_on_the_plots(open_session, root, qtbot):
    session = open_session()
    qtbot.waitUntil(lambda: len(curves(session).lines) == 3)
    assert [line.curves.validation.count for line in curves(session).lines] == [1, 1, 1]
    assert not any(line.live for line in curves(session).lines)
    history = session.workspace.run_history
    history.choose([history.runs[2].id])
    assert [line.live for line in curves(session).lines] == [True, False, False]


def test_the_curves_of_the_selected_runs_are_shown_in_full(open_session, root, qtbot):
    session = open_session()
    table = runs_page(session).table
    qtbot.waitUntil(lambda: table.runs.rowCount() == 3)
    for row, modifier in ((0, Qt.KeyboardModifier.NoModifier), (2, Qt.KeyboardModifier.ControlModifier)):
        place = table.visualRect(table.runs.index(row, NAME)).center()
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, place)
    assert [line.live for line in curves(session).lines] == [True, False, True]


def test_lines_are_made_anew_only_for_another_choice(open_session, root, qtbot):
    session = open_session()
    history, plots = session.workspace.run_history, curves(session)
    qtbot.waitUntil(lambda: len(plots.lines) == 3)
    before = plots.lines
    session.pool.changed.emit()
    assert plots.lines is before
    history.choose([history.runs[0].id])
    assert plots.lines is not before


def test_a_run_whose_eye_is_closed_is_not_on_the_curves(open_session, root, qtbot):
    session = open_session()
    history, plots = session.workspace.run_history, curves(session)
    qtbot.waitUntil(lambda: len(plots.lines) == 3)
    first = history.runs[0].id
    history.set_seen(first, False)
    qtbot.waitUntil(lambda: len(plots.loss.lines) == 2)
    assert first not in [line.id for line in plots.loss.lines]
    assert plots.key.eyes[first].accessibleName().startswith("Show the curves")
    plots.key.eyes[first].click()
    qtbot.waitUntil(lambda: len(plots.loss.lines) == 3)
    assert not history.unseen


def test_a_row_beside_the_curves_selects_its_run(open_session, root, qtbot):
    session = open_session()
    history, plots = session.workspace.run_history, curves(session)
    qtbot.waitUntil(lambda: len(plots.key.buttons) == 3)
    oldest = history.runs[-1].id
    plots.key.buttons[oldest].click()
    assert history.chosen == (oldest,)
    assert [line.id for line in plots.lines if line.live] == [oldest]


def test_a_run_that_begins_is_chosen_and_what_a_person_chooses_stays(open_session, root, qtbot):
    session = open_session()
    history = session.workspace.run_history
    qtbot.waitUntil(lambda: len(history.runs) == 3)
    begun, other, _ = history.runs
    session.pool.workers[0].live = (LiveRun(begun.design, begun.recipe, begun.id),)
    session.pool.workers[0].progressed.emit()
    assert history.current == begun
    history.choose([other.id])
    session.pool.workers[0].progressed.emit()
    assert history.current == other


def test_only_what_can_go_on_can_be_resumed(history, root, monkeypatch):
    folder = RunFolder.create(root, preset("mini"), RECIPES["quick"], params=1)
    folder.close()
    history.reload()
    newest, *ended = history.runs
    assert newest.state == "interrupted"
    assert not any(map(history.can_resume, ended))
    for device, able in (("", False), ("cpu", True)):
        monkeypatch.setattr(WorkerPool, "free_device", lambda pool, wanted, device=device: device)
        assert history.can_resume(newest) is able


def test_the_curves_of_a_run_of_another_process_grow(history, root):
    folder = RunFolder.create(root, preset("mini"), RECIPES["quick"], params=1)
    lengths = []
    for epoch in (1, 2):
        folder.log(Epoch(epoch, 79 * epoch, 1.0, 0.6, 0.5, 0.8, 8.0))
        folder.update(epochs_done=epoch)
        history.reload()
        (line,) = [line for line in history.lines() if line.id == folder.path.name]
        lengths.append(line.curves.validation.count)
    assert lengths == [1, 2]
    folder.close()
