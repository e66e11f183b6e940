"""Faults as the window shows them: said in words that help, the window stays usable, the run can go on."""

import os
import signal

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMessageBox

from explorer.architecture.notation import from_line
from explorer.runs.folder.survey import find_run
from tests.clicks import click, run_button, runs_page
from tests.engine.shades import shades
from tests.gui.scripted_workers import worker


@pytest.mark.slow
def test_a_worker_killed_in_mid_epoch_is_said_and_its_run_goes_on(open_session, qtbot, tmp_path):
    session = open_session(from_line("basic:1x6x6:3:8x1,16x1/2:stem=cifar,stem_width=8"), warm=True)
    window, client, runs = session.window, session.pool.workers[0], runs_page(session)
    recipe = shades(tmp_path / "data")
    session.workspace.choice.use_data(recipe.data)
    session.workspace.choice.use_recipe(recipe)
    qtbot.waitUntil(lambda: client.state == "idle")
    qtbot.mouseClick(window.training.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(client.run and client.run.curves.validation.count))
    folder = find_run(client.run.id, client.runs).folder
    qtbot.waitUntil((folder / "checkpoint.pt").is_file)
    with qtbot.waitSignal(client.run_ended):
        os.kill(client.process.process.processId(), signal.SIGKILL)
    kept = client.run.curves.train.count
    assert "killed (SIGKILL); memory may have run out" in window.training.notice.words.text()
    assert window.training.notice.isVisible()
    assert kept > 0
    assert window.training.start.isVisible()
    session.document.propose(session.document.design.with_stage(0, width=12), "still usable")
    assert session.document.design.stages[0].width == 12

    assert find_run(folder.name, client.runs).state == "interrupted"
    qtbot.waitUntil(lambda: client.state == "idle")
    qtbot.mouseClick(runs.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 8))
    assert session.workspace.run_history.current.id == folder.name
    qtbot.mouseClick(runs.resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: client.state == "running" and client.run.curves.train.count > kept)
    assert client.run.id == folder.name
    assert not window.training.notice.isVisible()
    with qtbot.waitSignal(client.run_ended):
        qtbot.mouseClick(run_button(session, "stop"), Qt.MouseButton.LeftButton)
    assert find_run(folder.name, client.runs).state == "stopped"


def test_the_last_words_of_a_worker_that_cannot_begin_are_there_to_read(open_session, qtbot):
    dying = worker("sys.stderr.write('Traceback …\\nImportError: libcudart.so.13: cannot open\\n'); sys.exit(1)")
    session = open_session("mini", warm=True, process=dying)
    notice = session.window.training.notice
    qtbot.waitUntil(notice.isVisible)
    assert "exited unexpectedly (exit status 1)" in notice.words.text()
    assert "resnet-explorer check" in notice.words.text()
    click(qtbot, notice.details)
    box = notice.findChild(QMessageBox)
    assert box.informativeText().endswith("ImportError: libcudart.so.13: cannot open")
    box.close()


def test_a_run_that_failed_for_want_of_memory_keeps_the_batch_size(open_session, qtbot):
    lacking = worker(
        "hello(); told(); started(); say('failed', reason='out of memory on cuda at batch size 64: 2 GiB more',\n"
        "    advice='Try a batch size of 32.'); told()"
    )
    session = open_session("mini", warm=True, process=lacking)
    panel = session.window.training
    with qtbot.waitSignal(session.pool.workers[0].run_ended):
        qtbot.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    said = ["out of memory on cuda at batch size 64: 2 GiB more", "Try a batch size of 32."]
    assert panel.notice.words.text().splitlines() == said
    assert panel.notice.details.isHidden()
    assert session.workspace.choice.recipe.batch_size == 64
