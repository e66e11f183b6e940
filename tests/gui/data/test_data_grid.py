"""The grid of pictures: what it asks of a worker that is played, what is selected by mouse and keys, what it shows."""

from collections.abc import Iterator, Sequence
from math import prod
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QDrag, QGuiApplication, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip

from explorer.architecture.presets import preset
from explorer.gui.choice import TrainingChoice
from explorer.gui.data.data_grid import DataGrid
from explorer.gui.data.data_state import DataState
from explorer.gui.data.data_view import DataView
from explorer.gui.data.decided import Decided
from explorer.gui.document import Document
from explorer.gui.workers.pool import WorkerPool
from explorer.gui.workers.worker_state import WorkerState
from explorer.gui.workspace import DATA
from explorer.runs.questions.data import DataProblem, Pictured, ProblemKind, Reason, Thumbnails
from explorer.runs.questions.pictures import Sheet
from explorer.sentences import Sentence
from tests.clicks import click
from tests.engine.shades import shades
from tests.events import settle
from tests.gui.data.made_data import made_scan
from tests.gui.scripted_workers import Played

CTRL, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
SIZE = (40, 60)  # height and width of every image


class Photographer(Played):
    """A worker that makes pictures of one colour; names with "bad" cannot be read."""

    def __init__(self, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        super().__init__(pool.workers[0], monkeypatch)
        self.folder, self.colour = folder, 200

    @property
    def questions(self) -> list[Thumbnails]:
        return self.asked(Thumbnails)

    def develop(self, question: Thumbnails) -> None:
        """Answer one question."""
        sheets, offset = [], 0
        for name in question.files:
            shape = () if "bad" in name else (8, 12, 3)
            sheets.append(Sheet(name, offset, shape))
            offset += prod(shape) if shape else 0
        file = self.folder / f"{question.id}.uint8"
        file.write_bytes(bytes([self.colour]) * offset)
        sizes = tuple(SIZE if sheet.shape else () for sheet in sheets)
        self.answer(question, Pictured(file=str(file), sheets=tuple(sheets), sizes=sizes))

    def develop_all(self) -> None:
        """Answer until nothing more is asked."""
        done = 0
        settle()
        while len(self.questions) > done:
            self.develop(self.questions[done])
            done += 1
            settle()


class Page:
    """A grid in a window of its own, with the state that outlives it."""

    def __init__(self, data: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.document = Document(preset("resnet18"))
        self.choice = TrainingChoice(self.document)
        self.choice.use_data(data)
        self.pool = WorkerPool(folder / "runs")
        self.worker = Photographer(self.pool, monkeypatch, folder)
        self.state = DataState(self.choice, self.pool, Decided)
        self.view = DataView()
        self.grid = self.open()

    def open(self) -> DataGrid:
        grid = DataGrid(self.state, self.choice, self.pool, self.view)
        grid.resize(520, 420)
        return grid

    def end(self) -> None:
        self.state.cancel()
        self.grid.close()
        self.grid.deleteLater()
        settle()

    @property
    def area(self):
        return self.grid.area

    def show(self, *groups: Sequence[str]) -> None:
        self.grid.show()
        self.grid.show_files(groups)
        settle()

    def rect(self, place: int):
        return self.area.visualRect(self.grid.model.index(place))

    def click(self, place: int, modifiers=NONE) -> None:
        QTest.mouseClick(self.area.viewport(), Qt.MouseButton.LeftButton, modifiers, self.rect(place).center())

    def press(self, key: Qt.Key, modifiers=NONE) -> None:
        QTest.keyClick(self.area, key, modifiers)

    def selected(self) -> list[int]:
        return [self.grid.model.files.index(file) for file in self.grid.selected_files()]

    def in_view(self) -> set[str]:
        """The files whose cells can be seen."""
        room = self.area.viewport().rect()
        return {file for place, file in enumerate(self.grid.model.files) if self.rect(place).intersects(room)}

    def tip(self, place: int) -> list[str]:
        """The lines of the tool tip."""
        document = QTextDocument()
        document.setHtml(self.grid.model.index(place).data(Qt.ItemDataRole.ToolTipRole))
        return document.toPlainText().splitlines()

    def colour(self, place: int) -> QColor:
        """What is painted in the middle of a picture."""
        rect = self.rect(place)
        spot = QPoint(rect.center().x(), rect.top() + self.area._cell.side // 2)
        return self.area.viewport().grab().toImage().pixelColor(spot)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of images, which need not be right: a worker is played."""
    root = tmp_path / "images"
    for name, count in (("cat", 30), ("dog", 3)):
        (root / name).mkdir(parents=True)
        for number in range(count):
            Image.new("L", (1, 1)).save(root / name / f"{number:03}.png")
    return root


@pytest.fixture
def page(qtbot, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    page = Page(str(folder), tmp_path, monkeypatch)
    yield page
    page.end()


MANY = tuple(f"cat/{number:05}.png" for number in range(10_000))
CATS = tuple(f"cat/{number:03}.png" for number in range(30))


# What is asked


def test_what_is_in_view_is_asked_first_then_a_page_more_and_no_further(page):
    page.show(MANY)
    (first,) = page.worker.questions
    assert first.files == MANY[:24]
    assert first.recipe.data == str(page.choice.data.name)
    assert first.seen == 0
    page.worker.develop_all()
    asked = [file for question in page.worker.questions for file in question.files]
    assert asked == list(MANY[: len(asked)])
    assert page.in_view() < {*asked}
    assert len(asked) < 4 * len(page.in_view()) + 24


def test_after_a_jump_only_what_is_in_view_then_is_asked(page):
    page.show(MANY)
    page.worker.develop_all()
    before = len(page.worker.questions)
    bar = page.area.verticalScrollBar()
    for value in (bar.maximum() // 4, bar.maximum() // 3, bar.maximum() // 2):
        bar.setValue(value)
        settle()
    page.worker.develop(page.worker.questions[-1])
    settle()
    late = page.worker.questions[before + 1]  # the one before was asked for where the first jump ended
    assert {*late.files} & page.in_view()
    page.worker.develop_all()
    assert all(page.grid.pictures.picture(file) for file in page.in_view())
    assert len(page.worker.questions) < before + 9


def test_files_that_are_shown_no_more_are_not_asked(page):
    page.show(MANY)
    page.show(("dog/000.png",))
    page.worker.develop_all()
    assert [question.files for question in page.worker.questions] == [MANY[:24], ("dog/000.png",)]


def test_without_a_worker_what_has_scrolled_away_is_never_asked(page):
    page.worker.worker.set_state(WorkerState.STARTING)
    page.show(MANY)
    page.area.scrollToBottom()
    settle()
    assert page.worker.questions == []
    page.worker.worker.set_state(WorkerState.IDLE)
    (only,) = page.worker.questions
    assert {*only.files} & page.in_view()


def test_a_worker_that_trains_is_asked(page):
    page.worker.worker.set_state(WorkerState.RUNNING)
    page.show(CATS)
    assert page.worker.questions


def test_pictures_that_are_kept_are_bounded(page, monkeypatch):
    monkeypatch.setattr("explorer.gui.data.thumbnails.pictures._KEPT", 8 * 12 * 100)
    page.show(MANY)
    for value in range(0, page.area.verticalScrollBar().maximum() // 20, 300):
        page.area.verticalScrollBar().setValue(value)
        page.worker.develop_all()
    assert len(page.worker.questions) > 8
    assert len(page.grid.pictures._kept) <= 100
    assert all(page.grid.pictures.picture(file) for file in page.in_view())


def test_a_grid_that_is_hidden_asks_nothing(page):
    page.show(CATS)
    page.worker.develop_all()
    page.grid.hide()
    settle()
    before = len(page.worker.questions)
    page.choice.use_recipe(page.choice.recipe.change(background="black"))
    assert len(page.worker.questions) == before
    page.grid.show()
    settle()
    assert page.worker.questions[before].recipe.background == "black"


def test_an_edit_of_the_design_asks_nothing_but_other_data_do(page, tmp_path):
    page.show(CATS[:3])
    page.worker.develop_all()
    assert len(page.worker.questions) == 1
    page.document.propose(page.document.design.change(stem_width=32), "Stem")
    page.choice.use_recipe(page.choice.recipe.change(lr=0.5))
    assert len(page.worker.questions) == 1
    page.choice.use_data("fashion-mnist-12k")
    assert page.grid.model.files == ()  # its files are none of these
    assert page.grid.pictures.picture(CATS[0]) is None
    page.show(("0/0", "0/1"))
    assert page.worker.questions[-1].files == ("0/0", "0/1")


def test_a_refusal_is_shown_and_asked_about_again(page):
    page.show(CATS[:3])
    page.worker.refuse(page.worker.questions[0], "data: /gone: no such folder")
    settle()
    assert "no such folder" in page.grid.pictures.refusal
    bad = QColor("#b3261e").rgb()
    picture = page.area.viewport().grab().toImage()
    row = range(picture.height() // 4)
    assert any(picture.pixel(x, y) == bad for y in row for x in range(picture.width()))
    assert len(page.worker.questions) == 1  # not again and again
    page.state.changed.emit()
    settle()
    page.worker.develop_all()
    assert page.grid.pictures.picture(CATS[0])


# As the network sees them


def test_the_switch_asks_for_what_the_network_sees_and_for_another_draw(page):
    page.show(CATS[:3])
    page.worker.develop_all()
    assert not page.grid.again.isEnabled()
    page.grid.switch.show()
    QTest.mouseClick(page.grid.seen, Qt.MouseButton.LeftButton, pos=QPoint(8, page.grid.seen.height() // 2))
    settle()
    assert page.grid.pictures.picture(CATS[0])  # the one before, until the other is there
    assert [question.seen for question in page.worker.questions] == [0, 1]
    assert page.worker.questions[-1].design == page.choice.fitted
    page.worker.develop_all()
    for draw in (2, 3):
        QTest.mouseClick(page.grid.again, Qt.MouseButton.LeftButton)
        settle()
        assert page.worker.questions[-1].seen == draw
        page.worker.develop(page.worker.questions[-1])
    page.choice.use_recipe(page.choice.recipe.change(flip=True))
    assert page.worker.questions[-1].recipe.flip
    page.grid.switch.hide()


def test_a_rebuilt_window_shows_the_same_and_nothing_is_left_of_the_one_before(page):
    page.show(CATS)
    page.view.as_seen, page.view.draw = True, 5
    page.grid.deleteLater()
    page.grid = page.open()
    settle()
    page.state.changed.emit()
    page.show(CATS[:3])
    assert page.grid.seen.isChecked()
    assert page.grid.again.isEnabled()
    assert page.worker.questions[-1].seen == 5


def test_a_screen_with_more_pixels_per_point_gets_larger_pictures(page, monkeypatch):
    monkeypatch.setattr(page.area, "devicePixelRatioF", lambda: 2.0)
    page.show(CATS[:3])
    assert page.worker.questions[-1].side == 2 * page.area._cell.side


# What is shown


def test_pictures_appear_and_what_cannot_be_read_says_so(page):
    page.show(("cat/000.png", "cat/bad.png"))
    waiting = page.colour(0)
    page.worker.develop_all()
    assert page.colour(0) == QColor(200, 200, 200) != waiting
    assert page.tip(1)[-1] == "cannot be read"
    plain = page.area.viewport().grab(page.rect(1)).toImage()
    assert any(plain.pixelColor(x, y) == QColor("#b3261e") for x in range(plain.width()) for y in range(plain.height()))


def test_a_tip_has_the_path_the_class_and_the_size(page, folder):
    page.show(("dog/002.png",))
    page.worker.develop_all()
    assert page.tip(0) == [str(folder / "dog" / "002.png"), "dog", "60×40 pixels"]


def test_a_tip_says_why_an_image_cannot_be_read(page):
    page.show(("cat/bad.png",))
    page.worker.develop_all()
    reason = Reason(Sentence("cut off or damaged"))
    problem = DataProblem(ProblemKind.UNREADABLE, 1, (("cat/bad.png",),), (reason,))
    page.state.scanned = made_scan(problems=(problem,))
    assert page.tip(0)[-1] == "cannot be read: cut off or damaged"


def test_a_name_is_no_markup(page, folder):
    page.show(("cat/<b>bold<b>.png",))
    assert page.tip(0)[0] == str(folder / "cat" / "<b>bold<b>.png")


def test_images_of_given_parts_say_theirs(qtbot, folder, tmp_path, monkeypatch):
    for part in ("train", "Valid"):
        for name in ("cat", "dog"):
            place = tmp_path / "parts" / part / name
            place.mkdir(parents=True)
            Image.new("L", (1, 1)).save(place / "1.png")
    page = Page(str(tmp_path / "parts"), tmp_path, monkeypatch)
    page.show(("train/cat/1.png", "Valid/dog/1.png"))
    words = [page.grid.model.index(place).data(Qt.ItemDataRole.AccessibleTextRole) for place in range(2)]
    assert words == ["1.png, cat · training", "1.png, dog · validation"]
    page.end()


def test_what_was_decided_is_marked(page):
    page.show(CATS[:4])
    page.worker.develop_all()
    plain = page.colour(0)
    page.state.decided.leave_out(CATS[:1])
    page.state.decided.move(CATS[1:2], "dog")
    page.state.decided.exclude(CATS[3:4])
    settle()
    words = [page.grid.model.index(place).data(Qt.ItemDataRole.AccessibleTextRole) for place in range(4)]
    assert words == ["000.png, cat, left out", "001.png, dog, → dog", "002.png, cat", "003.png, cat, none of these"]
    assert page.colour(0) == page.colour(3) != plain == page.colour(2)  # pale


def test_equal_images_stand_beside_one_another(page):
    page.show(*(CATS[start : start + 3] for start in range(0, 21, 3)))
    tops = [page.rect(place).top() for place in range(21)]
    assert tops[::3] == tops[1::3] == tops[2::3]
    assert page.area._layout.columns % 3  # so that they would not without care


def test_images_of_a_named_set_are_called_by_their_class(page):
    page.choice.use_data("fashion-mnist-12k")
    page.show(("0/0", "9/41"))
    words = [page.grid.model.index(place).data(Qt.ItemDataRole.AccessibleTextRole) for place in range(2)]
    assert words == ["no. 1, T-shirt", "no. 42, Ankle boot"]


def test_rows_follow_the_width_and_the_uppermost_picture_stays(page):
    page.show(MANY)
    page.area.verticalScrollBar().setValue(page.area.verticalScrollBar().maximum() // 2)
    first = min(place for place in range(len(MANY)) if page.rect(place).bottom() > 0)
    columns = page.area._layout.columns
    page.grid.resize(900, 420)
    settle()
    assert page.area._layout.columns > columns
    assert page.rect(first).intersects(page.area.viewport().rect())


# Selection


def test_clicks_select_one_more_and_a_stretch(page):
    page.show(CATS)
    page.click(2)
    assert page.selected() == [2]
    page.click(4, CTRL)
    assert page.selected() == [2, 4]
    page.click(2, CTRL)
    assert page.selected() == [4]
    page.click(6, SHIFT)  # from the last one that was clicked
    assert page.selected() == [2, 3, 4, 5, 6]
    page.click(1)
    assert page.selected() == [1]


def test_a_rubber_band_selects_what_it_touches(page, qtbot):
    page.show(CATS)
    viewport, columns = page.area.viewport(), page.area._layout.columns
    start, end = page.rect(1).topLeft() - QPoint(3, 3), page.rect(columns + 2).center()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    with qtbot.waitSignal(page.grid.selection_changed):
        QTest.mouseMove(viewport, start + QPoint(20, 20))
        QTest.mouseMove(viewport, end)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)
    assert page.selected() == [1, 2, columns + 1, columns + 2]
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, NONE, QPoint(1, 1))  # beside all pictures
    assert page.selected() == []


def test_keys_select(page):
    page.show(CATS)
    columns = page.area._layout.columns
    page.grid.setFocus()
    page.click(0)
    page.press(Qt.Key.Key_Right)
    assert page.selected() == [1]
    page.press(Qt.Key.Key_Down)
    assert page.selected() == [columns + 1]
    page.press(Qt.Key.Key_Up, SHIFT)
    assert page.selected() == [*range(1, columns + 2)]
    page.press(Qt.Key.Key_Home)
    page.press(Qt.Key.Key_Right, CTRL)
    page.press(Qt.Key.Key_Right, CTRL)
    page.press(Qt.Key.Key_Space, CTRL)
    assert page.selected() == [0, 2]
    page.press(Qt.Key.Key_End, SHIFT)
    assert page.selected() == [0, *range(2, 30)]
    page.press(Qt.Key.Key_A, CTRL)
    assert page.selected() == [*range(30)]
    assert page.area.viewport().rect().contains(page.rect(29))
    page.press(Qt.Key.Key_PageUp)
    (place,) = page.selected()
    assert 0 < place < 29
    assert page.area.viewport().rect().contains(page.rect(place))


def test_files_that_are_still_shown_stay_selected(page, qtbot):
    page.show(CATS)
    page.click(2)
    page.click(4, CTRL)
    with qtbot.waitSignal(page.grid.selection_changed):
        page.show(CATS[3:])
    assert page.grid.selected_files() == (CATS[4],)
    page.show(("dog/000.png",))
    assert page.grid.selected_files() == ()


def test_the_keyboard_goes_on_where_a_file_was_left_out(page):
    page.show(CATS)
    page.click(20)
    top = page.area.verticalScrollBar().value()
    page.show(CATS[:20] + CATS[21:])
    assert page.area.verticalScrollBar().value() == top
    page.press(Qt.Key.Key_Space)
    assert page.grid.selected_files() == (CATS[21],)
    page.press(Qt.Key.Key_Right)
    assert page.grid.selected_files() == (CATS[22],)


def test_to_show_the_same_files_again_moves_nothing(page):
    page.show(CATS)
    page.click(3)
    page.click(5, CTRL)
    page.area.verticalScrollBar().setValue(40)
    changes = []
    page.grid.selection_changed.connect(lambda: changes.append(1))
    page.show(CATS)
    assert changes == []
    assert (page.selected(), page.area.currentIndex().row()) == ([3, 5], 5)
    assert page.area.verticalScrollBar().value() == 40


def test_a_screen_reader_hears_which_picture_is_reached(page):
    page.show(("cat/000.png", "dog/001.png"))
    page.grid.setFocus()
    page.click(0)
    page.press(Qt.Key.Key_Right)
    assert page.area.accessibleName() == "Images"
    assert page.area.accessibleDescription() == "001.png, dog"


# Files


@pytest.mark.parametrize("how", ["enter", "double click"])
def test_a_file_is_opened_in_the_viewer_of_the_system(page, folder, monkeypatch, how):
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) or True)
    page.show(("dog/000.png", "dog/001.png"))
    page.click(1)
    if how == "enter":
        page.press(Qt.Key.Key_Return)
    else:
        QTest.mouseDClick(page.area.viewport(), Qt.MouseButton.LeftButton, NONE, page.rect(1).center())
    assert [url.toLocalFile() for url in opened] == [str(folder / "dog" / "001.png")]


def test_a_program_that_passes_for_an_image_is_not_run(page, folder, monkeypatch):
    """An image without a known suffix is known by its first bytes, but the system goes by the name."""
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    (folder / "dog" / "setup.bat").write_bytes((folder / "dog" / "000.png").read_bytes())
    page.show(("dog/setup.bat", "dog/000.png.exe"))
    for place in (0, 1):
        page.click(place)
        page.press(Qt.Key.Key_Return)
    assert opened == []


def test_where_nothing_shows_images_that_is_said(page, monkeypatch):
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: False)
    page.show(("dog/000.png",))
    page.click(0)
    page.press(Qt.Key.Key_Return)
    assert "No program" in QToolTip.text()
    QToolTip.hideText()


def test_files_are_dragged_out_as_copies(page, folder, monkeypatch):
    dropped = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, actions: dropped.append((drag.mimeData().urls(), actions)))
    page.show(CATS[:6])
    page.click(0)
    page.click(1, CTRL)
    start, viewport = page.rect(1).center(), page.area.viewport()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, CTRL, start)
    for step in (15, 40, 60):
        QTest.mouseMove(viewport, start + QPoint(step, step))
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 60))
    ((urls, actions),) = dropped
    assert actions == Qt.DropAction.CopyAction
    assert page.grid.model.supportedDragActions() == Qt.DropAction.CopyAction
    assert {url.toLocalFile() for url in urls} >= {str(folder / "cat/000.png")}


def test_selected_files_are_copied(page, folder):
    page.show(CATS[:6])
    page.click(1)
    page.click(2, SHIFT)
    page.press(Qt.Key.Key_C, CTRL)
    mime = QGuiApplication.clipboard().mimeData()
    assert [url.toLocalFile() for url in mime.urls()] == [str(folder / CATS[1]), str(folder / CATS[2])]
    assert mime.text().splitlines() == [str(folder / CATS[1]), str(folder / CATS[2])]


# With the real worker


@pytest.mark.slow
def test_pictures_come_from_the_worker_and_go_on_coming_while_it_trains(open_session, qtbot, tmp_path):
    shades(tmp_path / "data")
    session = open_session("mini", warm=True)
    choice, pool = session.workspace.choice, session.pool
    choice.use_data(str(tmp_path / "data"))
    choice.use_recipe(choice.recipe.change(device="cpu", epochs=1000, batch_size=8, flip=True))
    session.window.pages.show_page(DATA)
    page = session.window.pages.current
    grid = page.grid
    qtbot.waitUntil(lambda: all(grid.pictures.picture(f"0/{number}.png") for number in range(10)))
    assert grid.pictures.picture("0/3.png").size == (6, 6)
    assert grid.pictures.picture("0/3.png").pixmap.toImage().pixelColor(3, 3) == QColor(23, 23, 23)
    session.window.orders.start.trigger()
    qtbot.waitUntil(lambda: bool(pool.shown.run and pool.shown.run.step))
    session.window.pages.show_page(DATA)
    click(qtbot, grid.seen)
    click(qtbot, grid.again)
    shape = (28, 28)
    qtbot.waitUntil(lambda: grid.pictures.picture("0/3.png").pixmap.size().toTuple() == shape)
    assert pool.shown.state is WorkerState.RUNNING
    with qtbot.waitSignal(pool.run_ended):
        session.window.orders.stop.trigger()
