"""The panel that classifies images from anywhere, with a worker that the test plays."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage

from explorer.architecture.presets import preset
from explorer.gui.actions import Actions
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document
from explorer.gui.results.classify.model import CLASS, CONFIDENCE, IMAGE, OTHERS
from explorer.gui.results.classify.panel import ClassifyPanel
from explorer.gui.results.results_state import ResultsState
from explorer.gui.runs.run_history import RunHistory
from explorer.gui.workers.estimates import Estimates
from explorer.gui.workers.pool import WorkerPool
from explorer.runs import destination
from explorer.runs.commands import Withdraw
from explorer.runs.events import Progress
from explorer.runs.json_lines import record_table
from explorer.runs.questions.data import Pictured, Thumbnails
from explorer.runs.questions.pictures import Sheet
from explorer.runs.questions.results import Classification, Classified, ClassifiedImage, Classify, Likely
from explorer.sentences import Sentence
from tests.clicks import name_file, type_path
from tests.events import settle
from tests.gui.results.made_results import make_results
from tests.gui.scripted_workers import Played

ROWS, NAMES = ((4, 0, 0), (0, 4, 0), (0, 0, 4)), ("cat", "dog", "owl")
IMAGES = (
    ClassifiedImage("/photos/b.png", Likely(classes=(1, 0, 2), probabilities=(0.75, 0.2, 0.05))),
    ClassifiedImage("/photos/notes.txt", reason=Sentence("unknown format")),
    ClassifiedImage("/photos/a.png", Likely(classes=(0, 1, 2), probabilities=(0.5, 0.4, 0.1))),
    ClassifiedImage("/photos/c.png", Likely(classes=(1, 2, 0), probabilities=(0.9, 0.06, 0.04))),
)


class OpenedPanel(ClassifyPanel):
    """The panel with the objects that it shows."""

    def __init__(self, root: Path, state: ResultsState | None, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = root.parent
        self.document = Document(preset("mini"))
        self.choice = TrainingChoice(self.document)
        self.pool = state.pool if state else WorkerPool(root)
        self.worker = None if state else Played(self.pool.workers[0], monkeypatch)
        self.estimates = Estimates(self.choice, self.pool)
        self.orders = Actions(self.document, self.choice, self.pool, self.estimates)
        self.results = state or ResultsState(RunHistory(self.pool), self.pool)
        self.said = []
        self.orders.confirmed.connect(self.said.append)
        super().__init__(self.results, self.pool, self.orders)

    def asked(self) -> Classify:
        return self.worker.asked(Classify)[-1]

    def answer(self, *images: ClassifiedImage, warning: str = "", names=NAMES) -> None:
        """Answer the last question as a worker does."""
        file = self.folder / f"{self.asked().id}.answer"
        made = Classification(class_names=names, images=images, warning=Sentence(warning))
        file.write_text(json.dumps(record_table(made)))
        self.worker.answer(self.asked(), Classified(file=str(file), images=len(images)))
        settle()

    def column(self, number: int) -> list[str]:
        model = self.table.images
        return [model.index(row, number).data() for row in range(model.rowCount())]


@pytest.fixture
def open_panel(qtbot, root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., OpenedPanel]]:
    opened: list[OpenedPanel] = []

    def open_one(state: ResultsState | None = None, width: int = 640) -> OpenedPanel:
        panel = OpenedPanel(root, state, monkeypatch)
        opened.append(panel)
        panel.results.history.reload()
        panel.resize(width, 400)
        with qtbot.waitExposed(panel):
            panel.show()
        settle()
        return panel

    yield open_one
    for panel in opened:
        panel.close()
        panel.results.classified.cancel()
        panel.pool.shut_down()
        for each in (panel, panel.estimates, *(client.process for client in panel.pool.workers)):
            each.deleteLater()  # with its timers, which another thread that collects garbage could not stop
    settle()


@pytest.fixture
def panel(open_panel, root) -> OpenedPanel:
    make_results(root, ROWS, NAMES)
    return open_panel()


def drop(panel: OpenedPanel, data: QMimeData, actions=Qt.DropAction.CopyAction) -> bool:
    """Drag `data` over the panel and drop it; whether it was taken."""
    kinds = (actions, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(9, 9), *kinds)
    enter.ignore()
    panel.dragEnterEvent(enter)
    event = QDropEvent(QPointF(9, 9), *kinds)
    panel.dropEvent(event)
    return enter.isAccepted()


def files(*paths: object) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def test_chosen_files_are_classified_by_the_network_of_the_run(panel, qtbot, tmp_path) -> None:
    image = tmp_path / "one.png"
    QImage(4, 4, QImage.Format.Format_RGB32).save(str(image))
    type_path(qtbot, str(image))
    panel.orders.classify_images.trigger()
    asked, run = panel.asked(), panel.results.run
    assert (asked.paths, asked.run, asked.runs) == ((str(image),), run.id, run.folder.parent)
    assert (asked.design, asked.recipe) == (run.design, run.recipe)


def test_a_chosen_folder_is_classified(panel, qtbot, tmp_path) -> None:
    (tmp_path / "photos").mkdir()
    type_path(qtbot, str(tmp_path / "photos"))
    panel.orders.classify_folder.trigger()
    assert panel.asked().paths == (str(tmp_path / "photos"),)


def test_what_is_dropped_is_classified_and_never_moved(panel, tmp_path) -> None:
    assert drop(panel, files("/photos/a.png", "/photos"))
    assert panel.asked().paths == ("/photos/a.png", "/photos")
    panel.orders.cancel_classifying.trigger()
    before = len(panel.worker.sent)
    assert not drop(panel, files("/photos/a.png"), Qt.DropAction.MoveAction)
    text = QMimeData()
    text.setText("/photos/a.png")
    assert not drop(panel, text)
    assert len(panel.worker.sent) == before


def test_files_on_the_clipboard_are_classified(panel, qtbot) -> None:
    QGuiApplication.clipboard().setMimeData(files("/photos/a.png", "/photos/b.png"))
    panel.orders.classify_clipboard.trigger()
    assert panel.asked().paths == ("/photos/a.png", "/photos/b.png")


def test_an_image_on_the_clipboard_is_classified_by_a_key_from_a_file_of_its_own(panel, qtbot) -> None:
    image = QImage(5, 3, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    QGuiApplication.clipboard().setImage(image)
    panel.setFocus()
    qtbot.keyClick(panel, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    (path,) = panel.asked().paths
    assert QImage(path).convertToFormat(QImage.Format.Format_RGB32) == image
    panel.answer(ClassifiedImage(path, IMAGES[0].likely))
    qtbot.keyClick(panel.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    (second,) = panel.asked().paths
    assert second != path
    assert Path(path).is_file()  # its row is still there, with its picture


def test_a_clipboard_without_an_image_is_said(panel) -> None:
    QGuiApplication.clipboard().setText("words")
    panel.orders.classify_clipboard.trigger()
    assert panel.words.text() == "There is no image on the clipboard."
    assert not panel.worker.asked(Classify)


def test_the_list_has_class_confidence_and_the_next_ones(panel) -> None:
    panel.classify(["/photos"])
    panel.answer(*IMAGES, warning="the last weights were taken")
    assert panel.column(IMAGE) == ["b.png", "a.png", "c.png", "notes.txt"]
    assert panel.column(CLASS) == ["dog", "cat", "dog", "no image"]
    assert panel.column(CONFIDENCE) == ["75.0 %", "50.0 %", "90.0 %", ""]
    assert panel.column(OTHERS)[0] == "cat 20.0 % · owl 5.0 %"
    assert panel.column(OTHERS)[-1] == "unknown format"
    assert panel.words.text() == "3 images: dog 2, cat 1 · no image: 1 · the last weights were taken"


def test_it_is_sorted_by_a_click_on_a_heading_and_what_is_no_image_stays_last(panel, qtbot) -> None:
    panel.classify(["/photos"])
    panel.answer(*IMAGES)
    header = panel.table.horizontalHeader()

    def click(column: int) -> list[str]:
        place = QPoint(header.sectionViewportPosition(column) + 9, header.height() // 2)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
        return panel.column(IMAGE)

    assert click(CONFIDENCE) == ["c.png", "b.png", "a.png", "notes.txt"]
    assert click(CONFIDENCE) == ["a.png", "b.png", "c.png", "notes.txt"]
    assert click(CLASS)[0] == "a.png"
    assert click(IMAGE) == ["b.png", "a.png", "c.png", "notes.txt"]
    assert click(IMAGE) == ["c.png", "a.png", "b.png", "notes.txt"]


def test_classes_of_a_named_set_are_called_as_the_window_says_and_the_user_s_are_not(
    open_panel, root, monkeypatch, tmp_path
) -> None:
    monkeypatch.setattr("explorer.gui.results.classify.table.say", str.upper)
    for data, wanted in (("fashion-mnist-12k", "DOG"), (str(tmp_path), "dog")):
        make_results(root / wanted, ROWS, NAMES, data=data)
        panel = open_panel()
        panel.pool.use_runs(root / wanted)
        panel.results.history.reload()
        panel.classify(["/photos"])
        panel.answer(IMAGES[0])
        assert panel.column(CLASS) == [wanted]


def test_progress_is_shown_and_cancel_ends_it_and_keeps_what_was_there(panel) -> None:
    panel.classify(["/photos"])
    panel.answer(*IMAGES)
    panel.classify(["/more"])
    assert panel.orders.cancel_classifying.isEnabled()
    assert not panel.orders.save_classified.isEnabled()
    panel.worker.say(Progress("classify", 30, 120, panel.asked().id))
    assert panel.words.text().startswith("30 of 120 images")
    assert (panel.bar.value(), panel.bar.maximum()) == (30, 120)
    number = panel.asked().id
    panel.orders.cancel_classifying.trigger()
    assert panel.worker.sent[-1] == Withdraw(number)
    assert not panel.bar.isVisible()
    assert len(panel.column(IMAGE)) == len(IMAGES)


def test_a_refusal_is_said_in_a_sentence(panel) -> None:
    panel.classify(["/photos"])
    panel.worker.refuse(panel.asked(), "run a-run has no weights yet")
    assert panel.words.text() == "run a-run has no weights yet"
    panel.classify(["/photos"])
    panel.worker.answer(panel.asked(), Classified(file=str(panel.folder / "gone"), images=1))
    assert panel.words.text().endswith("gone: No such file or directory")


def test_without_weights_nothing_can_be_ordered(open_panel, root) -> None:
    make_results(root, ROWS, NAMES, epochs_done=0)
    panel = open_panel()
    assert not panel.orders.classify_images.isEnabled()
    assert not drop(panel, files("/photos/a.png"))
    assert panel.empty.text() == "Images can be classified once the first epoch has been validated."


def test_another_run_has_no_list_until_it_is_asked(panel, root) -> None:
    first = panel.results.run.id
    panel.classify(["/photos"])
    panel.answer(*IMAGES)
    second = make_results(root, ROWS, NAMES, second=1)
    panel.results.history.reload()
    panel.results.history.choose([second])
    settle()
    assert panel.content.currentWidget() is panel.empty
    panel.results.history.choose([first])
    settle()
    assert panel.content.currentWidget() is panel.table
    assert len(panel.column(IMAGE)) == len(IMAGES)


def test_the_list_and_its_order_are_there_again_in_a_window_that_is_rebuilt(panel, open_panel) -> None:
    panel.classify(["/photos"])
    panel.answer(*IMAGES)
    panel.table.horizontalHeader().setSortIndicator(CONFIDENCE, Qt.SortOrder.DescendingOrder)
    again = open_panel(panel.results)
    assert again.column(IMAGE) == ["c.png", "b.png", "a.png", "notes.txt"]


def test_rows_are_copied_as_a_table(panel, qtbot) -> None:
    panel.classify(["/photos"])
    panel.answer(*IMAGES)
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "Image\tClass\tConfidence\tThen"
    assert lines[1] == "b.png\tdog\t75.0 %\tcat 20.0 % · owl 5.0 %"
    assert len(lines) == 1 + len(IMAGES)
    assert panel.said == ["Copied the table of images"]
    panel.table.selectRow(1)
    qtbot.keyClick(panel.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert [line.partition("\t")[0] for line in QGuiApplication.clipboard().text().splitlines()] == ["Image", "a.png"]


def test_the_table_is_saved_with_all_digits(panel, qtbot, tmp_path) -> None:
    panel.classify(["/photos"])
    panel.answer(*IMAGES)
    name_file(qtbot, str(tmp_path / "table"))
    panel.orders.save_classified.trigger()
    with (tmp_path / "table.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["file"] for row in rows] == [each.file for each in IMAGES]
    assert rows[0] | {"class": "dog", "confidence": "0.75", "class 3": "owl", "problem": ""} == rows[0]
    assert rows[1]["problem"] == "unknown format"
    assert panel.said == ["Saved table.csv"]


def test_a_table_that_cannot_be_written_is_said(panel, qtbot, tmp_path, monkeypatch) -> None:
    def fail(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(destination, "write_atomically", fail)
    panel.classify(["/photos"])
    panel.answer(*IMAGES)
    name_file(qtbot, str(tmp_path / "table"))
    panel.orders.save_classified.trigger()
    assert panel.words.text().endswith("table.csv: cannot be written: No space left on device")
    assert len(panel.column(IMAGE)) == len(IMAGES)


def test_pictures_are_asked_for_by_full_paths_and_only_those_in_view(panel, qtbot, tmp_path) -> None:
    many = tuple(ClassifiedImage(f"/photos/{number:03}.png", IMAGES[0].likely) for number in range(400))
    panel.classify(["/photos"])
    panel.answer(*many)
    qtbot.waitUntil(lambda: bool(panel.worker.asked(Thumbnails)))
    first = panel.worker.asked(Thumbnails)[0]
    assert first.files[0] == "/photos/000.png"
    assert first.seen == 0
    pixels = tmp_path / "pixels"
    pixels.write_bytes(bytes([200]) * 16 * len(first.files))
    sheets = tuple(Sheet(file, 16 * place, (4, 4)) for place, file in enumerate(first.files))
    panel.worker.answer(first, Pictured(file=str(pixels), sheets=sheets, sizes=((4, 4),) * len(sheets)))
    settle()
    assert panel.table.pictures.picture("/photos/000.png").pixmap.width() == 4
    panel.table.scrollToBottom()
    settle()
    wanted = [file for question in panel.worker.asked(Thumbnails) for file in question.files]
    assert "/photos/200.png" not in wanted


def test_orders_say_that_the_panel_is_wanted(panel, qtbot) -> None:
    with qtbot.waitSignal(panel.ordered):
        panel.classify(["/photos"])
    with qtbot.assertNotEmitted(panel.ordered):
        panel.classify([])


def test_in_a_narrow_panel_the_next_classes_are_in_the_tool_tip(open_panel, root) -> None:
    make_results(root, ROWS, NAMES)
    panel = open_panel(width=300)
    panel.classify(["/photos"])
    panel.answer(*IMAGES)
    assert panel.table.isColumnHidden(OTHERS)
    assert not panel.table.isColumnHidden(CONFIDENCE)
    tip = panel.table.images.index(0, IMAGE).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.splitlines() == ["/photos/b.png", "75.00 % dog", "20.00 % cat", "5.00 % owl"]
