"""Decoded images on the disk: each decoded once, shared by processes, whatever ends one of them or fills the disk."""

import errno
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

from explorer.engine.data import cache, parallel
from explorer.engine.data.cache import NoRoom, Source, Stored, store
from explorer.engine.data.images.decoding import decode
from explorer.engine.data.progress import Cancelled, unreported
from explorer.runs.data import cache_folder
from explorer.runs.data.cache_folder import cached_sets, folder_of, use_cache_limit
from explorer.validation import Refused
from tests.failing_disk import Disk

SHAPE = (3, 5, 7)
BYTES = 3 * 5 * 7
COUNT = 12


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """The folder of everything that is kept."""
    monkeypatch.setattr(cache_folder, "user_folder", lambda kind: tmp_path / kind)
    return tmp_path / "cache" / "images"


def draw(path: Path, shade: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(shade).integers(0, 256, (20, 14, 3), np.uint8)
    Image.fromarray(noise).save(path)


@pytest.fixture
def root(tmp_path) -> Path:
    for number in range(COUNT):
        draw(tmp_path / "photos" / f"{number}.png", number)
    return tmp_path / "photos"


@pytest.fixture
def seen(monkeypatch) -> list[str]:
    """The names of the files that are decoded."""
    names = []
    monkeypatch.setattr(cache, "decode", lambda path, *rest: names.append(path.name) or decode(path, *rest))
    return names


def sources(root: Path) -> list[Source]:
    paths = sorted(root.iterdir())
    return [Source(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in paths]


def keep(root: Path, report=unreported, background: str = "white") -> Stored:
    return store(root, sources(root), SHAPE, background, report)


def agrees(stored: Stored, root: Path) -> bool:
    """Whether what is stored is what the files have."""
    expected = [decode(root / source.file, SHAPE) for source in sources(root)]
    return np.array_equal(stored.pixels[stored.places], np.stack(expected))


def test_each_image_is_decoded_once(place, root, seen):
    told = []
    assert agrees(keep(root, lambda *progress: told.append(progress)), root)
    assert len(seen) == COUNT
    assert told[-1] == (COUNT, COUNT)
    assert sorted(told) == told
    seen.clear()
    assert agrees(keep(root), root)
    assert seen == []
    reversed_order = store(root, sources(root)[::-1], SHAPE, "white", unreported)
    assert np.array_equal(reversed_order.pixels[reversed_order.places[0]], decode(root / "9.png", SHAPE))


def test_a_changed_file_alone_is_decoded_again_and_the_map_of_another_run_stays(place, root, seen):
    before = keep(root)
    first = np.array(before.pixels[before.places])
    seen.clear()
    draw(root / "3.png", 99)
    assert agrees(keep(root), root)
    assert seen == ["3.png"]
    assert np.array_equal(before.pixels[before.places], first)
    seen.clear()
    draw(root / "new.png", 5)
    (root / "7.png").unlink()
    assert agrees(keep(root), root)
    assert seen == ["new.png"]


def test_a_set_of_old_versions_is_made_again(place, root, seen):
    for change in range(1, 4):
        keep(root)
        for number in range(COUNT):
            draw(root / f"{number}.png", 100 * change + number)
    assert agrees(keep(root), root)
    assert len(seen) == 4 * COUNT
    (pixels,) = folder_of(root).glob("*.pixels")
    assert pixels.stat().st_size == COUNT * BYTES


def test_sizes_and_backgrounds_are_apart(place, root, seen):
    keep(root)
    keep(root, background="black")
    store(root, sources(root), (1, 5, 7), "white", unreported)
    assert len(seen) == 3 * COUNT
    assert {each.shape for each in cached_sets()} == {(3, 5, 7), (1, 5, 7)}


def test_what_was_decoded_before_a_stop_is_kept(place, root, seen, monkeypatch):
    monkeypatch.setattr(parallel, "usable_cores", lambda: 1)

    def stop(done, total):
        if done == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        keep(root, stop)
    seen.clear()
    assert agrees(keep(root), root)
    assert len(seen) == COUNT - 5


def test_a_stop_does_not_wait_for_a_slow_image(place, root, monkeypatch):
    go_on = threading.Event()
    monkeypatch.setattr(cache, "decode", lambda *_: go_on.wait() and np.zeros((5, 7, 3), np.uint8))

    def stop(done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        keep(root, stop)
    go_on.set()


def test_what_a_killed_process_had_not_listed_is_dropped(place, root):
    keep(root)
    (pixels,) = folder_of(root).glob("*.pixels")
    with pixels.open("ab") as file:
        file.write(b"half an image")
    draw(root / "new.png", 50)
    assert agrees(keep(root), root)
    assert pixels.stat().st_size == (COUNT + 1) * BYTES


def test_one_that_cannot_be_decoded_is_named_and_the_others_are_kept(place, root, seen, monkeypatch):
    (root / "5.png").write_bytes(b"not any more")
    with pytest.raises(Refused, match=r"5\.png"):
        keep(root)
    (root / "5.png").unlink()
    done = len(seen)
    assert agrees(keep(root), root)
    assert len(seen) < done + COUNT - 1


@pytest.mark.parametrize("removed", ["*.pixels", "*.set", "*"])
def test_the_cache_may_be_removed_under_a_run(place, root, seen, removed):
    stored = keep(root)
    for path in folder_of(root).glob(removed):
        path.unlink()
    assert agrees(stored, root)
    seen.clear()
    assert agrees(keep(root), root)
    assert len(seen) == COUNT


def test_a_damaged_list_is_made_again(place, root):
    keep(root)
    (listed,) = folder_of(root).glob("*.set")
    for content in (b"", b"{}", b"[1]\n", b"\xff\xfe", listed.read_bytes()[:-30]):
        listed.write_bytes(content)
        assert agrees(keep(root), root)


def test_of_two_at_once_one_decodes_and_the_other_waits_and_tells_how_far_it_is(place, root, seen, monkeypatch):
    monkeypatch.setattr(parallel, "usable_cores", lambda: 1)
    waits, found, told = threading.Event(), [], []

    def first_report(done, total):
        if done == 4:
            assert waits.wait(60)

    def second_report(done, total):
        told.append((done, total))
        waits.set()

    first = threading.Thread(target=lambda: found.append(keep(root, first_report)))
    first.start()
    while not list(place.rglob("*.lock")):
        assert first.is_alive()
    found.append(keep(root, second_report))
    first.join()
    assert len(seen) == COUNT
    assert all(agrees(stored, root) for stored in found)
    assert all(0 <= done <= total == COUNT for done, total in told)


def test_one_that_waits_can_be_stopped(place, root):
    def stop(done, total):
        raise Cancelled

    keep(root)
    draw(root / "new.png", 9)
    (listed,) = folder_of(root).glob("*.set")
    with FileLock(listed.with_suffix(".lock")), pytest.raises(Cancelled):
        keep(root, stop)


def test_whatever_the_disk_does_nothing_half_is_left(place, root, monkeypatch):
    """The n-th thing asked of the disk fails, for every n, first with nothing kept, then with some images."""
    for kept in (0, 5):
        due = 0
        while True:
            due += 1
            shutil.rmtree(place, ignore_errors=True)
            if kept:
                store(root, sources(root)[:kept], SHAPE, "white", unreported)
            with monkeypatch.context() as patch:
                disk = Disk(place, patch)
                disk.due = due
                said = "decoded images cannot be kept"
                try:
                    assert agrees(keep(root), root)
                except NoRoom as error:
                    said = error.sentence
                assert "decoded images cannot be kept" in said
                for pixels in place.rglob("*.pixels"):
                    assert pixels.stat().st_size in (kept * BYTES, COUNT * BYTES), disk.last
            assert agrees(keep(root), root), disk.last
            if disk.calls < due:
                break
        assert due > 5


def test_a_disk_that_fails_while_images_are_decoded_is_noticed(place, root, monkeypatch):
    failed = threading.Event()

    def fail(descriptor):
        if threading.current_thread().name.startswith("flush"):
            failed.set()
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(cache, "_FLUSH_EVERY", 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(NoRoom, match="decoded images cannot be kept"):
            keep(root, lambda *_: failed.wait(60))
    assert not list(place.rglob("*.pixels"))
    assert agrees(keep(root), root)


def test_processes_write_what_threads_would(place, root, monkeypatch):
    """Those that are ended by a stop leave nothing behind that is not listed."""
    monkeypatch.setattr(parallel, "_MANY", 0)

    def stop(done, total):
        if done == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        keep(root, stop)
    (pixels,) = place.rglob("*.pixels")
    assert pixels.stat().st_size == 5 * BYTES
    assert agrees(keep(root), root)
    (root / "5.png").write_bytes(b"not any more")
    with pytest.raises(Refused, match=r"5\.png"):
        keep(root)


def test_a_disk_that_is_full_for_processes_is_left_as_it_was(place, root, monkeypatch):
    resource = pytest.importorskip("resource", reason="Windows has no limits of this kind")
    monkeypatch.setattr(parallel, "_MANY", 0)
    store(root, sources(root)[:5], SHAPE, "white", unreported)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 * BYTES, limits[1]))
    try:
        with pytest.raises(NoRoom, match="File too large"):
            keep(root)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    (pixels,) = place.rglob("*.pixels")
    assert pixels.stat().st_size == 5 * BYTES
    assert agrees(keep(root), root)


def test_a_folder_that_is_none_is_said(place, root):
    place.parent.mkdir()
    place.write_text("a file")
    with pytest.raises(NoRoom, match=r"decoded images cannot be kept in .*: "):
        keep(root)


def test_the_least_recently_used_goes_first_and_too_much_is_refused(place, root, tmp_path):
    keep(root)
    keep(root, background="black")
    keep(root)  # used again
    use_cache_limit(cache_folder.cache_bytes() + BYTES)
    keep(root, background="grey")
    assert [each.path.stem for each in cached_sets()] == ["3x5x7-grey", "3x5x7-white"]
    use_cache_limit(5 * BYTES)
    assert cached_sets() == ()
    with pytest.raises(NoRoom, match="more than is free or allowed"):
        keep(root)
