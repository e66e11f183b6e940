"""The index: nothing is opened twice, changes are seen, and no damage, other process or full disk stops a scan."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from explorer.engine.data import parallel, progress
from explorer.engine.data.images import examination, image_index
from explorer.engine.data.images.image_index import index_images
from explorer.engine.data.progress import Cancelled, unreported
from explorer.runs.data.cache_folder import folder_of
from explorer.runs.data.image_list import ImageList, Layout, ListedImage
from tests.failing_disk import Disk

COUNT = 12


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def images(tmp_path) -> ImageList:
    root = tmp_path / "photos"
    for number in range(COUNT):
        path = root / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (6, 5), (number * 20, 0, 0)).save(path)
    (root / "b" / "text.png").write_text("no image")
    files = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.png"))
    listed = tuple(ListedImage(file, "ab".index(file[0])) for file in files)
    return ImageList(root, Layout.CLASSES, ("a", "b"), listed)


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """The names of the files that are examined."""
    names, examine = [], examination.examine
    monkeypatch.setattr(examination, "examine", lambda path, *turn: names.append(path.name) or examine(path, *turn))
    return names


def index_file(images: ImageList) -> Path:
    return folder_of(images.root) / "index.json"


def test_each_file_is_opened_once_but_those_that_failed(images, opened):
    found = index_images(images, unreported)
    assert [each.error for each in found] == [""] * COUNT + ["unknown format"]
    assert [each.width for each in found[:-1]] == [6] * COUNT
    assert len(opened) == COUNT + 1
    opened.clear()
    assert index_images(images, unreported) == found
    assert opened == ["text.png"]  # its reason may be gone, such as a right that was missing


def test_what_has_changed_is_opened_again(images, opened):
    before = index_images(images, unreported)
    opened.clear()
    Image.new("RGB", (7, 7)).save(images.root / "a" / "0.png")
    os.utime(images.root / "b" / "1.png", ns=(1, 1))
    after = index_images(images, unreported)
    assert sorted(opened) == ["0.png", "1.png", "text.png"]
    assert after[0].width == 7
    assert after[0].digest != before[0].digest
    again = dict(zip([image.file for image in images.images], after, strict=True))["b/1.png"]
    assert again.changed == 1


def test_a_left_out_image_is_not_opened_again_when_it_is_back(images, opened):
    index_images(images, unreported)
    fewer = ImageList(images.root, images.layout, images.class_names, images.images[3:])
    assert len(index_images(fewer, unreported)) == COUNT - 2
    opened.clear()
    assert len(index_images(images, unreported)) == COUNT + 1
    assert opened == ["text.png"]


@pytest.mark.parametrize("damage", [
    lambda path: path.write_bytes(path.read_bytes()[:-20]),
    lambda path: path.write_bytes(path.read_bytes().replace(b'"a/0.png"', b'"a/9.png"')),
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(b"\xff" * 500),
    lambda path: path.write_bytes(path.read_bytes().replace(b"Explorer 1 ", b"Explorer 0 ")),
    lambda path: path.write_text(json.dumps({"a/0.png": [1, 2]})),
    lambda path: (path.unlink(), path.mkdir()),
])  # fmt: skip
def test_a_damaged_or_foreign_index_is_made_again(images, opened, damage):
    found = index_images(images, unreported)
    damage(index_file(images))
    opened.clear()
    assert index_images(images, unreported) == found
    assert len(opened) == COUNT + 1


def test_what_was_found_before_a_cancel_is_kept(images, opened, monkeypatch):
    monkeypatch.setattr(parallel, "usable_cores", lambda: 1)
    monkeypatch.setattr(progress, "_LOOK_EVERY", 0)

    def report(done, total):
        assert total == COUNT + 1
        if done == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        index_images(images, report)
    opened.clear()
    assert len(index_images(images, unreported)) == COUNT + 1
    assert COUNT + 1 - len(opened) == 5


def test_a_disk_that_fails_at_any_moment_is_told_of_and_stops_nothing(images, tmp_path, monkeypatch):
    found = index_images(images, unreported)
    due = 0
    while True:
        due += 1
        os.utime(images.root / "a" / "0.png", ns=(due, due))
        with monkeypatch.context() as patch:
            disk, told = Disk(tmp_path / "cache", patch), []
            disk.due = due
            again = index_images(images, unreported, told.append)
        assert [each.digest for each in again] == [each.digest for each in found]
        if disk.calls < due:
            break
        assert len(told) <= 1
        if told:
            assert "is not kept in" in told[0]
    assert due > 3
    assert not told
    assert index_images(images, unreported)[0].changed == due


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_cache_is_told_of(images, tmp_path):
    (tmp_path / "cache").mkdir(mode=0o500)
    told = []
    assert len(index_images(images, unreported, told.append)) == COUNT + 1
    assert "Permission denied" in told[0]


def test_a_cache_that_is_a_file_is_told_of(images, tmp_path):
    (tmp_path / "cache").touch()
    told = []
    assert len(index_images(images, unreported, told.append)) == COUNT + 1
    assert len(told) == 1


def test_processes_at_once_do_not_hurt_one_another(images):
    program = (
        "import sys; from pathlib import Path\n"
        "from explorer.engine.data.images import image_index\n"
        "from explorer.engine.data.images.examination import Examined\n"
        "index = {f'{number}.png': Examined(number, 1) for number in range(3000)}\n"
        "for turn in range(30):\n"
        "    image_index._keep_index(Path(sys.argv[1]), index, lambda told: sys.exit(told))\n"
        "    assert len(image_index._read_index(Path(sys.argv[1]))) == 3000\n"
    )
    folder = folder_of(images.root)
    processes = [subprocess.Popen([sys.executable, "-c", program, folder]) for _ in range(2)]
    assert [process.wait(120) for process in processes] == [0, 0]
    assert image_index._read_index(folder)
