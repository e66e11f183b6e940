"""`main.py data FOLDER --save-as OUT`: what is saved, printed and refused."""

import os
import subprocess
from pathlib import Path

import pytest

from explorer.cli import main
from explorer.runs.data.decisions import Decisions, Move, write_decisions
from explorer.runs.events import Failed, Progress, Saved, read_event
from explorer.runs.launch import launch_local
from tests.images import put


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    folder = put(tmp_path / "pets", "cat/1.png", "cat/2.png", "dog/1.png")
    write_decisions(folder, Decisions(excluded=("cat/2.png",), moved=(Move("cat/1.png", "dog"),)))
    return folder


def test_a_copy_and_a_table_are_saved_and_named(folder, tmp_path, capsys):
    for name in ("clean", "clean.csv"):
        assert main(["data", str(folder), "--save-as", str(tmp_path / name)]) == 0
        assert capsys.readouterr().out == f"{tmp_path / name}: 2 images\n"
    assert sorted(path.name for path in (tmp_path / "clean").rglob("*")) == ["1-2.png", "1.png", "cat", "dog"]
    assert (tmp_path / "clean.csv").read_text().splitlines() == [
        "file,class,part",
        "pets/cat/1.png,dog,",
        "pets/dog/1.png,dog,",
    ]


@pytest.mark.parametrize(
    ("what", "flags", "words"),
    [
        ("pets", ["--save-as", "pets/clean"], "stays as it is"),
        ("pets", ["--save-as", "."], "is there already"),
        ("pets", ["--save-as", ""], "--save-as OUT takes only --events"),
        ("pets", ["--save-as", "clean", "--verify"], "--save-as OUT takes only --events"),
        ("fashion-mnist-12k", ["--save-as", "clean"], "images of a published data set stay as they are"),
        ("nothing", ["--save-as", "clean"], "there is no data set or folder"),
        ("list", ["--save-as", "clean"], "data list takes only --json"),
        ("get", ["--save-as", "clean"], "data get takes only --events"),
    ],
)
def test_what_cannot_be_saved_is_one_line(folder, tmp_path, monkeypatch, capsys, what, flags, words):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert main(["data", what, *flags]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
    assert sorted(tmp_path.rglob("*")) == before


def test_with_events_the_end_of_standard_input_cancels(folder, tmp_path):
    """As when the window is killed."""
    for path in folder.rglob("*.png"):
        with path.open("wb") as file:
            file.truncate(2**27)
    launch = launch_local(("data", str(folder), "--save-as", str(tmp_path / "clean"), "--events"), tuned=False)
    command, environment = [launch.program, *launch.arguments], {**os.environ, **launch.environment}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True) as saving:
        assert read_event(saving.stdout.readline()) == Progress("save", 0, 2)
        saving.stdin.close()
        assert not any(isinstance(read_event(line), Saved) for line in saving.stdout)
    assert saving.returncode == 1
    assert [path.name for path in tmp_path.iterdir() if "clean" in path.name] == []
    assert subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=True).returncode == 0
    assert len([*(tmp_path / "clean").rglob("*.png")]) == 2


def test_with_events_a_refusal_is_one_too(folder, capsys):
    assert main(["data", str(folder), "--save-as", str(folder / "clean"), "--events"]) == 1
    failed = read_event(capsys.readouterr().out)
    assert isinstance(failed, Failed)
    assert "stays as it is" in failed.reason
