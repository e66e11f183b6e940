"""Why the network answers as it does: pictures, bars and neighbours, with a worker that is played."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QColor

from explorer.architecture.presets import preset
from explorer.gui.results.why.panel import WhyPanel
from explorer.gui.widgets.look import theme
from explorer.runs.commands import Withdraw
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.data.record import DataRecord
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.events import Progress
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.json_lines import record_table
from explorer.runs.questions.data import Pictured, Thumbnails
from explorer.runs.questions.pictures import Sheet
from explorer.runs.questions.results import Evidence, EvidenceMaps, Likely, NearestImages, Neighbours, Patch
from explorer.runs.recipe import Recipe
from explorer.runs.results.predictions import EvaluatedImages, write_images, write_predictions
from explorer.sentences import Sentence
from tests.events import settle
from tests.gui.scripted_workers import Played

FILES = ("0/1000", "6/1000", "6/1001")
NAMES = ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot")
SIDE = 28


class Asked(Played):
    """A worker that answers with an image and maps of one grey each."""

    def __init__(self, session, monkeypatch, folder: Path) -> None:
        super().__init__(session.pool.workers[0], monkeypatch)
        self.folder, self.files = folder, 0

    @property
    def questions(self) -> list[Evidence]:
        return self.asked(Evidence)

    def pictures(self, values: Sequence[np.ndarray]) -> tuple[str, tuple[Sheet, ...]]:
        file, sheets, offset = self.folder / f"{self.files}.uint8", [], 0
        self.files += 1
        with file.open("wb") as stream:
            for each in values:
                sheets.append(Sheet("", offset, each.shape))
                offset += stream.write(each.tobytes())
        return str(file), tuple(sheets)

    def reply(
        self, shares: dict[int, float], strengths: Sequence[float] = (1.0, 0.5), other: int = 6, warning: str = ""
    ) -> None:
        """Answer the last question by the weights of epoch 1: the image is grey, a map is hot in its left half."""
        question = self.questions[-1]
        image, hot = np.full((SIDE, SIDE), 100, np.uint8), np.zeros((SIDE, SIDE), np.uint8)
        hot[:, : SIDE // 2] = 255
        classes = (*question.classes, other)
        file, sheets = self.pictures([image, *(hot if each else 0 * hot for each in strengths[: len(classes)])])
        likely = Likely(classes=tuple(shares), probabilities=tuple(shares.values()))
        answer = EvidenceMaps(
            file=file,
            sheets=sheets,
            classes=classes,
            strengths=tuple(strengths[: len(classes)]),
            likely=likely,
            epoch=0 if question.fresh else 1,
            warning=Sentence(warning),
        )
        self.answer(question, answer)


SHARES = {6: 0.6, 0: 0.3, 2: 0.05, 3: 0.03, 4: 0.02}


@pytest.fixture
def played(session, monkeypatch, tmp_path):
    monkeypatch.setattr(session.workspace.estimates, "_ask", lambda: None)
    session.workspace.estimates.findChild(QTimer).stop()
    return Asked(session, monkeypatch, tmp_path)


@pytest.fixture
def state(session, played):
    """The results of a run on a named set, whose first image is selected."""
    folder = RunFolder.create(session.pool.runs, preset("mini"), Recipe(), 1)
    record = DataRecord(
        name=Recipe().data,
        layout=Layout.NAMED,
        class_names=NAMES,
        train=10_000,
        validation=3,
        test=0,
        split=Split(SplitKind.PUBLISHED),
        fingerprint="",
    )
    folder.update(state="finished", data=record_table(record))
    write_images(folder.path, Part.VALIDATION, EvaluatedImages(NAMES, FILES, (0, 6, 6)))
    predicted = np.array([6, 6, 0], np.int32)
    write_predictions(folder.path, Part.VALIDATION, 1, predicted, np.ones(3, np.float32), 0.5)
    folder.close()
    state = session.workspace.results_state
    state.history.reload()
    state.history.choose((folder.path.name,))
    state.reload()
    state.select(FILES[:1])
    return state


@pytest.fixture
def panel(state, session, qtbot):
    panel = WhyPanel(state, session.pool)
    qtbot.addWidget(panel)
    panel.resize(420, 400)
    panel.show()
    settle()
    return panel


def square(panel, number: int = 0):
    return panel.figure._squares()[number]


def place(panel, row: int, column: int, number: int = 0) -> QPoint:
    """The middle of a pixel of the image, in the figure."""
    there = square(panel, number)
    scale = there.width() / SIDE
    return QPoint(round(there.left() + (column + 0.5) * scale), round(there.top() + (row + 0.5) * scale))


def drag(qtbot, panel, start: tuple[int, int], end: tuple[int, int], release: bool = True, number: int = 0) -> None:
    qtbot.mousePress(panel.figure, Qt.MouseButton.LeftButton, pos=place(panel, *start, number))
    qtbot.mouseMove(panel.figure, place(panel, *end, number))
    if release:
        qtbot.mouseRelease(panel.figure, Qt.MouseButton.LeftButton, pos=place(panel, *end, number))


def test_it_asks_about_the_selected_image_only_while_it_is_seen(state, session, played, qtbot):
    panel = WhyPanel(state, session.pool)
    qtbot.addWidget(panel)
    assert not played.questions
    panel.show()
    (question,) = played.questions
    assert (question.file, question.classes, question.stage, question.fresh) == ("0/1000", (0,), "layer3", False)
    assert question.run == str(state.run.folder)
    played.reply(SHARES)
    panel.hide()
    state.select(FILES[1:])
    assert len(played.questions) == 1
    panel.show()
    assert played.questions[-1].file == "6/1000"


def test_truth_and_prediction_stand_beside_the_image(panel, played):
    played.reply(SHARES)
    assert panel.content.currentWidget() is panel.figure
    assert [each.lines for each in panel.figure._maps] == [
        ("T-shirt/top", "30 % · truth"),
        ("Shirt", "60 % · prediction"),
    ]
    picture = panel.figure.grab().toImage()
    ratio = panel.devicePixelRatio()

    def colour(row, column, number) -> QColor:
        return picture.pixelColor(place(panel, row, column, number) * ratio)

    assert colour(5, 5, 0) == QColor(100, 100, 100)
    warm, warmer = (colour(5, 5, number) for number in (2, 1))
    assert warmer.red() - warmer.blue() > warm.red() - warm.blue() > 50  # of the evidence for the prediction is less
    assert colour(5, 25, 1) == colour(5, 25, 2) == QColor(100, 100, 100)


def test_where_nothing_speaks_for_a_class_it_is_said(panel, played):
    played.reply(SHARES, strengths=(0.0, 0.5))
    truth, prediction = panel.figure._maps
    assert truth.words == "nothing here speaks for T-shirt/top"
    assert not prediction.words
    assert "nothing here speaks for T-shirt/top" in panel.figure.accessibleDescription()
    played.reply({}, strengths=(0.0, 0.0))


def test_of_an_image_that_is_right_the_next_likely_class_is_shown(panel, played, state):
    played.reply(SHARES)
    state.select(FILES[1:2])
    played.reply(SHARES, other=0)
    assert [each.lines for each in panel.figure._maps] == [
        ("Shirt", "60 % · truth"),
        ("T-shirt/top", "30 % · likely next"),
    ]


def test_bars_are_of_the_likely_classes_and_the_truth(panel, played):
    played.reply({6: 0.9, 2: 0.04, 3: 0.03, 4: 0.02, 8: 0.009, 0: 0.001})
    assert panel.bars.accessibleDescription() == (
        "Shirt 90 %; Pullover 4.0 %; Dress 3.0 %; Coat 2.0 %; T-shirt/top 0.1 %"
    )


def test_an_erased_rectangle_is_asked_about_as_the_mouse_goes(panel, played, qtbot):
    played.reply(SHARES)
    drag(qtbot, panel, (2, 3), (5, 8), release=False)
    assert played.questions[-1].patches == (Patch(2, 3, 4, 6),)
    qtbot.mouseMove(panel.figure, place(panel, 6, 9))
    qtbot.mouseMove(panel.figure, place(panel, 7, 9))
    assert len(played.questions) == 2  # one at a time
    played.reply(SHARES | {6: 0.2})
    assert played.questions[-1].patches == (Patch(2, 3, 6, 7),)  # and then the newest
    qtbot.mouseRelease(panel.figure, Qt.MouseButton.LeftButton, pos=place(panel, 7, 9))
    played.reply({0: 0.8, 6: 0.1, 2: 0.05})
    assert len(played.questions) == 3
    assert panel.bars.accessibleDescription().startswith("Shirt 10 %; T-shirt/top 80 %; Pullover 5.0 %; Dress < 5.0 %")


def test_rows_of_bars_stay_where_they_are_while_the_image_changes(panel, played, qtbot):
    played.reply(SHARES)
    drag(qtbot, panel, (2, 3), (5, 8))
    played.reply({9: 0.5, 8: 0.3, 7: 0.1, 6: 0.05, 0: 0.05})
    names = [row.rsplit(" ", 2)[0].removesuffix(" <") for row in panel.bars.accessibleDescription().split("; ")]
    assert names == ["Shirt", "T-shirt/top", "Pullover", "Dress", "Ankle boot"]


def test_a_rectangle_is_moved_with_what_it_holds(panel, played, qtbot):
    played.reply(SHARES)
    drag(qtbot, panel, (2, 3), (5, 8), number=1)  # on a map as well
    played.reply(SHARES)
    drag(qtbot, panel, (3, 4), (13, 2))
    assert played.questions[-1].patches == (Patch(2, 3, 4, 6, down=10, right=-2),)
    played.reply(SHARES)
    drag(qtbot, panel, (13, 3), (14, 3))  # where it is now
    assert played.questions[-1].patches == (Patch(2, 3, 4, 6, down=11, right=-2),)
    played.reply(SHARES)
    drag(qtbot, panel, (3, 4), (3, 5))  # where it was, another one can be erased
    assert len(played.questions[-1].patches) == 2


def test_changes_are_taken_back_one_by_one_or_all(panel, played, qtbot):
    played.reply(SHARES)
    assert not panel.undo.isEnabled()
    assert not panel.reset.isEnabled()
    drag(qtbot, panel, (2, 3), (5, 8))
    drag(qtbot, panel, (3, 4), (9, 4))
    drag(qtbot, panel, (20, 20), (22, 22))
    qtbot.mouseClick(panel.figure, Qt.MouseButton.RightButton, pos=place(panel, 0, 0))
    assert panel.evidence.view.patches == (Patch(2, 3, 4, 6, down=6),)
    panel.undo.click()
    assert panel.evidence.view.patches == (Patch(2, 3, 4, 6),)
    panel.reset.click()
    assert panel.evidence.view.patches == ()
    panel.undo.click()
    assert panel.evidence.view.patches == (Patch(2, 3, 4, 6),)
    panel.undo.click()
    assert not panel.undo.isEnabled()
    while played.questions[-1].patches:
        played.reply(SHARES)
    assert panel.evidence._inquiry.question.patches == ()


def test_a_click_changes_nothing(panel, played, qtbot):
    played.reply(SHARES)
    qtbot.mouseClick(panel.figure, Qt.MouseButton.LeftButton, pos=place(panel, 4, 4))
    assert panel.evidence.view.patches == ()
    assert not panel.undo.isEnabled()


def test_a_drag_ends_at_the_edge_of_the_image(panel, played, qtbot):
    played.reply(SHARES)
    qtbot.mousePress(panel.figure, Qt.MouseButton.LeftButton, pos=place(panel, 20, 20))
    qtbot.mouseMove(panel.figure, place(panel, 20, 20) + QPoint(0, 1000))
    assert panel.evidence.view.patches == (Patch(20, 20, 8, 1),)
    qtbot.mouseRelease(panel.figure, Qt.MouseButton.LeftButton, pos=place(panel, 20, 20) + QPoint(0, 1000))


def test_the_keyboard_does_it_too(panel, played, qtbot):
    played.reply(SHARES)
    keys, patches = Qt.Key, panel.evidence.view
    qtbot.keyClick(panel.figure, keys.Key_Return)
    assert patches.patches == (Patch(10, 10, 7, 7),)
    qtbot.keyClick(panel.figure, keys.Key_Left)
    qtbot.keyClick(panel.figure, keys.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(panel.figure, keys.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert patches.patches == (Patch(10, 9, 8, 7, down=-1),)
    qtbot.keyClick(panel.figure, keys.Key_Return)
    assert len(patches.patches) == 2
    qtbot.keyClick(panel.figure, keys.Key_Backspace)
    assert patches.patches == (Patch(10, 9, 8, 7, down=-1),)
    qtbot.keyClick(panel.figure, keys.Key_Delete)
    assert patches.patches == ()


def test_another_image_is_whole_and_no_answer_about_the_one_before_is_shown(panel, played, state, qtbot):
    played.reply(SHARES)
    drag(qtbot, panel, (2, 3), (5, 8))
    state.select(FILES[1:2])
    assert panel.content.currentWidget() is panel.words
    assert panel.evidence.view.patches == ()
    played.reply(SHARES)  # to the question about the first one, as only one is under way
    assert panel.evidence.answer is None
    assert (played.questions[-1].file, played.questions[-1].patches) == ("6/1000", ())
    played.reply(SHARES)
    assert panel.content.currentWidget() is panel.figure


def test_the_same_in_the_network_before_training_and_by_another_stage(panel, played, state):
    played.reply(SHARES)
    panel.fresh.click()
    assert played.questions[-1].fresh
    assert panel.evidence.answer is None
    played.reply(dict.fromkeys(range(10), 0.1))
    panel.stage.setCurrentIndex(1)
    panel.stage.activated.emit(1)
    assert (played.questions[-1].stage, played.questions[-1].fresh) == ("layer1", True)
    assert panel.content.currentWidget() is panel.figure  # until the next answer comes
    assert [panel.stage.itemText(place) for place in range(2)] == ["stem (16×28×28)", "layer1 (16×28×28)"]


def test_newer_weights_are_asked_again(panel, played, state):
    played.reply(SHARES)
    state.reload()
    assert len(played.questions) == 1
    predicted = np.array([6, 6, 0], np.int32)
    write_predictions(state.run.folder, Part.VALIDATION, 2, predicted, np.ones(3, np.float32), 0.5)
    state.reload()
    assert len(played.questions) == 2


def test_why_there_is_no_answer_is_said_until_something_else_is_asked(panel, played, state):
    played.refuse(played.questions[-1], "the image has gone")
    assert panel.words.text() == "the image has gone"
    state.reload()
    assert len(played.questions) == 1
    state.select(FILES[1:2])
    assert panel.words.text() != "the image has gone"
    assert len(played.questions) == 2


def test_without_an_image_it_says_what_would_stand_there(panel, state):
    state.select(())
    assert "Select an image" in panel.words.text()
    assert not panel.search.isEnabled()
    assert not panel.stage.isEnabled()


def test_of_an_image_from_elsewhere_the_prediction_alone_is_shown(panel, played, state):
    played.reply(SHARES)
    state.select(("/elsewhere/shirt.png",))
    played.reply(SHARES)
    assert (played.questions[-1].file, played.questions[-1].classes) == ("/elsewhere/shirt.png", ())
    played.reply(SHARES)
    assert [each.lines for each in panel.figure._maps] == [("Shirt", "60 % · prediction")]


def test_weights_that_one_would_not_expect_are_named(panel, played, state):
    played.reply(SHARES)
    assert not panel.note.isVisible()  # there is no more than one epoch
    predicted = np.array([6, 6, 0], np.int32)
    write_predictions(state.run.folder, Part.VALIDATION, 2, predicted, np.ones(3, np.float32), 0.5)
    state.reload()
    played.reply(SHARES)
    assert panel.note.text() == "By the best weights, those of epoch 1; the weights of epoch 2 are not kept."
    panel.fresh.click()
    played.reply(SHARES, warning="these were drawn by its seed")
    assert panel.note.text() == "these were drawn by its seed"


def test_what_is_shown_outlives_the_window(panel, played, state, session, qtbot):
    played.reply(SHARES)
    panel.fresh.click()
    played.reply(SHARES)
    drag(qtbot, panel, (2, 3), (5, 8))
    played.reply(SHARES)
    panel.hide()
    again = WhyPanel(state, session.pool)
    qtbot.addWidget(again)
    again.show()
    assert again.fresh.isChecked()
    assert played.questions[-1].patches == (Patch(2, 3, 4, 6),)


def nearest(played, count: int = 3) -> None:
    question = played.asked(Neighbours)[-1]
    played.answer(
        question,
        NearestImages(
            files=tuple(f"{label}/7" for label in range(count)),
            labels=tuple(range(count)),
            similarities=tuple(1 - label / 10 for label in range(count)),
        ),
    )


def thumbnails(played, gone: int = -1) -> None:
    question = played.asked(Thumbnails)[-1]
    file, sheets = played.pictures([np.full((SIDE, SIDE), 50, np.uint8)] * len(question.files))
    sheets = tuple(Sheet("", 0, ()) if number == gone else sheet for number, sheet in enumerate(sheets))
    played.answer(question, Pictured(file=file, sheets=sheets, sizes=((SIDE, SIDE),) * len(sheets)))


def test_the_nearest_training_images_are_looked_for_when_they_are_wanted(panel, played, state, qtbot):
    played.reply(SHARES)
    assert not played.asked(Neighbours)
    qtbot.mouseClick(panel.search, Qt.MouseButton.LeftButton)
    (question,) = played.asked(Neighbours)
    assert (question.file, question.fresh) == ("0/1000", False)
    assert panel.progress.isVisible()
    played.say(Progress("neighbours", 300, 10_000, question.id))
    assert panel.amount.text().startswith("300 of 10,000 images")
    nearest(played)
    assert panel.strip.isVisible()
    assert played.asked(Thumbnails)[-1].files == ("0/7", "1/7", "2/7")
    thumbnails(played)
    assert panel.strip.accessibleDescription() == (
        "T-shirt/top, 0/7, similarity 1.000; Trouser, 1/7, similarity 0.900; Pullover, 2/7, similarity 0.800"
    )
    state.select(FILES[1:2])  # now they follow
    assert played.asked(Neighbours)[-1].file == "6/1000"


def test_a_neighbour_that_has_gone_says_so_and_the_class_of_the_image_is_marked(panel, played):
    panel.search.click()
    nearest(played)
    thumbnails(played, gone=1)
    first, gone, last = panel.strip._cells
    assert (first.picture is None, gone.picture is None, last.picture is None) == (False, True, False)
    assert (first.is_alike, gone.is_alike) == (True, False)
    picture = panel.strip.grab().toImage()
    middle = panel.strip.places()[1].topLeft() + QPoint(3, 3)
    assert picture.pixelColor(middle * panel.devicePixelRatio()) == QColor(theme.colours().raised)


def test_the_search_is_given_up(panel, played, state, qtbot):
    panel.search.click()
    (question,) = played.asked(Neighbours)
    qtbot.mouseClick(panel.cancel, Qt.MouseButton.LeftButton)
    assert played.asked(Withdraw)[-1].id == question.id
    assert panel.search.isVisible()
    state.select(FILES[1:2])
    assert len(played.asked(Neighbours)) == 1


def test_why_there_are_no_neighbours_is_said(panel, played):
    panel.search.click()
    played.refuse(played.asked(Neighbours)[-1], "the images have changed")
    assert panel.said.text() == "the images have changed"
    assert panel.search.isEnabled()


def test_it_fits_into_half_a_page(panel, played):
    played.reply(SHARES)
    panel.resize(500, 400)
    assert panel.hint.text() == "Drag to erase"
    panel.resize(300, 400)
    assert not panel.hint.text()
    assert panel.minimumSizeHint().width() <= 420
    assert panel.minimumSizeHint().height() <= 400
