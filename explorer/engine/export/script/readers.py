"""How a script reads images and weights; nothing of it runs here. No Qt."""

import gzip
import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torchvision.datasets import CIFAR10

from explorer.engine.data.datasets import BUNDLED_SHA256
from explorer.engine.data.images.decoding import fit_image, load_upright
from explorer.engine.export.script.given import FILES

Parts = list[tuple[Tensor, Tensor]]


def read_bundled(file: Path) -> Parts:
    """Read uint8 images (n, channels, height, width) and labels (n,), to train with and to validate with."""
    if hashlib.sha256(file.read_bytes()).hexdigest() != BUNDLED_SHA256:
        raise SystemExit(f"{file} is not what the run was trained on")
    with np.load(file) as arrays:
        return [
            (
                torch.from_numpy(arrays[f"{part}_images"]).unsqueeze(1),
                torch.from_numpy(arrays[f"{part}_labels"]).long(),
            )
            for part in ("train", "test")
        ]


def read_idx_files(folder: Path) -> Parts:
    """Read uint8 images (n, channels, height, width) and labels (n,), to train with and to validate with."""
    return [(read_idx(folder / images).unsqueeze(1), read_idx(folder / labels).long()) for images, labels in FILES]


def read_idx(path: Path) -> Tensor:
    """Read an array of bytes in the IDX format, gzipped or not."""
    content = path.read_bytes() if path.is_file() else gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes())
    start = 4 + 4 * content[3]  # after the sizes of so many dimensions
    sizes = np.frombuffer(content[4:start], ">u4").tolist()
    return torch.tensor(np.frombuffer(content, np.uint8, offset=start)).reshape(sizes)


def read_cifar(folder: Path) -> Parts:
    """Read uint8 images (n, channels, height, width) and labels (n,), to train with and to validate with."""
    parts = [CIFAR10(folder, train=is_training) for is_training in (True, False)]
    return [
        (torch.from_numpy(part.data).permute(0, 3, 1, 2).contiguous(), torch.tensor(part.targets)) for part in parts
    ]


def read_files(
    folder: Path, parts: Sequence[dict[str, list[str]]], shape: tuple[int, int, int], background: str
) -> Parts:
    """Read the files of each class, to train with and to validate with, at a `shape`, (channels, height, width)."""
    return [read_part(folder, classes, shape, background) for classes in parts]


def read_part(
    folder: Path, classes: dict[str, list[str]], shape: tuple[int, int, int], background: str
) -> tuple[Tensor, Tensor]:
    """Read uint8 images (n, channels, height, width) and labels (n,)."""
    channels, height, width = shape

    def decode(file: str) -> Tensor:
        with Image.open(folder / file) as image:
            upright = load_upright(image, (width, height)).upright
            return torch.from_numpy(fit_image(upright, shape, background)).permute(2, 0, 1)

    files = [file for names in classes.values() for file in names]
    pixels = torch.empty(len(files), channels, height, width, dtype=torch.uint8)
    with ThreadPoolExecutor() as pool:
        for place, image in zip(pixels, pool.map(decode, files), strict=True):
            place.copy_(image)
    counts = torch.tensor([len(names) for names in classes.values()])
    return pixels, torch.arange(len(classes)).repeat_interleave(counts)


def read_safetensors(file: Path) -> dict[str, Tensor]:
    """Read the tensors of a safetensors file by their names."""
    content = bytearray(file.read_bytes())
    start = 8 + int.from_bytes(content[:8], "little")
    entries = json.loads(content[8:start])
    entries.pop("__metadata__", None)
    kinds = {
        "F64": torch.float64,
        "F32": torch.float32,
        "F16": torch.float16,
        "BF16": torch.bfloat16,
        "I64": torch.int64,
    }
    tensors = {}
    for name, entry in entries.items():
        first, end = entry["data_offsets"]
        values = torch.frombuffer(content[start + first : start + end], dtype=kinds[entry["dtype"]])
        tensors[name] = values.reshape(entry["shape"])
    return tensors
