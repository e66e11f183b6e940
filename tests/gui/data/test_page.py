"""The Data page, through real clicks and keys; what a worker would say is said by the test."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton

from explorer.gui.data.classes.class_dialog import ClassDialog
from explorer.gui.data.classes.class_model import IMAGES, NAME
from explorer.gui.data.data_view import Note
from explorer.gui.data.page import DataPage
from explorer.gui.widgets.text.language import apply_language
from explorer.gui.workspace import DATA
from explorer.runs.data.decisions import Decisions, Move
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.events import Progress
from explorer.runs.questions.data import ClassCount, DataProblem, ProblemKind, Scan
from explorer.sentences import Sentence
from tests.clicks import click, type_into
from tests.events import settle
from tests.gui.data.conftest import scans
from tests.gui.data.made_data import made_scan, make_folder
from tests.gui.test_accessible import focusable, name_of, small


def button(page: DataPage, name: str) -> QPushButton:
    return page.findChild(QPushButton, name)


def lines(page: DataPage) -> list[str]:
    return [page.problems.item(row).text() for row in range(page.problems.count())]


def names(page: DataPage) -> list[str]:
    return [row.name for row in page.classes.classes.rows]


def click_line(page: DataPage, qtbot, kind: ProblemKind | Note) -> None:
    row = [line.kind for line in page.problems.lines].index(kind)
    item = page.problems.item(row)
    page.problems.scrollToItem(item)
    place = page.problems.visualItemRect(item).center()
    qtbot.mouseClick(page.problems.viewport(), Qt.MouseButton.LeftButton, pos=place)


def click_class(page: DataPage, qtbot, name: str) -> None:
    index = page.classes.classes.index(page.classes.classes.place_of(name), NAME)
    place = page.classes.visualRect(index).center()
    qtbot.mouseClick(page.classes.viewport(), Qt.MouseButton.LeftButton, pos=place)


@pytest.fixture
def shown(page, monkeypatch) -> list[tuple[tuple[str, ...], ...]]:
    """The groups of images that the grid is told to show."""
    found: list[tuple[tuple[str, ...], ...]] = []
    monkeypatch.setattr(page.grid, "show_files", lambda groups: found.append(tuple(map(tuple, groups))))
    return found


@pytest.fixture
def select(page, monkeypatch):
    """Select images in the grid."""

    def do(*files: str) -> None:
        monkeypatch.setattr(page.grid, "selected_files", lambda: files)
        page.orders._selected = page.grid.selected_files
        page.grid.selection_changed.emit()

    return do


def answer(played, **changes: object) -> None:
    played.answer(played.asked(Scan)[-1], made_scan(**changes))
    settle()


# Classes


def test_it_says_what_the_data_are(page):
    assert page.bar.words.text() == "164 images in 3 classes · in colour · typically 640 × 480 · 2.9 MiB"
    assert page.split.legend.accessibleName() == "training 115, validation 25, test 24"
    assert page.split.balance.text() == "The largest class has 7.0 × as many training images as the smallest."


def test_classes_are_sorted_by_name_and_by_number(page, qtbot):
    header = page.classes.horizontalHeader()
    assert names(page) == ["cat", "dog", "owl"]
    for column, wanted in (
        (IMAGES, ["cat", "dog", "owl"]),
        (IMAGES, ["owl", "dog", "cat"]),
        (NAME, ["cat", "dog", "owl"]),
    ):
        left = header.sectionViewportPosition(column) + header.sectionSize(column) // 2
        place = header.rect().center()
        place.setX(left)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert names(page) == wanted
    page.classes.setFocus()
    qtbot.keyClick(page.classes, Qt.Key.Key_I, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(page.classes, Qt.Key.Key_I, Qt.KeyboardModifier.AltModifier)
    assert names(page) == ["owl", "dog", "cat"]


def test_a_class_shows_its_images_and_so_do_keys(page, qtbot, shown):
    click_class(page, qtbot, "dog")
    wanted = tuple(f"dog/{number:03}.jpg" for number in range(12))
    assert shown[-1] == (wanted,)
    assert page.orders.words.text() == "images: 12"
    qtbot.keyClick(page.classes, Qt.Key.Key_Down)
    assert shown[-1][0][0] == "owl/000.jpg"


def test_the_table_of_classes_is_copied(page, qtbot):
    page.classes.setFocus()
    qtbot.keyClick(page.classes, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines()[:2] == [
        "Class\ttraining\tvalidation\ttest",
        "cat\t70\t15\t15",
    ]


def test_a_bar_is_as_long_as_the_class_is_large(page):
    """The shade of the training images is seen as far as their number says."""
    page.classes.clearSelection()
    picture = page.classes.viewport().grab().toImage()
    ratio, lengths = picture.devicePixelRatio(), []
    shade = page.palette().highlight().color().rgb()
    for row in range(3):
        rect = page.classes.visualRect(page.classes.classes.index(row, IMAGES))
        pixels = (
            picture.pixel(int(x * ratio), int(y * ratio))
            for y in range(rect.top(), rect.bottom())
            for x in range(rect.left(), rect.right())
        )
        lengths.append(sum(pixel == shade for pixel in pixels))
    assert lengths[0] / lengths[1] == pytest.approx(70 / 35, rel=0.1)
    assert lengths[0] / lengths[2] == pytest.approx(70 / 10, rel=0.3)


def test_thousands_of_classes_are_painted_as_few(page, played):
    page._state.scan()
    many = tuple(ClassCount(f"{number:05}", number, 1, 1) for number in range(20_000))
    answer(played, classes=many)
    painted = []
    before = page.classes._bar._paint_bars
    page.classes._bar._paint_bars = lambda *values: (painted.append(1), before(*values))
    page.classes.grab()
    assert 0 < len(painted) < 100


def test_what_an_epoch_draws_is_a_second_bar(session, page, qtbot):
    assert [row.drawn for row in page.classes.classes.rows] == [None, None, None]
    page.split.controls["balance"].box.setCurrentText("sampling")
    assert session.workspace.choice.recipe.balance == "sampling"
    assert [row.drawn for row in page.classes.classes.rows] == [38, 38, 38]
    words = page.classes.classes.index(2, IMAGES).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words == "owl: 10 to train, 2 to validate, 2 to test; an epoch draws 38"


# The split


def test_another_ratio_is_scanned_for(session, page, qtbot, played):
    before = len(played.asked(Scan))
    type_into(qtbot, page.split.controls["validation_share"].box, "0.25")
    qtbot.keyClick(page.split.controls["validation_share"].box, Qt.Key.Key_Return)
    assert session.workspace.choice.recipe.validation_share == 0.25
    assert scans(session, played)[before:][0].recipe.validation_share == 0.25


@pytest.mark.parametrize(
    ("layout", "kind", "words", "has_boxes"),
    [
        ("classes", SplitKind.STRATIFIED, "Split: drawn class by class", True),
        ("splits", SplitKind.FOUND, "Split: as the folders say", False),
        ("table", SplitKind.FOUND, "Split: as the table says", False),
        ("named", SplitKind.PUBLISHED, "Split: as published", False),
    ],
)
def test_only_a_split_that_is_drawn_can_be_changed(page, played, layout, kind, words, has_boxes):
    page._state.scan()
    answer(played, layout=layout, split=Split(kind))
    assert page.split.split.text() == words
    assert page.split.controls["split_seed"].isVisible() == has_boxes
    assert page.split.controls["background"].isVisible() == (layout != "named")
    said = page.split.legend.accessibleName()
    assert ("validation (the set's test part) 25" in said) == (kind is SplitKind.PUBLISHED)


def test_classes_of_a_named_set_are_translated_and_the_users_are_not(session, page, played):
    try:
        session.use_language("zh_CN")
        settle()
        page = session.window.pages.current
        for layout, wanted in (("named", "包"), ("classes", "Bag")):
            page._state.scan()
            answer(played, layout=layout, classes=(ClassCount("Bag", 10, 1, 1),))
            assert page.classes.classes.rows[0].label == wanted
    finally:
        apply_language("en")


# What is wrong


def test_every_problem_is_a_line_the_worst_first(page, played):
    assert lines(page) == [
        "1 image cannot be read and is left out",
        "3 images have exact copies",
        "2 images are very dark",
        "4 files were skipped: not an image, or in no class",
    ]
    page._state.scan()
    problems = [
        DataProblem(kind, 2, (("cat/000.jpg", "cat/001.jpg"),)) for kind in ProblemKind if kind is not ProblemKind.FEW
    ]
    answer(played, problems=(*problems, DataProblem(ProblemKind.FEW, 1, (("owl",),))))
    assert lines(page)[0] == "2 images have copies across training and validation"
    assert len(lines(page)) == len(ProblemKind) + 1
    page._state.scan()
    answer(played, problems=(), skipped=0)
    assert lines(page) == ["Nothing seems to be wrong."]


def test_a_line_shows_its_images_in_their_groups(page, qtbot, shown):
    click_line(page, qtbot, ProblemKind.DUPLICATE)
    assert shown[-1] == (("cat/000.jpg", "cat/001.jpg", "cat/002.jpg"),)
    assert page.orders.words.text() == "copies: 2"
    assert not page.classes.selectionModel().hasSelection()
    click_class(page, qtbot, "cat")
    assert page.problems.currentRow() == -1


def test_a_class_with_few_images_is_shown(page, qtbot, played, shown):
    page._state.scan()
    answer(played, problems=(DataProblem(ProblemKind.FEW, 1, (("owl",),)),))
    click_line(page, qtbot, ProblemKind.FEW)
    assert shown[-1] == (tuple(f"owl/{number:03}.jpg" for number in range(12)),)


def test_of_a_leak_the_image_that_is_held_out_stays(session, played, tmp_path, qtbot):
    root = make_folder(tmp_path / "parts", parts=("train", "val"))
    session.workspace.choice.use_data(str(root))
    scans(session, played)
    session.window.pages.show_page(DATA)
    leak = DataProblem(ProblemKind.LEAK, 2, (("train/cat/000.jpg", "val/cat/001.jpg"),))
    answer(played, problems=(leak,), split=Split(SplitKind.FOUND), layout="splits")
    page = session.window.pages.current
    assert page.problems.shown.kind is ProblemKind.LEAK
    click(qtbot, button(page, "leave_out_images"))
    assert session.workspace.data_state.decisions == Decisions(left_out=("train/cat/000.jpg",))


def test_when_a_line_has_gone_the_worst_that_is_left_is_shown(page, qtbot, played):
    click_line(page, qtbot, ProblemKind.DARK)
    page._state.scan()
    blurred = DataProblem(ProblemKind.BLURRED, 1, (("owl/000.jpg",),))
    answer(played, problems=(blurred,))
    assert page.problems.shown.kind is ProblemKind.BLURRED
    page._state.scan()
    answer(played, problems=())
    assert page.problems.shown is None
    assert page.classes.currentIndex().row() == 0


# Decisions


def test_all_images_of_a_line_are_left_out_at_once_and_taken_back(session, page, qtbot, played):
    told = []
    session.window.orders.confirmed.connect(told.append)
    click_line(page, qtbot, ProblemKind.DARK)
    click(qtbot, button(page, "leave_out_images"))
    assert page._state.decisions == Decisions(left_out=("dog/001.jpg", "dog/002.jpg"))
    answer(played, problems=())
    assert lines(page)[-1] == "You left out 2 images"
    click(qtbot, button(page, "take_back_decision"))
    assert page._state.decisions == Decisions()
    assert told == ["Images left out: 2", "The last decision is taken back"]
    assert not button(page, "take_back_decision").isEnabled()


def test_selected_images_are_kept_moved_and_readmitted(session, page, qtbot, played, select):
    told = []
    session.window.orders.confirmed.connect(told.append)
    click_line(page, qtbot, ProblemKind.DARK)
    assert not button(page, "move_images").isEnabled()
    select("dog/001.jpg")
    assert page.orders.words.text() == "1 of 2"
    click(qtbot, button(page, "keep_images"))
    click(qtbot, button(page, "move_images"))
    dialog = page.findChild(ClassDialog)
    qtbot.waitUntil(dialog.isVisible)
    qtbot.keyClicks(dialog.list.line, "ow")
    qtbot.keyClick(dialog.list.line, Qt.Key.Key_Return)
    assert page._state.decisions == Decisions(moved=(Move("dog/001.jpg", "owl"),), kept=("dog/001.jpg",))
    answer(played, problems=())
    select()
    click_line(page, qtbot, Note.MOVED)
    click(qtbot, button(page, "readmit_images"))
    assert page._state.decisions == Decisions()
    assert told == ["Images kept: 1", "Images moved to owl: 1", "Images as in the folder again: 1"]


def test_nothing_is_decided_about_a_whole_class_or_a_named_set(session, page, qtbot, select, played):
    click_class(page, qtbot, "cat")
    orders = session.window.orders
    decisions = (orders.leave_out_images, orders.move_images, orders.keep_images, orders.readmit_images)
    assert [each.isEnabled() for each in decisions] == [False] * 4
    session.workspace.choice.use_data("fashion-mnist-12k")
    settle()
    answer(played, layout="named", split=Split(SplitKind.PUBLISHED))
    select("0/1")
    assert [each.isEnabled() for each in decisions] == [False] * 4


# Scanning


def test_a_named_set_is_scanned_when_the_page_is_opened(session, played):
    settle()
    assert played.asked(Scan) == []
    session.window.pages.show_page(DATA)
    settle()
    assert len(played.asked(Scan)) == 1


def test_progress_is_seen_and_cancel_ends_it(session, played, state, qtbot):
    session.window.pages.show_page(DATA)
    settle()
    page = session.window.pages.current
    question = played.asked(Scan)[-1]
    played.say(Progress("scan", 0, 0, question.id))  # while it looks for them
    assert page.bar.words.text() == "Looking for images …"
    played.say(Progress("scan", 1_000, 4_000, question.id))
    assert page.bar.words.text().startswith("1,000 of 4,000 images")
    assert (page.bar.bar.value(), page.bar.bar.maximum()) == (1_000, 4_000)
    assert page.empty.isVisible()
    click(qtbot, button(page, "cancel_scan"))
    assert not state.is_scanning
    assert page.empty.text.text() == "The scan was cancelled, so nothing is known of the images yet."
    click(qtbot, page.empty.button)
    assert state.is_scanning
    played.refuse(played.asked(Scan)[-1], "no image can be read")
    assert page.empty.text.text() == "no image can be read"


def test_nothing_moves_while_data_are_scanned_again(session, page, played, qtbot):
    widgets = (page.bar, page.classes, page.split, page.problems, page.orders, page.grid)
    before = [each.geometry() for each in widgets]
    page._state.scan()
    settle()
    played.say(Progress("scan", 1, 4_000, played.asked(Scan)[-1].id))
    settle()
    assert [each.geometry() for each in widgets] == before
    answer(played, problems=())
    assert [each.geometry() for each in widgets] == before


def test_it_says_why_it_has_to_wait(session, page, played):
    played.die(Sentence("killed"))
    page._state.scan()
    settle()
    assert page.bar.words.text() == "Loading torch …"


def test_another_language_shows_the_same(session, page, played, qtbot):
    click_line(page, qtbot, ProblemKind.DARK)
    try:
        session.use_language("zh_CN")
        settle()
        after = session.window.pages.current
        assert isinstance(after, DataPage)
        assert after is not page
        assert after.problems.shown.kind is ProblemKind.DARK
        assert len(played.asked(Scan)) == 1
    finally:
        apply_language("en")


# Whoever sees little, has no mouse or an unsteady hand


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (1024, 700)])
def test_everything_has_a_name_and_no_target_is_small(session, page, size):
    session.window.resize(*size)
    settle()
    assert [type(each) for each in focusable(page) if not name_of(each)] == []
    assert small(page) == []


def test_tab_reaches_everything(session, page, qtbot):
    session.window.activateWindow()
    qtbot.waitUntil(session.window.isActiveWindow)
    page.classes.setFocus()
    seen = []
    while (now := QApplication.focusWidget()) not in seen:
        seen.append(now)
        qtbot.keyClick(now, Qt.Key.Key_Tab)
    assert [each for each in focusable(page) if each not in seen and each.isEnabled()] == []


def test_images_of_none_of_the_classes_have_a_line_and_are_taken_back(page, played, qtbot, folder):
    page._state.decided.exclude(["cat/001.jpg", "dog/001.jpg"])
    answer(played)
    assert "You marked 2 images as none of the classes" in lines(page)
    click_line(page, qtbot, Note.EXCLUDED)
    assert not button(page, "leave_out_images").isEnabled()
    click(qtbot, button(page, "readmit_images"))
    assert page._state.decisions == Decisions()
