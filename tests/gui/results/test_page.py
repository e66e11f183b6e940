"""The Results page: what it shows of a run, and what a click, a key and the slider lead to."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from explorer.architecture.presets import preset
from explorer.runs.data.image_list import Part
from explorer.runs.folder.manifest import remark
from explorer.runs.json_lines import record_table
from explorer.runs.questions.data import Pictured, Thumbnails
from explorer.runs.questions.pictures import Sheet
from explorer.runs.questions.results import Evaluate, Evaluated
from explorer.runs.results.choice import ImageChoice
from explorer.runs.results.predictions import write_predictions
from explorer.sentences import Sentence
from tests.events import settle
from tests.gui.results.conftest import NAMES, ROWS
from tests.gui.results.made_results import add_predictions, data_record, make_results
from tests.gui.runs.made_runs import make_run


def mistakes(page) -> list[str]:
    return [*page.images.model.files]


def choose_images(page, words: str) -> None:
    """Choose which images the results are about, as a click in the list does."""
    place = page.bar.part.findText(words)
    page.bar.part.setCurrentIndex(place)
    page.bar.part.activated.emit(place)


def test_without_a_run_one_button_leads_to_one(open_page) -> None:
    page = open_page()
    assert page.no_run.isVisible()
    assert not page.full.isVisible()
    assert page.no_run.button.text() == page.orders.start.iconText()


def test_newest_run_is_shown_with_its_mistakes_the_most_confident_first(open_page, root) -> None:
    make_results(root, ROWS, NAMES, second=1)
    page = open_page()
    assert "accuracy 70.00 %" in page.bar.words.text()
    assert page.images.words.text() == "6 of 20 images are taken for another class"
    assert page.captions[0] == ("owl", "→ 87 % cat")
    confidence = [page.state.predictions.confidence[place] for place in page.state.shown]
    assert confidence == sorted(confidence, reverse=True)


def test_a_click_on_a_cell_shows_its_images_and_one_on_a_name_those_of_the_class(open_page, root) -> None:
    make_results(root, ROWS, NAMES)
    page = open_page()
    page.click_cell(0, 1)
    assert page.images.words.text() == "2 of 8 cat are taken for dog"
    assert mistakes(page) == ["0/7", "0/6"]
    page.click_cell(2, -1)
    assert {lines[0] for lines in page.captions} == {"owl"}
    assert len(page.captions) == 4
    assert page.captions[-1][1] == "→ 90 % owl"  # the hit comes last
    page.click_cell(-1, 0)
    assert page.images.words.text() == "10 images are taken for cat, 60.0 % of them rightly"
    page.orders.show_mistakes.trigger()
    assert len(mistakes(page)) == 6


def test_images_are_asked_for_by_the_run_s_own_design_and_recipe(open_page, root, qtbot) -> None:
    make_results(root, ROWS, NAMES)
    page = open_page()
    qtbot.waitUntil(lambda: bool(page.worker.asked(Thumbnails)))
    question = page.worker.asked(Thumbnails)[0]
    assert question.design == page.state.run.design != page.choice.fitted
    assert question.recipe.data == page.state.run.recipe.data
    assert question.seen == 0
    assert set(question.files) == set(mistakes(page))


def test_all_is_remembered_when_the_window_is_rebuilt(open_page, root) -> None:
    make_results(root, ROWS, NAMES, epochs=(1, 2))
    page = open_page()
    page.click_cell(0, 1)
    page.matrix.measure.setCurrentIndex(1)
    page.matrix.order.setCurrentIndex(1)
    page.matrix.order.activated.emit(1)
    page.table.classes.sort(0, Qt.SortOrder.DescendingOrder)
    page.left.show_tab(1)
    page.images.grid.select(["0/6"])
    page.bar.epochs.slider.setValue(0)
    assert page.state.shown_epoch == 1
    again = open_page(page.state)
    assert again.left.bar.currentIndex() == 1
    assert again.matrix.measure.currentIndex() == again.matrix.order.currentIndex() == 1
    assert again.table.classes.rows == [2, 1, 0]
    assert again.bar.epochs.slider.value() == 0
    assert again.state.view.choice == ImageChoice(0, 1)
    page.bar.epochs.slider.setValue(1)
    again.images.grid.select(["0/6"])
    third = open_page(page.state)
    assert third.images.grid.selected_files() == ("0/6",)
    assert third.state.file == "0/6"


def test_another_epoch_is_shown_and_the_newest_is_followed(open_page, root) -> None:
    run = make_results(root, ROWS, NAMES, epochs=(1, 2))
    page = open_page()
    page.bar.epochs.slider.setValue(0)
    assert "epoch 1" in page.bar.epochs.words.text()
    assert page.state.results.matrix.tolist() == [[8, 0, 0], [8, 0, 0], [4, 0, 0]]
    page.bar.epochs.slider.setValue(1)
    assert page.state.epoch is None
    assert page.bar.epochs.words.text() == "epoch 2, the best"
    labels = page.state.results.labels
    write_predictions(root / run, Part.VALIDATION, 3, labels, np.ones(20, np.float32), 0.5)
    page.state.reload()  # as the watched folder leads to
    assert page.state.shown_epoch == 3
    assert "accuracy 100.00 %" in page.bar.words.text()
    page.bar.epochs.slider.setValue(0)
    write_predictions(root / run, Part.VALIDATION, 4, labels, np.ones(20, np.float32), 0.5)
    page.state.reload()
    assert page.state.shown_epoch == 1  # the user looks at it


def test_the_image_that_is_looked_into_stays_after_another_epoch(open_page, root) -> None:
    run = make_results(root, ROWS, NAMES)
    page = open_page()
    page.right.show_tab(1)
    assert page.state.file == "2/2"  # the first, as none was selected
    page.click_cell(0, 1)
    assert page.state.file == "0/7"
    labels = page.state.results.labels
    write_predictions(root / run, Part.VALIDATION, 2, labels, np.ones(20, np.float32), 0.5)
    page.state.reload()
    assert mistakes(page) == []
    assert page.state.file == "0/7"
    page.right.show_tab(0)
    assert page.state.file == ""


def test_new_predictions_are_seen_and_nothing_is_read_in_between(open_page, root, qtbot, monkeypatch) -> None:
    run = make_results(root, ROWS, NAMES)
    page = open_page()
    reads = []
    module = "explorer.gui.results.results_state.read_predictions"
    from explorer.gui.results.results_state import read_predictions

    monkeypatch.setattr(module, lambda *asked: reads.append(asked[2]) or read_predictions(*asked))
    for _ in range(5):
        page.history.progressed.emit()
        page.pool.changed.emit()
    settle()
    assert reads == []
    write_predictions(root / run, Part.VALIDATION, 2, page.state.results.labels, np.ones(20, np.float32), 0.5)
    qtbot.waitUntil(lambda: page.state.shown_epoch == 2)
    assert reads == [2]


def test_run_without_predictions_is_evaluated_by_one_button(open_page, root) -> None:
    run = make_run(root, preset("mini"), data=record_table(data_record("fashion-mnist-12k", NAMES)))
    page = open_page()
    assert page.unknown.isVisible()
    QTest.mouseClick(page.unknown.button, Qt.MouseButton.LeftButton)
    (question,) = page.worker.asked(Evaluate)
    assert (question.run, question.part, question.epoch) == (run, Part.VALIDATION, "best")
    assert not page.unknown.button.isVisible()
    assert page.orders.cancel_evaluation.isEnabled()
    page.state.progressed.emit(5, 20)
    assert page.bar.words.text() == "Evaluating: 5 of 20"
    add_predictions(root / run, NAMES, np.array([0, 1, 2]), np.array([0, 1, 1]))
    warning = Sentence("the best weights are damaged; those of epoch 1 were taken")
    answer = Evaluated(run=run, part=Part.VALIDATION, epoch=1, images=3, accuracy=2 / 3, loss=1.0, warning=warning)
    page.worker.answer(question, answer)
    settle()
    assert page.images.isVisible()
    assert "66.67 %" in page.bar.words.text()
    assert page.bar.warning.isVisible()
    assert "damaged" in page.bar.warning.text()


def test_an_evaluation_is_cancelled_and_refused(open_page, root) -> None:
    make_run(root, preset("mini"))
    page = open_page()
    page.orders.evaluate_run.trigger()
    page.orders.cancel_evaluation.trigger()
    assert not page.state.is_evaluating
    assert page.unknown.button.isVisible()
    page.orders.evaluate_run.trigger()
    page.worker.refuse(page.worker.asked(Evaluate)[-1], "there is no data set 'x'")
    settle()
    assert page.unknown.text.text() == "there is no data set 'x'"
    assert page.unknown.button.isVisible()


def test_test_images_are_evaluated_only_when_asked_and_looks_are_counted(open_page, root) -> None:
    run = make_results(root, ROWS, NAMES, data="animals")
    record = data_record("animals", NAMES, validation=20, test=3)
    remark(root / run, data=record_table(record))
    page = open_page()
    assert [page.bar.part.itemText(place) for place in range(page.bar.part.count())] == [
        "Validation images",
        "Test images",
        "Training images",
        "Other images",
    ]
    choose_images(page, "Test images")
    assert not page.worker.asked(Evaluate)
    assert page.unknown.text.text().endswith("so far: 0")
    assert page.unknown.button.text() == "Evaluate on the test images"
    QTest.mouseClick(page.unknown.button, Qt.MouseButton.LeftButton)
    (question,) = page.worker.asked(Evaluate)
    assert question.part is Part.TEST
    add_predictions(root / run, NAMES, np.array([0, 1, 2]), np.array([0, 1, 1]), Part.TEST)
    remark(root / run, test_looks=1)
    page.worker.answer(
        question, Evaluated(run=run, part=Part.TEST, epoch=1, images=3, accuracy=2 / 3, loss=1.0, looks=1)
    )
    settle()
    assert "images: 3" in page.bar.words.text()
    assert "evaluations on these images: 1" in page.bar.words.text()
    choose_images(page, "Validation images")
    assert "images: 20" in page.bar.words.text()


def test_other_images_are_classified_in_place_of_those_of_the_data(open_page, root) -> None:
    make_run(root, preset("mini"))  # not evaluated
    page = open_page()
    choose_images(page, "Other images")
    assert page.classify.isVisible()
    again = open_page(page.state)
    assert again.classify.isVisible()
    choose_images(again, "Validation images")
    assert again.unknown.isVisible()
    again.classify.ordered.emit()  # as from a menu
    assert again.classify.isVisible()
    assert again.bar.part.currentText() == "Other images"


def test_decisions_are_offered_where_the_row_has_no_room(open_page, root, tmp_path) -> None:
    folder = tmp_path / "animals"
    for name in NAMES:
        (folder / name).mkdir(parents=True)
        for number in range(8):
            (folder / name / f"{number}.jpg").touch()
    make_results(root, ROWS, NAMES, data=str(folder))
    page = open_page(height=900)
    assert page.flags.isVisible()
    assert not page.decide.isVisible()
    page.resize(900, 340)
    settle()
    assert not page.flags.isVisible()
    assert page.decide.isVisible()
    page.images.grid.select(["owl/2.jpg"])
    assert page.orders.leave_out_results in page.decide.menu().actions()
    QTest.keyClick(page.images.grid.area, Qt.Key.Key_Delete)
    assert page.images.model.mark("owl/2.jpg") == "left out"
    assert page.images.model.is_left_out("owl/2.jpg")
    page.orders.undo_results.trigger()
    assert page.images.model.mark("owl/2.jpg") == ""
    page.resize(900, 900)
    settle()
    page.right.show_tab(1)
    assert page.decide.isVisible()  # what looks into an image has the room of the row
    assert not page.flags.isVisible()
    make_results(root, ROWS, NAMES, second=3)  # of a published set
    page.history.reload()
    settle()
    assert not page.decide.isVisible()


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"epochs_done": 0, "best_accuracy": None}, "ended before its first epoch"),
        ({"data": record_table(data_record("animals", NAMES, validation=0))}, "has no validation images"),
    ],
)
def test_why_there_are_no_results(open_page, root, entries, words) -> None:
    make_run(root, preset("mini"), **entries)
    page = open_page()
    assert words in page.unknown.text.text()
    assert not page.unknown.button.isVisible()


@pytest.mark.parametrize("damage", ["no numbers", "an unknown class", "too few images"])
def test_damaged_predictions_are_said_and_can_be_made_again(open_page, root, damage) -> None:
    run = make_results(root, ROWS, NAMES)
    match damage:
        case "no numbers":
            (root / run / "predictions" / "validation-0001.npz").write_bytes(b"nothing")
        case "an unknown class":
            write_predictions(root / run, Part.VALIDATION, 1, np.full(20, 3, np.int32), np.ones(20, np.float32), 1.0)
        case "too few images":
            write_predictions(root / run, Part.VALIDATION, 1, np.zeros(19, np.int32), np.ones(19, np.float32), 1.0)
    page = open_page()
    assert "damaged" in page.unknown.text.text()
    assert page.unknown.button.isVisible()


def test_the_spread_over_seeds_is_said(open_page, root) -> None:
    run = make_results(root, ROWS, NAMES, second=2)
    page = open_page()
    assert "seeds" not in page.bar.words.text()
    make_results(root, ((8, 0, 0), (0, 8, 0), (0, 0, 4)), NAMES, second=1, seed=1)
    page.history.reload()
    settle()
    assert page.state.run.id == run
    assert "85.00 ± 21.21 % over 2 seeds" in page.bar.words.text()
    assert page.table.classes.index(0, 3).data() == "40.0 % ± 42.4 %"  # the owl


def test_another_run_is_chosen_in_the_bar(open_page, root) -> None:
    first = make_results(root, ROWS, NAMES, second=1)
    make_results(root, ((5, 0), (4, 1)), ("a", "b"), second=2)
    page = open_page()
    page.click_cell(1, 1)
    menu = page.bar.run.menu()
    menu.aboutToShow.emit()
    menu.actions()[1].trigger()
    assert page.state.run.id == first
    assert page.state.view.choice == ImageChoice()  # other classes
    assert len(mistakes(page)) == 6


def test_gone_images_are_shown_as_gone_and_the_numbers_stay(open_page, root, tmp_path) -> None:
    folder = tmp_path / "animals"
    for name in NAMES:
        (folder / name).mkdir(parents=True)
        for number in range(8):
            (folder / name / f"{number}.jpg").touch()
    make_results(root, ROWS, NAMES, data=str(folder))
    (folder / "owl" / "2.jpg").unlink()
    page = open_page()
    gone, there = "owl/2.jpg", "owl/1.jpg"
    question = page.worker.asked(Thumbnails)[-1]
    nothing = tuple(Sheet(file, 0, ()) for file in question.files)
    page.worker.answer(question, Pictured(file="", sheets=nothing, sizes=((),) * len(nothing)))
    settle()
    model = page.images.model
    assert model.trouble(gone) == "gone"
    assert model.trouble(there) == "cannot be read"
    assert str(folder / "owl" / "2.jpg") in str(model.index(model.files.index(gone)).data(Qt.ItemDataRole.ToolTipRole))
    assert "accuracy 70.00 %" in page.bar.words.text()


def test_a_thousand_classes_show_the_worst_and_all_as_a_picture(open_page, root) -> None:
    rows = np.diag(np.full(1000, 2))
    rows[7, 8] = rows[500, 3] = 1
    make_results(root, rows, [f"class {number:04}" for number in range(1000)])
    page = open_page()
    assert page.matrix.classes.isVisible()
    assert page.matrix.classes.itemText(0) == "The worst 4 of 1,000"
    assert page.matrix.matrix._cells.classes == (3, 7, 8, 500)
    page.matrix.classes.setCurrentIndex(1)
    page.matrix.classes.activated.emit(1)
    assert page.matrix.matrix.is_picture
    page.matrix.matrix.grab()
    page.click_cell(500, 3)
    truth, predicted = page.state.view.choice.truth, page.state.view.choice.predicted
    assert abs(truth - 500) <= 5
    assert abs(predicted - 3) <= 5  # a pixel has several


def test_why_and_copy_say_what_they_did(open_page, root, qtbot) -> None:
    make_results(root, ROWS, NAMES)
    page = open_page()
    with qtbot.waitSignal(page.orders.confirmed):
        page.matrix.matrix.copy()
    text = QGuiApplication.clipboard().text()
    assert text.splitlines()[1] == "cat\t6\t2\t0"
    assert "<td>7</td>" in QGuiApplication.clipboard().mimeData().html()
    with qtbot.waitSignal(page.orders.confirmed):
        page.table.copy()
    assert QGuiApplication.clipboard().text().splitlines()[0].split("\t")[1] == "Precision"
