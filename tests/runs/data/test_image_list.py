"""Lists of images: every layout that folders have, the order of classes, and what is refused."""

import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.runs.data.image_list import ImageList, Layout, Part, class_order, list_images
from explorer.validation import Refused
from tests.images import put


def named(images: ImageList) -> list[tuple[str, str, Part | None]]:
    return [(image.file, images.class_names[image.label], image.part) for image in images.images]


def refusal(path) -> str:
    with pytest.raises(Refused) as refused:
        list_images(path)
    (complaint,) = refused.value.complaints
    assert complaint.where == "data"
    return str(complaint.what)


def test_one_folder_per_class_with_images_at_any_depth(tmp_path):
    images = list_images(put(tmp_path, "dog/1.jpg", "cat/2.jpg", "cat/2019/may/1.png"))
    assert (images.layout, images.class_names, images.root) == (Layout.CLASSES, ("cat", "dog"), tmp_path)
    assert named(images) == [
        ("cat/2.jpg", "cat", None),
        ("cat/2019/may/1.png", "cat", None),
        ("dog/1.jpg", "dog", None),
    ]
    assert images.path(images.images[1]) == tmp_path / "cat" / "2019" / "may" / "1.png"


@pytest.mark.parametrize("training", ["train", "Training", "TRAIN"])
@pytest.mark.parametrize("name", ["val", "Val", "VALID", "validation", "dev"])
def test_validation_by_any_usual_name_validates(tmp_path, training, name):
    images = list_images(put(tmp_path, f"{training}/a/1.jpg", f"{training}/b/x/1.jpg", f"{name}/b/1.jpg"))
    assert (images.layout, images.class_names) == (Layout.SPLITS, ("a", "b"))
    assert {(file.split("/")[0], part) for file, _, part in named(images)} == {
        (training, Part.TRAIN),
        (name, Part.VALIDATION),
    }


def test_three_parts_and_what_lies_beside_them(tmp_path):
    put(tmp_path, "train/a/1.jpg", "train/b/1.jpg", "valid/a/1.jpg", "Testing/b/1.jpg", "test/a/2.jpg")
    put(tmp_path, "samples/a/9.jpg", "train/overview.png", "cover.jpg", "README.md")
    images = list_images(tmp_path)
    assert [(file, part) for file, _, part in named(images)] == [
        ("test/a/2.jpg", Part.TEST),
        ("train/a/1.jpg", Part.TRAIN),
        ("valid/a/1.jpg", Part.VALIDATION),
        ("Testing/b/1.jpg", Part.TEST),
        ("train/b/1.jpg", Part.TRAIN),
    ]
    assert images.skipped == 4


@pytest.mark.parametrize(
    "below", [("", "", ""), ("steam/", "alpine/", "siamese/"), ("steam/x/", "", "y/"), ("", "y/", "y/")]
)
def test_classes_called_train_and_val_are_classes(tmp_path, below):
    names = ("train", "val", "cat")
    put(tmp_path, *(f"{name}/{inner}{number}.jpg" for name, inner in zip(names, below, strict=True) for number in "12"))
    images = list_images(tmp_path)
    assert (images.layout, images.class_names) == (Layout.CLASSES, ("cat", "train", "val"))
    assert {part for _, _, part in named(images)} == {None}
    assert images.skipped == 0


def test_a_class_called_train_among_vehicles_is_a_class(tmp_path):
    images = list_images(put(tmp_path, "train/steam/1.jpg", "train/diesel/1.jpg", "car/1.jpg", "test/2.jpg"))
    assert (images.layout, images.class_names) == (Layout.CLASSES, ("car", "test", "train"))


@pytest.mark.parametrize("names", [("train", "val"), ("train", "test"), ("val", "test"), ("train", "dev", "testing")])
def test_parts_without_folders_of_classes_are_refused(tmp_path, names):
    put(tmp_path, *(f"{name}/{number}.jpg" for name in names for number in range(3)))
    what = refusal(tmp_path)
    assert f"has the folders {', '.join(sorted(names))}, but no training images in class folders" in what


def test_images_without_a_class_beside_the_training_ones_are_left_out(tmp_path):
    images = list_images(put(tmp_path, "train/a/1.jpg", "train/b/1.jpg", "test/1.jpg", "test/2.jpg"))
    assert named(images) == [("train/a/1.jpg", "a", None), ("train/b/1.jpg", "b", None)]
    assert (images.layout, images.skipped) == (Layout.CLASSES, 2)


def test_validation_and_test_alone_are_refused(tmp_path):
    assert "no training images" in refusal(put(tmp_path, "val/a/1.jpg", "val/b/1.jpg", "test/a/1.jpg"))


@pytest.mark.parametrize("outer", ["", "archive/", "archive/photos/"])
@pytest.mark.parametrize("inner", [("a/", "b/"), ("train/a/", "train/b/", "val/a/"), ("train/a/", "train/b/")])
def test_a_folder_that_holds_all_others_is_passed_through(tmp_path, outer, inner):
    put(tmp_path, *(f"{outer}{folder}1.jpg" for folder in inner))
    put(tmp_path, "__MACOSX/a/._1.jpg", "licence.txt")
    images = list_images(tmp_path)
    assert images.skipped == 1
    assert (images.class_names, images.root) == (("a", "b"), tmp_path / outer)
    assert {image.file for image in images.images} == {f"{folder}1.jpg" for folder in inner}


def test_one_class_is_refused(tmp_path):
    assert "only one class, 'cat'" in refusal(put(tmp_path, "cat/1.jpg", "cat/2019/2.jpg", "dog/"))


@pytest.mark.parametrize("files", [(), ("1.jpg", "2.jpg"), ("cat/readme.txt",), ("cat/", "dog/")])
def test_no_image_in_a_class_is_refused(tmp_path, files):
    assert "has no class folders with images" in refusal(put(tmp_path, *files))


def test_an_empty_folder_is_a_class_without_images(tmp_path):
    images = list_images(put(tmp_path, "a/1.jpg", "b/1.jpg", "c/", "notes/readme.txt"))
    assert images.class_names == ("a", "b", "c")
    assert {image.label for image in images.images} == {0, 1}
    assert images.skipped == 1
    parts = list_images(put(tmp_path / "parts", "train/a/1.jpg", "train/b/1.jpg", "train/c/", "val/a/1.jpg", "val/c/"))
    assert parts.class_names == ("a", "b", "c")


def test_classes_that_only_other_parts_have_are_all_named(tmp_path):
    put(tmp_path, "train/a/1.jpg", "train/b/1.jpg", "val/a/1.jpg", "val/bb/1.jpg", "test/c/1.jpg")
    assert "has images of bb, c in other parts, but none to train with" in refusal(tmp_path)


def test_files_that_are_left_out_are_counted(tmp_path):
    images = list_images(put(tmp_path, "a/1.jpg", "b/1.jpg", "a/film.mov", "b/x/photo.heic", "loose.jpg", "a/.hidden"))
    assert images.skipped == 3


def test_classes_have_the_order_of_torchvision_whatever_the_system(tmp_path):
    names = ["b", "Cat", "cat2", "10", "9", "Z", "é", "dog_2", "dog-1", "中"]
    assert class_order(names) == tuple(sorted(names))
    from torchvision.datasets import ImageFolder

    put(tmp_path, *(f"{name}/1.jpg" for name in names))
    assert list(list_images(tmp_path).class_names) == ImageFolder(str(tmp_path)).classes


FOLDERS = st.lists(st.sampled_from(["train", "val", "Test", "cat", "dog", "x", ".hidden"]), max_size=4)
FILES = st.sampled_from(["1.jpg", "2.PNG", "notes.txt", "Thumbs.db"])


@given(st.lists(st.tuples(FOLDERS, FILES), max_size=12))
def test_every_file_is_listed_or_counted_whatever_the_folders(tmp_path_factory, drawn):
    root = tmp_path_factory.mktemp("drawn")
    files = {"/".join((*folders, file)) for folders, file in drawn}
    put(root, *files)
    visible = [file for file in files if ".hidden" not in file and "Thumbs.db" not in file]
    try:
        images = list_images(root)
    except Refused:
        return
    assert len({image.file for image in images.images}) == len(images.images)
    assert all(images.path(image).is_file() for image in images.images)
    assert len(images.images) + images.skipped == len(visible)
    keys = [(image.label, image.file) for image in images.images]
    assert keys == sorted(keys)
    assert images.class_names == class_order(images.class_names)
    trained = {image.label for image in images.images if image.part in (None, Part.TRAIN)}
    assert len(trained) > 1
    assert {image.label for image in images.images} == trained


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems know only names in Unicode")
def test_a_class_whose_name_is_not_utf_8_is_a_class(tmp_path):
    images = list_images(put(tmp_path, "a/1.jpg", os.fsdecode(b"caf\xe9/1.jpg")))
    assert all(images.path(image).is_file() for image in images.images)
    "".join((*images.class_names, *(image.file for image in images.images))).encode()


@pytest.mark.parametrize("name", ["nothing", "x" * 300, "a\0b"])
def test_what_is_not_there_is_refused(tmp_path, name):
    assert "data: " in f"data: {refusal(tmp_path / name)}"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.timeout(20)
def test_what_is_neither_a_folder_nor_a_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "no data set or folder" in refusal(tmp_path / "pipe")
    assert "no data set or folder" in refusal(tmp_path / "1.jpg" / "below")


def test_a_folder_that_cannot_be_read_is_refused(tmp_path, monkeypatch):
    def scandir(path):
        raise PermissionError(13, "Permission denied", os.fspath(path))

    monkeypatch.setattr(os, "scandir", scandir)
    assert refusal(tmp_path) == f"{tmp_path}: Permission denied"
