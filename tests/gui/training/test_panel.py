from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect

from explorer.architecture.presets import preset
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import Train
from explorer.runs.events import Device, Failed, Hello, Said, Started, Threads, Verdict
from explorer.runs.questions.estimate import Estimate, Estimated, Memory
from explorer.runs.recipe import RECIPES
from explorer.sentences import Sentence
from tests.clicks import run_button
from tests.events import settle
from tests.gui.paths import measure
from tests.gui.scripted_workers import Played
from tests.needs import needs


@pytest.fixture
def panel(session):
    return session.window.training


def hello(*devices: Device) -> Said:
    return Said(Hello(1, {}, devices))


CPU = Device("cpu", "a processor", 2**33)
CARD = Device("cuda:0", "a card", 2**34)


def test_start_says_what_it_will_do(session, panel):
    assert panel.start.text() == "Fit design to data (1×28×28, 10 classes)\nand start"
    assert panel.start.toolTip() == ""
    panel.estimate.at_own_size.click()
    assert panel.start.text() == "Start"
    session.document.propose(preset("resnet50"), "")
    assert panel.start.text() == "Fit design to data (1×224×224, 10 classes)\nand start"
    panel.estimate.at_data_size.click()
    session.document.propose(preset("mini"), "")
    assert panel.start.text() == "Start"
    assert not panel.estimate.at_own_size.isVisible()


def test_start_fits_in_one_undoable_step(session, panel, monkeypatch):
    started = []
    monkeypatch.setattr(session.pool.workers[0], "start", started.append)
    session.document.propose(preset("resnet34"), "")
    panel.start.click()
    assert session.document.design.input == (1, 28, 28)
    assert session.document.design.classes == 10
    assert started == [Train(session.document.design, RECIPES["quick"], session.pool.workers[0].runs)]
    session.document.undo_stack.undo()
    assert session.document.design == preset("resnet34")


@pytest.mark.parametrize("name", ["d2l-resnet18", "resnet152", "wrn-28-10", "mini", "preact-resnet164"])
def test_no_preset_is_an_error(session, panel, name):
    session.document.propose(preset(name), "")
    assert panel.start.isEnabled()
    assert session.document.problems == ()


def test_a_machine_without_a_gpu_is_offered_the_datas_size(session, panel):
    session.pool.workers[0]._handle_lines([hello(CPU)])
    assert session.workspace.choice.fitted.input == (1, 28, 28)
    session.pool.workers[0]._handle_lines([hello(CARD, CPU)])
    assert session.workspace.choice.fitted.input == (1, 96, 96)


def test_devices_are_listed_and_those_torch_cannot_use_are_not(session, panel):
    session.pool.workers[0]._handle_lines(
        [hello(Device("", "card", 0, "an NVIDIA card is here, but this torch cannot use it"), CPU)]
    )
    assert [panel.device_box.itemData(row) for row in range(panel.device_box.count())] == ["auto", "cpu"]
    assert panel.device_box.itemText(0) == "auto (a processor)"
    assert "cannot use it" in panel.device_box.toolTip()


def test_a_device_that_is_no_longer_there_is_not_chosen(session, panel):
    session.workspace.choice.restore(RECIPES["chapter"].change(device="cuda:0"), own_size=None)
    session.pool.workers[0]._handle_lines([hello(CPU)])
    assert session.workspace.choice.recipe == RECIPES["chapter"]
    assert panel.device_box.currentText() == "auto (a processor)"
    session.workspace.choice.use_recipe(RECIPES["chapter"].change(device="cpu"))
    session.pool.workers[0]._handle_lines([hello(CARD, CPU)])
    assert panel.device_box.currentText() == "cpu: a processor"


def test_recipes_and_their_knobs(session, panel):
    panel.recipe_box.setCurrentIndex(panel.recipe_box.findData("chapter"))
    panel.recipe_box.activated.emit(panel.recipe_box.currentIndex())
    assert session.workspace.choice.recipe == RECIPES["chapter"]
    assert panel.form.controls["lr"].box.text() == "0.05"
    panel.form.controls["epochs"].box.setValue(3)
    assert session.workspace.choice.recipe == RECIPES["chapter"].change(epochs=3)
    assert panel.recipe_box.currentText() == "custom"


@pytest.fixture
def played(session, monkeypatch):
    return Played(session.pool.workers[0], monkeypatch)


@pytest.fixture
def asked_of_mini(session, monkeypatch):
    """A worker that greets when the question that waits for it is about `mini`."""
    session.document.propose(preset("mini"), "")
    measure(session)
    return Played(session.pool.workers[0], monkeypatch)


STARTED = Started("a-run", "", 1, Verdict(True, 1, 1), "cpu", 100, 2)
ESTIMATED = Estimated(device="cpu", memory=needs(int(0.9 * 2**30)), available_bytes=8 * 2**30, seconds_per_epoch=41.0)


def test_the_line_before_the_start(session, panel, played):
    measure(session)
    (first,) = played.asked(Estimate)
    assert first.design.input == (1, 28, 28)
    assert panel.estimate.line.text() == "measuring …"
    played.answer(first, ESTIMATED)
    assert panel.estimate.line.text() == "needs 921.6 MiB · about 41 s per epoch"
    assert panel.estimate.at_data_size.text() == "28×28: about 41 s per epoch"
    _, second = played.asked(Estimate)
    assert second.design.input == (1, 96, 96)
    played.answer(second, replace(ESTIMATED, seconds_per_epoch=150.0))
    assert panel.estimate.at_own_size.text() == "96×96: about 2 min per epoch"


def test_what_the_memory_is_for_and_the_largest_batch(session, panel, asked_of_mini):
    parts = Memory(weights=1024, gradients=2048, optimizer=3 * 1024, activations=4 * 1024, data=5 * 1024)
    found = replace(
        ESTIMATED,
        memory=parts,
        largest_batch=4096,
        checkpoint_bytes=6 * 1024,
        cache_bytes=2**30,
        decoding_seconds=61.0,
    )
    asked_of_mini.answer(asked_of_mini.asked(Estimate)[0], found)
    assert panel.estimate.line.text() == "needs 15.0 KiB · about 41 s per epoch · batch size up to 4,096"
    *_, images, checkpoints, first = lines = panel.estimate.line.toolTip().splitlines()
    assert lines[:2] == ["Weights: 1.0 KiB", "Gradients: 2.0 KiB"]
    assert (images, checkpoints) == ("Images: 5.0 KiB", "Checkpoints: 6.0 KiB on the disk")
    assert first == "The first start decodes the images: about 61 s, 1.0 GiB on the disk"


def test_plain_arithmetic_is_chosen_beside_the_recipe_and_stays_with_another(session, panel):
    box, choice = panel.form.controls["arithmetic"].box, session.workspace.choice
    box.setCurrentIndex(box.findText("plain"))
    box.activated.emit(box.currentIndex())
    assert choice.recipe == RECIPES["quick"].change(arithmetic="plain")
    assert panel.recipe_box.currentText() == "quick"
    choice.use_named_recipe("chapter")
    assert (choice.recipe.arithmetic, box.currentText()) == ("plain", "plain")


def test_what_costs_nothing_is_not_measured_again(session, panel, asked_of_mini):
    asked_of_mini.answer(asked_of_mini.asked(Estimate)[0], ESTIMATED)
    panel.form.controls["epochs"].box.setValue(3)
    measure(session)
    assert "about 41 s per epoch" in panel.estimate.line.text()
    assert len(asked_of_mini.asked(Estimate)) == 1
    panel.form.controls["batch_size"].box.setValue(128)
    measure(session)
    assert asked_of_mini.asked(Estimate)[1].recipe.batch_size == 128


def test_a_question_that_may_have_killed_a_worker_is_not_asked_for_ever(session, panel, asked_of_mini):
    for asked in (1, 2, 3, 3):
        measure(session)
        assert len(asked_of_mini.asked(Estimate)) == asked
        asked_of_mini.die(Sentence("killed (signal {n})", {"n": 9}))
        measure(session)
        asked_of_mini.greet()
    measure(session)
    assert panel.estimate.line.text() == "killed (signal 9)"
    assert len(asked_of_mini.asked(Estimate)) == 3


def test_what_a_worker_refuses_to_measure_is_said_and_not_asked_again(session, panel, asked_of_mini):
    asked_of_mini.refuse(asked_of_mini.asked(Estimate)[0], "data: there is no such folder")
    assert panel.estimate.line.text() == "data: there is no such folder"
    measure(session)
    assert len(asked_of_mini.asked(Estimate)) == 1


def test_a_question_that_waits_for_a_worker_is_about_the_newest_design(session, panel, monkeypatch):
    for blocks in (2, 3):
        session.document.propose(preset("mini").with_stage(0, blocks=blocks), "")
        measure(session)
    played = Played(session.pool.workers[0], monkeypatch)
    assert [each.design.stages[0].blocks for each in played.asked(Estimate)] == [3]


def test_another_window_gets_the_answer_that_the_one_before_asked_for(session, panel, asked_of_mini):
    session.use_language("en")
    asked_of_mini.answer(asked_of_mini.asked(Estimate)[0], ESTIMATED)
    assert "about 41 s per epoch" in session.window.training.estimate.line.text()
    assert len(asked_of_mini.asked(Estimate)) == 1


def test_a_network_too_large_to_be_tried_shows_what_it_needs(session, panel, played):
    measure(session)
    played.answer(played.asked(Estimate)[0], replace(ESTIMATED, memory=needs(90 * 2**30), seconds_per_epoch=None))
    assert panel.estimate.line.text() == "needs 90.0 GiB · only 8.0 GiB free"


def test_too_large_a_network_takes_a_second_click(session, panel, played, monkeypatch):
    started = []
    monkeypatch.setattr(session.pool.workers[0], "start", started.append)
    measure(session)
    played.answer(played.asked(Estimate)[0], replace(ESTIMATED, memory=needs(90 * 2**30)))
    assert "only 8.0 GiB free" in panel.estimate.line.text()
    panel.start.click()
    assert started == []
    assert panel.start.text() == "Train anyway"
    panel.start.click()
    assert [order.anyway for order in started] == [True]
    assert panel.start.text() != "Train anyway"  # the next run is asked about again


def test_started_while_it_is_measured_it_is_the_worker_that_refuses(session, panel, played):
    measure(session)
    panel.start.click()
    (order,) = played.asked(Train)
    assert not order.anyway
    played.say(Failed(Sentence("memory: training needs 9 MiB on cpu; 1 MiB are free")))
    assert "needs 9 MiB" in panel.notice.words.text()
    played.answer(played.asked(Estimate)[-1], replace(ESTIMATED, memory=needs(90 * 2**30)))
    panel.start.click()
    assert panel.start.text() == "Train anyway"
    panel.start.click()
    assert [order.anyway for order in played.asked(Train)] == [False, True]


def test_after_a_run_failed_memory_is_measured_again(session, panel, asked_of_mini):
    asked_of_mini.answer(asked_of_mini.asked(Estimate)[0], ESTIMATED)
    panel.start.click()
    asked_of_mini.say(Failed(Sentence("memory: training needs 921 MiB on cpu; 1 MiB are free")))
    asked_of_mini.answer(asked_of_mini.asked(Estimate)[1], replace(ESTIMATED, available_bytes=1))
    panel.start.click()
    assert panel.start.text() == "Train anyway"


def test_a_busy_computer_is_said_beside_the_progress(session, panel, played):
    panel.start.click()
    verdict = Verdict(agrees=True, params=1, mult_adds=1)
    played.say(Started("run", "", 1, verdict, "cpu", steps_per_epoch=10, epochs=2), Threads(0, 2, 2))
    assert "cores" not in panel.progress.status.text()
    played.say(Threads(3, 1, 2, Sentence("The computer is busy")))
    assert panel.progress.status.text() == "The computer is busy: 1 of 2 cores"
    played.say(Threads(9, 2, 2, Sentence("More cores are free")))
    assert panel.progress.status.text() == ""


def test_a_folder_that_will_not_do_leaves_the_choice(session, panel, tmp_path):
    choice = session.workspace.choice
    choice.use_data(str(tmp_path / "none"))
    assert choice.data.name == "fashion-mnist-12k"
    assert "there is no data set or folder" in panel.notice.words.text()
    (tmp_path / "set" / "cat").mkdir(parents=True)
    choice.use_data(str(tmp_path / "set"))
    assert "has no class folders with images" in panel.notice.words.text()
    choice.use_data("fashion-mnist-12k")
    assert not panel.notice.isVisible()


def test_a_refusal_of_data_is_there_until_something_starts(session, panel, tmp_path, monkeypatch):
    monkeypatch.setattr(session.pool.workers[0], "start", lambda order: None)
    session.workspace.choice.use_data(str(tmp_path / "none"))
    session.pool.changed.emit()
    assert "there is no data set or folder" in panel.notice.words.text()
    panel.start.click()
    assert not panel.notice.isVisible()


def test_after_a_refusal_start_says_on_which_data(session, panel, tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(session.pool.workers[0], "start", started.append)
    choice = session.workspace.choice
    session.document.propose(preset("mini"), "")
    choice.use_data(str(tmp_path / "none"))
    assert panel.start.text() == "Start\nData: Fashion-MNIST 12k (bundled subset)"
    assert panel.data_box.currentText() == "Fashion-MNIST 12k (bundled subset)"
    panel.start.click()
    assert started[0].recipe.data == "fashion-mnist-12k"
    assert panel.start.text() == "Start"


def test_a_refusal_and_a_confirmation_are_there_in_another_window(session, panel, played, tmp_path):
    session.workspace.choice.use_data(str(tmp_path / "none"))
    measure(session)
    played.answer(played.asked(Estimate)[0], replace(ESTIMATED, memory=needs(90 * 2**30)))
    panel.start.click()
    session.use_language("en")
    after = session.window.training
    assert "there is no data set or folder" in after.notice.words.text()
    assert after.start.text() == "Train anyway\nData: Fashion-MNIST 12k (bundled subset)"


def test_what_a_worker_refused_is_said_until_something_else_is_chosen(session, panel, played):
    session.document.propose(preset("mini"), "")
    panel.start.click()
    played.say(Failed(Sentence("data: x.png is damaged")))
    assert "x.png is damaged" in panel.notice.words.text()
    assert panel.progress.isVisible()
    session.workspace.choice.use_recipe(RECIPES["chapter"])
    assert not panel.notice.isVisible()
    assert not panel.progress.isVisible()


def test_why_a_run_failed_is_said_as_long_as_it_is_shown(session, panel, played):
    session.document.propose(preset("mini"), "")
    panel.start.click()
    played.say(STARTED, Failed(Sentence("the loss became nan")))
    session.workspace.choice.use_recipe(RECIPES["chapter"])
    assert "the loss became nan" in panel.notice.words.text()
    assert panel.progress.isVisible()


def test_a_folder_of_images_sets_the_classes(session, panel, tmp_path):
    for name in ("cat", "dog", "owl"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        (tmp_path / "pets" / name / "1.png").write_bytes(b"")
    session.workspace.choice.use_data(str(tmp_path / "pets"))
    assert panel.data_box.currentText() == "pets"
    assert panel.start.text() == "Fit design to data (1×96×96, 3 classes)\nand start"
    (tmp_path / "pets" / "rat").mkdir()
    (tmp_path / "pets" / "rat" / "1.png").write_bytes(b"")
    session.workspace.choice.use_data(str(tmp_path / "pets"))
    assert panel.start.text() == "Fit design to data (1×96×96, 4 classes)\nand start"


def test_no_button_moves_while_a_run_goes(session, panel, played):
    """A second click on Start, or one on Pause, hits what was there before."""
    session.document.propose(preset("resnet50"), "")  # which Start fits first, in two lines of text
    settle()

    def places() -> list[QRect]:
        bar = [run_button(session, name) for name in ("pause", "step", "stop")]
        moving = (panel.start, panel.start_arrow, session.window.spark, *bar, session.window.run_bar.place)
        return [QRect(each.mapTo(session.window, QPoint()), each.size()) for each in moving]

    before = places()
    panel.start.click()
    for state in (
        WorkerState.STARTING,
        WorkerState.RUNNING,
        WorkerState.PAUSED,
        WorkerState.STOPPING,
        WorkerState.IDLE,
    ):
        session.pool.workers[0].set_state(state)
        settle()
        assert places() == before, state
