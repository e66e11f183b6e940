"""Examination: what is found in an image, against imagehash and CleanVision's measures, and how it is cancelled."""

import hashlib
import threading
import time

import numpy as np
import pytest
from PIL import Image

from explorer.engine.data import parallel
from explorer.engine.data.images import examination
from explorer.engine.data.images.decoding import flatten
from explorer.engine.data.images.examination import Examined, examine, examine_all
from explorer.engine.data.progress import Cancelled, unreported


def photo(seed: int = 0, size: tuple[int, int] = (96, 72)) -> Image.Image:
    """A smooth picture with some structure, different for each seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def test_what_is_known_of_an_image(tmp_path):
    path = tmp_path / "x.jpg"
    photo().save(path)
    found = examine(path)
    assert (found.size, found.changed) == (path.stat().st_size, path.stat().st_mtime_ns)
    assert found.contents == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (found.error, found.width, found.height, found.coloured) == ("", 96, 72, True)
    assert 0 < found.darkest < found.brightest <= 1


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (50, 40)], ids=str)
def test_brightness_is_by_the_percentiles_of_numpy(tmp_path, size):
    pixels = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "noise.png")
    values = np.sqrt(np.square(pixels[::2, ::2] / 255) @ (0.241, 0.691, 0.068))
    found = examine(tmp_path / "noise.png")
    assert [found.darkest, found.brightest] == np.percentile(values, (5, 99)).tolist()


def test_what_looks_the_same_has_the_same_digest(tmp_path):
    """Stored losslessly in other formats, turned by EXIF, as a palette, opaque, with other data beside it."""
    image = photo().quantize(64).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "0.png")
    image.save(tmp_path / "1.bmp")
    image.save(tmp_path / "2.webp", lossless=True)
    image.convert("RGBA").save(tmp_path / "3.png")
    image.quantize(64).save(tmp_path / "4.gif")
    image.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "5.tiff", exif=exif)
    image.save(tmp_path / "6.png", compress_level=1)
    same = [examine(path) for path in sorted(tmp_path.iterdir())]
    assert len({each.digest for each in same}) == 1
    assert len({each.contents for each in same}) == 7
    changed = image.copy()
    changed.putpixel((5, 5), (0, 0, 0))
    changed.save(tmp_path / "changed.png")
    image.crop((0, 0, 96, 71)).save(tmp_path / "cut.png")
    assert len({examine(tmp_path / name).digest for name in ("0.png", "changed.png", "cut.png")}) == 3


def test_images_of_one_colour_differ_by_their_size(tmp_path):
    Image.new("RGB", (20, 10)).save(tmp_path / "wide.png")
    Image.new("RGB", (10, 20)).save(tmp_path / "tall.png")
    assert examine(tmp_path / "wide.png").digest != examine(tmp_path / "tall.png").digest


def test_a_digest_is_of_all_rows(tmp_path, monkeypatch):
    """A large image is hashed some rows at a time, with the same result."""
    photo(size=(100, 90)).save(tmp_path / "x.png")
    whole = examine(tmp_path / "x.png")
    monkeypatch.setattr(examination, "_ROWS", 7)
    assert examine(tmp_path / "x.png") == whole


def test_colour_is_told_from_noise(tmp_path):
    grey = photo().convert("L")
    noisy = np.asarray(grey.convert("RGB")).astype(int) + np.random.default_rng(0).integers(-4, 5, (72, 96, 3))
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(tmp_path / "noisy.jpg", quality=70)
    grey.save(tmp_path / "grey.png")
    Image.merge("RGB", [grey, grey, grey.point(lambda value: value * 3 // 4)]).save(tmp_path / "yellowish.jpg")
    assert [examine(tmp_path / name).coloured for name in ("noisy.jpg", "grey.png", "yellowish.jpg")] == [
        *(False, False, True)
    ]


def test_the_small_version_gives_imagehashs_difference_hash(tmp_path):
    imagehash = pytest.importorskip("imagehash")
    for seed in range(40):
        photo(seed, (256, 200)).save(tmp_path / "x.png")
        small = Image.frombytes("RGB", examination.SMALL, bytes.fromhex(examine(tmp_path / "x.png").small))
        grey = np.asarray(small.convert("L"))
        expected = imagehash.dhash(Image.open(tmp_path / "x.png")).hash
        assert (expected != (grey[:, 1:] > grey[:, :-1])).sum() <= 2  # it is made from a reduced image


def test_a_file_that_is_no_image_has_its_reason(tmp_path):
    (tmp_path / "text.jpg").write_text("no image")
    (tmp_path / "empty.jpg").touch()
    found = examine(tmp_path / "text.jpg")
    assert found == Examined(8, (tmp_path / "text.jpg").stat().st_mtime_ns, "unknown format")
    assert examine(tmp_path / "empty.jpg").error == "empty"
    assert examine(tmp_path / "missing.jpg").error == "No such file or directory"
    assert examine(tmp_path / "no\0name.jpg").error  # as a table may have it


def test_every_file_is_examined_once(tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(50)]
    for number, path in enumerate(paths):
        Image.new("L", (4, 4), number).save(path)
    assert list(examine_all(paths, unreported)) == [examine(path) for path in paths]
    assert list(examine_all([], unreported)) == []


def test_large_images_take_turns(tmp_path, monkeypatch):
    """Only one of them at a time is in memory."""
    monkeypatch.setattr(examination, "_LARGE", 15)
    for side in (3, 4):
        Image.new("L", (side, side)).save(tmp_path / f"{side}.png")
    turn = threading.Lock()
    opened = []
    monkeypatch.setattr(examination, "flatten", lambda *image: opened.append(turn.locked()) or flatten(*image))
    for side in (3, 4):
        assert not examine(tmp_path / f"{side}.png", turn).error
    assert opened == [False, True]


def test_it_is_cancelled_in_the_middle_of_a_large_file(tmp_path, monkeypatch):
    """A thread that decodes cannot be stopped: nobody waits for it, and it takes no other file."""
    started, goes_on, seen = threading.Event(), threading.Event(), []

    def slow(path, turn):
        seen.append(path)
        started.set()
        goes_on.wait(60)
        return Examined(1, 1)

    def report(done, total):
        if started.is_set():
            raise Cancelled

    monkeypatch.setattr(examination, "examine", slow)
    monkeypatch.setattr(examination, "_PIECE", 1)
    monkeypatch.setattr(parallel, "usable_cores", lambda: 1)
    before = time.monotonic()
    with pytest.raises(Cancelled):
        list(examine_all([tmp_path / str(number) for number in range(100)], report))
    assert time.monotonic() - before < 30  # without a wait for the threads, which would take 60
    goes_on.set()
    for thread in threading.enumerate():
        if thread.name.startswith("in order"):
            thread.join()
    assert len(seen) <= 2
