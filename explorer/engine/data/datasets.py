"""Readers of the catalogue's data sets, as uint8 images with labels; `DATASETS` lists them. No Qt."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from explorer.architecture.design import Design
from explorer.runs.data.catalogue import CATALOGUE, DataSet, describe_data
from explorer.runs.data.files import PublishedFile
from explorer.sentences import Sentence, system_words, translatable
from explorer.validation import Refused, refuse

BUNDLED_SHA256 = "ce61ba0eda7e5ad4bdc5308bfb035fca2626374799e0b6f1c40c0805d78fa318"
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
    """Read the data set of the catalogue called `name`, and check it against `design`. Raises Refused."""
    data_set = describe_data(name)
    assert data_set.shape
    if (channels := design.input[0]) != (own := data_set.shape[0]):
        what = translatable("the design takes {channels} channels; {data} has {own}")
        raise refuse("input", what, channels=channels, data=Sentence(data_set.label), own=own)
    data = DATASETS[name](data_set)
    highest = max(int(part.labels.max()) for part in data)
    if highest >= design.classes:
        what = translatable("{data} has the label {highest}, but the design has only {classes} classes")
        raise refuse("data", what, data=Sentence(data_set.label), highest=highest, classes=design.classes)
    return data


def read_bundled(data_set: DataSet) -> Data:
    """Read the subset of Fashion-MNIST that comes with the program. Raises Refused."""
    try:
        content = data_set.path.read_bytes()
    except OSError as error:
        raise refuse("data", _UNREADABLE, path=str(data_set.path), error=system_words(error)) from None
    if hashlib.sha256(content).hexdigest() != BUNDLED_SHA256:
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


def read_idx(data_set: DataSet) -> Data:
    """Read a set of four gzipped files in the IDX format. Raises Refused.

    torchvision reads them as well, but takes longer to import than all else that a training process needs.
    """
    images, labels, tests, test_labels = (_idx_array(file, data_set) for file in CATALOGUE[data_set.name].files)
    return Data(Images(images.unsqueeze(1), labels.long()), Images(tests.unsqueeze(1), test_labels.long()))


def _idx_array(file: PublishedFile, data_set: DataSet) -> Tensor:
    """Return the bytes in a file of a data set, whose checksum is right, in the shape that it says. Raises Refused."""
    content = _content(file, data_set)
    start = 4 + 4 * content[3]  # after the sizes of so many dimensions
    sizes = np.frombuffer(content[4:start], ">u4").tolist()
    return torch.tensor(np.frombuffer(content, np.uint8, offset=start)).reshape(sizes)


def _content(file: PublishedFile, data_set: DataSet) -> bytes:
    """Return the checked content of a gzipped file of a data set. Raises Refused."""
    (path,) = file.find(data_set.path) or (data_set.path / file.name,)
    try:
        if content := file.content(path):
            return content
    except OSError as error:
        raise refuse("data", _UNREADABLE, path=str(path), error=system_words(error)) from None
    raise _damaged(path, data_set)


def _damaged(path: Path, data_set: DataSet) -> Refused:
    problem = Sentence(_DAMAGED, {"path": str(path)})
    return refuse("data", _GET_AGAIN, problem=problem, name=data_set.name)


def read_cifar(data_set: DataSet) -> Data:
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


DATASETS: dict[str, Callable[[DataSet], Data]] = {
    "fashion-mnist-12k": read_bundled,
    "fashion-mnist": read_idx,
    "mnist": read_idx,
    "kmnist": read_idx,
    "cifar-10": read_cifar,
}
