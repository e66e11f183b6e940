"""Another language or text size takes another window: what was open, chosen, zoomed, asked and running goes on."""

import gc
import threading

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from explorer.architecture.presets import preset
from explorer.gui.lessons.lesson_file import TOUR
from explorer.gui.main_window.window import Window
from explorer.gui.widgets.look import text_size
from explorer.gui.widgets.text.language import apply_language
from explorer.gui.workers.worker_state import WorkerState
from explorer.gui.workspace import CURVES
from explorer.runs.events import Step
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.questions.blocks import Zero
from explorer.runs.questions.estimate import Estimate, Estimated
from explorer.runs.questions.pictures import Maps
from explorer.runs.recipe import RECIPES
from explorer.validation import refuse
from tests import published
from tests.clicks import click, curves, runs_page
from tests.gui.paths import block_panel, measure, open_block
from tests.gui.scripted_workers import Played, worker
from tests.needs import needs

RUNNING = "hello(); assert told() == 'train'; started()\nfor n in range(1, 10**6): step(n); time.sleep(0.05)"


@pytest.fixture(autouse=True)
def as_before(qapp):
    yield
    apply_language("en")
    text_size.apply_size(0)


def let_go() -> None:
    """Until Qt has deleted what is to be deleted later."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()


@pytest.fixture(params=["language", "size"])
def rebuild(request, session):
    """Order another language or text size, as the menu does; the window that is there then."""

    def order() -> Window:
        before, orders = session.window, session.window.orders
        if request.param == "language":
            orders.language_chosen.emit("zh_CN")
        else:
            orders.larger.trigger()
        let_go()
        assert session.window is not before
        assert session.window.isVisible()
        assert not isValid(before)
        return session.window

    return order


def test_what_was_open_in_table_and_diagram(session, rebuild):
    document, table = session.document, session.window.table
    document.propose(preset("resnet34").with_stage(2, width=100), "wider")
    table.setExpanded(table.layers.find("layer3.1…"), True)
    table.setExpanded(table.layers.find("stem"), False)
    session.window.diagram.toggle("layer3.1…")
    document.select("layer3.1")
    opened = set(table.opened)
    after = rebuild()
    assert after.table.opened == opened
    assert after.table.isExpanded(after.table.layers.find("layer3.1…"))
    assert not after.table.isExpanded(after.table.layers.find("stem"))
    assert after.diagram.opened == {"layer3.1…"}
    assert (document.selection, document.undo_stack.count()) == ("layer3.1", 1)


def test_the_page_of_a_block_alone(session, rebuild):
    open_block(session, "layer1.0")
    page = session.window.pages.current
    page.alone.setChecked(True)
    page.form.boxes["size"].setValue(17)
    after = rebuild().pages.current
    assert after.alone.isChecked()
    assert after.form.isVisible()
    assert after.form.boxes["size"].value() == 17
    assert "3×17×17" in after.title.text()


def test_the_choice_and_what_stands_behind_more(session, rebuild, monkeypatch, tmp_path):
    published.use_folders(monkeypatch, tmp_path)
    files = published.idx_files()
    published.put_files(published.publish_idx(monkeypatch, "kmnist", files), files)
    panel = session.window.training
    session.workspace.choice.use_data("kmnist")
    panel.form.more.setChecked(True)
    session.window.editor.form.more.setChecked(True)
    panel.form.controls["epochs"].box.setValue(3)
    panel.estimate.at_own_size.click()
    start, before = panel.start.isEnabled(), session.workspace.choice.fitted
    window = rebuild()
    after, choice = window.training, session.workspace.choice
    assert (after.data_box.currentData(), choice.data.name) == ("kmnist", "kmnist")
    assert (after.form.controls["epochs"].box.value(), after.recipe_box.currentData()) == (3, "")
    assert after.form.more.isChecked()
    assert window.editor.form.more.isChecked()
    assert after.estimate.at_own_size.isChecked()
    assert (after.start.isEnabled(), choice.fitted, choice.fitted.input) == (start, before, (1, 96, 96))


@pytest.fixture
def root(session):
    """Two runs in the list."""
    for number, name in enumerate(("mini", "resnet34")):
        folder = RunFolder.create(session.pool.runs, preset(name), RECIPES["quick"], 1)
        for n in range(1, 100):
            folder.log(Step(n, 1, 1 / n, 1 / n, 1 / n, 1, 0.5, 0.1, 100.0))
        folder.update(state="finished", created=f"2026-01-01T00:00:0{number}+00:00")
        folder.close()


def test_the_chosen_run_and_the_look_at_the_curves(session, rebuild, root, qtbot):
    runs, plots = session.workspace.run_history, curves(session)
    runs.reload()
    runs.choose([runs.runs[1].id])
    plots.logarithmic.setChecked(True)
    qtbot.waitUntil(lambda: plots.loss.isVisible() and not plots.timer.isActive())
    view = plots.loss.plot.getPlotItem().vb
    view.setRange(xRange=(20, 30), yRange=(-1.5, -1.0), padding=0)
    view.sigRangeChangedManually.emit([True, True])
    steps, losses = view.viewRange()
    rebuild()
    after = curves(session)
    assert after is not plots
    qtbot.waitUntil(lambda: after.loss.isVisible() and not after.timer.isActive())
    assert [line.live for line in after.lines] == [True, False]
    assert after.logarithmic.isChecked()
    for plot in (after.loss, after.accuracy):
        assert plot.by_hand
        assert plot.plot.getPlotItem().vb.viewRange()[0] == pytest.approx(steps, abs=0.5)
    assert after.loss.plot.getPlotItem().vb.viewRange()[1] == pytest.approx(losses)
    assert runs_page(session).table.currentIndex().row() == 1


def test_a_run_is_not_resumed_beside_the_one_under_way(session, rebuild, root, qtbot):
    session.pool.workers[0].set_state(WorkerState.RUNNING)
    session.workspace.run_history.reload()
    rebuild()
    history, page = session.workspace.run_history, runs_page(session)
    qtbot.waitUntil(lambda: len(history.runs) == 2)
    folder = RunFolder(history.runs[0].folder)
    folder.update(state="stopped")
    folder.close()
    history.reload()
    history.choose([history.runs[0].id])
    assert not page.resume.isEnabled()
    session.pool.workers[0].set_state(WorkerState.GONE)
    assert page.resume.isEnabled()


def test_the_strip_and_its_height(session, rebuild, qtbot, monkeypatch):
    played = Played(session.pool.workers[0], monkeypatch)
    session.window.orders.show_maps.trigger()
    qtbot.waitUntil(lambda: session.window.centre.heights[1] > 0)
    session.workspace.feature_maps.use_number(7)
    after = rebuild()
    assert after.maps.isVisible()
    assert after.orders.show_maps.isChecked()
    assert after.centre.heights[1] >= after.maps.minimumSizeHint().height()
    qtbot.waitUntil(lambda: bool(played.asked(Maps)))
    assert session.workspace.feature_maps.watchers == 1
    assert session.workspace.feature_maps.number == 7
    after.orders.show_maps.trigger()
    assert session.workspace.feature_maps.watchers == 0
    assert min(after.centre.heights[0], after.centre.heights[2]) > 100


def test_the_page_of_a_lesson(session, rebuild):
    session.window.orders.tour.trigger()
    session.window.tutor.turn(1)
    session.window.tutor.turn(1)
    after = rebuild().tutor
    assert after.card.isVisible()
    assert (session.workspace.lesson.name, session.workspace.lesson.page) == (TOUR, 2)
    assert after.page is after.lesson.pages[2]


def test_a_presentation_and_how_the_window_stood_before(session, rebuild):
    session.window.orders.present.trigger()
    after = rebuild()
    assert after.orders.present.isChecked()
    assert not after.pages.row.isVisible()
    assert session.workspace.page == CURVES
    after.orders.present.trigger()
    assert all(each.isVisible() for each in (*after.docks, after.pages.row, after.table, after.tools))
    assert after.centre.heights[2] > 100


def test_why_there_is_no_answer_is_said_in_the_other_language(session, qtbot, monkeypatch, tmp_path):
    played = Played(session.pool.workers[0], monkeypatch)
    session.document.propose(preset("mini"), "")
    click(qtbot, open_block(session, "layer1.0").zero)
    reason = refuse("data", "there is no file {path!r}", path=str(tmp_path / "cat.png")).sentence
    played.refuse(played.asked(Zero)[0], reason)
    session.window.send_image(tmp_path / "cat.png")
    qtbot.waitUntil(lambda: bool(played.asked(Maps)))
    played.refuse(played.asked(Maps)[0], reason)
    qtbot.waitUntil(lambda: len(played.asked(Maps)) == 2)
    played.refuse(played.asked(Maps)[1], reason)
    for language, words in (("en", "data: there is no file"), ("zh_CN", "data：没有文件")):
        session.window.orders.language_chosen.emit(language)
        let_go()
        assert block_panel(session).reason.text() == f"{words} {str(tmp_path / 'cat.png')!r}"
        assert session.window.maps.status.text() == f"{words} 'cat.png'"


def test_inquiries_under_way(session, rebuild, qtbot, monkeypatch):
    session.document.propose(preset("mini"), "")
    measure(session)  # so that the question that waits for a worker is about this design
    played = Played(session.pool.workers[0], monkeypatch)
    panel = open_block(session, "layer1.0")
    click(qtbot, panel.zero)
    rebuild()
    assert not block_panel(session).zero.isEnabled()
    found = Estimated(device="cpu", memory=needs(2**30), available_bytes=2**33, seconds_per_epoch=41.0)
    played.answer(played.asked(Estimate)[0], found)
    assert session.window.training.estimate.line.text().count("1.0") == 1
    played.refuse(played.asked(Zero)[0], "too dark")
    assert block_panel(session).reason.text() == "too dark"
    assert (len(played.asked(Zero)), len(played.asked(Estimate))) == (1, 1)


def timers() -> int:
    return sum(issubclass(type(each), QTimer) and isValid(each) for each in gc.get_objects())


@pytest.mark.slow
def test_ten_windows_leave_as_much_behind_as_one(open_session, qtbot):
    """After three for what is made once: widgets, timers and threads are as many after each of ten more."""
    session = open_session("mini", warm=True, process=worker(RUNNING))
    session.window.training.start.click()
    client = session.pool.workers[0]
    qtbot.waitUntil(lambda: bool(client.run and client.run.step))
    open_block(session, "layer1.0")
    session.window.orders.show_maps.trigger()
    session.window.orders.tour.trigger()
    counts = []
    for number in range(13):
        step = client.run.step.step
        session.window.orders.language_chosen.emit(("zh_CN", "en")[number % 2])
        qtbot.waitUntil(lambda step=step: client.run.step.step > step)
        let_go()
        gc.collect()
        counts.append((len(QApplication.allWidgets()), timers(), threading.active_count()))
    assert client.state is WorkerState.RUNNING
    windows = [
        each
        for each in QApplication.topLevelWidgets()
        if isinstance(each, Window) and each.workspace is session.workspace
    ]
    assert windows == [session.window]
    assert set(counts[3:]) == {counts[3]}
    client.process.process.kill()
    qtbot.waitUntil(lambda: client.state == "idle")
