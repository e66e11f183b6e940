"""`main.py data FOLDER`: counts, split and problems as text and JSON, and the exit status."""

import json
import os
import sys

import numpy as np
import pytest
from PIL import Image

from explorer.cli import main
from explorer.engine.probes import scan
from explorer.runs.data.decisions import Decisions, Move, write_decisions
from tests.images import put


@pytest.fixture
def folder(tmp_path):
    """Ten images of noise in each of two classes, one of them there twice, and what is no image."""
    noise = np.random.default_rng(0).integers(0, 256, (20, 24, 32, 3), np.uint8)
    for number, pixels in enumerate(noise):
        path = tmp_path / ("cat", "dog")[number % 2] / f"{number // 2}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(path)
    (tmp_path / "dog" / "copy.png").write_bytes((tmp_path / "dog" / "3.png").read_bytes())
    return put(tmp_path, "cat/bad.jpg", "cat/notes.txt", ".DS_Store")


def scanned(capsys, *words: object) -> dict:
    assert main(["data", *map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_folder_as_json(capsys, folder):
    found = scanned(capsys, folder)
    assert (found["name"], found["layout"], found["skipped"]) == (str(folder), "classes", 1)
    assert found["split"] == {"kind": "stratified", "seed": 0, "ratio": [0.7, 0.15, 0.15]}
    assert [each["name"] for each in found["classes"]] == ["cat", "dog"]
    assert [sum(list(each.values())[1:]) for each in found["classes"]] == [10, 11]
    assert all(each["validation"] and each["test"] for each in found["classes"])
    problems = {each["kind"]: each for each in found["problems"]}
    assert problems["unreadable"] == {"kind": "unreadable", "count": 1, "files": ["cat/bad.jpg"]}
    assert problems["duplicate"] == {"kind": "duplicate", "count": 2, "files": ["dog/3.png", "dog/copy.png"]}
    assert found["bytes"] == sum(path.stat().st_size for path in folder.rglob("*.png"))


def test_a_folder_as_text(capsys, folder):
    assert main(["data", str(folder)]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].startswith(f"{folder}: 21 images, ")
    assert lines[1] == "split class by class with seed 0: 70 % to train, 15 % to validate, 15 % to test"
    assert lines[2] == "other files, left out: 1"
    assert "  cat/bad.jpg: unknown format" in lines
    assert "  dog/3.png = dog/copy.png" in lines
    assert [line.split()[0] for line in lines[4:8]] == ["class", "cat", "dog", "all"]
    assert "22 images" in err


def test_shares_and_seed_count(capsys, folder):
    found = scanned(capsys, folder, "--validation-share", "0.5", "--test-share", "0", "--split-seed", "7")
    assert found["split"] == {"kind": "stratified", "seed": 7, "ratio": [0.5, 0.5, 0.0]}
    assert [(each["validation"], each["test"]) for each in found["classes"]] == [(5, 0), (6, 0)]


def test_a_table_and_a_named_set_are_scanned_too(capsys, folder):
    table = folder / "labels.csv"
    table.write_text("file;class;part\ncat/1.png;a;train\ndog/1.png;b;\ndog/2.png;b;val\nnone.png;a;\n")
    found = scanned(capsys, table)
    assert (found["layout"], found["split"]["kind"]) == ("table", "found")
    assert [(each["train"], each["validation"]) for each in found["classes"]] == [(1, 0), (1, 1)]
    assert {each["kind"]: each["files"] for each in found["problems"]}["unreadable"] == ["none.png"]
    found = scanned(capsys, "fashion-mnist-12k")
    assert (found["layout"], found["split"]["kind"], found["problems"]) == ("named", "published", [])
    assert {(each["train"], each["validation"], each["test"]) for each in found["classes"]} == {(1000, 200, 0)}


def test_decisions_count(capsys, folder):
    write_decisions(folder, Decisions(left_out=("dog/copy.png", "cat/bad.jpg"), moved=(Move("cat/0.png", "dog"),)))
    found = scanned(capsys, folder)
    assert [sum(list(each.values())[1:]) for each in found["classes"]] == [9, 11]
    assert not {"unreadable", "duplicate"} & {each["kind"] for each in found["problems"]}


def test_verify_reads_again_what_is_known(capsys, folder):
    scanned(capsys, folder)
    path = folder / "cat" / "0.png"
    before = path.stat()
    path.write_bytes(bytes(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    for flags, unreadable in (((), 1), (("--verify",), 2)):
        problems = {each["kind"]: each["count"] for each in scanned(capsys, folder, *flags)["problems"]}
        assert problems["unreadable"] == unreadable


def test_what_cannot_be_trained_on_exits_with_2_and_is_shown_all_the_same(capsys, folder):
    for path in (folder / "dog").iterdir():
        path.write_bytes(b"no image")
    assert main(["data", str(folder)]) == 2
    out, err = capsys.readouterr()
    assert "unreadable: 12" in out
    assert err.splitlines()[-1] == ("data: nothing can be trained on: fewer than two classes have images to train with")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("{folder}/cat",), "data: '{folder}/cat' has no class folders with images"),
        (("{folder}/none",), "data: there is no data set or folder '{folder}/none'"),
        (("{folder}/cat/notes.txt",), "data: '{folder}/cat/notes.txt' needs a column of files "),
        (("{folder}", "--validation-share", "2"), "validation_share: must be at most 0.9, not 2"),
        (
            ("{folder}", "--validation-share", "0.6", "--test-share", "0.4"),
            "validation_share: leaves nothing to train with, since 0.4 ",
        ),
        (("{folder}", "again"), "usage: a scan takes neither a NAME nor --events"),
        (("list", "--split-seed", "3"), "usage: data list takes only --json"),
        (("get", "mnist", "--verify"), "usage: data get takes only --events"),
    ],
)
def test_what_cannot_be_scanned_is_refused_in_a_line(capsys, folder, words, complaint):
    assert main(["data", *(word.format(folder=folder) for word in words)]) == 2
    out, err = capsys.readouterr()
    (line,) = err.splitlines()
    assert line.startswith(complaint.format(folder=folder))
    assert out == ""


def test_ctrl_c_exits_with_130_and_what_is_known_stays_known(capsys, folder, monkeypatch):
    real = scan.scan_data

    def interrupted(question, report, *others):
        def interrupt(done, total):
            raise KeyboardInterrupt

        return real(question, interrupt, *others)

    monkeypatch.setattr(scan, "scan_data", interrupted)
    assert main(["data", str(folder)]) == 130
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(scan, "scan_data", real)
    assert main(["data", str(folder)]) == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems know only names in Unicode")
def test_names_that_are_not_utf_8_are_no_matter(capsys, folder):
    odd = folder.rename(folder.parent / os.fsdecode(b"caf\xe9"))
    (odd / "cat").rename(odd / os.fsdecode(b"\xe9t\xe9"))
    found = scanned(capsys, odd)
    assert [sum(list(each.values())[1:]) for each in found["classes"]] == [11, 10]
