"""The box of known weights, and what a worker says of those that are chosen."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog

from explorer.architecture.presets import preset
from explorer.gui.training.setup.weights_table import WeightsTable
from explorer.runs.commands import Train
from explorer.runs.events import Progress
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.questions.weights import Weigh, Weighed, WeightFit, WeightRow
from explorer.runs.recipe import Recipe
from tests.clicks import click
from tests.events import settle
from tests.gui.paths import run_out
from tests.gui.scripted_workers import Played

ROWS = (
    WeightRow(WeightFit.MATCHED, "conv1.weight", "conv1.weight", (64, 3, 7, 7), (64, 3, 7, 7)),
    WeightRow(WeightFit.NEW_HEAD, "fc.weight", "fc.weight", (10, 512), (1000, 512)),
    WeightRow(WeightFit.NEW_HEAD, "fc.bias", "fc.bias", (10,), (1000,)),
)
WEIGHED = Weighed(source="imagenet:V1", matched=120, rows=ROWS)


@pytest.fixture
def panel(session):
    return session.window.training


@pytest.fixture
def played(session, monkeypatch):
    return Played(session.pool.workers[0], monkeypatch)


def entries(panel) -> dict[str, str]:
    box = panel.weights_box
    return {box.itemData(row): box.itemText(row) for row in range(box.count())}


def pick(panel, source: str) -> None:
    panel.weights_box.setCurrentIndex(panel.weights_box.findData(source))
    panel.weights_box.activated.emit(panel.weights_box.currentIndex())


def weigh(session, played) -> Weigh:
    """Nothing was chosen for a while: a worker is asked."""
    run_out(session.workspace.weighing.findChild(QTimer))
    return played.asked(Weigh)[-1]


def test_torchvisions_weights_are_offered_for_its_own_designs(session, panel):
    assert entries(panel) == {"": "new", "…": "A file …"}
    session.document.propose(preset("resnet18"), "")
    assert entries(panel) == {"": "new", "imagenet:V1": "ImageNet (torchvision)", "…": "A file …"}
    session.document.propose(preset("resnet50"), "")
    assert list(entries(panel)) == ["", "imagenet:V2", "imagenet:V1", "…"]


def finished_run(session, design, name: str) -> str:
    run = RunFolder.create(session.pool.runs, design, Recipe(), 1)
    run.update(best_epoch=3, best_accuracy=0.5, name=name)
    run.close()
    return run.path.name


def test_the_chosen_run_is_offered_else_the_newest_if_it_fits(session, panel):
    mini = preset("mini")
    first = finished_run(session, mini, "first")
    second = finished_run(session, mini.change(classes=7), "second")
    finished_run(session, preset("cifar-resnet20"), "other")
    session.document.propose(mini, "")
    session.workspace.run_history.reload()
    assert entries(panel) == {"": "new", second: "run second", "…": "A file …"}
    session.workspace.run_history.choose([first])
    assert first in entries(panel)
    assert second not in entries(panel)


def test_start_begins_with_what_was_chosen(session, panel, played):
    session.document.propose(preset("resnet18"), "")
    pick(panel, "imagenet:V1")
    panel.start.click()
    assert played.asked(Train)[0].weights == "imagenet:V1"
    pick(panel, "")
    assert session.workspace.choice.weights == ""
    assert not panel.weights.isVisible()


def test_other_seeds_of_known_weights_are_not_offered(session, panel):
    """All would begin with the same weights; the order alone would raise."""
    session.document.propose(preset("resnet18"), "")
    seeds = session.window.orders.starts.several_seeds
    assert seeds.isEnabled()
    pick(panel, "imagenet:V1")
    assert not seeds.isEnabled()
    assert "all begin with the weights of imagenet:V1" in seeds.toolTip()


def test_what_fits_is_said_and_shown_tensor_by_tensor(session, panel, played, qtbot):
    session.document.propose(preset("resnet18"), "")
    pick(panel, "imagenet:V1")
    assert panel.weights.words.text() == "Reading the weights …"
    question = weigh(session, played)
    assert (question.source, question.runs) == ("imagenet:V1", session.pool.runs)
    played.answer(question, WEIGHED)
    assert panel.weights.words.text() == "120 of 122 tensors; new head"
    click(qtbot, panel.weights.table)
    dialog = panel.findChild(WeightsTable)
    qtbot.keySequence(dialog.table, QKeySequence(QKeySequence.StandardKey.Copy))
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[1] == "fc.weight\thead replaced\t10×512\tfc.weight\t1000×512"
    assert len(lines) == 1 + len(ROWS)
    dialog.close()


def test_another_design_is_weighed_again(session, panel, played):
    session.document.propose(preset("resnet18"), "")
    pick(panel, "imagenet:V1")
    played.answer(weigh(session, played), WEIGHED)
    session.document.propose(preset("resnet18").with_stage(0, blocks=3), "")
    assert panel.weights.words.text() == "Reading the weights …"
    assert panel.weights_box.currentText() == "ImageNet (torchvision)"  # it stays chosen
    played.answer(
        weigh(session, played),
        replace(WEIGHED, rows=(*ROWS, WeightRow(WeightFit.MISSING, "layer1.2.conv1.weight", shape=(64, 64, 3, 3)))),
    )
    assert panel.weights.words.text() == "120 of 123 tensors; new head; 1 missing"
    assert len(played.asked(Weigh)) == 2


def test_a_recipe_changes_nothing_of_what_fits(session, panel, played):
    session.document.propose(preset("resnet18"), "")
    pick(panel, "imagenet:V1")
    played.answer(weigh(session, played), WEIGHED)
    session.workspace.choice.use_named_recipe("chapter")
    assert panel.weights.words.text() == "120 of 122 tensors; new head"


def test_a_download_has_its_size_and_cancel(session, panel, played, qtbot):
    session.document.propose(preset("resnet18"), "")
    pick(panel, "imagenet:V1")
    question = weigh(session, played)
    played.say(Progress("download", 11 * 2**20, 44 * 2**20, id=question.id))
    assert panel.weights.words.text().startswith("11.0 MiB of 44.0 MiB")
    assert panel.weights.bar.isVisible()
    assert panel.weights.bar.value() == 25
    click(qtbot, panel.weights.cancel)
    assert session.workspace.choice.weights == ""
    assert panel.weights_box.currentText() == "new"
    assert not panel.weights.isVisible()


def test_offline_a_file_that_is_here_can_be_used_instead(session, panel, played, qtbot, monkeypatch, tmp_path):
    session.document.propose(preset("resnet18"), "")
    pick(panel, "imagenet:V1")
    played.refuse(weigh(session, played), "This computer seems to be offline")
    assert panel.weights.notice.words.text() == "This computer seems to be offline"
    click(qtbot, panel.weights.again)
    assert panel.weights.words.text() == "Reading the weights …"
    played.refuse(weigh(session, played), "This computer seems to be offline")
    file = tmp_path / "net.pth"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    click(qtbot, panel.weights.file)
    assert session.workspace.choice.weights == str(file)
    assert panel.weights_box.currentText() == "net.pth"
    assert panel.weights_box.toolTip() == str(file)


def test_a_dialog_that_is_cancelled_leaves_the_weights(session, panel, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    pick(panel, "…")
    assert session.workspace.choice.weights == ""
    assert panel.weights_box.currentText() == "new"


def test_another_window_shows_the_same(session, panel, played):
    session.document.propose(preset("resnet18"), "")
    pick(panel, "imagenet:V1")
    played.answer(weigh(session, played), WEIGHED)
    session.use_language("en")
    settle()
    assert session.window.training.weights.words.text() == "120 of 122 tensors; new head"
    assert session.window.training.weights_box.currentText() == "ImageNet (torchvision)"
