"""What is known of data before any image is opened."""

import pytest

from explorer.architecture.presets import preset
from explorer.runs.data.catalogue import CATALOGUE, describe_data
from explorer.runs.data.image_list import Layout
from explorer.validation import Refused
from tests.images import put

MINI = preset("mini")


def test_a_folder_is_described_by_its_images(tmp_path):
    put(tmp_path, *(f"{name}/{number}.jpg" for name in ("dog", "cat") for number in range(20)))
    data = describe_data(str(tmp_path))
    assert (data.name, data.label, data.class_names) == (str(tmp_path), tmp_path.name, ("cat", "dog"))
    assert (data.shape, data.layout, data.path) == (None, Layout.CLASSES, tmp_path)
    assert (data.train, data.validation, data.test) == (28, 6, 6)
    assert data.images
    assert len(data.images.images) == 40
    assert data.fit(MINI, own_size=False) == MINI.change(classes=2)
    assert data.fit(MINI.change(input=(4, 28, 28)), own_size=True) == MINI.change(classes=2, input=(3, 28, 28))


def test_a_table_is_described_by_its_own_path(tmp_path):
    put(tmp_path, "a.jpg", "b.jpg", "c.jpg")
    (tmp_path / "labels.csv").write_text("file,class,part\na.jpg,x,\nb.jpg,y,train\nc.jpg,y,test\n")
    data = describe_data(str(tmp_path / "labels.csv"))
    assert (data.label, data.layout, data.path) == ("labels.csv", Layout.TABLE, tmp_path / "labels.csv")
    assert (data.train, data.validation, data.test) == (2, 1, 0)


def test_a_named_set_has_its_test_part_to_validate_with():
    data = CATALOGUE["fashion-mnist-12k"].find()
    assert data
    assert (data.layout, data.images) == (Layout.NAMED, None)
    assert (data.train, data.validation, data.test) == (10_000, 2_000, 0)


def test_a_home_folder_that_is_unknown_is_refused():
    with pytest.raises(Refused, match=r"^data: .*nobody-at-all"):
        describe_data("~nobody-at-all/photos")
