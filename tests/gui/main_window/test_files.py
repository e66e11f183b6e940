import json
from functools import reduce
from operator import or_
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMessageBox

from explorer.architecture.notation import load_design, to_toml
from explorer.architecture.presets import preset
from explorer.gui.data.example_images import example_images
from explorer.gui.session import Session
from explorer.gui.training.setup.data_box import FOLDER, TABLE
from explorer.gui.workers.worker_state import WorkerState
from explorer.runs.commands import Train
from explorer.runs.recipe import Recipe
from tests.clicks import name_file
from tests.events import settle
from tests.gui.paths import open_block

CANCEL, CLOSE, DISCARD, NO, SAVE, YES = (
    getattr(QMessageBox.StandardButton, name) for name in ("Cancel", "Close", "Discard", "No", "Save", "Yes")
)

SAVE_CHANGES = "Save the changes to mine.toml? If not, the file stays as it is; the next start shows them again."


@pytest.fixture
def complaints(monkeypatch):
    """The texts of the dialogs that would have opened."""
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "open", lambda box: said.append(f"{box.text()}\n{box.informativeText()}"))
    return said


def test_save_and_open_bring_the_design_back(session, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    document, files = session.document, session.window.files
    document.propose(document.design.with_stage(1, blocks=5), "")
    edited = document.design
    assert session.window.isWindowModified()
    name_file(qtbot, str(tmp_path / "mine"))
    assert files.save()
    assert not session.window.isWindowModified()
    assert load_design(path) == edited
    document.propose(preset("resnet50"), "")
    files.ask_open()
    assert document.design == edited
    document.undo_stack.undo()
    assert document.design == preset("resnet50")
    assert files.recent() == [path]


def test_undone_opening_saves_where_the_design_before_belongs(session, tmp_path):
    first, second, document = tmp_path / "first.toml", tmp_path / "second.toml", session.document
    for path, name in ((first, "resnet34"), (second, "resnet50")):
        path.write_text(to_toml(preset(name)), encoding="utf-8")
    session.window.files.open(first)
    document.propose(document.design.with_stage(1, blocks=5), "")
    edited = document.design
    session.window.files.open(second)
    assert (document.path, session.window.isWindowModified()) == (second, False)
    document.undo_stack.undo()
    assert (document.path, session.window.isWindowModified()) == (first, True)
    assert session.window.files.save()
    assert (load_design(first), load_design(second)) == (edited, preset("resnet50"))
    document.undo_stack.redo()
    assert (document.path, document.design) == (second, preset("resnet50"))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"schema = 2\n", "newer version"),
        (b"not toml", "is not TOML"),
        (b"\xff\xfes\x00c\x00", "is not UTF-8"),
        (
            b"schema = 1\ninput = [1, 28, true]\nclasses = 1e30\nstages = []\nfoo = 1\n",
            "input[2]: must be a whole number",
        ),
    ],
)
def test_a_refused_file_changes_nothing_and_is_explained_once(session, tmp_path, complaints, content, what):
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    before = session.document.design
    session.window.files.open(path)
    assert session.document.design is before
    assert session.document.undo_stack.count() == 0
    assert len(complaints) == 1
    assert what in complaints[0]


def test_a_file_without_a_name_is_called_as_its_file(session, tmp_path):
    path = tmp_path / "网络 3.toml"
    path.write_text(to_toml(preset("resnet34").change(name="")), encoding="utf-8")
    session.window.files.open(path)
    assert session.document.design.name == "网络 3"


@pytest.fixture
def trained(tmp_path) -> Path:
    """A file of trained weights, as an export of a run is."""
    path = tmp_path / "trained.safetensors"
    header = json.dumps({"__metadata__": {"design": to_toml(preset("mini"))}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    return path


def test_a_file_of_trained_weights_opens_as_design_and_weights(session, trained):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(trained))])
    session.window.files.use_dropped(session.window.files.dropped(data))
    assert (session.document.design, session.document.path) == (preset("mini"), None)
    assert session.workspace.choice.weights == str(trained)
    assert session.window.files.recent() == [trained]


def test_the_window_opens_with_a_file_of_trained_weights(qtbot, tmp_path, trained):
    session = Session(load_design(trained), tmp_path / "runs", warm=False, path=trained)
    session.window.show()
    qtbot.waitUntil(lambda: session.complete)
    assert (session.document.design, session.document.path) == (preset("mini"), None)
    assert session.workspace.choice.weights == str(trained)
    session.end()
    session.window.hide()
    session.window.deleteLater()
    session.deleteLater()
    settle()


def test_an_unwritable_place_is_explained(session, tmp_path, complaints):
    session.document.saved_as(tmp_path / "no" / "such" / "x.toml")
    assert not session.window.files.save()
    assert "Could not save x.toml" in complaints[0]


@pytest.fixture
def questions(monkeypatch):
    """The questions that would have been asked, and their buttons; each is answered by the first of the answers."""
    asked: list[tuple[str, QMessageBox.StandardButton]] = []
    answers: list[QMessageBox.StandardButton] = []

    def question(parent, title, text, buttons=YES | NO):
        asked.append((text, buttons))
        return answers.pop(0)

    monkeypatch.setattr(QMessageBox, "question", question)
    return asked, answers


def test_a_dot_in_a_name_is_not_where_its_suffix_begins(session, qtbot, tmp_path, questions):
    asked, answers = questions
    other, meant = tmp_path / "wrn-1.toml", tmp_path / "wrn-1.5x.toml"
    other.write_text("mine", encoding="utf-8")
    name_file(qtbot, str(tmp_path / "wrn-1.5x"))
    assert session.window.files.ask_save()
    assert (asked, other.read_text(encoding="utf-8")) == ([], "mine")
    assert load_design(meant) == session.document.design
    for answer, kept in ((NO, True), (YES, False)):
        meant.write_text("mine", encoding="utf-8")
        answers.append(answer)
        name_file(qtbot, str(tmp_path / "wrn-1.5x"))
        assert session.window.files.ask_save() is not kept
        assert (meant.read_text(encoding="utf-8") == "mine") is kept
    assert asked == 2 * [("wrn-1.5x.toml already exists. Replace it?", YES | NO)]


def test_a_suffix_may_be_in_capitals(session, qtbot, tmp_path):
    name_file(qtbot, str(tmp_path / "A.TOML"))
    assert session.window.files.ask_save()
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["A.TOML"]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "A.TOML"))])
    session.document.propose(preset("mini"), "")
    session.window.files.use_dropped(session.window.files.dropped(data))
    assert session.document.design == preset("d2l-resnet18")


def test_a_design_travels_by_the_clipboard(session, complaints):
    session.window.files.copy_line()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("basic:1x96x96:10:64x2,128x2/2")
    session.document.propose(preset("resnet50"), "")
    session.window.files.paste_line()
    assert session.document.design == preset("d2l-resnet18")
    QGuiApplication.clipboard().setText("just a sentence")
    session.window.files.paste_line()
    assert session.document.design == preset("d2l-resnet18")
    assert "There is no design on the clipboard" in complaints[0]


def test_of_what_is_dropped_a_design_goes_first(session, tmp_path):
    (tmp_path / "c.png").touch()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png")), QUrl.fromLocalFile(str(tmp_path / "b.toml"))])
    assert session.window.files.dropped(data) == tmp_path / "b.toml"
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png")), QUrl.fromLocalFile(str(tmp_path / "c.png"))])
    assert session.window.files.dropped(data) == tmp_path / "c.png"  # there is no a.png
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "c.png")), QUrl.fromLocalFile(str(tmp_path))])
    assert session.window.files.dropped(data) == tmp_path  # a folder of images to train on
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "none"))])
    assert session.window.files.dropped(data) is None


@pytest.mark.parametrize("entering", [True, False])
@pytest.mark.parametrize(("offered", "taken"), [("MC", True), ("C", True), ("MCL", True), ("M", False), ("ML", False)])
def test_a_drop_copies_and_never_moves(session, tmp_path, entering, offered, taken):
    """A file manager that is told of a move deletes the file, which is only read here."""
    window, action = session.window, Qt.DropAction
    names = {"M": action.MoveAction, "C": action.CopyAction, "L": action.LinkAction}
    (tmp_path / "mine.toml").write_text(to_toml(preset("resnet50")), encoding="utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "mine.toml"))])
    kind = QDragEnterEvent if entering else QDropEvent
    possible = reduce(or_, (names[each] for each in offered))
    event = kind(QPoint(5, 5), possible, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    event.setDropAction(action.MoveAction if "M" in offered else action.CopyAction)
    before = session.document.design
    (window.dragEnterEvent if entering else window.dropEvent)(event)
    assert event.isAccepted() == taken
    assert not taken or event.dropAction() == action.CopyAction
    assert session.document.design == (preset("resnet50") if taken and not entering else before)


def test_only_the_window_takes_drops(session):
    """Every box that can be typed into would take a path, and accept the move that a file manager proposes."""
    window = session.window
    assert window.acceptDrops()
    open_block(session, "layer1.0")
    boxes = window.findChildren(QLineEdit)
    assert set(window.pages.current.findChildren(QLineEdit)) & set(boxes)
    for box in boxes:
        assert not box.acceptDrops(), box.objectName()


@pytest.fixture
def saved(session, tmp_path):
    """A file with the design that is shown."""
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(preset("mini")), encoding="utf-8")
    session.window.files.open(path)
    return path


def test_what_is_saved_is_not_asked_about(session, saved, questions):
    assert session.window.files.may_close()


@pytest.mark.parametrize(("answer", "closes", "written"), [(CANCEL, 0, 0), (DISCARD, 1, 0), (SAVE, 1, 1)])
def test_unsaved_changes_are_asked_about_once(session, saved, questions, answer, closes, written):
    asked, answers = questions
    session.document.propose(session.document.design.with_stage(0, width=24), "")
    answers.append(answer)
    assert session.window.files.may_close() == closes
    assert asked == [(SAVE_CHANGES, SAVE | DISCARD | CANCEL)]
    assert (load_design(saved) == session.document.design) == written


def test_one_question_names_all_that_would_be_lost(session, saved, questions):
    asked, answers = questions
    run = "Close and stop the run? It saves a checkpoint and can be resumed."
    session.pool.workers[0].set_state(WorkerState.RUNNING)
    answers += [CLOSE, SAVE]
    assert session.window.files.may_close()
    session.pool.queue.add(Train(preset("mini"), Recipe(), session.pool.runs))
    session.document.propose(session.document.design.with_stage(0, width=24), "")
    assert session.window.files.may_close()
    words = (run, "1 queued run will be discarded.", SAVE_CHANGES)
    assert asked == [(run, CLOSE | CANCEL), ("\n\n".join(words), SAVE | DISCARD | CANCEL)]
    assert load_design(saved) == session.document.design
    session.pool.queue.remove(0)  # or a worker would begin it
    session.pool.workers[0].set_state(WorkerState.GONE)


@pytest.fixture
def pets(tmp_path):
    """A folder with two classes, and a table of the same images."""
    rows = []
    for name in ("cat", "dog"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(4):
            (tmp_path / "pets" / name / f"{number}.png").write_bytes(b"")
            rows.append(f"pets/{name}/{number}.png,{name}")
    (tmp_path / "pets.csv").write_text("\n".join(["file,class", *rows]))
    return tmp_path / "pets"


def drop(window, path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPoint(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(event)
    assert event.isAccepted()


@pytest.mark.parametrize("name", ["pets", "pets.csv"])
def test_own_images_are_dropped_anywhere_on_the_window(session, pets, name):
    window, choice = session.window, session.workspace.choice
    drop(window, pets.with_name(name))
    assert (choice.recipe.data, choice.data.class_names) == (str(pets.with_name(name)), ("cat", "dog"))
    assert window.confirmation.text() == f"Images to train on: {name}, 2 classes"
    assert window.training.data_box.currentText() == name
    assert window.training.start.text() == "Fit design to data (1×96×96, 2 classes)\nand start"
    assert sorted(each.name for each in pets.iterdir()) == ["cat", "dog"]


def test_dropped_images_that_will_not_do_are_explained_where_start_is(session, pets, tmp_path):
    (tmp_path / "empty").mkdir()
    drop(session.window, tmp_path / "empty")
    assert session.workspace.choice.data.name == "fashion-mnist-12k"
    assert "has no class folders with images" in session.window.training.notice.words.text()


def test_own_images_are_opened_from_the_menu_and_the_box(session, pets, monkeypatch):
    window, choice = session.window, session.workspace.choice
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(pets))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (f"{pets}.csv", ""))
    window.orders.open_images.trigger()
    assert choice.data.name == str(pets)
    box = window.training.data_box
    box.setCurrentIndex(box.findData(TABLE))
    box.activated.emit(box.currentIndex())
    assert choice.data.name == f"{pets}.csv"
    assert box.currentText() == "pets.csv"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    box.setCurrentIndex(box.findData(FOLDER))
    box.activated.emit(box.currentIndex())
    assert (choice.data.name, box.currentText()) == (f"{pets}.csv", "pets.csv")


def test_the_last_own_images_are_in_the_box_at_the_next_start(open_session, tmp_path):
    first = open_session()
    for number in range(7):
        for name in ("cat", "dog"):
            folder = tmp_path / f"set{number}" / "train" / name
            folder.mkdir(parents=True)
            (folder / "1.png").write_bytes(b"")
            (folder / "2.png").write_bytes(b"")
        first.workspace.choice.use_data(str(tmp_path / f"set{number}" / "train"))
    box = open_session().window.training.data_box
    texts = [box.itemText(row) for row in range(box.count())]
    assert [text for text in texts if text.startswith("set")] == [f"set{number}/train" for number in range(6, 1, -1)]
    box.setCurrentIndex(box.findText("set3/train"))
    box.activated.emit(box.currentIndex())
    assert box.toolTip() == str(tmp_path / "set3" / "train")


def test_the_example_folder_is_made_when_the_user_agrees(session, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    choice, asked, answers = session.workspace.choice, [], [NO, YES]
    monkeypatch.setattr(QMessageBox, "question", lambda *words: asked.append(words[-1]) or answers.pop(0))
    session.window.orders.example_images.trigger()
    assert choice.data.images is None
    assert not (tmp_path / "data").exists()
    for _ in range(2):
        session.window.orders.example_images.trigger()
        assert choice.data.path == example_images()
    assert len(asked) == 2
    assert str(example_images()) in asked[1]


def test_an_example_folder_that_cannot_be_made_changes_nothing(session, monkeypatch, tmp_path, complaints):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(QMessageBox, "question", lambda *_: YES)
    (tmp_path / "data").write_text("not a folder")
    session.window.orders.example_images.trigger()
    assert complaints == ["The example images cannot be made\nNot a directory"]
    assert session.workspace.choice.data.images is None
