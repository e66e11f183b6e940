"""Decisions: what they change, where they are kept, and that the folder stays as it is."""

import json
import multiprocessing
import os
from pathlib import Path

import platformdirs
import pytest

from explorer.runs.data.decisions import Decisions, Move, change_decisions, read_decisions, write_decisions
from explorer.runs.data.image_list import list_images
from explorer.validation import Refused
from tests.images import put

DECISIONS = Decisions(left_out=("a/2.jpg", "gone.jpg"), moved=(Move("a/1.jpg", "b"), Move("b/1.jpg", "nothing")))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda *names, **options: str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def root(tmp_path) -> Path:
    return put(tmp_path / "images", "a/1.jpg", "a/2.jpg", "a/3.jpg", "b/1.jpg")


def test_images_are_left_out_and_moved(root):
    images = DECISIONS.apply(list_images(root))
    assert [(image.file, image.label) for image in images.images] == [("a/3.jpg", 0), ("a/1.jpg", 1), ("b/1.jpg", 1)]
    assert images.class_names == ("a", "b")


def test_a_class_that_is_left_out_whole_is_still_a_class(root):
    images = Decisions(left_out=("b/1.jpg",)).apply(list_images(root))
    assert (images.class_names, {image.label for image in images.images}) == (("a", "b"), {0})


def test_no_decisions_change_nothing(root):
    assert Decisions(kept=("a/1.jpg",)).apply(list_images(root)) == list_images(root)


def test_what_was_written_is_read_whichever_way_the_folder_is_named(root, home, monkeypatch):
    assert read_decisions(root) == Decisions()
    before = sorted((path, path.stat().st_mtime_ns) for path in root.rglob("*"))
    write_decisions(root, DECISIONS)
    monkeypatch.chdir(root.parent)
    assert read_decisions(Path("images")) == read_decisions(root / "a" / "..") == DECISIONS
    assert read_decisions(root / "a") == Decisions()
    assert sorted((path, path.stat().st_mtime_ns) for path in root.rglob("*")) == before
    assert [path.parent for path in home.rglob("*.json")] == [home / "decisions"]
    write_decisions(root, Decisions())
    assert read_decisions(root) == Decisions()


def test_a_folder_whose_name_is_not_utf_8_has_decisions(tmp_path):
    root = Path(os.fsdecode(bytes(tmp_path) + b"/caf\xe9"))
    write_decisions(root, DECISIONS)
    assert read_decisions(root) == DECISIONS


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"left_out": "a"}', b'{"moved": [1]}', b"\xff"])
def test_a_damaged_file_is_named(root, home, content):
    write_decisions(root, DECISIONS)
    (path,) = home.rglob("*.json")
    path.write_bytes(content)
    with pytest.raises(Refused, match="is damaged") as refused:
        read_decisions(root)
    assert str(path) in str(refused.value)


def test_a_place_that_cannot_be_written_is_named(root, home):
    home.write_text("a file")
    with pytest.raises(Refused, match=r"^decisions: "):
        write_decisions(root, DECISIONS)
    with pytest.raises(Refused, match=r"^decisions: "):
        read_decisions(root)


def test_images_of_none_of_the_classes_take_no_part(root):
    images = Decisions(excluded=("a/2.jpg",)).apply(list_images(root))
    assert [image.file for image in images.images] == ["a/1.jpg", "a/3.jpg", "b/1.jpg"]


def test_a_file_of_an_older_version_is_read(root, home):
    write_decisions(root, DECISIONS)
    (path,) = home.rglob("*.json")
    table = json.loads(path.read_text())
    del table["excluded"]
    path.write_text(json.dumps(table))
    assert read_decisions(root) == DECISIONS


@pytest.mark.parametrize("first", ["leave_out", "exclude", "move"])
@pytest.mark.parametrize("then", ["leave_out", "exclude", "move"])
def test_a_decision_takes_the_place_of_the_one_before(first, then):
    def decide(decisions: Decisions, how: str) -> Decisions:
        return decisions.move(["x"], "b", {"x": "a"}) if how == "move" else getattr(decisions, how)(["x"])

    before = Decisions(kept=("x",), left_out=("y",))
    now = decide(decide(before, first), then)
    assert now.about(["y"]) == Decisions(left_out=("y",))
    assert now.about(["x"]).fates == decide(Decisions(), then).fates
    assert now.restore(["x"], before) == before
    assert now.take_back(["x"]) == Decisions(left_out=("y",))


def _mark(root: Path, number: int, home: Path) -> None:
    os.environ["XDG_DATA_HOME"] = str(home)
    for each in range(10):
        change_decisions(root, lambda now, each=each: now.leave_out([f"{number}/{each}.jpg"]))


def test_two_processes_lose_none_of_each_others_decisions(root, tmp_path, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_mark, args=(root, number, tmp_path / "data")) for number in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert set(read_decisions(root).left_out) == {f"{number}/{each}.jpg" for number in range(2) for each in range(10)}


def test_a_damaged_file_is_not_written_over(root, home):
    write_decisions(root, DECISIONS)
    (path,) = home.rglob("*.json")
    path.write_bytes(b"{")
    with pytest.raises(Refused, match="is damaged"):
        change_decisions(root, lambda now: now.leave_out(["a/1.jpg"]))
    assert path.read_bytes() == b"{"
