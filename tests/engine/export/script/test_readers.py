"""What a script reads its images and weights with, against who wrote or reads them otherwise."""

import gzip

import pytest
import torch
from safetensors.torch import save_file
from torchvision.datasets.mnist import read_image_file, read_label_file

from explorer.engine.data.datasets import DATASETS
from explorer.engine.export.script.excerpt import Excerpt
from explorer.engine.export.script.images import READERS, literal


def reader(name):
    """The function as a script has it."""
    copied, namespace = Excerpt(), {}
    copied.add_text(f"from explorer.engine.export.script.readers import {name}\n", name)
    exec("\n".join([*copied.imports, *copied.lines]), namespace)
    return namespace[name]


def idx(values):
    """A file in the IDX format with bytes of any shape."""
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    return bytes([0, 0, 8, values.ndim]) + sizes + values.numpy().tobytes()


@pytest.mark.parametrize("packed", [False, True])
def test_idx_is_read_as_torchvision_reads_it(tmp_path, packed):
    images, labels = (torch.randint(0, 255, shape, dtype=torch.uint8) for shape in ((7, 5, 4), (7,)))
    for name, values in (("images", images), ("labels", labels)):
        (tmp_path / name).write_bytes(idx(values))
    assert torch.equal(read_image_file(tmp_path / "images"), images)
    assert torch.equal(read_label_file(tmp_path / "labels"), labels.long())
    read_idx = reader("read_idx")
    if packed:
        for name in ("images", "labels"):
            (tmp_path / f"{name}.gz").write_bytes(gzip.compress((tmp_path / name).read_bytes()))
            (tmp_path / name).unlink()
    assert torch.equal(read_idx(tmp_path / "images"), images)
    assert torch.equal(read_idx(tmp_path / "labels"), labels)


def test_safetensors_are_read_as_they_were_written(tmp_path):
    kinds = (torch.float32, torch.float64, torch.float16, torch.bfloat16)
    tensors = {str(kind): torch.rand(3, 2).to(kind) for kind in kinds} | {"count": torch.tensor(7)}
    save_file(tensors, tmp_path / "some.safetensors", {"design": "any"})
    found = reader("read_safetensors")(tmp_path / "some.safetensors")
    assert found.keys() == tensors.keys()
    assert all(
        torch.equal(found[name], values) and found[name].dtype == values.dtype for name, values in tensors.items()
    )


def test_every_named_set_has_a_reader():
    assert set(DATASETS.values()) == set(READERS)


@pytest.mark.parametrize("text", ["plain", 'a "quoted" one', "it's", "back\\slash", "new\nline", "图像", "\udcff"])
def test_a_text_is_written_as_python_reads_it(text):
    assert eval(literal(text)) == text
