"""Surveys of many runs: what is read again, what the index spares, and folders that hold no good run."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from explorer.architecture.presets import preset
from explorer.paths import user_folder
from explorer.runs.folder import survey
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.folder.survey import list_runs, survey_runs
from explorer.runs.recipe import Recipe

MINI = preset("mini")


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A folder of runs, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(survey, "_MANY", 2)
    return tmp_path / "runs"


def make(root: Path, **entries) -> Path:
    folder = RunFolder.create(root, MINI, Recipe(), 77_754)
    folder.update(**{"state": "finished", **entries})
    folder.close()
    return folder.path


@pytest.fixture
def parsed(monkeypatch) -> list[str]:
    """The names of the folders whose manifests are read."""
    names, read = [], survey.read_entries
    monkeypatch.setattr(survey, "read_entries", lambda folder: names.append(folder.name) or read(folder))
    return names


def forget() -> None:
    """Know no more than another process does."""
    survey._KNOWN.clear()


def index_file() -> Path:
    return user_folder("cache") / "runs.sqlite"


def test_only_manifests_that_have_changed_are_parsed_again(root, parsed):
    first, second, third = (make(root, name=name) for name in "abc")
    before = list_runs(root)
    assert sorted(parsed) == sorted(each.name for each in (first, second, third))
    parsed.clear()
    again = list_runs(root)
    assert [id(run) for run in again] == [id(run) for run in before]
    assert parsed == []
    (second / "run.json").write_text((second / "run.json").read_text().replace('"b"', '"other"'))
    assert {run.name for run in list_runs(root)} == {"a", "other", "c"}
    assert parsed == [second.name]
    parsed.clear()
    forget()
    (third / "run.json").write_text((third / "run.json").read_text().replace('"c"', '"4th"'))
    assert {run.name for run in list_runs(root)} == {"a", "other", "4th"}
    assert {*parsed} == {
        second.name,
        third.name,
    }  # the index is not written for a single change
    forget()
    assert {run.name for run in list_runs(root)} == {"a", "other", "4th"}
    assert len(parsed) == 2


def test_with_named_folders_only_they_and_new_ones_are_looked_at(root, parsed):
    first, second = make(root), make(root)
    survey_runs(root)
    parsed.clear()
    for folder in (first, second):
        (folder / "run.json").write_text((folder / "run.json").read_text().replace("finished", "stopped"))
    third = make(root)
    assert [run.state for run in survey_runs(root, [first.name]).runs] == ["finished", "finished", "stopped"]
    assert parsed == sorted([first.name, third.name])
    shutil.rmtree(second)
    assert {run.id for run in survey_runs(root, []).runs} == {first.name, third.name}


def test_what_the_index_keeps_is_what_the_folder_says(root, parsed):
    make(root, name="ä", tags=["good", "2"], starred=True, colour=3, note="\n", label="seed {seed}", seconds=3.5)
    make(root, state="running", host="")
    read = list_runs(root)
    forget()
    parsed.clear()
    assert list_runs(root) == read
    assert parsed == []
    assert {run.state for run in read} == {"finished", "interrupted"}


def test_other_processes_of_this_version_use_the_same_index(root, parsed):
    make(root), make(root)
    program = "import sys; from pathlib import Path; from explorer.runs.folder import survey; survey._MANY = 2"
    listed = f"{program}; print(len(survey.list_runs(Path(sys.argv[1]))))"
    assert subprocess.check_output([sys.executable, "-c", listed, str(root)], text=True) == "2\n"
    assert len(list_runs(root)) == 2
    assert parsed == []


def spoilt(spoil):
    """Spoil the index, and give it back whole."""

    def use(file: Path):
        with closing(sqlite3.connect(file)) as index:
            spoil(index)
            index.commit()

    return use


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.unlink(),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"no index at all" * 1000),
        lambda file: file.write_bytes(file.read_bytes()[:4096] + b"\xff" * 8192),
        spoilt(lambda index: index.execute("PRAGMA user_version = 7")),
        spoilt(lambda index: index.execute("DROP TABLE manifests")),
        spoilt(lambda index: index.execute("ALTER TABLE manifests RENAME COLUMN entries TO words")),
        spoilt(lambda index: index.execute("UPDATE manifests SET entries = 'null'")),
        spoilt(lambda index: index.execute("UPDATE manifests SET entries = x'00', inode = 'one'")),
    ],
    ids=["deleted", "empty", "strange", "torn", "version", "without-table", "other-columns", "entries", "types"],
)
def test_an_index_that_is_no_good_is_made_again(root, parsed, spoil):
    make(root), make(root)
    before = list_runs(root)
    spoil(index_file())
    for count in (2, 0):
        forget()
        parsed.clear()
        assert list_runs(root) == before
        assert len(parsed) == count


def test_a_locked_index_is_done_without(root, parsed, monkeypatch):
    monkeypatch.setattr("explorer.runs.index.manifest_index._WAIT", 0.01)
    make(root), make(root)
    before = list_runs(root)
    forget()
    with closing(sqlite3.connect(index_file())) as other:
        other.execute("BEGIN EXCLUSIVE")
        parsed.clear()
        assert list_runs(root) == before
        assert len(parsed) == 2
    assert index_file().is_file()


@pytest.mark.parametrize("place", ["", "file"])
def test_without_a_place_for_the_index_runs_are_read_all_the_same(root, tmp_path, monkeypatch, place):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    if not place:
        monkeypatch.setattr("explorer.runs.index.manifest_index.user_folder", lambda kind: Path("~nobody/cache"))
    make(root), make(root)
    assert len(list_runs(root)) == 2


def test_what_is_gone_is_forgotten_by_the_index_too(root, tmp_path):
    other = tmp_path / "other"
    for place in (root, root, root, other, other):
        make(place)
    list_runs(root), list_runs(other)
    shutil.rmtree(other)
    shutil.rmtree(list_runs(root)[0].folder)
    make(root)
    forget()
    list_runs(root)
    with closing(sqlite3.connect(index_file())) as index:
        kept = {folder for (folder,) in index.execute("SELECT folder FROM manifests")}
    assert kept == {run.id for run in list_runs(root)}


def state_of(root: Path) -> dict[Path, tuple[int, ...]]:
    """What would be another if anything below `root` were altered."""
    found = {path: path.lstat() for path in root.rglob("*")}
    return {path: (at.st_mode, at.st_ino, at.st_size, at.st_mtime_ns) for path, at in found.items()}


def half_written(folder: Path) -> None:
    (folder / "run.json").unlink()
    (folder / "events.jsonl").write_bytes(b'{"event": "sta')


def newer(folder: Path) -> None:
    table = json.loads((folder / "run.json").read_text())
    table["recipe"]["sharpness"] = 2
    (folder / "run.json").write_text(json.dumps(table))


def huge(folder: Path) -> None:
    with (folder / "run.json").open("r+b") as file:
        file.truncate(2**40)  # a hole, which takes no room


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (half_written, None),
        (newer, "cannot be read: sharpness: is not a known key"),
        (lambda folder: (folder / "run.json").write_bytes(b""), "is damaged: it is not JSON"),
        (lambda folder: (folder / "run.json").write_bytes(b'{"state": "runn'), "is damaged: it is not JSON"),
        (lambda folder: (folder / "run.json").write_bytes(b"\xff\xfe"), "is damaged: it is not JSON"),
        (lambda folder: (folder / "run.json").write_text("[" * 100_000), "is damaged: it is not JSON"),
        (huge, "is not a run"),
    ],
    ids=["half-written", "newer", "empty", "torn", "bytes", "deep", "huge"],
)
def test_a_folder_that_is_no_good_is_listed_as_what_it_is_and_never_altered(root, spoil, reason):
    good, bad = make(root), make(root)
    spoil(bad)
    before = state_of(root)
    for _ in range(2):
        found = survey_runs(root)
        assert [run.folder for run in found.runs] == [good]
        assert [(each.folder, str(each.reason)) for each in found.unreadable] == ([(bad, reason)] if reason else [])
    assert state_of(root) == before


def test_a_copied_folder_is_a_run_of_its_own(root):
    first = make(root, name="one")
    shutil.copytree(first, root / "copy of it")
    assert {run.id for run in list_runs(root)} == {first.name, "copy of it"}
    assert {run.name for run in list_runs(root)} == {"one"}


def test_a_run_that_is_deleted_while_it_is_read_is_no_longer_listed(root, monkeypatch):
    make(root), make(root)
    read = survey.read_entries

    def delete_and_read(folder):
        shutil.rmtree(folder)
        return read(folder)

    monkeypatch.setattr(survey, "read_entries", delete_and_read)
    assert survey_runs(root) == ((), ())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no pipes with a name")
def test_a_pipe_in_the_place_of_a_manifest_is_not_waited_for(root):
    good, bad = make(root), make(root)
    (bad / "run.json").unlink()
    os.mkfifo(bad / "run.json")
    assert [run.folder for run in list_runs(root)] == [good]
