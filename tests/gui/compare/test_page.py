"""The Compare page, through real clicks; what a worker would say is said by the test."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QPushButton, QToolButton

from explorer.architecture.notation import to_toml
from explorer.architecture.presets import preset
from explorer.engine.probes.outside import summarise
from explorer.gui.compare import compare_state
from explorer.gui.compare.add_menu import GOOGLENET
from explorer.gui.compare.page import ComparePage
from explorer.gui.compare.subject import BASELINE, CURRENT
from explorer.gui.widgets.confirmation import Confirmation
from explorer.gui.workspace import COMPARE
from explorer.runs.columns import column_of_plan
from explorer.runs.commands import Withdraw
from explorer.runs.events import Progress
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.questions.networks import MeasuredSpeed, Outside, Speed
from explorer.runs.recipe import Recipe
from tests.clicks import click
from tests.events import settle
from tests.gui.scripted_workers import Played
from tests.gui.test_accessible import focusable, name_of, small

CHAPTER = preset("d2l-resnet18")


@pytest.fixture
def played(session, monkeypatch):
    return Played(session.pool.workers[0], monkeypatch)


@pytest.fixture
def page(session, played) -> ComparePage:
    session.window.resize(1440, 900)
    session.window.pages.show_page(COMPARE)
    settle()
    found = session.window.pages.current
    assert isinstance(found, ComparePage)
    return found


def button(page, name: str) -> QPushButton:
    return page.findChild(QPushButton, name)


def add(page, name: str) -> None:
    """Choose an entry of the menu of columns, wherever in it."""
    menu = page.add.menu()
    menu.aboutToShow.emit()
    menus = [menu, *(action.menu() for action in menu.actions() if action.menu())]
    action = next(each for menu in menus for each in menu.actions() if each.objectName() == name)
    assert action.isEnabled()
    action.trigger()


def test_two_columns_are_trained_side_by_side(session, page, monkeypatch):
    ordered = []
    monkeypatch.setattr(session.pool, "start", ordered.append)
    menu = page.beside.menu()
    menu.aboutToShow.emit()
    (hint,) = menu.actions()
    assert not hint.isEnabled()
    for name in ("googlenet", "ResNet-34"):
        add(page, name)
    menu.aboutToShow.emit()
    (other,) = menu.actions()
    assert other.text() == "ResNet-34"
    other.trigger()
    (order,) = ordered
    fit = session.workspace.choice.fit
    assert [side.design for side in order.sides] == [fit(CHAPTER), fit(preset("resnet34"))]
    session.document.propose(preset("resnet34"), "the same")
    menu.aboutToShow.emit()
    assert not menu.actions()[0].isEnabled()
    assert menu.actions()[0].toolTip().startswith("nothing differs")


def cells(page, label: str) -> list[str]:
    """The cells of a row, as they are read aloud."""
    (row,) = (each for each in page.table.columns.rows if each.label == label)
    return [cell.spoken for cell in row.cells]


def tips(page, label: str) -> list[str]:
    (row,) = (each for each in page.table.columns.rows if each.label == label)
    return [cell.tip for cell in row.cells]


def headings(page) -> list[str]:
    return [page.table.columns.heading(number) for number in range(page.table.columns.columnCount())]


def written(page, qtbot) -> str:
    """The differences in words, once they are written."""
    qtbot.waitUntil(lambda: not page._writing.isActive())
    return page.words.toPlainText()


def answer_googlenet(played, design=CHAPTER) -> None:
    question = played.asked(Outside)[-1]
    assert (question.network, question.design.input, question.design.classes) == (
        "googlenet",
        design.input,
        design.classes,
    )
    played.answer(question, summarise("googlenet", design))


def test_alone_it_says_what_would_stand_here_and_offers_a_start(page, qtbot, played):
    assert not page.table.isVisible()
    click(qtbot, button(page, "compare with googlenet"))
    assert page.table.isVisible()
    assert headings(page) == [
        "Current design\nthe chapter's ResNet-18",
        "GoogLeNet\nAsking torchinfo …",
    ]
    answer_googlenet(played)
    assert headings(page)[1] == "GoogLeNet\ntorchvision's GoogLeNet"
    assert cells(page, "Parameters") == ["11,178,378", "5,603,882 (−5.57 M)"]
    assert tips(page, "Parameters")[1] == "5,603,882 (−5,574,496)"
    assert cells(page, "MACs") == ["318,657,536", "260,583,424 (−58.07 M)"]
    assert cells(page, "Stem") == ["64×24×24 (b1 · 3.33 k)", "64×24×24 (b1 · 3.26 k)"]
    assert cells(page, "Stage 4") == ["512×3×3 (b5 · 8.40 M)", "1024×3×3 (b5 · 2.33 M)"]
    assert "5 Inception" in tips(page, "Stage 3")[1]
    assert "the chapter's has none" in written(page, qtbot)


def test_a_tick_shows_in_the_current_column_and_in_the_differences(session, page, qtbot):
    session.window.orders.pin.trigger()
    add(page, "baseline")
    assert cells(page, "Parameters") == ["11,178,378", "11,178,378 (±0)"]
    assert "the same network" in written(page, qtbot)
    session.document.propose(CHAPTER.with_stage(2, blocks=4), "")
    assert cells(page, "Parameters") == ["13,540,746", "11,178,378 (−2.36 M)"]
    assert headings(page)[0].endswith("the chapter's ResNet-18, but stage 3: 2 more blocks")
    assert cells(page, "Contains") == ["⊇ Baseline", "–"]
    assert tips(page, "Contains")[1] == "⊉ Current design: Stage 3 has fewer blocks: 2 of 4."
    assert written(page, qtbot).split("\n") == [
        "Current design → Baseline",
        "  stage 3: 2 blocks fewer: −2,362,368 parameters",
        "  ⊆ Current design: They differ in depth alone, and each block more can be an identity.",
    ]
    session.document.undo_stack.undo()
    assert cells(page, "Parameters") == ["11,178,378", "11,178,378 (±0)"]
    session.window.orders.unpin.trigger()
    assert session.workspace.compare_state.subjects == (CURRENT,)
    assert not page.table.isVisible()


def test_one_box_chooses_how_macs_are_counted_and_says_who_counts_so(page, qtbot):
    add(page, "ResNet-50")
    box = page.conventions
    seen = {}
    for number in range(box.count()):
        box.setCurrentIndex(number)
        box.activated.emit(number)
        seen[box.itemData(number)] = cells(page, box.currentText())[1].partition(" ")[0]
        assert box.toolTip() == box.itemData(number, Qt.ItemDataRole.ToolTipRole)
    assert seen["v1"] == "3,857,973,248"
    assert seen["v1.5"] == seen["macs"] == "4,089,184,256"
    assert seen["paper"] == "3,800,000,000"
    assert seen["flops"] == "8,178,368,512"


def test_runs_and_files_are_columns(session, page, qtbot, tmp_path, monkeypatch):
    folder = RunFolder.create(session.pool.runs, preset("mini"), Recipe(), params=1)
    folder.update(state="finished", best_accuracy=0.875, best_epoch=1)
    folder.close()
    menu = page.add.menu()
    menu.aboutToShow.emit()
    runs = next(each.menu() for each in menu.actions() if each.menu() and each.text() == "Run")
    runs.actions()[0].trigger()
    assert cells(page, "Best accuracy") == ["–", "87.50 %"]
    file = tmp_path / "mine.toml"
    file.write_text(to_toml(preset("mini").with_stage(0, blocks=3)), encoding="utf-8")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    next(each for each in menu.actions() if each.text() == "File …").trigger()
    assert [each.partition("\n")[0] for each in headings(page)] == ["Current design", "Run Mini", "mine.toml"]
    assert cells(page, "Contains") == ["–", "–", "⊇ Run Mini"]
    file.write_text("width = 7", encoding="utf-8")
    next(each for each in menu.actions() if each.text() == "File …").trigger()
    assert "schema" in page.said.text()
    assert len(headings(page)) == 3


def test_a_column_goes_by_its_button_or_by_a_key(session, page, qtbot):
    for name in ("ResNet-34", "ResNet-50"):
        add(page, name)
    settle()
    (remove,) = (
        each for each in page.table.findChildren(QToolButton) if each.accessibleName() == "Remove Current design"
    )
    click(qtbot, remove)
    assert [each.partition("\n")[0] for each in headings(page)] == ["ResNet-34", "ResNet-50"]
    page.table.setCurrentIndex(page.table.columns.index(0, 1))
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert session.workspace.compare_state.subjects[0].name == "ResNet-34"
    assert not page.table.isVisible()
    add(page, "current")
    assert cells(page, "Depth")[1].startswith("18")


def test_cells_are_copied_as_a_table(page, qtbot):
    add(page, "ResNet-34")
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    confirmation = page.table.findChild(Confirmation)
    assert confirmation.isVisible()
    assert confirmation.text() == "Copied the comparison"
    data = QGuiApplication.clipboard().mimeData()
    lines = [line.split("\t") for line in data.text().split("\n")]
    assert lines[0] == ["", "Current design", "ResNet-34"]
    assert ["Parameters", "11,178,378", "21,797,672 (+10.62 M)"] in lines
    assert "<td>Parameters</td>" in data.html()
    page.table.selectColumn(1)
    page.table.copy()
    assert QGuiApplication.clipboard().text().split("\n")[0] == "\tResNet-34"


def test_speeds_are_measured_one_after_the_other_on_demand(page, qtbot, played):
    add(page, "googlenet")
    answer_googlenet(played)
    click(qtbot, page.measure)
    (first,) = played.asked(Speed)
    assert (first.design, first.network) == (CHAPTER, "")
    played.say(Progress("speed", 3, 10, first.id))
    assert page.progress.value() == 30
    assert page.said.text() == "Measuring Current design"
    assert not page.measure.isVisible()
    played.answer(first, MeasuredSpeed(device="cpu", batch_size=16, training=40.4, inference=120.0))
    second = played.asked(Speed)[1]
    assert second.network == "googlenet"
    played.refuse(second, "out of memory")
    assert page.said.text() == "out of memory"
    assert cells(page, "Training, images/s") == ["40 (batch 16, cpu)", "–"]
    assert cells(page, "Inference, images/s") == ["120 (batch 16, cpu)", "–"]
    click(qtbot, page.measure)
    assert played.asked(Speed)[2].network == "googlenet"  # what was measured is not measured again
    click(qtbot, page.cancel)
    assert played.asked(Withdraw)
    assert page.measure.isVisible()


def test_an_edit_does_not_measure_and_a_design_measured_before_is_known(session, page, qtbot, played):
    add(page, "ResNet-34")
    click(qtbot, page.measure)
    for question in (0, 1):
        played.answer(played.asked(Speed)[question], MeasuredSpeed(device="cpu", batch_size=8, training=9, inference=9))
    assert not page.measure.isEnabled()
    session.document.propose(CHAPTER.with_stage(0, blocks=3), "")
    assert cells(page, "Training, images/s")[0] == "–"
    assert len(played.asked(Speed)) == 2
    assert page.measure.isEnabled()
    session.document.undo_stack.undo()
    assert cells(page, "Training, images/s")[0] == "9 (batch 8, cpu)"


def test_another_input_is_asked_about_once_the_edit_is_over(session, page, qtbot, played):
    add(page, "googlenet")
    answer_googlenet(played)
    larger = CHAPTER.change(input=(3, 224, 224))
    session.document.propose(CHAPTER.change(input=(3, 200, 200)), "", "g")
    session.document.propose(larger, "", "g")
    assert len(played.asked(Outside)) == 1
    qtbot.waitUntil(lambda: len(played.asked(Outside)) == 2)
    answer_googlenet(played, larger)
    assert cells(page, "Input")[1] == "3×224×224 (10 classes)"
    session.document.propose(CHAPTER, "")
    assert cells(page, "Input")[1] == "1×96×96 (10 classes)"  # known from before


def test_a_network_that_cannot_be_told_of_says_why(page, qtbot, played):
    add(page, "googlenet")
    played.refuse(played.asked(Outside)[0], "no torchvision here")
    assert headings(page)[1] == "GoogLeNet\nno torchvision here"
    assert cells(page, "Parameters")[1] == "–"


def test_a_design_that_cannot_be_built_keeps_its_column(session, page, qtbot):
    add(page, "ResNet-34")
    session.document.propose(CHAPTER.change(shortcut="pad").with_stage(2, width=32), "")
    assert cells(page, "Head")[0] == "–"
    assert cells(page, "Stage 3")[0] == "–"
    assert cells(page, "Head")[1] != "–"


def test_the_columns_outlive_the_window(session, page, qtbot, played):
    session.window.orders.pin.trigger()
    for name in ("baseline", "googlenet"):
        add(page, name)
    answer_googlenet(played)
    try:
        session.window.orders.language_chosen.emit("zh_CN")
        settle()
        rebuilt = session.window.pages.current
        assert isinstance(rebuilt, ComparePage)
        assert rebuilt is not page
        assert session.workspace.compare_state.subjects == (CURRENT, BASELINE, GOOGLENET)
        assert rebuilt.table.columns.columnCount() == 3
    finally:
        session.window.orders.language_chosen.emit("en")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_whatever_can_be_used_has_a_name_and_is_no_small_target(session, page, language):
    try:
        session.window.orders.language_chosen.emit(language)
        settle()
        rebuilt = session.window.pages.current
        for name in ("", "ResNet-34", "ResNet-50"):
            if name:
                add(rebuilt, name)
            settle()
            assert list(focusable(rebuilt))
            assert [each for each in focusable(rebuilt) if not name_of(each)] == []
            assert small(rebuilt) == []
    finally:
        session.window.orders.language_chosen.emit("en")


def test_networks_that_are_no_designs_are_told_apart_by_their_size(page, qtbot, played):
    for name in ("googlenet", "vgg11"):
        add(page, name)
        question = played.asked(Outside)[-1]
        played.answer(question, summarise(question.network, CHAPTER))
    lines = written(page, qtbot).split("\n")
    assert lines[1] == "  another kind of network: −5,574,496 parameters, −58,074,112 MACs"
    assert lines[3:] == [
        "Current design → VGG-11",
        "  another kind of network: +117,627,776 parameters, +1,165,184,000 MACs",
    ]


def test_a_tick_makes_only_the_edited_column_again(session, page, monkeypatch):
    session.window.orders.pin.trigger()
    for name in ("baseline", "ResNet-34", "ResNet-50"):
        add(page, name)
    made = []
    monkeypatch.setattr(
        compare_state, "column_of_plan", lambda name, plan: made.append(plan.design) or column_of_plan(name, plan)
    )
    for blocks in range(3, 8):
        session.document.propose(CHAPTER.with_stage(0, blocks=blocks), "", "g")
    assert [design.stages[0].blocks for design in made] == [*range(3, 8)]


@pytest.mark.slow
def test_a_worker_tells_of_googlenet_and_measures(open_session, qtbot):
    session = open_session(preset("mini").change(input=(1, 32, 32)), warm=True)
    session.workspace.choice.use_recipe(session.workspace.choice.recipe.change(batch_size=2, device="cpu"))
    session.window.pages.show_page(COMPARE)
    page = session.window.pages.current
    click(qtbot, button(page, "compare with googlenet"))
    qtbot.waitUntil(lambda: cells(page, "Parameters")[1] != "–")
    assert cells(page, "Parameters")[1].startswith("5,603,882")
    click(qtbot, page.measure)
    qtbot.waitUntil(lambda: page.measure.isVisible())
    assert page.said.text() == ""
    assert all(each.endswith("(batch 2, cpu)") for each in cells(page, "Training, images/s"))


def test_what_has_no_room_is_scrolled_to(session, page, qtbot):
    session.window.resize(1024, 700)
    for name in ("ResNet-34", "ResNet-50", "ResNet-101", "ResNet-152"):
        add(page, name)
    settle()
    assert page.table.horizontalScrollBar().maximum() > 0
    page.table.horizontalScrollBar().setValue(page.table.horizontalScrollBar().maximum())
    settle()
    for button in page.table.findChildren(QToolButton):
        right = page.table.headings.sectionViewportPosition(4) + page.table.headings.sectionSize(4)
        if button.accessibleName() == "Remove ResNet-152":
            assert button.geometry().right() == right - 1
