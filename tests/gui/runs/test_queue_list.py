"""The queue in the window: what is shown of it, and what clicks and keys do with it."""

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from explorer.architecture.notation import from_line
from explorer.architecture.presets import preset
from explorer.architecture.twins import twin_of
from explorer.gui.widgets.text.language import apply_language
from explorer.runs.folder.survey import list_runs
from tests.clicks import click, click_choice, curves, run_button
from tests.gui.scripted_workers import end, obedient

MINI = preset("mini")


@pytest.fixture
def open_machine(open_session, qtbot, tmp_path):
    """A window on a machine with certain devices, with the first run, called `a`, under way."""

    def open_on(*devices: str):
        session = open_session(MINI, warm=True, process=obedient(tmp_path, devices))
        qtbot.waitUntil(lambda: session.pool.workers[0].state == "idle")
        start(session, qtbot, "a")
        qtbot.waitUntil(lambda: session.pool.workers[0].state == "running")
        return session

    return open_on


@pytest.fixture
def session(open_machine):
    return open_machine("cpu")


@pytest.fixture
def panel(session):
    return session.window.training


def start(session, qtbot, name: str, **changes) -> None:
    """Press the button on a design of this name."""
    session.document.propose(MINI.change(name=name, **changes), "")
    click(qtbot, session.window.training.start)


def rows(orders) -> list[str]:
    """Each row in one line."""
    items = map(orders.tree.topLevelItem, range(orders.tree.topLevelItemCount()))
    return [" | ".join(item.text(column) for column in range(3)) for item in items]


def choose(orders, qtbot, number: int) -> None:
    """Click on a row."""
    tree = orders.tree
    place = tree.visualItemRect(tree.topLevelItem(number)).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert orders.number() == number


def test_what_is_added_during_a_run_waits_for_its_end(session, panel, qtbot, tmp_path):
    assert panel.start.text() == "Add to queue"
    assert session.window.orders.start.text() == "Add to queue"
    assert panel.start.toolTip() == "Starts automatically when a device is free"
    assert not session.window.queue.isVisible()
    panel.form.controls["epochs"].box.setValue(3)
    start(session, qtbot, "b")
    assert rows(session.window.queue) == ["b | queued | Epochs 10 → 3 · custom · auto"]
    panel.form.controls["epochs"].box.setValue(4)  # what was ordered stays as it was
    assert [order.recipe.epochs for order in session.pool.queue.orders] == [3]
    end(tmp_path, "a")
    qtbot.waitUntil(lambda: bool(session.pool.workers[0].run.id == "b" and session.pool.workers[0].run.step))
    assert not session.window.queue.isVisible()
    assert session.pool.workers[0].run.recipe.epochs == 3


def test_the_design_is_fitted_and_a_twin_may_go_with_it(session, panel, qtbot):
    session.document.propose(preset("resnet34"), "")
    assert panel.start.text() == "Fit design to data (1×28×28, 10 classes)\nand add to queue"
    click_choice(session, qtbot, "twin")
    assert session.document.design.input == (1, 28, 28)
    (order,) = session.pool.queue.orders
    assert [side.design for side in order.sides] == [order.design, twin_of(session.document.design)]
    assert rows(session.window.queue)[0].startswith("ResNet-34 (edited) and its twin | queued | ")


def test_orders_are_moved_and_cancelled_by_buttons_and_keys(session, panel, qtbot):
    orders = session.window.queue
    for name in "bcd":
        start(session, qtbot, name)
    names = lambda: [order.design.name for order in session.pool.queue.orders]  # noqa: E731
    choose(orders, qtbot, 0)
    assert not orders.up.isEnabled()
    click(qtbot, orders.down)
    assert (names(), orders.number()) == (["c", "b", "d"], 1)
    qtbot.keyClick(orders.tree, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert (names(), orders.number()) == (["c", "d", "b"], 2)
    assert not orders.down.isEnabled()
    qtbot.keyClick(orders.tree, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert (names(), orders.number()) == (["c", "b", "d"], 1)
    qtbot.keyClick(orders.tree, Qt.Key.Key_Delete)
    assert (names(), orders.number()) == (["c", "d"], 1)
    click(qtbot, orders.cancel)
    click(qtbot, orders.cancel)
    assert names() == []
    assert not orders.isVisible()


def test_the_design_of_an_order_opens_as_an_undoable_step(session, panel, qtbot):
    start(session, qtbot, "b", shortcut="pad")
    session.document.propose(preset("resnet50"), "")
    choose(session.window.queue, qtbot, 0)
    qtbot.keyClick(session.window.queue.tree, Qt.Key.Key_Return)
    assert session.document.design == MINI.change(shortcut="pad")
    session.document.undo_stack.undo()
    assert session.document.design == preset("resnet50")


def test_after_a_stop_the_queue_waits_and_says_so(session, panel, qtbot):
    start(session, qtbot, "b")
    assert not session.window.queue.release.isVisible()
    click(qtbot, run_button(session, "stop"))
    qtbot.waitUntil(lambda: session.pool.workers[0].state == "idle")
    assert panel.start.text() == "Start"
    assert rows(session.window.queue)[0].startswith("b | on hold | ")
    click(qtbot, session.window.queue.release)
    qtbot.waitUntil(lambda: session.pool.workers[0].run.id == "b")
    assert not session.window.queue.isVisible()


def test_a_failure_in_the_night_is_read_in_the_morning(session, panel, qtbot, tmp_path):
    start(session, qtbot, "b")
    end(tmp_path, "a", "failed")
    qtbot.waitUntil(lambda: session.pool.workers[0].run.id == "b")
    assert panel.notice.words.text() == "a: the loss became nan"
    assert panel.notice.isVisible()


def test_closing_asks_once_about_the_run_and_the_queue(session, panel, qtbot, monkeypatch):
    asked = []
    cancel = QMessageBox.StandardButton.Cancel
    monkeypatch.setattr(QMessageBox, "question", lambda *words: asked.append(words[2]) or cancel)
    start(session, qtbot, "b")
    assert not session.window.close()
    assert asked == [
        "Close and stop the run? It saves a checkpoint and can be resumed.\n\n"
        "1 queued run will be discarded."
    ]  # fmt: skip
    click(qtbot, run_button(session, "stop"))
    qtbot.waitUntil(lambda: session.pool.workers[0].state == "idle")
    assert not session.window.close()
    assert asked[1:] == ["1 queued run will be discarded."]


def test_another_card_is_another_start(open_machine, qtbot, tmp_path):
    session = open_machine("cuda:0", "cuda:1", "cpu")
    panel, pool = session.window.training, session.pool
    assert panel.start.text() == "Start"
    start(session, qtbot, "b")
    assert panel.start.text() == "Add to queue"
    session.workspace.choice.use_recipe(session.workspace.choice.recipe.change(device="cpu"))
    assert panel.start.text() == "Start"
    qtbot.waitUntil(lambda: all(run.step for run in pool.live) and len(pool.live) == 2)
    first, second = "a | running 9 % | quick · cuda:0", "b | running 9 % | quick · cuda:1"
    assert rows(session.window.queue) == [first, second]
    qtbot.waitUntil(lambda: [line.name for line in curves(session).lines if line.live] == ["a", "b"])

    choose(session.window.queue, qtbot, 1)
    assert not session.window.queue.open.isEnabled()  # it is in front
    choose(session.window.queue, qtbot, 0)
    assert session.window.queue.open.text() == "Show this run"
    click(qtbot, session.window.queue.open)
    click(qtbot, run_button(session, "stop"))
    qtbot.waitUntil(lambda: pool.workers[0].state == "idle")
    assert panel.progress.status.text().startswith("stopped after step 9")
    assert rows(session.window.queue) == [second]
    end(tmp_path, "b")
    qtbot.waitUntil(lambda: not session.window.queue.isVisible())


def test_twins_are_told_apart_by_their_kind_and_other_runs_by_their_name(open_machine, qtbot):
    session = open_machine("cuda:0", "cuda:1")
    design = MINI.change(name="b", shortcut="pad")
    session.document.propose(design, "")
    click_choice(session, qtbot, "twin")
    assert [run.name for run in session.pool.live] == ["a", "residual", "plain"]
    assert [run.design for run in session.pool.live[1:]] == [design, twin_of(design)]


def test_a_new_language_keeps_the_queue(session, qtbot):
    start(session, qtbot, "b")
    session.window.orders.language_chosen.emit("zh_CN")
    orders = session.window.queue
    assert orders.isVisible()
    assert rows(orders)[0].startswith("b | ")
    apply_language("en")


@pytest.mark.slow
def test_the_real_worker_trains_one_after_the_other(open_session, qtbot, tmp_path):
    for number in range(24):
        (tmp_path / "set" / f"{number % 2}").mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), number).save(tmp_path / "set" / f"{number % 2}" / f"{number}.png")
    session = open_session(from_line("basic:1x8x8:2:8x1,16x1/2:stem=cifar,stem_width=8"), warm=True)
    panel, pool = session.window.training, session.pool
    session.workspace.choice.use_data(str(tmp_path / "set"))
    session.workspace.choice.use_recipe(session.workspace.choice.recipe.change(device="cpu", epochs=1, lr=0.02))
    for width in (8, 12, 16):
        session.document.propose(session.document.design.with_stage(0, width=width), "")
        click(qtbot, panel.start)
    assert len(pool.queue.orders) == 2
    qtbot.waitUntil(lambda: not pool.busy and not pool.queue.orders)
    assert pool.failures == ()
    runs = [(run.design.stages[0].width, run.state) for run in reversed(list_runs(pool.runs))]
    assert runs == [(8, "finished"), (12, "finished"), (16, "finished")]


def test_what_waits_says_what_is_beside_it(session, qtbot):
    orders = session.window.orders
    session.document.propose(MINI.change(name="b", shortcut="pad"), "")
    session.document.pin(session.document.plan)
    session.document.propose(MINI.change(name="c", shortcut="projection-all"), "")
    for order in (orders.starts.beside_baseline, orders.starts.several_seeds, orders.starts.another_seed):
        order.trigger()
    names = [row.partition(" | ")[0] for row in rows(session.window.queue)]
    assert names == ["c beside b", "c · 3 seeds", "c · 2 seeds"]
