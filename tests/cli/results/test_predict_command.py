"""`predict`: text, JSON and CSV of files, folders and patterns, and its exit status."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from explorer.cli import main
from explorer.runs import destination
from explorer.runs.data.image_list import Part
from explorer.runs.results.predictions import read_predictions


@pytest.fixture
def photos(trained, monkeypatch):
    """The folder of the run's images, in which the command is given."""
    monkeypatch.chdir(trained.recipe.data)
    return Path(trained.recipe.data)


@pytest.fixture
def predict(trained, photos, capsys):
    def run(*words, expected=0):
        capsys.readouterr()
        assert main(["predict", trained.id, *words, "--runs", str(trained.folder.parent)]) == expected
        return capsys.readouterr()

    return run


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_table_has_the_validation_to_the_last_digit(trained, photos, predict, tmp_path):
    kept = read_predictions(trained.folder, Part.VALIDATION, trained.best_epoch)
    predict(*kept.images.files, "--csv", str(tmp_path / "out.csv"), "--top", "1")
    rows = rows_of(tmp_path / "out.csv")
    assert [*rows[0]] == ["file", "class", "confidence", "problem"]
    assert [row["file"] for row in rows] == list(kept.images.files)
    assert [row["class"] for row in rows] == [kept.images.class_names[label] for label in kept.predicted]
    assert np.array_equal(np.array([row["confidence"] for row in rows], np.float32), kept.confidence)


def test_the_table_has_the_next_classes_and_says_what_is_no_image(photos, predict, tmp_path):
    (tmp_path / "notes, old.txt").write_text("none")
    out = predict("0", str(tmp_path / "notes, old.txt"), "gone.png", "--csv", str(tmp_path / "out.csv"), "--top", "2")
    rows = rows_of(tmp_path / "out.csv")
    assert [*rows[0]] == ["file", "class", "confidence", "class 2", "confidence 2", "problem"]
    *images, notes, gone = rows
    assert [row["file"] for row in images] == sorted(str(Path("0", f"{number}.png")) for number in range(10))
    assert all(float(row["confidence"]) >= float(row["confidence 2"]) > 0 for row in images)
    assert notes == {
        **dict.fromkeys(rows[0], ""),
        "file": str(tmp_path / "notes, old.txt"),
        "problem": "unknown format",
    }
    assert gone["problem"] == "No such file or directory"
    assert out.out.splitlines()[-1] == "no image: 2"


def test_json_has_every_image_with_names_of_classes(trained, photos, predict, tmp_path):
    (tmp_path / "notes.txt").write_text("none")
    found = json.loads(predict("0/0.png", str(tmp_path / "notes.txt"), "--json", "--top", "9").out)
    assert (found["run"], found["classes"]) == (trained.id, ["0", "1", "2"])
    image, notes = found["images"]
    assert (image["file"], image["problem"]) == ("0/0.png", None)
    assert sorted(each["class"] for each in image["likely"]) == ["0", "1", "2"]
    assert sum(each["confidence"] for each in image["likely"]) == pytest.approx(1, abs=1e-6)
    assert notes == {"file": str(tmp_path / "notes.txt"), "likely": [], "problem": "unknown format"}


def test_text_has_a_line_per_image_and_how_many_are_of_each_class(photos, predict):
    lines = predict("1", "2").out.splitlines()
    assert lines[0].split() == ["image", "class", "confidence", "or"]
    files = [str(Path(label, f"{number}.png")) for label in "12" for number in range(10)]
    assert [line.split()[0] for line in lines[1:21]] == files
    assert lines[22].startswith("20 images: ")
    assert sum(int(part.split()[1]) for part in lines[22].removeprefix("20 images: ").split(", ")) == 20


def test_patterns_that_no_shell_has_replaced_stand_for_what_they_match(photos, predict, tmp_path):
    found = json.loads(predict("*/3.png", "**/4.png", "--json").out)
    assert [each["file"] for each in found["images"]] == [
        *(str(Path(label, "3.png")) for label in "012"),
        *(str(Path(label, "4.png")) for label in "012"),
    ]
    odd = photos / "[1].png"
    odd.write_bytes((photos / "0" / "0.png").read_bytes())
    try:
        assert json.loads(predict("[1].png", "--json").out)["images"][0]["likely"]
    finally:
        odd.unlink()


def test_without_any_image_the_status_says_so_and_nothing_is_written(photos, predict, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("before")
    (tmp_path / "empty").mkdir()
    err = predict("gone.png", str(tmp_path / "empty"), "*.nothing", "--csv", str(out), expected=2).err
    assert [line for line in err.splitlines() if " of 3 images" not in line] == [
        "gone.png: No such file or directory",
        f"{tmp_path / 'empty'}: a folder without images",
        "*.nothing: No such file or directory",
        "predict: none of these is an image that can be classified",
    ]
    assert out.read_text() == "before"


def test_the_table_is_written_whole_or_not_at_all(photos, predict, tmp_path, monkeypatch):
    out = tmp_path / "out.csv"
    out.write_text("before")

    def fail(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(destination, "write_atomically", fail)
    assert "cannot be written: No space left on device" in predict("0", "--csv", str(out), expected=2).err
    assert out.read_text() == "before"
    assert "there is no folder" in predict("0", "--csv", str(tmp_path / "no" / "out.csv"), expected=2).err


@pytest.mark.parametrize("top", ["0", "-1", "2.5", "many", "9" * 4400])
def test_a_top_that_is_no_number_of_classes_is_refused(photos, predict, top):
    assert predict("0", f"--top={top}", expected=2).err.startswith("top: must be a whole number of at least 1, not ")


def test_a_run_that_is_not_there_is_refused(photos, capsys, tmp_path):
    assert main(["predict", "nowhere", "0", "--runs", str(tmp_path)]) == 2
    assert "nowhere" in capsys.readouterr().err
