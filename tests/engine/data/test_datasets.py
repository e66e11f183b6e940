"""Data sets: the subset's published shape, and data that must be refused."""

import gzip
import hashlib
import re
from dataclasses import replace
from itertools import pairwise

import pytest
import torch

from explorer.architecture.presets import preset
from explorer.engine.data.datasets import DATASETS, load_data, read_bundled
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.data.download import download
from explorer.validation import Refused
from tests import published

MINI = preset("mini")
CIFAR = MINI.change(input=(3, 32, 32))
BUNDLED = CATALOGUE["fashion-mnist-12k"].find()


def test_every_named_data_set_can_be_read():
    assert set(DATASETS) == set(CATALOGUE)


def test_the_bundled_subset_is_balanced():
    data = load_data("fashion-mnist-12k", MINI)
    assert data.train.pixels.shape == (10_000, 1, 28, 28)
    assert data.validation.pixels.shape == (2_000, 1, 28, 28)
    assert data.train.pixels.dtype == torch.uint8
    assert data.train.labels.bincount().tolist() == [1_000] * 10
    assert data.validation.labels.bincount().tolist() == [200] * 10


def test_a_damaged_subset_is_refused(tmp_path):
    content = bytearray(BUNDLED.path.read_bytes())
    content[1_000_000] ^= 1
    copy = tmp_path / "copy.npz"
    copy.write_bytes(content)
    with pytest.raises(
        Refused, match=f"^data: '{re.escape(str(copy))}' is damaged: its checksum is not the expected one$"
    ):
        read_bundled(replace(BUNDLED, path=copy))


def test_a_missing_subset_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"No such file or directory$"):
        read_bundled(replace(BUNDLED, path=tmp_path / "none.npz"))


@pytest.fixture
def idx_set(tmp_path, monkeypatch):
    """MNIST with small files in the folder of data sets."""
    published.use_folders(monkeypatch, tmp_path)
    files = published.idx_files()
    entry = published.publish_idx(monkeypatch, "mnist", files)
    entry.target.mkdir(parents=True)
    for name, content in files.items():
        (entry.target / name).write_bytes(content)
    return entry


def test_gzipped_idx_files_are_read(idx_set):
    data = load_data("mnist", MINI)
    assert (data.train.pixels.shape, data.validation.pixels.shape) == ((20, 1, 28, 28), (10, 1, 28, 28))
    assert data.train.pixels.dtype == torch.uint8
    assert data.validation.labels.tolist() == list(range(10))
    images = gzip.decompress(published.idx_files()["train-images-idx3-ubyte.gz"])
    assert data.train.pixels.numpy().tobytes() == images[16:]


def test_idx_files_that_are_packed_otherwise_or_not_at_all_are_read_if_their_content_is_known(idx_set, monkeypatch):
    first, *others = idx_set.files
    content = gzip.decompress((idx_set.target / first.name).read_bytes())
    monkeypatch.setitem(
        CATALOGUE,
        "mnist",
        replace(idx_set, files=(replace(first, sha256=hashlib.sha256(content).hexdigest()), *others)),
    )
    expected = load_data("mnist", MINI).train
    (idx_set.target / first.name).write_bytes(gzip.compress(content, compresslevel=1, mtime=5))
    assert all(map(torch.equal, load_data("mnist", MINI).train, expected))
    (idx_set.target / first.name).unlink()
    (idx_set.target / first.name.removesuffix(".gz")).write_bytes(content)
    assert all(map(torch.equal, load_data("mnist", MINI).train, expected))
    (idx_set.target / first.name.removesuffix(".gz")).write_bytes(content[:-1] + b"\0")
    with pytest.raises(Refused, match=r"is damaged: .* `main.py data get mnist` downloads it again"):
        load_data("mnist", MINI)


@pytest.mark.parametrize(
    "content", [b"", b"\x1f\x8b", gzip.compress(b"something else")], ids=["empty", "cut off", "other"]
)
def test_a_damaged_idx_file_is_refused(idx_set, content):
    name = idx_set.files[0].name
    (idx_set.target / name).write_bytes(content)
    with pytest.raises(Refused, match=f"{name}' is damaged"):
        load_data("mnist", MINI)


def test_a_set_that_is_not_here_says_how_to_get_it(idx_set):
    (idx_set.target / idx_set.files[0].name).unlink()
    with pytest.raises(Refused, match=r"^data: MNIST is not on this computer; .* `main.py data get mnist`"):
        load_data("mnist", MINI)


@pytest.fixture
def cifar(tmp_path, monkeypatch):
    """CIFAR-10 with two images in each batch, in the folder of data sets."""
    published.use_folders(monkeypatch, tmp_path)
    entry, archive = published.publish_cifar(monkeypatch, published.cifar_members())
    published.expect_in_torchvision(monkeypatch, entry)
    published.set_addresses(tmp_path, "cifar-10", "http://127.0.0.1:9")  # asked for nothing
    entry.target.mkdir(parents=True)
    (entry.target / f"{entry.files[0].name}.part").write_bytes(archive)
    *_, end = download(entry)  # which unpacks what has all come
    assert end.folder == str(entry.target)
    return entry


def test_cifar_is_read_in_colour(cifar):
    data = load_data("cifar-10", CIFAR)
    assert (data.train.pixels.shape, data.validation.pixels.shape) == ((10, 3, 32, 32), (2, 3, 32, 32))
    assert data.train.pixels.is_contiguous()
    assert [part.unique().tolist() for part in data.train.pixels[1]] == [[20], [40], [60]]
    assert (data.train.labels.tolist(), data.validation.labels.tolist()) == ([0, 9, 1, 9, 2, 9, 3, 9, 4, 9], [5, 9])


def test_a_damaged_batch_is_refused_before_it_is_unpickled(cifar):
    (cifar.target / "cifar-10-batches-py" / "data_batch_2").write_bytes(b"cos\nsystem\n(S'exit'\ntR.")
    with pytest.raises(Refused, match=r"cifar-10-batches-py' is damaged: .* `main.py data get cifar-10`"):
        load_data("cifar-10", CIFAR)


def test_the_catalogue_has_torchvisions_hashes():
    from torchvision import datasets as torchvisions

    for name, kind in (
        ("fashion-mnist", torchvisions.FashionMNIST),
        ("mnist", torchvisions.MNIST),
        ("kmnist", torchvisions.KMNIST),
    ):
        assert [(file.name, file.md5) for file in CATALOGUE[name].files] == kind.resources
    (file,) = CATALOGUE["cifar-10"].files
    kind = torchvisions.CIFAR10
    assert (file.name, file.md5) == (kind.filename, kind.tgz_md5)
    listed = [*kind.train_list, *kind.test_list, [kind.meta["filename"], kind.meta["md5"]]]
    assert [[*pair] for pair in file.members.items()] == [[f"{kind.base_folder}/{name}", md5] for name, md5 in listed]
    assert CATALOGUE["kmnist"].class_names == tuple(torchvisions.KMNIST.classes)


def test_labels_out_of_range_are_refused():
    with pytest.raises(Refused, match="label 9, but the design has only 5 classes"):
        load_data("fashion-mnist-12k", MINI.change(classes=5))


def test_other_channels_are_refused():
    with pytest.raises(Refused, match="the design takes 3 channels"):
        load_data("fashion-mnist-12k", MINI.change(input=(3, 28, 28)))


def test_the_subset_is_shuffled():
    labels = load_data("fashion-mnist-12k", MINI).train.labels.tolist()
    assert sum(one == two for one, two in pairwise(labels)) < 2_000
