"""Predictions: written and read back, by epoch and part, and what is refused."""

import numpy as np
import pytest

from explorer.runs.data.image_list import Part
from explorer.runs.results.predictions import (
    FOLDER,
    EvaluatedImages,
    evaluated_epochs,
    numbered_files,
    read_images,
    read_predictions,
    write_images,
    write_predictions,
)
from explorer.validation import Refused

IMAGES = EvaluatedImages(("cat", "狗"), ("cat/1.png", "狗/é 2.png", "狗/3.png"), (0, 1, 1))
PREDICTED, CONFIDENCE = np.array([0, 0, 1], np.int32), np.array([0.5, 0.75, 1.0], np.float32)


@pytest.fixture
def folder(tmp_path):
    write_images(tmp_path, Part.VALIDATION, IMAGES)
    write_predictions(tmp_path, Part.VALIDATION, 2, PREDICTED, CONFIDENCE, 0.1)
    return tmp_path


def test_they_are_read_back_as_they_were_written(folder):
    found = read_predictions(folder, Part.VALIDATION, 2)
    assert (found.images, found.part, found.epoch, found.loss) == (IMAGES, Part.VALIDATION, 2, 0.1)
    for array, before in ((found.predicted, PREDICTED), (found.confidence, CONFIDENCE)):
        assert array.dtype == before.dtype
        assert np.array_equal(array, before)
    assert found.accuracy == 2 / 3
    assert found.labels.tolist() == [0, 1, 1]


def test_names_that_are_no_text_are_kept(tmp_path):
    images = EvaluatedImages(("cat",), ("cat/\ud800.png",), (0,))  # as Windows allows them
    write_images(tmp_path, Part.VALIDATION, images)
    assert read_images(tmp_path, Part.VALIDATION) == images


def test_epochs_are_in_order_and_parts_apart(folder):
    for epoch in (10_000, 3, 1):
        write_predictions(folder, Part.VALIDATION, epoch, PREDICTED, CONFIDENCE, 0.1)
    write_predictions(folder, Part.TEST, 7, PREDICTED, CONFIDENCE, 0.1)
    (folder / FOLDER / "validation-0004.npz.part").touch()
    assert evaluated_epochs(folder, Part.VALIDATION) == (1, 2, 3, 10_000)
    assert evaluated_epochs(folder, Part.TEST) == (7,)
    assert evaluated_epochs(folder, Part.TRAIN) == ()


def test_an_epoch_that_is_written_again_replaces_the_one_before(folder):
    write_predictions(folder, Part.VALIDATION, 2, PREDICTED[::-1].copy(), CONFIDENCE, 0.2)
    found = read_predictions(folder, Part.VALIDATION, 2)
    assert (found.predicted.tolist(), found.loss) == ([1, 0, 0], 0.2)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"{}", b"[1]", b"\xff\xfe", b'{"class_names": 3}'], ids=repr)
@pytest.mark.parametrize("name", ["validation.json", "validation-0002.npz"])
def test_damage_is_said(folder, name, content):
    (folder / FOLDER / name).write_bytes(content)
    with pytest.raises(Refused, match=rf"^predictions: \S+{name} is damaged$"):
        read_predictions(folder, Part.VALIDATION, 2)


def test_a_file_that_is_cut_off_or_has_a_wrong_byte_is_refused_or_right(folder):
    path = folder / FOLDER / "validation-0002.npz"
    whole = path.read_bytes()
    flipped = (whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :] for place in range(len(whole)))
    refused = 0
    for content in (*(whole[:end] for end in range(0, len(whole), 7)), *flipped):
        path.write_bytes(content)
        try:
            found = read_predictions(folder, Part.VALIDATION, 2)
        except Refused:
            refused += 1
        else:
            assert (found.predicted.tolist(), found.loss) == (PREDICTED.tolist(), 0.1)
    assert refused > len(whole) / 2


def test_arrays_of_other_images_are_damage(folder):
    write_predictions(folder, Part.VALIDATION, 2, PREDICTED[:2], CONFIDENCE[:2], 0.1)
    with pytest.raises(Refused, match="is damaged"):
        read_predictions(folder, Part.VALIDATION, 2)


def test_what_is_not_there_is_said(folder):
    with pytest.raises(Refused, match=r"has no predictions of epoch 3$"):
        read_predictions(folder, Part.VALIDATION, 3)
    with pytest.raises(Refused, match=r"has not been evaluated on its test part$"):
        read_images(folder, Part.TEST)


def test_images_of_a_named_set_are_numbered_by_class():
    assert numbered_files([1, 0, 1, 1]) == ("1/0", "0/0", "1/1", "1/2")
    assert numbered_files([1, 0], before=[1, 1, 2]) == ("1/2", "0/0")
