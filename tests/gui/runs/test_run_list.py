import pytest
from PySide6.QtCore import Qt

from explorer.architecture.presets import preset
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.runs.run_list import RunList, dot
from explorer.gui.widgets import theme
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.events import Epoch
from explorer.runs.folder import RunFolder, list_runs
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


@pytest.fixture
def runs(qtbot, history):
    history.reload()
    made = RunList(history)
    qtbot.addWidget(made)
    return made


def test_a_run_that_cannot_be_read_is_marked_and_the_others_are_listed(runs, history, root):
    bad = root / "from a newer version"
    bad.mkdir()
    (bad / "run.json").write_text("{}")
    history.reload()
    assert [row(runs, number)[2] for number in range(4)] == ["finished"] * 3 + ["unreadable"]
    assert row(runs, 3)[0] == bad.name
    assert "is not a run" in runs.tree.topLevelItem(3).toolTip(0)
    runs.tree.setCurrentItem(runs.tree.topLevelItem(3))
    assert runs.current() is None
    assert not runs.resume.isEnabled()


def row(runs: RunList, number: int) -> list[str]:
    item = runs.tree.topLevelItem(number)
    return [item.text(column) for column in range(4)]


def test_the_list_says_what_changed(runs):
    assert row(runs, 0) == ["Mini (edited)", "80.0 %", "finished", f"Learning rate {RECIPES['quick'].lr:g} → 0.3"]
    assert row(runs, 1)[3] == "stage 2: Blocks 1 → 3"
    assert row(runs, 2) == ["Mini", "80.0 %", "finished", ""]


def test_colours_stay_when_a_run_is_added(history, root):
    history.reload()
    before = {run.id: history.colour(run.id) for run in history.runs}
    coming = history.colour("the next one")
    RunFolder.create(root, preset("mini"), RECIPES["quick"], params=1).close()
    history.reload()
    assert {run.id: history.colour(run.id) for run in history.runs if run.id in before} == before
    assert coming not in before.values()
    assert history.colour(list_runs(root)[0].id) == coming


def test_a_dot_has_a_rim_to_stand_out_from_its_own_colour(qapp):
    colour = theme.run_colour(0)
    image = dot(colour).toImage()
    middle = image.height() // 2
    seen = [image.pixelColor(x, middle).name() for x in range(image.width()) if image.pixelColor(x, middle).alpha()]
    assert seen[len(seen) // 2] == colour.name()
    assert colour.name() not in (seen[0], seen[-1])


def test_a_runs_design_opens_as_an_undoable_step(open_session, root, qtbot):
    session = open_session("resnet50")
    runs = runs_page(session).list
    qtbot.waitUntil(lambda: len(runs.runs) == 3)
    runs.select(runs.runs[1].id)
    qtbot.mouseClick(runs.open, Qt.MouseButton.LeftButton)
    assert session.document.design == preset("mini").with_stage(1, blocks=3)
    session.document.undo_stack.undo()
    assert session.document.design == preset("resnet50")


def test_earlier_runs_stand_on_the_plots(open_session, root, qtbot):
    session = open_session()
    qtbot.waitUntil(lambda: len(curves(session).lines) == 3)
    assert [line.curves.validation.count for line in curves(session).lines] == [1, 1, 1]
    assert not any(line.live for line in curves(session).lines)
    runs = runs_page(session).list
    runs.select(runs.runs[2].id)
    assert [line.live for line in curves(session).lines] == [True, False, False]


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
    assert first not in [line.id for line in plots.lines]
    assert len(plots.lines) == 2
    history.set_seen(first, True)
    assert len(plots.lines) == 3


def test_a_list_read_again_keeps_the_choice_and_the_rows(runs, history, root):
    runs.select(runs.runs[1].id)
    rows = [runs.tree.topLevelItem(number) for number in range(3)]
    history.reload()
    assert runs.current() == runs.runs[1]
    assert [runs.tree.topLevelItem(number) for number in range(3)] == rows
    RunFolder.create(root, preset("mini"), RECIPES["quick"], params=1).close()
    history.reload()
    assert runs.current() == runs.runs[2]
    assert history.chosen == (runs.runs[2].id,)


def test_only_what_can_go_on_can_be_resumed(runs, history, root, monkeypatch):
    folder = RunFolder.create(root, preset("mini"), RECIPES["quick"], params=1)
    folder.close()
    history.reload()
    runs.select(folder.path.name)
    assert runs.current().state == "interrupted"
    assert runs.resume.isEnabled()
    for device, able in (("", False), ("cpu", True)):
        monkeypatch.setattr(WorkerPool, "free_device", lambda pool, wanted, device=device: device)
        history.changed.emit()
        assert runs.resume.isEnabled() is able
    runs.select(runs.runs[1].id)
    assert not runs.resume.isEnabled()


def test_a_run_that_begins_is_chosen_and_what_a_person_chooses_stays(open_session, root, qtbot):
    session = open_session()
    runs = runs_page(session).list
    qtbot.waitUntil(lambda: len(runs.runs) == 3)
    begun, other, _ = runs.runs
    session.pool.workers[0].live = (LiveRun(begun.design, begun.recipe, begun.id),)
    session.pool.workers[0].progressed.emit()
    assert runs.current() == begun
    runs.select(other.id)
    session.pool.workers[0].progressed.emit()
    assert runs.current() == other


def test_the_best_accuracy_of_a_run_under_way_moves(open_session, root, qtbot):
    session = open_session()
    runs = runs_page(session).list
    qtbot.waitUntil(lambda: len(runs.runs) == 3)
    live = LiveRun(runs.runs[1].design, runs.runs[1].recipe, runs.runs[1].id)
    session.pool.workers[0].live = (live,)
    seen = []
    for epoch, accuracy in enumerate((None, 0.85, 0.7, 0.9)):
        if accuracy is not None:
            live.apply_event(Epoch(epoch, 79 * epoch, 1.0, 0.6, 0.5, accuracy, 8.0))
        session.pool.workers[0].progressed.emit()
        seen.append(row(runs, 1)[1])
    assert seen == ["80.0 %", "85.0 %", "85.0 %", "90.0 %"]
    assert [row(runs, other)[1] for other in (0, 2)] == ["80.0 %", "80.0 %"]


@pytest.mark.parametrize("width", [240, 300, 600])
def test_every_column_stands_within_the_list(runs, history, root, qtbot, width):
    RunFolder.create(root, preset("mini"), RECIPES["quick"], params=1).close()
    runs.resize(width, 300)
    with qtbot.waitExposed(runs):
        runs.show()
    history.reload()
    header = runs.tree.header()
    assert row(runs, 0)[2] == "interrupted"
    assert header.length() <= runs.tree.viewport().width()
    assert header.sectionSize(2) >= runs.tree.fontMetrics().horizontalAdvance("interrupted")
    assert header.sectionSize(0) > header.sectionSize(3) > runs.tree.fontMetrics().horizontalAdvance("Abc")
