"""What is saved of the user's images: a table that opens, or a copy with what it should have and nothing else."""

import os
import random
import shutil
from pathlib import Path

import pytest

from explorer.paths import real_name
from explorer.runs.data import cleaned
from explorer.runs.data.catalogue import describe_data
from explorer.runs.data.cleaned import save_cleaned
from explorer.runs.data.decisions import Decisions, Move
from explorer.runs.data.image_list import Layout, Part, list_images
from explorer.validation import Refused

CLASSES = ("cat/1.jpg", "cat/2.jpg", "cat/in/3.jpg", "dog/1.jpg", "dog/4.jpg", "dog/5.jpg", "owl/6.jpg")
DECISIONS = Decisions(
    left_out=("cat/2.jpg",),
    excluded=("dog/4.jpg", "owl/6.jpg"),
    moved=(Move("cat/1.jpg", "dog"), Move("dog/5.jpg", "cat")),
)


def fill(root: Path, *files: str) -> Path:
    """Files that each have a content of their own."""
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(os.fsencode(file))
    return root


def contents(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def traces(folder: Path) -> list[tuple[str, int]]:
    return sorted((str(path), path.stat().st_mtime_ns) for path in (folder, *folder.rglob("*")))


def save(source: Path, decisions: Decisions, target: Path, report=lambda done, total: None):
    return save_cleaned(describe_data(str(source)), decisions, target, report)


def read(path: Path) -> dict[str, tuple[str, Part | None]]:
    """Class and part of each image, by the content of its file."""
    images = list_images(path)
    return {images.path(image).read_text(): (images.class_names[image.label], image.part) for image in images.images}


def test_a_copy_has_what_is_left_in_its_classes_and_the_folder_is_untouched(tmp_path):
    root = fill(tmp_path / "pets", *CLASSES, "notes.txt")
    before = traces(root)
    told = []
    saved = save(root, DECISIONS, tmp_path / "out" / "clean", lambda *progress: told.append(progress))
    assert contents(tmp_path / "out" / "clean") == {
        "cat/in/3.jpg": "cat/in/3.jpg",
        "cat/5.jpg": "dog/5.jpg",
        "dog/1.jpg": "dog/1.jpg",
        "dog/1-2.jpg": "cat/1.jpg",
    }
    assert list_images(tmp_path / "out" / "clean").class_names == ("cat", "dog", "owl")  # also that without images
    assert (saved.images, saved.missing) == (4, 0)
    assert told[0] == (0, 4)
    assert told[-1] == (4, 4)
    assert traces(root) == before
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["clean"]


@pytest.mark.parametrize("train", ["train", "Training"])
def test_folders_of_parts_keep_their_names_and_images_their_part(tmp_path, train):
    files = [f"{part}/{name}/{number}.png" for part in (train, "val") for name in ("a", "b") for number in range(2)]
    root = fill(tmp_path / "pets", *files)
    decisions = Decisions(left_out=(f"{train}/a/0.png",), moved=(Move("val/a/1.png", "b"),))
    save(root, decisions, tmp_path / "clean")
    wanted = {file: file for file in files if file not in (f"{train}/a/0.png", "val/a/1.png")}
    assert contents(tmp_path / "clean") == wanted | {"val/b/1-2.png": "val/a/1.png"}
    listed = list_images(tmp_path / "clean")
    assert listed.layout is Layout.SPLITS
    assert len(listed.images) == 7


def test_one_folder_for_training_alone_stays(tmp_path):
    root = fill(tmp_path / "pets", "train/a/1.png", "train/a/2.png", "train/b/1.png")
    save(root, Decisions(moved=(Move("train/a/2.png", "b"),)), tmp_path / "clean")
    assert sorted(contents(tmp_path / "clean")) == ["train/a/1.png", "train/b/1.png", "train/b/2.png"]


def test_a_table_becomes_a_folder(tmp_path):
    fill(tmp_path / "pets", "images/1.png", "images/2.png", "other/1.png", "other/3.png")
    fill(tmp_path / "elsewhere", "9.png")
    table = tmp_path / "pets" / "pets.csv"
    rows = ["images/1.png,a/b,train", "images/2.png,.c,train", "other/1.png,a/b,val", "other/3.png,a/b,train"]
    table.write_text("\n".join(("file,class,part", *rows, f"{tmp_path}/elsewhere/9.png,.c,val")))
    save(table, Decisions(moved=(Move("other/3.png", ".c"),)), tmp_path / "clean")
    assert contents(tmp_path / "clean") == {
        "train/a-b/1.png": "images/1.png",
        "train/c/2.png": "images/2.png",
        "validation/a-b/1.png": "other/1.png",
        "train/c/3.png": "other/3.png",
        "validation/c/9.png": "9.png",
    }


@pytest.mark.parametrize("place", ["pets.csv", "beside/deep/pets.csv", "PETS.CSV"])
def test_a_table_that_was_saved_is_read_back(tmp_path, place):
    root = fill(tmp_path / "pets", *CLASSES, "cat/a, “b”.jpg")
    before = traces(root)
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    saved = save(root, DECISIONS, tmp_path / place)
    assert saved.images == 5
    assert read(tmp_path / place) == {
        "cat/1.jpg": ("dog", None),
        "cat/in/3.jpg": ("cat", None),
        "dog/1.jpg": ("dog", None),
        "dog/5.jpg": ("cat", None),
        "cat/a, “b”.jpg": ("cat", None),
    }
    assert traces(root) == before


def test_a_table_has_the_parts_and_relative_paths_where_it_can(tmp_path):
    root = fill(tmp_path / "pets", "train/a/1.png", "train/b/2.png", "test/b/3.png")
    save(root, Decisions(), tmp_path / "pets.csv")
    assert (tmp_path / "pets.csv").read_text().splitlines() == [
        "file,class,part",
        "pets/train/a/1.png,a,train",
        "pets/test/b/3.png,b,test",
        "pets/train/b/2.png,b,train",
    ]


def test_names_that_are_not_utf_8_are_read_back(tmp_path):
    name = os.fsdecode(b"caf\xe9")
    root = fill(tmp_path / name, f"{name}/1.png", "b/2.png")
    save(root, Decisions(), tmp_path / "pets.csv")
    listed = list_images(tmp_path / "pets.csv")
    assert {listed.path(image) for image in listed.images} == {root / name / "1.png", root / "b" / "2.png"}
    save(root, Decisions(), tmp_path / "clean")
    assert (tmp_path / "clean" / name / "1.png").is_file()
    assert [real_name(each) for each in list_images(tmp_path / "clean").class_names] == ["b", name]


@pytest.mark.parametrize("target", ["clean", "deep/clean", "t.csv", "."])
def test_nothing_is_saved_among_the_users_images(tmp_path, target):
    root = fill(tmp_path / "outer" / "pets", *CLASSES)
    before = traces(tmp_path / "outer")
    for folder in (root, tmp_path / "outer"):  # in which the images lie, and which the user has named
        with pytest.raises(Refused, match="stays as it is"):
            save(tmp_path / "outer", Decisions(), folder / target)
    link = tmp_path / "link"
    link.symlink_to(root)
    with pytest.raises(Refused, match="stays as it is"):
        save(tmp_path / "outer", Decisions(), link / target)
    assert traces(tmp_path / "outer") == before


def test_nothing_is_saved_beside_images_that_a_table_names_elsewhere(tmp_path):
    fill(tmp_path / "store", "a/1.png", "b/2.png")
    fill(tmp_path / "lists", "x")
    table = tmp_path / "lists" / "pets.csv"
    table.write_text(f"{tmp_path}/store/a/1.png,a\n{tmp_path}/store/b/2.png,b\n")
    for place in ("store/a/clean", "store/b/clean.csv", "lists/clean", "lists/pets.csv"):
        with pytest.raises(Refused, match="stays as it is"):
            save(table, Decisions(), tmp_path / place)
    assert sorted(contents(tmp_path)) == ["lists/pets.csv", "lists/x", "store/a/1.png", "store/b/2.png"]


def random_files(layout: Layout, chance: random.Random) -> list[str]:
    tops = ("Train/", "val/") if layout is Layout.SPLITS else ("",)
    folders = [f"{top}{name}" for top in tops for name in ("a", "b", "C")]
    deep = ("1.png", "2.png", "in/1.png", "in/deep/2.png", "no suffix", "2.tar.png")
    return [f"{folder}/{name}" for folder in folders for name in deep if name == "1.png" or chance.random() < 0.7]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("layout", [Layout.CLASSES, Layout.SPLITS, Layout.TABLE])
def test_a_copy_and_a_table_say_of_each_image_what_was_decided(tmp_path, layout, seed):
    """By the content of its file: class and part are those of the decisions, and nothing else is there."""
    chance = random.Random(seed)
    root = fill(tmp_path / "pets", *(file for file in random_files(layout, chance)))
    for path in root.rglob("no suffix"):
        path.write_bytes(b"GIF89a" + os.fsencode(path))
    data = root
    if layout is Layout.TABLE:
        data = root / "pets.csv"
        files = [path.relative_to(root) for path in sorted(root.rglob("*")) if path.is_file()]
        parts = {file: chance.choice(["", "train", "test", "val"]) for file in files}
        rows = [f"{file},{file.parts[0]},{parts[file] if file.name != '1.png' else 'train'}" for file in files]
        data.write_text("\n".join(["file,class,part", *rows]))
    listed = list_images(data)
    files = [image.file for image in listed.images if not image.file.endswith("/1.png")]  # each class keeps some
    chance.shuffle(files)
    decisions = Decisions(
        left_out=tuple(files[:3]),
        excluded=tuple(files[3:5]),
        moved=tuple(Move(file, chance.choice(listed.class_names)) for file in files[5:12]),
    )
    left = decisions.apply(listed)
    wanted = {listed.path(image).read_text(): (listed.class_names[image.label], image.part) for image in left.images}
    save(data, decisions, tmp_path / "clean.csv")
    assert read(tmp_path / "clean.csv") == wanted
    save(data, decisions, tmp_path / "clean")
    held_out = {Part.VALIDATION, Part.TEST} & {part for _, part in wanted.values()}
    rest = Part.TRAIN if held_out else None  # what a table gives no part is trained on
    assert read(tmp_path / "clean") == {
        content: (name, part if held_out and part else rest) for content, (name, part) in wanted.items()
    }
    assert sorted(contents(tmp_path / "clean").values()) == sorted(wanted)


def test_a_folder_with_anything_in_it_is_not_replaced(tmp_path):
    root = fill(tmp_path / "pets", *CLASSES)
    fill(tmp_path / "clean", "mine.txt")
    with pytest.raises(Refused, match="is there already"):
        save(root, Decisions(), tmp_path / "clean")
    assert contents(tmp_path / "clean") == {"mine.txt": "mine.txt"}
    (tmp_path / "empty").mkdir()
    save(root, Decisions(), tmp_path / "empty")
    assert len(contents(tmp_path / "empty")) == len(CLASSES)


class _Enough(Exception):
    pass


@pytest.mark.parametrize("after", range(6))
def test_a_copy_that_is_cancelled_leaves_nothing(tmp_path, after):
    root = fill(tmp_path / "pets", *CLASSES)

    def report(done: int, total: int) -> None:
        if done == after:
            raise _Enough

    with pytest.raises(_Enough):
        save(root, Decisions(), tmp_path / "clean", report)
    assert [path.name for path in tmp_path.iterdir()] == ["pets"]


@pytest.mark.parametrize("write", range(1, 8))
def test_a_disk_that_is_full_at_any_file_leaves_nothing(tmp_path, monkeypatch, write):
    root = fill(tmp_path / "pets", *CLASSES)
    copy, calls = shutil.copyfileobj, []

    def full(*values: object) -> None:
        calls.append(1)
        if len(calls) == write:
            raise OSError(28, "No space left on device")
        copy(*values)

    monkeypatch.setattr(cleaned.shutil, "copyfileobj", full)
    with pytest.raises(Refused, match="No space left on device"):
        save(root, Decisions(), tmp_path / "clean")
    assert [path.name for path in tmp_path.iterdir()] == ["pets"]


def test_a_disk_with_too_little_room_is_told_before(tmp_path, monkeypatch):
    root = fill(tmp_path / "pets", *CLASSES)
    monkeypatch.setattr(cleaned, "free_bytes", lambda folder: 2**20)
    with pytest.raises(Refused, match="needs 64 MiB; 1 MiB are free there"):
        save(root, Decisions(), tmp_path / "clean")
    assert [path.name for path in tmp_path.iterdir()] == ["pets"]


def test_files_that_cannot_be_read_are_counted(tmp_path):
    root = fill(tmp_path / "pets", *CLASSES)
    (root / "cat" / "gone.jpg").symlink_to(tmp_path / "nowhere")
    saved = save(root, Decisions(), tmp_path / "clean")
    assert (saved.images, saved.missing) == (len(CLASSES), 1)
    assert len(contents(tmp_path / "clean")) == len(CLASSES)


def test_a_published_set_is_refused(tmp_path):
    with pytest.raises(Refused, match="published data set"):
        save(Path("fashion-mnist-12k"), Decisions(), tmp_path / "clean")
