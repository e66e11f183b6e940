"""Trainings of separate processes see each other, for as long as they live."""

import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from explorer.runs.launch import launch_local
from explorer.runs.trainings import Slot
from tests.patience import patience

HOLDING = """
import sys
import warnings
from pathlib import Path
from explorer.runs.trainings import Slot
slot = Slot(Path(sys.argv[1]))
slot.take()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def start(tmp_path):
    """Starts processes that hold a slot."""
    started = []

    def start_one():
        launch = launch_local()
        command = [sys.executable, "-c", HOLDING, str(tmp_path / "trainings")]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        started.append(subprocess.Popen(command, env=launch.environment, **pipes))
        assert started[-1].stdout.readline() == b"held\n"
        return started[-1]

    yield start_one
    for each in started:
        each.kill()
        each.communicate(timeout=patience())


def test_each_counts_the_others(tmp_path):
    first, second, third = (Slot(tmp_path / "trainings") for _ in range(3))
    assert first.others() == 0  # there is no folder yet
    first.take()
    second.take()
    assert (first.others(), second.others(), third.others()) == (1, 1, 2)
    first.free()
    assert (first.others(), second.others()) == (1, 0)
    third.take()  # where the first was
    assert [slot.is_held() for slot in (first, second, third)] == [False, True, True]
    for slot in (second, third):
        slot.free()


def test_taken_twice_it_is_one(tmp_path):
    slot = Slot(tmp_path)
    slot.take()
    slot.take()
    assert (slot.others(), Slot(tmp_path).others()) == (0, 1)
    slot.free()
    assert Slot(tmp_path).others() == 0


def test_a_process_that_is_killed_leaves_its_place(start, tmp_path):
    slot = Slot(tmp_path / "trainings")
    one, other = start(), start()
    assert slot.others() == 2
    one.kill()
    one.wait(patience())
    assert slot.others() == 1
    other.communicate(timeout=patience())
    assert slot.others() == 0


def test_without_a_folder_it_is_alone(tmp_path):
    (tmp_path / "file").touch()
    slot = Slot(tmp_path / "file" / "trainings")
    slot.take()
    assert (slot.is_held(), slot.others()) == (False, 0)


def test_by_default_it_is_the_folder_of_running_processes(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    slot = Slot()
    slot.take()
    if sys.platform == "linux":
        assert [path.name for path in Path(tmp_path).rglob("*.lock")] == ["0.lock"]
    slot.free()


def test_a_system_without_a_folder_for_running_processes_is_no_cause_for_a_warning(monkeypatch):
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Slot()
