"""Files below a folder: what is an image, what is passed over, links, and names of all kinds."""

import os
import sys
from io import BytesIO

import pytest
from PIL import Image

from explorer.paths import real_name
from explorer.runs.data.image_files import FoundFiles, find_files, has_image_suffix
from tests.images import put

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


def test_images_are_found_at_any_depth(tmp_path):
    put(tmp_path, "a/1.jpg", "a/x/y/2.PNG", "b/notes.txt", "3.webp", "c/")
    assert find_files(tmp_path) == FoundFiles(
        images=["3.webp", "a/1.jpg", "a/x/y/2.PNG"], others=["b/notes.txt"], folders=["a", "a/x", "a/x/y", "b", "c"]
    )


def test_hidden_files_and_those_of_the_system_are_passed_over(tmp_path):
    put(tmp_path, "a/1.jpg", "a/._1.jpg", "a/.DS_Store", "a/Thumbs.db", "a/desktop.ini", "__MACOSX/a/._1.jpg")
    put(tmp_path, "a/@eaDir/1.jpg", ".ipynb_checkpoints/1.jpg", "a/.hidden/2.jpg", "$RECYCLE.BIN/3.jpg")
    assert find_files(tmp_path) == FoundFiles(images=["a/1.jpg"], folders=["a"])


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "AVIF", "PPM", "JPEG2000", "DDS"])
@pytest.mark.parametrize("name", ["photo", "photo.img", "photo.of.1999"])
def test_an_image_without_a_suffix_that_says_so_is_told_by_its_content(tmp_path, form, name):
    content = BytesIO()
    try:
        Image.new("RGB", (8, 8), "red").save(content, form)
    except (KeyError, OSError):
        pytest.skip(f"this Pillow writes no {form}")
    (tmp_path / name).write_bytes(content.getvalue())
    assert find_files(tmp_path).images == [name]


@pytest.mark.parametrize(
    "content", [b"", b"BMW is a brand", b"P1", b"RIFF....WAVEfmt ", b"%PDF-1.7", b"PK\3\4", b"\0" * 99]
)
def test_other_content_is_no_image(tmp_path, content):
    (tmp_path / "thing").write_bytes(content)
    assert find_files(tmp_path).others == ["thing"]


def test_pillow_opens_what_has_an_image_suffix():
    known = Image.registered_extensions()
    readable = {suffix for suffix, form in known.items() if form in Image.OPEN}
    usual = {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".webp", ".ppm", ".pgm", ".jfif", ".tga", ".jp2"}
    assert usual <= {suffix for suffix in readable if has_image_suffix(f"x{suffix.upper()}")}
    assert not has_image_suffix("x.txt")


@posix
@pytest.mark.timeout(20)
def test_what_is_no_file_is_never_opened(tmp_path):
    os.mkfifo(put(tmp_path, "a/1.jpg") / "a" / "pipe.jpg")
    os.mkfifo(tmp_path / "a" / "pipe")
    (tmp_path / "a" / "device").symlink_to("/dev/zero")
    found = find_files(tmp_path)
    assert found.images == ["a/1.jpg"]
    assert found.others == ["a/device", "a/pipe", "a/pipe.jpg"]


@posix
def test_links_are_followed_once(tmp_path):
    root = put(tmp_path / "root", "a/1.jpg", "b/2.jpg")
    put(tmp_path / "elsewhere", "3.jpg", "x/4.jpg")
    (root / "c").symlink_to(tmp_path / "elsewhere")
    (root / "d").symlink_to(tmp_path / "elsewhere")
    (root / "a" / "round").symlink_to(root)
    (tmp_path / "elsewhere" / "x" / "back").symlink_to(tmp_path)
    (root / "b" / "again.jpg").symlink_to(root / "a" / "1.jpg")
    (root / "b" / "gone.jpg").symlink_to(root / "nowhere")
    (root / "b" / "itself").symlink_to(root / "b" / "itself")
    found = find_files(root)
    assert found.images == ["a/1.jpg", "b/2.jpg", "b/again.jpg", "b/gone.jpg", "c/3.jpg", "c/x/4.jpg"]
    assert found.others == ["b/itself"]


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_a_folder_that_cannot_be_read_is_named(tmp_path):
    put(tmp_path, "a/1.jpg", "b/2.jpg")
    (tmp_path / "b").chmod(0)
    try:
        found = find_files(tmp_path)
    finally:
        (tmp_path / "b").chmod(0o700)
    assert (found.images, found.unreadable) == (["a/1.jpg"], ["b"])


def test_a_folder_that_vanishes_while_it_is_listed_is_named(tmp_path, monkeypatch):
    put(tmp_path, "a/1.jpg", "b/2.jpg")
    real = os.scandir

    def scandir(path):
        if os.fspath(path) == os.fspath(tmp_path / "b"):
            raise FileNotFoundError(path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = find_files(tmp_path)
    assert (found.images, found.unreadable) == (["a/1.jpg"], ["b"])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems know only names in Unicode")
def test_a_name_that_is_not_utf_8_can_be_stored_and_found_again(tmp_path):
    put(tmp_path, os.fsdecode(b"caf\xe9/\xff\x80.jpg"))
    (name,) = find_files(tmp_path).images
    name.encode()
    assert (tmp_path / real_name(name)).read_bytes()
