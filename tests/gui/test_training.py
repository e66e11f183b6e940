import pytest

from explorer.architecture.presets import preset
from explorer.architecture.words import Sentence
from explorer.runs.commands import Train
from explorer.runs.events import Device, Hello, Said
from explorer.runs.recipe import RECIPES


@pytest.fixture
def panel(session):
    return session.window.training


def hello(*devices: Device) -> Said:
    return Said(Hello(1, {}, devices))


CPU = Device("cpu", "a processor", 2**33)
CARD = Device("cuda:0", "a card", 2**34)


def test_start_says_what_it_will_do(session, panel):
    assert panel.start.text() == "Fit design to data (1×28×28, 10 classes)\nand start"
    panel.preflight.at_own_size.click()
    assert panel.start.text() == "Start"
    session.document.propose(preset("resnet50"), "")
    assert panel.start.text() == "Fit design to data (1×224×224, 10 classes)\nand start"
    panel.preflight.at_data_size.click()
    session.document.propose(preset("mini"), "")
    assert panel.start.text() == "Start"
    assert not panel.preflight.at_own_size.isVisible()


def test_start_fits_in_one_undoable_step(session, panel, monkeypatch):
    started = []
    monkeypatch.setattr(session.trainer, "start", started.append)
    session.document.propose(preset("resnet34"), "")
    panel.start.click()
    assert session.document.design.input == (1, 28, 28)
    assert session.document.design.classes == 10
    assert started == [Train(session.document.design, RECIPES["quick"], session.trainer.runs)]
    session.document.undo_stack.undo()
    assert session.document.design == preset("resnet34")


@pytest.mark.parametrize("name", ["d2l-resnet18", "resnet152", "wrn-28-10", "mini", "preact-resnet164"])
def test_no_preset_is_an_error(session, panel, name):
    session.document.propose(preset(name), "")
    assert panel.start.isEnabled()
    assert session.document.problems == ()


def test_a_machine_without_a_gpu_is_offered_the_datas_size(session, panel):
    session.trainer.take_all([hello(CPU)])
    panel.show_design()
    assert panel.preflight.fitted.input == (1, 28, 28)
    session.trainer.take_all([hello(CARD, CPU)])
    panel.show_design()
    assert panel.preflight.fitted.input == (1, 96, 96)


def test_devices_are_listed_and_those_torch_cannot_use_are_not(session, panel):
    session.trainer.take_all(
        [hello(Device("", "card", 0, "an NVIDIA card is here, but this torch cannot use it"), CPU)]
    )
    assert [panel.device_box.itemData(row) for row in range(panel.device_box.count())] == ["auto", "cpu"]
    assert panel.device_box.itemText(0) == "auto (a processor)"
    assert "cannot use it" in panel.device_box.toolTip()


def test_recipes_and_their_knobs(panel):
    panel.recipe_box.setCurrentIndex(panel.recipe_box.findData("chapter"))
    panel.pick_recipe()
    assert panel.recipe == RECIPES["chapter"]
    assert panel.form.controls["lr"].box.text() == "0.05"
    panel.form.controls["epochs"].box.setValue(3)
    assert panel.recipe == RECIPES["chapter"].change(epochs=3)
    assert panel.recipe_box.currentText() == "your own"


def test_the_line_before_the_start(session, panel, monkeypatch):
    asked = []
    monkeypatch.setattr(session.trainer, "ask", lambda question: asked.append(question(len(asked) + 1)) or len(asked))
    panel.preflight.ask()
    assert [each.design.input for each in asked] == [(1, 28, 28)]
    values = {"seconds_per_epoch": 41.0, "memory_bytes": 0.9 * 2**30, "available_bytes": 8 * 2**30}
    session.trainer.answered.emit(asked[0].id, values)
    assert panel.preflight.line.text() == "needs 921.6 MiB · about 41 s an epoch"
    assert panel.preflight.at_data_size.text() == "28×28: about 41 s an epoch"
    assert [each.design.input for each in asked] == [(1, 28, 28), (1, 96, 96)]
    session.trainer.answered.emit(asked[1].id, {**values, "seconds_per_epoch": 150.0})
    assert panel.preflight.at_own_size.text() == "96×96: about 2 min an epoch"


def test_what_costs_nothing_is_not_measured_again(session, panel, monkeypatch):
    asked = []
    monkeypatch.setattr(session.trainer, "ask", lambda question: asked.append(question(len(asked) + 1)) or len(asked))
    session.document.propose(preset("mini"), "")
    panel.preflight.ask()
    values = {"seconds_per_epoch": 41.0, "memory_bytes": 0.9 * 2**30, "available_bytes": 8 * 2**30}
    session.trainer.answered.emit(asked[0].id, values)
    panel.form.controls["epochs"].box.setValue(3)
    panel.preflight.ask()
    assert "about 41 s an epoch" in panel.preflight.line.text()
    assert len(asked) == 1
    panel.form.controls["batch_size"].box.setValue(128)
    panel.preflight.ask()
    assert asked[1].recipe.batch_size == 128


def test_a_refusal_holds_for_the_worker_that_refused(session, panel, monkeypatch):
    """One that may have died of the question is not followed by another for ever."""
    asked = []
    monkeypatch.setattr(session.trainer, "ask", lambda question: asked.append(question(len(asked) + 1)) or len(asked))
    session.document.propose(preset("mini"), "")
    for tries in (1, 2, 3, 3):
        session.trainer.take_all([hello(CPU)])
        for _ in range(2):
            panel.preflight.ask()
            assert len(asked) == tries
            session.trainer.answered.emit(len(asked), {"reason": Sentence("killed (signal {n})", {"n": 9})})
        assert panel.preflight.line.text() == "killed (signal 9)"


def test_a_network_too_large_to_be_tried_shows_what_it_needs(session, panel, monkeypatch):
    monkeypatch.setattr(session.trainer, "ask", lambda question: question(1).id)
    panel.preflight.ask()
    session.trainer.answered.emit(1, {"memory_bytes": 90 * 2**30, "available_bytes": 8 * 2**30})
    assert panel.preflight.line.text() == "needs 90.0 GiB · only 8.0 GiB free"


def test_too_large_a_network_takes_a_second_click(session, panel, monkeypatch):
    asked, started = [], []
    monkeypatch.setattr(session.trainer, "ask", lambda question: asked.append(question(len(asked) + 1)) or len(asked))
    monkeypatch.setattr(session.trainer, "start", started.append)
    panel.preflight.ask()
    values = {"seconds_per_epoch": 41.0, "memory_bytes": 90 * 2**30, "available_bytes": 8 * 2**30}
    session.trainer.answered.emit(asked[0].id, values)
    assert "only 8.0 GiB free" in panel.preflight.line.text()
    panel.start.click()
    assert started == []
    assert panel.start.text() == "Train anyway"
    panel.start.click()
    assert len(started) == 1


def test_a_folder_that_will_not_do_leaves_the_choice(panel, tmp_path):
    panel.use_data(str(tmp_path / "none"))
    assert panel.data.name == "fashion-mnist-12k"
    assert "there is no data set and no folder" in panel.notice.words.text()
    (tmp_path / "set" / "cat").mkdir(parents=True)
    panel.use_data(str(tmp_path / "set"))
    assert "at least two classes" in panel.notice.words.text()


def test_a_folder_of_images_sets_the_classes(session, panel, tmp_path):
    for name in ("cat", "dog", "owl"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        (tmp_path / "pets" / name / "1.png").write_bytes(b"")
    panel.use_data(str(tmp_path / "pets"))
    assert panel.data_box.currentText() == "pets"
    assert panel.start.text() == "Fit design to data (1×96×96, 3 classes)\nand start"
