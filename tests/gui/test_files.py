import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox

from explorer.architecture.notation import load_design, to_toml
from explorer.architecture.presets import preset


@pytest.fixture
def complaints(monkeypatch):
    """The texts of the dialogs that would have opened."""
    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "open", lambda box: said.append(f"{box.text()}\n{box.informativeText()}"))
    return said


def test_save_and_open_bring_the_design_back(session, tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    document, files = session.document, session.window.files
    document.propose(document.design.with_stage(1, blocks=5), "")
    edited = document.design
    assert session.window.isWindowModified()
    assert files.save()
    assert not session.window.isWindowModified()
    assert load_design(path) == edited
    document.propose(preset("resnet50"), "")
    files.ask_open()
    assert document.design == edited
    document.undo_stack.undo()
    assert document.design == preset("resnet50")
    assert files.recent() == [path]


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


def test_an_unwritable_place_is_explained(session, tmp_path, complaints, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "such" / "x.toml"), ""))
    assert not session.window.files.save()
    assert "x.toml is not saved" in complaints[0]


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
    assert "clipboard holds no design" in complaints[0]


def test_of_what_is_dropped_a_design_goes_first(session, tmp_path):
    (tmp_path / "c.png").touch()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png")), QUrl.fromLocalFile(str(tmp_path / "b.toml"))])
    assert session.window.files.dropped(data) == tmp_path / "b.toml"
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.png")), QUrl.fromLocalFile(str(tmp_path / "c.png"))])
    assert session.window.files.dropped(data) == tmp_path / "c.png"  # there is no a.png
    data.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    assert session.window.files.dropped(data) is None


def test_unsaved_changes_are_asked_about_once(session, tmp_path, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text(to_toml(preset("mini")), encoding="utf-8")
    session.window.files.open(path)
    asked = []
    monkeypatch.setattr(
        QMessageBox, "question", lambda *words: asked.append(words[2]) or QMessageBox.StandardButton.Cancel
    )
    assert session.window.files.may_close(session.trainer)
    assert asked == []
    session.document.propose(session.document.design.with_stage(0, width=24), "")
    assert not session.window.files.may_close(session.trainer)
    assert asked == ["Save the changes to mine.toml?"]
