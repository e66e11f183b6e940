"""Readers of the catalogue's data sets, as uint8 images with labels; `DATASETS` lists them. No Qt."""

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from explorer.architecture.design import Design
from explorer.engine.data.decoding import decode
from explorer.engine.devices import available_memory
from explorer.runs.data.catalogue import CATALOGUE, FOLDER_SUFFIXES, DataSet, describe_data, held_out
from explorer.runs.data.files import PublishedFile
from explorer.sentences import Sentence, system_words, translatable
from explorer.validation import Refused, refuse

Files = list[tuple[Path, int]]  # images with their labels

_BUNDLED_SHA256 = "ce61ba0eda7e5ad4bdc5308bfb035fca2626374799e0b6f1c40c0805d78fa318"
_DAMAGED = translatable("{path!r} is damaged: its checksum is not the expected one")
_GET_AGAIN = translatable("{problem}; `main.py data get {name}` downloads it again")
_UNREADABLE = translatable("{path!r} cannot be read: {error}")


class Images(NamedTuple):
    """uint8 images of (n, channels, height, width) and their int64 labels of (n,)."""

    pixels: Tensor
    labels: Tensor


class Data(NamedTuple):
    train: Images
    validation: Images


def load_data(name: str, design: Design) -> Data:
    """Read the data set called `name`, or the folder of images at that path, and check it against `design`.

    Raises Refused.
    """
    data_set = describe_data(name)
    channels = design.input[0]
    wanted = (data_set.shape[0],) if data_set.shape else (1, 3)
    if channels not in wanted:
        what = translatable("the design takes {channels} channels; {data} has {wanted}")
        own = Sentence(translatable("1 or 3")) if data_set.shape is None else data_set.shape[0]
        raise refuse("input", what, channels=channels, data=Sentence(data_set.label), wanted=own)
    data = DATASETS.get(data_set.name, _read_folder)(data_set, design)
    for part in data:
        if not len(part.labels):
            what = translatable("{data} has no images for training or for validation")
            raise refuse("data", what, data=Sentence(data_set.label))
        highest = int(part.labels.max())
        if highest >= design.classes:
            what = translatable("{data} has the label {highest}, but the design has only {classes} classes")
            raise refuse("data", what, data=Sentence(data_set.label), highest=highest, classes=design.classes)
    return data


def read_bundled(data_set: DataSet, design: Design) -> Data:
    """Read the subset of Fashion-MNIST that comes with the program. Raises Refused."""
    try:
        content = data_set.path.read_bytes()
    except OSError as error:
        raise refuse("data", _UNREADABLE, path=str(data_set.path), error=system_words(error)) from None
    if hashlib.sha256(content).hexdigest() != _BUNDLED_SHA256:
        raise refuse("data", _DAMAGED, path=str(data_set.path))
    with np.load(io.BytesIO(content)) as arrays:
        train, test = (
            Images(
                torch.from_numpy(arrays[f"{part}_images"]).unsqueeze(1),
                torch.from_numpy(arrays[f"{part}_labels"]).long(),
            )
            for part in ("train", "test")
        )
        return Data(train, test)


def _read_idx(data_set: DataSet, design: Design) -> Data:
    """Read a set of four gzipped files in the IDX format, as torchvision does. Raises Refused."""
    from torchvision.datasets.mnist import read_image_file, read_label_file  # takes seconds to import

    files = CATALOGUE[data_set.name].files
    with TemporaryDirectory(prefix="resnet-explorer-") as place:
        unpacked = [Path(place, str(number)) for number in range(len(files))]
        for file, path in zip(files, unpacked, strict=True):
            _unpack(file, data_set, path)
        train, train_labels, test, test_labels = unpacked
        return Data(
            Images(read_image_file(train).unsqueeze(1), read_label_file(train_labels)),
            Images(read_image_file(test).unsqueeze(1), read_label_file(test_labels)),
        )


def _unpack(file: PublishedFile, data_set: DataSet, target: Path) -> None:
    """Write the checked content of a gzipped file of a data set to `target`. Raises Refused."""
    (path,) = file.find(data_set.path) or (data_set.path / file.name,)
    try:
        content = file.content(path)
        if content is not None:
            target.write_bytes(content)
            return
    except OSError as error:
        raise refuse("data", _UNREADABLE, path=str(path), error=system_words(error)) from None
    raise _damaged(path, data_set)


def _damaged(path: Path, data_set: DataSet) -> Refused:
    problem = Sentence(_DAMAGED, {"path": str(path)})
    return refuse("data", _GET_AGAIN, problem=problem, name=data_set.name)


def _read_cifar(data_set: DataSet, design: Design) -> Data:
    """Read CIFAR-10 by torchvision, which checks each file before it unpickles it. Raises Refused."""
    from torchvision.datasets import CIFAR10

    try:
        parts = [CIFAR10(data_set.path, train=train) for train in (True, False)]
    except RuntimeError:
        raise _damaged(data_set.path / CIFAR10.base_folder, data_set) from None
    except OSError as error:
        raise refuse("data", _UNREADABLE, path=str(error.filename), error=system_words(error)) from None
    train, test = (
        Images(torch.from_numpy(part.data).permute(0, 3, 1, 2).contiguous(), torch.tensor(part.targets))
        for part in parts
    )
    return Data(train, test)


def _read_folder(data_set: DataSet, design: Design) -> Data:
    """Read a folder of images, one subfolder per class, at the design's channels and size. Raises Refused."""
    train, validation = folder_files(data_set)
    channels, height, width = design.input
    needed, free = (len(train) + len(validation)) * channels * height * width, available_memory(torch.device("cpu"))
    if free is not None and needed > free:
        what = translatable("the images need {needed:.1f} GB of memory; {free:.1f} GB are free")
        raise refuse("data", what, needed=needed / 1e9, free=free / 1e9)
    return Data(_read_files(train, design), _read_files(validation, design))


def folder_files(data_set: DataSet) -> tuple[Files, Files]:
    """Return the files to train and to validate with: those in `val`, or one in six held out. Raises Refused."""
    root = data_set.path / "train" if (data_set.path / "train").is_dir() else data_set.path
    names = sorted(each.name for each in root.iterdir() if each.is_dir() and not each.name.startswith("."))
    found = _class_files(root, names)
    if (data_set.path / "val").is_dir():
        return found, _class_files(data_set.path / "val", names)
    order = np.random.default_rng(0).permutation(len(found))  # always the same images, so that runs can be compared
    cut = held_out(len(found))
    return [found[i] for i in order[cut:]], [found[i] for i in order[:cut]]


def _class_files(root: Path, names: list[str]) -> Files:
    """Return every image file below `root` with its label, the index of its folder in `names`. Raises Refused."""
    try:
        if unknown := sorted(
            {each.name for each in root.iterdir() if each.is_dir() and each.name[0] != "."} - {*names}
        ):
            what = translatable("{path!r} is not a class of the training images")
            raise refuse("data", what, path=str(root / unknown[0]))
        return [
            (path, label)
            for label, name in enumerate(names)
            if (root / name).is_dir()
            for path in sorted((root / name).iterdir())
            if path.suffix.lower() in FOLDER_SUFFIXES
        ]
    except OSError as error:
        raise refuse("data", "{path}: {error}", path=error.filename, error=system_words(error)) from None


def _read_files(files: Files, design: Design) -> Images:
    channels, height, width = design.input
    pixels = torch.empty((len(files), channels, height, width), dtype=torch.uint8)
    with ThreadPoolExecutor() as pool:  # decoding leaves the interpreter's lock
        for index, image in enumerate(pool.map(lambda file: decode(file[0], design.input), files)):
            pixels[index] = torch.from_numpy(image).permute(2, 0, 1)
    return Images(pixels, torch.tensor([label for _, label in files]))


DATASETS: dict[str, Callable[[DataSet, Design], Data]] = {
    "fashion-mnist-12k": read_bundled,
    "fashion-mnist": _read_idx,
    "mnist": _read_idx,
    "kmnist": _read_idx,
    "cifar-10": _read_cifar,
}
