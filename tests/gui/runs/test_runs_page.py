"""The Runs page: table, filter, selection, what differs, use of a run, and runs of other processes."""

import json
import shutil
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QInputDialog, QLineEdit

from explorer.architecture.notation import to_line
from explorer.architecture.presets import preset
from explorer.gui.runs import folder_watch, run_history, runs_page
from explorer.gui.runs.run_row import BEST, CHANGES, COLUMNS, DATA, DATE, DESIGN, NAME, STAR, STATE, TAGS, TIME
from explorer.gui.runs.runs_view import RunsView
from explorer.gui.widgets.look import theme
from explorer.gui.workers.live_run import LiveRun
from explorer.runs.data.decisions import Decisions
from explorer.runs.events import Epoch
from explorer.runs.folder import survey
from explorer.runs.folder.run import Again
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.folder.survey import list_runs
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import RECIPES, Recipe
from explorer.sentences import Sentence
from tests.clicks import click
from tests.flagged_run import RECORD
from tests.gui.runs.made_runs import make_run
from tests.gui.test_accessible import focusable, name_of, small

MINI = preset("mini")
DEEPER = MINI.with_stage(1, blocks=3)
QUICK = RECIPES["quick"]


@pytest.fixture
def three(root) -> list[str]:
    """Three runs, the oldest first: the second with more blocks, the third with another rate."""
    return [
        make_run(root, MINI, QUICK, 0, best_accuracy=0.8, seconds=75.0),
        make_run(root, DEEPER, QUICK, 1, best_accuracy=0.85, note="wide\nand slow"),
        make_run(root, DEEPER, QUICK.change(lr=0.3), 2, best_accuracy=None, state="failed", name="fast one"),
    ]


def test_a_row_says_what_the_run_is_and_what_changed(three, open_page):
    page = open_page()
    row = [page.texts(column)[1] for column in range(len(COLUMNS))]
    assert row[STATE : DESIGN + 1] == ["finished", "Mini (edited)", "basic 16×1, 32×3, 64×1"]
    assert row[CHANGES] == "wide · stage 2: Blocks 1 → 3"
    assert row[DATA].startswith("Fashion-MNIST")
    assert (row[BEST], row[TIME]) == ("85.0 %", "")
    assert page.texts(CHANGES) == [
        f"Learning rate {QUICK.lr:g} → 0.3",
        "wide · stage 2: Blocks 1 → 3",
        "",
    ]
    assert page.texts(TIME)[2] == "01:15"
    tip = page.table.runs.data(page.table.runs.index(1, NAME), Qt.ItemDataRole.ToolTipRole)
    assert {"wide", "and slow", three[1]} <= {line.removeprefix("Changes: ") for line in tip.splitlines()} | {"wide"}


def test_a_run_is_compared_with_the_one_that_it_was_grown_from(three, root, open_page):
    make_run(root, MINI.with_stage(1, blocks=4), QUICK, 3, parent=three[0])
    assert open_page().texts(CHANGES)[0] == "stage 2: Blocks 1 → 4"


def test_a_run_that_cannot_be_read_is_last_and_cannot_be_selected(three, root, open_page):
    (root / "from a newer version").mkdir()
    (root / "from a newer version" / "run.json").write_text("{}")
    page = open_page()
    assert page.texts(STATE)[-1] == "unreadable"
    assert (page.texts(NAME)[-1], page.texts(CHANGES)[-1]) == ("from a newer version", "is not a run")
    header = page.table.horizontalHeader()
    header.sectionClicked.emit(NAME)
    page.table.runs.sort(NAME)
    assert page.texts(STATE)[-1] == "unreadable"
    assert not page.table.runs.flags(page.table.runs.index(3, NAME)) & Qt.ItemFlag.ItemIsSelectable


def click_heading(page, qtbot, column: int) -> None:
    header = page.table.horizontalHeader()
    place = QPoint(header.sectionViewportPosition(column) + header.sectionSize(column) // 2, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_a_click_on_a_heading_sorts_and_another_turns_round(three, open_page, qtbot):
    page = open_page()
    page.choose(1)
    click_heading(page, qtbot, BEST)
    assert page.texts(BEST) == ["85.0 %", "80.0 %", ""]
    assert page.table.runs.headerData(BEST, Qt.Orientation.Horizontal) == "Best ▾"
    click_heading(page, qtbot, BEST)
    assert page.texts(BEST) == ["", "80.0 %", "85.0 %"]
    assert page.history.chosen == (three[1],)
    assert [index.row() for index in page.table.selectionModel().selectedRows()] == [2]
    again = open_page(page.view)
    assert again.texts(BEST) == ["", "80.0 %", "85.0 %"]
    click_heading(again, qtbot, DATE)
    assert again.history.runs == tuple(row.run for row in again.table.runs.rows)


def test_the_menu_sorts_too_for_those_who_use_no_mouse(three, open_page):
    page = open_page()
    sorting = next(action.menu() for action in page.orders.menu.actions() if action.text() == "Sort by")
    for texts in (["85.0 %", "80.0 %", ""], ["", "80.0 %", "85.0 %"]):
        sorting.actions()[BEST].trigger()
        assert page.texts(BEST) == texts


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", 3),
        ("FAST", 1),
        ("slow", 1),
        ("mini edited", 2),
        ("failed", 1),
        ("fashion finished", 2),
        ("32x3", 2),
        ("nothing such", 0),
    ],
)
def test_the_filter_finds_words_in_name_note_design_data_and_state(three, open_page, qtbot, words, found):
    page = open_page()
    qtbot.keyClicks(page.filter, words)
    assert page.table.runs.rowCount() == found
    assert page.count.text() == f"{found} of 3"
    assert open_page(page.view).count.text() == f"{found} of 3"


def test_what_the_filter_leaves_out_is_not_selected(three, open_page, qtbot):
    page = open_page()
    page.choose(0, 1)
    qtbot.keyClicks(page.filter, "fast")
    assert page.history.chosen == (three[2],)


@pytest.mark.slow
def test_a_thousand_runs_are_filtered_with_each_key_and_read_again_only_where_they_changed(root, open_page, qtbot):
    ids = [make_run(root, MINI.with_stage(0, blocks=1 + place % 7), Recipe(seed=place), place) for place in range(1000)]
    page = open_page()
    made = {row.id: row for row in page.table.runs.rows}
    qtbot.keyClicks(page.filter, "16x3,")
    assert page.count.text() == "143 of 1,000"
    page.filter.clear()
    assert page.count.text() == "1,000 of 1,000"
    table = json.loads((root / ids[500] / "run.json").read_text())
    (root / ids[500] / "run.json").write_text(json.dumps(table | {"name": "another"}))
    page.history.reload()
    renewed = [row.id for row in page.table.runs.rows if made[row.id] is not row]
    assert renewed == [ids[501], ids[500]]  # and the one that is compared with it


def test_clicks_choose_runs_and_the_last_one_clicked_comes_first(three, open_page, qtbot):
    page = open_page()

    def click_row(row: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        place = page.table.visualRect(page.table.runs.index(row, NAME)).center()
        qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, modifier, place)

    click_row(2)
    assert page.history.chosen == (three[0],)
    click_row(1, Qt.KeyboardModifier.ControlModifier)
    assert page.history.chosen == (three[1], three[0])
    qtbot.keyClick(page.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert set(page.history.chosen) == set(three)


def test_what_differs_between_the_selected_runs_is_said(three, open_page):
    page = open_page()
    page.choose(0)
    assert page.words.toPlainText().splitlines() == [
        f"fast one: {to_line(DEEPER)}",
        f"Against Mini (edited): Learning rate {QUICK.lr:g} → 0.3",
    ]
    page.choose(0, 1, 2)
    assert page.words.toPlainText().splitlines() == [
        "Mini: 80.0 %",
        "Mini (edited): 85.0 % · stage 2: Blocks 1 → 3",
        f"fast one: not validated yet · stage 2: Blocks 1 → 3, Learning rate {QUICK.lr:g} → 0.3",
    ]


def test_runs_that_differ_in_the_seed_alone_are_one_line_with_mean_and_spread(root, open_page):
    for seed, accuracy in enumerate((0.80, 0.82, 0.84)):
        make_run(root, MINI, Recipe(seed=seed), seed, best_accuracy=accuracy)
    make_run(root, DEEPER, Recipe(seed=7), 3, best_accuracy=0.9)
    page = open_page()
    page.choose(0, 1, 2, 3)
    assert page.words.toPlainText().splitlines() == [
        "Mini: 82.0 % ± 2.0 % (seeds 0, 1, 2)",
        "Mini (edited): 90.0 % · stage 2: Blocks 1 → 3",
    ]


def test_the_selected_rows_are_copied_as_tsv_and_html(three, open_page, qtbot):
    page = open_page()
    page.choose(1)
    qtbot.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    heading, row = QGuiApplication.clipboard().text().splitlines()
    assert heading.split("\t")[1:4] == ["State", "Name", "Design"]
    assert row.split("\t")[1:4] == ["finished", "Mini (edited)", "basic 16×1, 32×3, 64×1"]
    assert "<td>85.0 %</td>" in QGuiApplication.clipboard().mimeData().html()


def test_a_run_is_used_with_its_recipe_and_one_click_brings_back_what_was_shown(three, open_page, qtbot):
    page = open_page()
    document, choice = page.document, page.choice
    choice.use_recipe(choice.recipe.change(device="cpu"))
    before = document.design, choice.recipe, choice.own_size
    page.choose(0)
    page.actions_.use_run.trigger()
    assert document.design == choice.fitted == DEEPER
    assert choice.recipe == QUICK.change(lr=0.3, device="cpu")
    assert document.undo_stack.count() == 1
    assert page.orders.words.text().startswith("From fast one: ")
    assert f"Learning rate {QUICK.lr:g} → 0.3" in page.orders.words.text()
    click(qtbot, page.orders.take_back)
    assert (document.design, choice.recipe, choice.own_size) == before
    assert not page.orders.isVisible()


def test_what_was_edited_since_is_not_taken_back(three, open_page, qtbot):
    page = open_page()
    page.choose(0)
    page.actions_.use_run.trigger()
    page.document.propose(MINI, "an edit")
    assert page.orders.words.text() == f"From fast one: Learning rate {QUICK.lr:g} → 0.3"
    click(qtbot, page.orders.take_back)
    assert page.document.design == MINI
    assert page.choice.recipe == Recipe()


def test_a_run_at_its_own_image_size_is_trained_at_that_again(root, open_page):
    design = MINI.change(input=(1, 48, 48))
    make_run(root, design, QUICK.change(device="cpu"))
    page = open_page()
    page.choose(0)
    page.actions_.use_run.trigger()
    assert page.choice.fitted == design


def test_a_run_whose_data_are_gone_is_used_without_them(root, open_page, tmp_path):
    make_run(root, DEEPER, QUICK.change(data=str(tmp_path / "gone"), lr=0.3))
    page = open_page()
    page.choose(0)
    data = page.choice.recipe.data
    page.actions_.use_run.trigger()
    assert page.choice.recipe == QUICK.change(lr=0.3, data=data)
    assert page.choice.refusal


def test_the_design_of_a_run_is_pinned_as_baseline(three, open_page):
    page = open_page()
    page.choose(1)
    page.actions_.pin_run.trigger()
    assert page.document.baseline.design == DEEPER


def test_columns_that_do_not_fit_are_said_and_shown_on_demand(three, open_page, qtbot):
    page = open_page(width=520)
    table = page.table
    assert [table.isColumnHidden(column) for column in (STATE, NAME, CHANGES, BEST)] == [False] * 4
    assert table.isColumnHidden(DESIGN)
    assert table.horizontalHeader().length() <= table.viewport().width()
    assert "Design" in page.columns.toolTip()
    click(qtbot, page.columns)
    assert not any(table.isColumnHidden(column) for column in range(len(COLUMNS)))
    assert not any(open_page(page.view, 520).table.isColumnHidden(column) for column in range(len(COLUMNS)))
    wide = open_page(width=1600)
    assert not any(wide.table.isColumnHidden(column) for column in range(len(COLUMNS)))
    assert not wide.columns.isVisible()


def test_a_page_without_runs_offers_start(open_page, root, qtbot):
    page = open_page()
    assert page.empty.isVisible()
    assert not page.full.isVisible()
    assert page.empty.button.text() == page.actions_.start.iconText()
    make_run(root, MINI)
    page.history.reload()
    assert page.full.isVisible()
    assert not page.empty.isVisible()


def test_runs_of_other_processes_appear_without_disturbing_what_is_typed(three, open_page, root, qtbot):
    page = open_page()
    page.choose(1)
    page.filter.setText("finished")
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_F2)
    editor = page.table.viewport().findChild(QLineEdit)
    editor.setText("The go")
    make_run(root, MINI.with_stage(0, blocks=9), QUICK, 9)
    qtbot.waitUntil(lambda: len(page.history.runs) == 4)
    assert editor.isVisible()
    assert editor.text() == "The go"
    qtbot.keyClicks(editor, "od one")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.texts(NAME) == ["Mini (edited)", "The good one", "Mini"])
    assert page.history.chosen == (three[1],)
    assert [index.row() for index in page.table.selectionModel().selectedRows()] == [1]


def test_a_run_that_another_process_ends_is_shown_as_ended(open_page, root, qtbot):
    folder = RunFolder.create(root, MINI, QUICK, params=1)
    page = open_page()
    assert page.texts(STATE) == ["running"]
    folder.update(state="finished", best_accuracy=0.9, best_epoch=1, epochs_done=1)
    qtbot.waitUntil(lambda: page.texts(STATE) == ["finished"])
    assert page.texts(BEST) == ["90.0 %"]
    folder.close()


@pytest.mark.slow
def test_the_progress_of_another_process_is_shown_and_no_other_folder_is_read(
    three, open_page, root, qtbot, monkeypatch
):
    folder, read = RunFolder.create(root, MINI, QUICK, params=1), []
    page = open_page()
    real = survey.read_entries
    monkeypatch.setattr(survey, "read_entries", lambda path: read.append(path.name) or real(path))
    for epoch, best in ((1, "70.0 %"), (2, "75.0 %")):
        folder.update(best_accuracy=0.65 + 0.05 * epoch, best_epoch=epoch, epochs_done=epoch)
        qtbot.waitUntil(lambda best=best: page.texts(BEST)[0] == best)
    assert {*read} == {folder.path.name}
    folder.close()


def test_a_process_that_was_killed_leaves_an_interrupted_run(open_page, root, qtbot, monkeypatch):
    monkeypatch.setattr(folder_watch, "_POLL", 50)
    folder = RunFolder.create(root, MINI, QUICK, params=1)
    page = open_page()
    assert page.texts(STATE) == ["running"]
    folder.close()  # as the system does for a process that is gone
    qtbot.waitUntil(lambda: page.texts(STATE) == ["interrupted"])


def test_of_very_many_selected_runs_only_the_first_curves_are_drawn(three, open_page, monkeypatch):
    for module in (run_history, runs_page):
        monkeypatch.setattr(module, "MAX_DRAWN", 2)
    page = open_page()
    page.choose(2, 0, 1)
    assert [line.id for line in page.history.lines() if line.live] == [three[0], three[2]]
    assert page.words.toPlainText().splitlines()[0] == "Curves are drawn of the first 2 of them."


def test_the_best_accuracy_of_a_run_under_way_moves(three, open_page, qtbot):
    page = open_page()
    run = page.history.runs[1]
    live = LiveRun(run.design, run.recipe, run.id)
    page.pool.workers[0].live = (live,)
    seen = []
    for epoch, accuracy in enumerate((None, 0.88, 0.7, 0.9)):
        if accuracy is not None:
            live.apply_event(Epoch(epoch, 79 * epoch, 1.0, 0.6, 0.5, accuracy, 8.0))
        page.pool.workers[0].progressed.emit()
        seen.append(page.texts(BEST)[1])
    assert seen == ["85.0 %", "88.0 %", "88.0 %", "90.0 %"]
    assert (page.texts(BEST)[0], page.texts(BEST)[2]) == ("", "80.0 %")


def test_whatever_can_have_the_focus_has_a_name_and_can_be_hit(three, open_page):
    page = open_page(RunsView(has_scatter=True), width=1600)
    page.choose(0, 1)
    stops = list(focusable(page))
    assert {page.filter, page.table, page.scatter, page.words, page.points, page.scatter.box} <= set(stops)
    assert [type(each) for each in stops if not name_of(each)] == []
    assert small(page) == []


def test_a_run_that_repeats_another_one_says_on_which_images(three, root, open_page):
    entry = record_table(Again(three[0], Sentence("2 images left out")))
    make_run(root, MINI, QUICK, 3, again=entry)
    page = open_page()
    assert page.texts(CHANGES)[0] == "2 images left out"
    assert page.texts(NAME)[0] == "Mini · again"
    page.choose(0)
    assert page.words.toPlainText().splitlines()[1] == "Against Mini: 2 images left out"
    shutil.rmtree(root / three[0])
    page.history.reload()
    assert page.texts(CHANGES)[0] == "2 images left out"


def test_runs_on_other_images_are_not_seeds_of_one(root, open_page):
    now = replace(RECORD, decisions=Decisions(left_out=("cat/1.jpg",)), fingerprint="g")
    for second, record in enumerate((RECORD, RECORD, now)):
        recipe = Recipe(data="/photos", seed=second % 2)
        make_run(root, MINI, recipe, second, best_accuracy=0.8 + second / 100, data=record_table(record))
    page = open_page()
    page.choose(0, 1, 2)
    assert page.words.toPlainText().splitlines() == [
        "Mini: 80.5 % ± 0.7 % (seeds 0, 1)",
        "Mini: 82.0 % · 1 image left out",
    ]


def test_the_filter_compares_values(three, open_page):
    page = open_page()
    page.filter.setText("accuracy > 82% and stage2.blocks = 3 or state = failed")
    assert page.texts(NAME) == ["fast one", "Mini (edited)"]
    assert page.wrong.text() == ""


def test_a_filter_that_cannot_be_read_says_where_and_keeps_the_list(three, open_page, qtbot):
    page = open_page()
    shown = {}
    for letter in "lr = 0.3":
        qtbot.keyClicks(page.filter, letter)
        shown[page.filter.text()] = (page.table.runs.rowCount(), page.wrong.text())
    assert shown["lr ="] == (0, "a value is missing here")  # no run has the word `lr`
    assert shown["lr = 0.3"] == (1, "")
    page.filter.setText("lr = 0.3 oder (x")
    assert (page.texts(NAME), page.wrong.text()) == (["fast one"], "this parenthesis is not closed, at “(x”")
    assert page.filter.accessibleDescription() == page.wrong.text()
    again = open_page(page.view)
    assert (again.table.runs.rowCount(), again.wrong.text()) == (3, page.wrong.text())


def test_a_star_is_given_by_a_click_in_the_table_by_the_menu_and_by_a_key(three, root, open_page, qtbot):
    page = open_page()
    place = page.table.visualRect(page.table.runs.index(1, STAR)).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert page.texts(STAR) == ["", "★", ""]
    page.choose(0, 1)
    page.actions_.star_run.trigger()
    assert page.texts(STAR) == ["★", "★", ""]
    assert page.actions_.star_run.text() == "Remove star of run"
    page.filter.setText("star and not failed")
    assert page.texts(NAME) == ["Mini (edited)"]
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_Asterisk)
    assert page.table.runs.rowCount() == 0
    assert [run.starred for run in list_runs(root)] == [True, False, False]


def test_tags_are_typed_in_the_table_or_for_several_runs_in_a_dialog(three, root, open_page, qtbot, monkeypatch):
    page = open_page(width=1600)
    page.choose(0)
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    editor = page.table.viewport().findChild(QLineEdit)
    editor.setText("good, for report,good")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.texts(TAGS) == ["good, for report", "", ""])
    asked = []
    monkeypatch.setattr(QInputDialog, "getText", lambda *args, text: (asked.append(text) or "wide，deep", True))
    page.choose(0, 1)
    page.actions_.tag_run.trigger()
    page.actions_.tag_run.trigger()
    assert asked == ["", "wide, deep"]
    assert page.texts(TAGS) == ["good, for report, wide, deep", "wide, deep", ""]
    page.filter.setText("tag = report or tag ~ repo")
    assert page.texts(NAME) == ["fast one"]


def test_a_colour_that_is_kept_does_not_shift_when_another_run_is_deleted(three, root, open_page):
    page = open_page()
    page.choose(1)
    page.actions_.colours_of_run[5].trigger()
    before = [page.history.colour(run_id) for run_id in three]
    assert before[1] == theme.run_colour(4).name()
    assert page.actions_.colours_of_run[5].isChecked()
    assert [line.colour.name() for line in page.history.lines() if line.id == three[1]] == [before[1]]
    shutil.rmtree(root / three[0])
    page.history.reload()
    assert page.history.colour(three[1]) == before[1]
    assert page.history.colour(three[2]) != before[2]
    page.actions_.colours_of_run[0].trigger()
    assert page.history.colour(three[1]) == before[0]
