"""The whole path by mouse and keys: the real window and the real worker."""

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton

from explorer.architecture.notation import read_table
from explorer.architecture.presets import preset
from explorer.runs.folder.log import read_events
from explorer.runs.folder.survey import find_run
from explorer.runs.recipe import RECIPES, read_recipe
from tests.clicks import choose_preset, click, click_choice, curves, identity_panel, run_button, runs_page
from tests.gui.design.test_block_view import open_block
from tests.gui.design.test_editor import handle_of
from tests.gui.diagram.test_handles import drag, point_at_stage

pytestmark = pytest.mark.slow


def test_design_undo_train_and_stop(open_session, qtbot):
    session = open_session("d2l-resnet18", warm=True)
    window, document, client = session.window, session.document, session.pool.workers[0]

    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    choose_preset(session, qtbot, "mini")
    qtbot.waitUntil(lambda: document.design == preset("mini"))

    slider = window.editor.editors[1].sliders["blocks"]
    start = handle_of(slider)
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    for offset in range(4, 40, 4):
        qtbot.mouseMove(slider, start + QPoint(offset, 0))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=start + QPoint(36, 0))
    assert document.design.stages[1].blocks > 1
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert document.design == preset("mini")
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    shown = document.design
    assert shown.stages[1].blocks == 2

    qtbot.mouseClick(window.training.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(client.run and client.run.curves.train.count >= 3))
    plots = curves(session)
    qtbot.waitUntil(lambda: bool(plots.lines) and plots.lines[-1].live and not plots.timer.isActive())
    for plot in (plots.loss, plots.accuracy):
        assert plot.isVisible()
        assert plot.runs
    assert "✓ torchinfo agrees" in window.totals.text
    assert run_button(session, "pause").isVisible()
    assert window.training.start.text() == "Add to queue"

    document.propose(document.design.with_stage(0, width=24), "an edit during the run")
    assert window.training.changes.words.text() == "Not the design that trains: stage 1: Width 16 → 24"
    assert window.windowTitle().endswith("not the design that trains")
    with qtbot.waitSignal(client.run_ended):
        qtbot.mouseClick(run_button(session, "stop"), Qt.MouseButton.LeftButton)
    assert client.message == ""
    assert window.training.start.text() == "Start"

    run = find_run(client.run.id, client.runs)
    manifest = json.loads((run.folder / "run.json").read_text(encoding="utf-8"))
    assert read_table(manifest["design"]) == shown
    assert read_recipe(manifest["recipe"]) == RECIPES["quick"]
    assert manifest["state"] == "stopped"
    assert (run.folder / "checkpoint.pt").is_file()
    assert sum(1 for _ in read_events(run.folder)) > 3
    assert session.workspace.run_history.runs[0].id == run.id

    qtbot.mouseClick(runs_page(session).table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
    last = client.run.step.step
    qtbot.mouseClick(runs_page(session).resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(client.run.step and client.run.step.step > last))
    assert client.run.id == run.id
    with qtbot.waitSignal(client.run_ended):
        qtbot.mouseClick(run_button(session, "stop"), Qt.MouseButton.LeftButton)
    assert find_run(run.id, client.runs).state == "stopped"


def test_a_stage_is_dragged_deeper_and_trained_beside_the_baseline_and_answers_questions(open_session, qtbot):
    session = open_session("mini", warm=True)
    window, document, client = session.window, session.document, session.pool.workers[0]
    qtbot.waitUntil(lambda: client.state == "idle")

    click(qtbot, window.findChild(QToolButton, "pin"))
    drag(qtbot, point_at_stage(session, qtbot, 3).top, QPoint(0, -8), QPoint(0, -16))
    deeper = document.design
    assert deeper.stages[2].blocks > preset("mini").stages[2].blocks
    assert document.undo_stack.count() == 1

    click_choice(session, qtbot, "beside_baseline")
    qtbot.waitUntil(lambda: len(client.live) == 2 and all(run.curves.train.count >= 3 for run in client.live))
    assert [run.design for run in client.live] == [deeper, preset("mini")]
    plots = curves(session)
    qtbot.waitUntil(lambda: len([line for line in plots.lines if line.live]) == 2)
    assert plots.isVisible()
    assert len({line.colour.name() for line in plots.lines}) == 2
    assert "fewer" in window.training.progress.sides.text()  # blocks in the baseline

    window.orders.show_maps.trigger()
    answers = session.workspace.feature_maps.answers
    qtbot.waitUntil(lambda: "trained" in answers and bool(answers["trained"].maps and answers["trained"].maps.step))

    open_block(session, qtbot, "layer3.0")
    panel = identity_panel(session)
    qtbot.waitUntil(panel.zero.isEnabled)
    click(qtbot, panel.zero)
    trial = session.workspace.identity_trial
    qtbot.waitUntil(lambda: trial.zeroed == ("layer3.0",))
    assert trial.latest.step
    assert panel.effect.isVisible()

    with qtbot.waitSignal(client.run_ended):
        click(qtbot, run_button(session, "stop"))
    ended = [find_run(run.id, client.runs) for run in client.live]
    assert {run.state for run in ended} == {"stopped"}
    assert ended[0].batches == ended[1].batches != ""
