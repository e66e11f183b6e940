"""Decided: the same for every page and every window, on the disk at once, undone order by order."""

from pathlib import Path

import pytest

from explorer.gui.data.decided import Decided
from explorer.runs.data.decisions import Decisions, Move, read_decisions, write_decisions
from explorer.runs.data.image_list import list_images
from explorer.sentences import NOTHING
from tests.gui.data.made_data import make_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "animals")


@pytest.fixture
def decided(qapp, folder) -> Decided:
    return Decided(list_images(folder))


def decisions_file(tmp_path: Path) -> Path:
    (path,) = (tmp_path / "home").rglob("decisions/*.json")
    return path


def test_there_is_one_for_each_root_however_it_is_called(session, folder, monkeypatch):
    workspace = session.workspace
    monkeypatch.chdir(folder.parent)
    one = workspace.decided_images(list_images(folder))
    assert workspace.decided_images(list_images(Path("animals"))) is one
    assert workspace.decided_images(list_images(make_folder(folder.parent / "others"))) is not one


def test_another_window_loses_nothing_and_neither_does_this_one(decided, folder):
    other = Decided(list_images(folder))
    decided.leave_out(["cat/000.jpg"])
    other.exclude(["cat/001.jpg"])
    decided.move(["cat/002.jpg"], "dog")
    wanted = Decisions(left_out=("cat/000.jpg",), excluded=("cat/001.jpg",), moved=(Move("cat/002.jpg", "dog"),))
    assert decided.decisions == read_decisions(folder) == wanted
    decided.undo()
    decided.undo()  # only what was decided here
    assert read_decisions(folder) == Decisions(excluded=("cat/001.jpg",))
    other.reload()
    assert other.decisions == Decisions(excluded=("cat/001.jpg",))


def test_each_order_is_undone_alone_and_what_changes_nothing_is_none(decided):
    decided.leave_out(["cat/000.jpg"])
    decided.leave_out(["cat/000.jpg"])
    decided.move(["cat/000.jpg"], "owl")
    decided.take_back(["dog/000.jpg"])
    decided.undo()
    assert decided.decisions == Decisions(left_out=("cat/000.jpg",))
    decided.undo()
    assert decided.decisions == Decisions()
    assert not decided.can_undo


def test_it_is_told_after_it_is_on_the_disk(decided, folder):
    seen = []
    decided.changed.connect(lambda: seen.append(read_decisions(folder)))
    decided.exclude(["cat/000.jpg"])
    decided.undo()
    assert seen == [Decisions(excluded=("cat/000.jpg",)), Decisions()]


def test_an_image_that_is_given_the_class_of_its_folder_is_as_before(decided):
    decided.move(["cat/000.jpg"], "dog")
    decided.move(["cat/000.jpg"], "cat")
    assert decided.decisions == Decisions()


def test_a_damaged_file_is_named_and_stays_until_it_is_removed(decided, folder, tmp_path):
    write_decisions(folder, Decisions(left_out=("cat/000.jpg",)))
    path = decisions_file(tmp_path)
    path.write_bytes(b"{")
    other = Decided(list_images(folder))
    assert "is damaged" in other.refusal
    decided.leave_out(["dog/000.jpg"])
    assert "is damaged" in decided.refusal
    assert not decided.can_undo
    assert path.read_bytes() == b"{"
    path.unlink()
    decided.leave_out(["dog/000.jpg"])
    assert decided.refusal == NOTHING
    assert read_decisions(folder) == Decisions(left_out=("dog/000.jpg",))
