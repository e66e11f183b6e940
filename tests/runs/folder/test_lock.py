"""What the lock of a run tells: to its user, to another user, and on another computer."""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pytest

from explorer.architecture.presets import preset
from explorer.runs.folder.run import read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.recipe import Recipe

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other users and locks")


@pytest.fixture
def folder():
    """A run of this process in a place that every user may enter."""
    root = Path(tempfile.mkdtemp())
    root.chmod(0o755)
    folder = RunFolder.create(root, preset("mini"), Recipe(), params=1)
    yield folder
    folder.close()
    shutil.rmtree(root)


@pytest.fixture
def another_user(folder):
    """From now on this process may read the run's files and not write them."""
    for path in (*folder.path.iterdir(), folder.path):
        path.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65_534)
    yield
    if is_root:
        os.seteuid(0)
    folder.path.chmod(0o755)


@posix
@pytest.mark.parametrize("state", ["running", "paused"])
def test_another_users_run_is_under_way_as_long_as_its_lock_is_held(folder, request, state):
    folder.update(state=state)
    request.getfixturevalue("another_user")
    with pytest.raises(PermissionError):
        (folder.path / "run.lock").open("r+b")
    assert read_run(folder.path).state == state
    folder._lock.release()
    assert read_run(folder.path).state == "interrupted"


def test_to_ask_writes_nothing(folder):
    folder.close()
    (folder.path / "run.lock").unlink()
    before = sorted(folder.path.iterdir())
    assert read_run(folder.path).state == "interrupted"
    assert sys.platform == "win32" or sorted(folder.path.iterdir()) == before


def age(folder: RunFolder, seconds: float) -> None:
    """Let the last writing be so long ago."""
    for path in folder.path.iterdir():
        os.utime(path, (time.time() - seconds,) * 2)


def test_where_locks_are_not_passed_on_a_run_is_under_way_while_it_writes(folder):
    folder.update(host="another computer")
    folder.close()
    age(folder, seconds=50)
    assert read_run(folder.path).state == "running"
    age(folder, seconds=500)
    assert read_run(folder.path).state == "interrupted"


def test_where_locks_are_passed_on_it_need_not_write(folder):
    folder.update(host="another computer", state="paused")
    age(folder, seconds=500)
    assert read_run(folder.path).state == "paused"
