"""The files that sessions are kept in: what is damaged, made by a newer version, or in use."""

import json
import re
from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path

import pytest

from explorer.architecture.presets import preset
from explorer.gui.saved_session import DocumentState, SavedSession, SessionFile, Step
from explorer.runs.recipe import RECIPES
from explorer.validation import Refused
from tests.failing_disk import Disk

MINI = preset("mini").change(name="Netz \udcff 网络")
LEFT = SavedSession(
    document=DocumentState(
        first=preset("resnet50"),
        steps=(Step("Open mine.toml", MINI, (None, Path("/tmp/é/mine.toml"))), Step("wider", MINI.change(classes=7))),
        index=1,
        clean_index=-1,
        path=Path("/tmp/é/mine.toml"),
        baseline=preset("wrn-28-10"),
        selection="layer2.0",
    ),
    page="block",
    recipe=RECIPES["best"].change(lr=0.3, data="/data/pets"),
    own_size=True,
    page_windows=(("curves", "AdnQ"),),
    weights="imagenet:V2",
    pasted_block="class Residual:\n    ...\n",
    studies=("runs/studies/a",),
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "new" / "state"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


def keep(folder: Path, session: SavedSession) -> None:
    """What a window does that is opened, and closed."""
    file = SessionFile(folder)
    file.read()
    file.write(session)
    file.close()


def test_a_session_reads_back_what_was_written(folder):
    keep(folder, LEFT)
    file = SessionFile(folder)
    found = file.read()
    assert found == LEFT
    assert found.document.design.name == MINI.name  # equality knows no names
    assert [step.design.name for step in found.document.steps] == [MINI.name] * 2
    for part in (LEFT, LEFT.document):  # nothing was written as its default
        assert all(getattr(part, field.name) != field.default for field in fields(part))
    file.close()


def test_a_session_of_an_older_version_had_every_page_in_the_row_and_new_weights(folder):
    keep(folder, LEFT)
    path = folder / "session-1.json"
    table = json.loads(path.read_text().splitlines()[1])
    del table["page_windows"], table["weights"]
    body = json.dumps(table)
    path.write_text(json.dumps({"schema": 1, "sha256": sha256(body.encode()).hexdigest()}) + f"\n{body}\n")
    file = SessionFile(folder)
    assert file.read() == replace(LEFT, page_windows=(), weights="")
    file.close()


def test_there_is_nothing_at_the_first_start(folder):
    file = SessionFile(folder)
    assert file.read() is None
    file.close()


def edited(text: str) -> str:
    return text.replace('"index": 1', '"index": 2')


def newer(text: str) -> str:
    return text.replace('"schema": 1', '"schema": 2', 1)


def resealed(text: str) -> str:
    """With a checksum that fits, and a key of a design that there is not."""
    body = text.splitlines()[1].replace('"classes"', '"klasses"')
    return json.dumps({"schema": 1, "sha256": sha256(body.encode()).hexdigest()}) + "\n" + body + "\n"


@pytest.mark.parametrize(
    "damage", [edited, newer, resealed, lambda text: text[: len(text) // 2], lambda text: "", lambda text: "[]\n[]\n"]
)
def test_what_cannot_be_read_is_kept_aside_and_said_in_a_line(folder, damage):
    keep(folder, LEFT)
    (folder / "session-1.json").write_text(damage((folder / "session-1.json").read_text()))
    before = (folder / "session-1.json").read_bytes()
    file = SessionFile(folder)
    with pytest.raises(Refused) as refused:
        file.read()
    (aside,) = names(folder)
    assert (folder / aside).read_bytes() == before
    assert re.fullmatch(r"session-1\.json\.\d+-\d+", aside)
    assert str(refused.value).endswith(f"it is kept as {aside}")
    assert ("newer version" in str(refused.value)) == (damage is newer)
    file.write(LEFT)
    assert file.read() == LEFT
    file.close()


def test_bytes_that_are_no_text_are_kept_aside(folder):
    folder.mkdir(parents=True)
    (folder / "session-1.json").write_bytes(b"\xff\xfe\n\x00")
    file = SessionFile(folder)
    with pytest.raises(Refused, match="is damaged"):
        file.read()
    file.close()


def test_every_window_has_its_own_file_and_the_last_one_goes_on(folder):
    first, second = SessionFile(folder), SessionFile(folder)
    others = [replace(LEFT, page=page) for page in ("one", "two")]
    first.write(others[0])
    second.write(others[1])
    first.write(others[0])  # the first is closed last
    second.close()
    first.close()
    assert names(folder) == ["session-1.json", "session-2.json"]
    again, beside = SessionFile(folder), SessionFile(folder)
    assert (again.read(), beside.read()) == (others[0], others[1])
    third = SessionFile(folder)
    assert third.read() is None
    for file in (again, beside, third):
        file.close()


def test_whatever_fails_on_the_disk_at_the_end_of_a_session_one_of_both_is_there(folder, monkeypatch):
    """The n-th thing asked of the disk fails, for every n until a session is kept untouched."""
    keep(folder, LEFT)
    later = replace(LEFT, page="layers")
    due, kept = 0, False
    while not kept:
        due += 1
        with monkeypatch.context() as patch:
            disk = Disk(folder, patch)
            disk.due = due
            try:
                keep(folder, later)
                kept = disk.calls < due
            except (OSError, Refused):
                assert disk.last
        file = SessionFile(folder)
        assert file.read() in ((later,) if kept else (LEFT, later)), disk.last
        file.close()
    assert due > 4  # open, write, fsync and replace at least
