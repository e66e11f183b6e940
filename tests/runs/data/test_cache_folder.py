"""The folder of decoded images: what is listed, how much is allowed, what clearing leaves."""

import json
import os

import pytest
from filelock import FileLock

from explorer.runs.data import cache_folder
from explorer.runs.data.cache_folder import (
    cache_bytes,
    cache_limit,
    cached_sets,
    clear_cache,
    folder_of,
    make_room,
    use_cache_limit,
)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(cache_folder, "user_folder", lambda kind: tmp_path / kind)
    return tmp_path / "cache" / "images"


def add(root, stem: str = "3x2x2-white", size: int = 1000, used: float = 1e9):
    folder = folder_of(root)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}.set"
    path.write_text(json.dumps({"root": str(root), "shape": [3, 2, 2]}) + "\n")
    (folder / f"{stem}.0.pixels").write_bytes(bytes(size))
    os.utime(path, (used, used))
    return path


def test_nothing_is_there_at_first():
    assert (cached_sets(), cache_bytes(), cache_limit(), clear_cache()) == ((), 0, 0, 0)


def test_folders_of_the_same_name_are_apart_and_a_link_is_not(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name / "photos").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "a")
    first, second, third = (folder_of(tmp_path / name / "photos") for name in ("a", "b", "link"))
    assert first.name.startswith("photos-")
    assert first != second
    assert first == third
    assert folder_of(tmp_path / "相片 é").name.startswith("images-")


def test_sets_are_listed_the_last_used_first(tmp_path):
    add(tmp_path / "old", used=1e9)
    add(tmp_path / "new", used=2e9)
    damaged = add(tmp_path / "damaged")
    damaged.write_text("{")
    new, old = cached_sets()
    assert (new.root, new.shape, new.used) == (str(tmp_path / "new"), (3, 2, 2), 2e9)
    assert old.root == str(tmp_path / "old")
    assert new.bytes == 1000 + new.path.stat().st_size


def test_clearing_leaves_what_is_being_written(tmp_path):
    path, other = add(tmp_path / "busy"), add(tmp_path / "idle")
    (other.parent / "index.json").write_text("{}")
    with FileLock(path.with_suffix(".lock")):
        assert clear_cache() > 1000
        assert [each.path for each in cached_sets()] == [path]
        assert not other.parent.exists()
    clear_cache()
    assert cache_bytes() == 0


def test_a_limit_is_kept_and_makes_room_at_once(tmp_path):
    add(tmp_path / "old", used=1e9)
    new = add(tmp_path / "new", used=2e9)
    use_cache_limit(1500)
    assert cache_limit() == 1500
    assert [each.path for each in cached_sets()] == [new]
    assert make_room(100)
    assert cached_sets()
    assert not make_room(2000)  # nothing is removed for what cannot fit
    assert cached_sets()
    assert make_room(1400)
    assert not cached_sets()
    use_cache_limit(0)
    assert make_room(10**6)


def test_the_disk_must_have_room(monkeypatch):
    monkeypatch.setattr(cache_folder, "_free_bytes", lambda folder: 999 + 256 * 2**20)  # so much stays free
    assert make_room(999)
    assert not make_room(1000)


@pytest.mark.parametrize("content", ["", "-5", "many", "1e9", "½"])
def test_a_limit_that_is_no_number_is_none(tmp_path, content):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "cache_limit").write_text(content, encoding="utf-8")
    assert cache_limit() == 0
