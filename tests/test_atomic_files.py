"""Files are written whole, where the path leads, and stay whose they were."""

import os
import stat
import sys
from pathlib import Path

import pytest

from explorer.atomic_files import write_atomically

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither modes nor named pipes")


def test_a_new_file_has_the_mode_that_the_umask_says(tmp_path):
    write_atomically(tmp_path / "new", "text")
    (tmp_path / "usual").touch()
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert [path.name for path in tmp_path.glob("*.part")] == []


@posix
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path):
    path = tmp_path / "file"
    for mode in (0o600, 0o755):
        path.touch()
        path.chmod(mode)
        write_atomically(path, f"{mode}")
        assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == (f"{mode}", mode)


@posix
def test_what_a_link_leads_to_is_written_and_the_link_stays(tmp_path):
    for name, content in (("there", "old"), ("to come", None)):
        target, link = tmp_path / name, tmp_path / f"link to {name}"
        if content:
            target.write_text(content)
        link.symlink_to(target)
        write_atomically(link, "new")
        assert link.is_symlink()
        assert target.read_text() == "new"


@posix
def test_a_link_in_the_place_of_the_temporary_file_is_not_followed(tmp_path):
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "file.part").symlink_to(tmp_path / "mine")
    write_atomically(tmp_path / "file", "new")
    assert (tmp_path / "mine").read_text() == "mine"


@posix
def test_what_is_no_file_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(pipe, "text")
    assert os.read(reader, 100) == b"text"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    null = Path(os.devnull)
    before = null.stat()
    write_atomically(null, "text")
    assert null.stat().st_ino == before.st_ino


@posix
def test_links_in_a_circle_are_an_error_of_the_system(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(OSError, match="symbolic links"):
        write_atomically(tmp_path / "a", "text")
