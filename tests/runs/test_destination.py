"""What is exported is there whole, or what was there before is."""

from pathlib import Path

import pytest

from explorer.runs.destination import write_content
from explorer.validation import Refused
from tests.failing_disk import Disk

FILES = {"config.json": "{}", "weights/model.bin": b"\x00" * 100, "README.md": "网络"}


def tree(folder: Path) -> dict[str, bytes]:
    """The content of each file below a folder, by its path there."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def is_written(path: Path, content) -> bool:
    try:
        write_content(path, content)
    except Refused:
        return False
    return True


@pytest.mark.parametrize("content", ["new", b"new", FILES], ids=["text", "bytes", "folder"])
@pytest.mark.parametrize("is_there", [False, True])
def test_whatever_fails_nothing_half_is_left(content, is_there, tmp_path, monkeypatch):
    place = tmp_path / "place"
    place.mkdir()
    path = place / "网络 1"
    if is_there:
        write_content(path, dict.fromkeys(FILES, "old") if content is FILES else "old")
    before = tree(place)
    disk = Disk(place, monkeypatch)
    for due in range(1, 100):
        disk.calls, disk.due = 0, due
        if is_written(path, content):
            break
        assert tree(place) == before, disk.last
        assert [each.name for each in place.iterdir()] == [path.name] * is_there, disk.last
    disk.due = None
    assert 3 < disk.calls + 1 == due
    expected = content if content is FILES else {"": content}
    as_bytes = {name: each.encode() if isinstance(each, str) else each for name, each in expected.items()}
    assert tree(place) == {f"{path.name}/{name}".rstrip("/"): each for name, each in as_bytes.items()}
    assert [each.name for each in place.iterdir()] == [path.name]


def test_a_folder_with_anything_else_in_it_is_not_replaced(tmp_path):
    folder = tmp_path / "logs"
    write_content(folder, FILES)
    for name in ("notes.txt", "weights/mine.bin", "more/mine.txt", ".hidden"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("mine")
        before = tree(folder)
        with pytest.raises(Refused, match="has other files, which would be lost"):
            write_content(folder, {**FILES, "README.md": "other"})
        assert tree(folder) == before
        (folder / name).unlink()
    write_content(folder, {**FILES, "README.md": "other"})
    assert (folder / "README.md").read_text() == "other"


def test_an_empty_folder_may_become_the_exported_one(tmp_path):
    (tmp_path / "logs").mkdir()
    write_content(tmp_path / "logs", FILES)
    assert set(tree(tmp_path / "logs")) == set(FILES)


def test_files_and_folders_do_not_replace_one_another(tmp_path):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    with pytest.raises(Refused, match="is not a folder"):
        write_content(tmp_path / "file", FILES)
    with pytest.raises(Refused, match="is a folder"):
        write_content(tmp_path / "folder", "text")
    with pytest.raises(Refused, match="there is no folder"):
        write_content(tmp_path / "missing" / "a", "text")
    assert tree(tmp_path) == {"file": b"mine"}
