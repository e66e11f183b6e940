"""Small data sets in the real formats, with their hashes in the catalogue, as if they were the published ones."""

import gzip
import hashlib
import io
import pickle
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import platformdirs
import pytest

from explorer.runs.data import addresses, catalogue
from explorer.runs.data.catalogue import CATALOGUE, CatalogueEntry
from explorer.runs.data.files import PublishedFile

TRAIN, TEST = 20, 10


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def idx(values: np.ndarray) -> bytes:
    """An array of bytes in the IDX format."""
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    return bytes([0, 0, 8, values.ndim]) + sizes + values.tobytes()


def idx_files(seed: int = 0) -> dict[str, bytes]:
    random = np.random.default_rng(seed)
    files = {}
    for part, count in (("train", TRAIN), ("t10k", TEST)):
        files[f"{part}-images-idx3-ubyte.gz"] = idx(random.integers(0, 256, (count, 28, 28), np.uint8))
        files[f"{part}-labels-idx1-ubyte.gz"] = idx(np.arange(count, dtype=np.uint8) % 10)
    return {name: gzip.compress(content, mtime=0) for name, content in files.items()}


def cifar_members() -> dict[str, bytes]:
    """Batches of two images each, the channels of which have one value each: 10, 20 and 30, and twice that."""
    folder = "cifar-10-batches-py"
    rows = [np.repeat(np.uint8([10, 20, 30]) * times, 32 * 32) for times in (1, 2)]
    names = [*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"]
    batches = {name: {"data": np.stack(rows), "labels": [number, 9]} for number, name in enumerate(names)}
    batches["batches.meta"] = {"label_names": [str(number) for number in range(10)]}
    return {f"{folder}/{name}": pickle.dumps(batch) for name, batch in batches.items()}


def archive(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def publish(monkeypatch: pytest.MonkeyPatch, name: str, files: tuple[PublishedFile, ...]) -> CatalogueEntry:
    entry = replace(CATALOGUE[name], files=files, places=CATALOGUE[name].places[:1])
    monkeypatch.setitem(CATALOGUE, name, entry)
    return entry


def publish_idx(monkeypatch: pytest.MonkeyPatch, name: str, files: dict[str, bytes]) -> CatalogueEntry:
    return publish(
        monkeypatch, name, tuple(PublishedFile(file, len(content), md5(content)) for file, content in files.items())
    )


def publish_cifar(monkeypatch: pytest.MonkeyPatch, members: dict[str, bytes]) -> tuple[CatalogueEntry, bytes]:
    """The entry and its archive."""
    content = archive(members)
    hashes = {name: md5(each) for name, each in members.items()}
    file = PublishedFile("cifar-10-python.tar.gz", len(content), md5(content), members=hashes, room=1000)
    return publish(monkeypatch, "cifar-10", (file,)), content


def put_files(entry: CatalogueEntry, files: dict[str, bytes]) -> None:
    """As if a download had put the files in their place."""
    entry.target.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (entry.target / name).write_bytes(content)


def expect_in_torchvision(monkeypatch: pytest.MonkeyPatch, entry: CatalogueEntry) -> None:
    """Let torchvision's own CIFAR-10 expect the members of the entry's archive."""
    from torchvision.datasets import CIFAR10

    *train, test, meta = ([name.split("/")[1], value] for name, value in entry.files[0].members.items())
    monkeypatch.setattr(CIFAR10, "train_list", train)
    monkeypatch.setattr(CIFAR10, "test_list", [test])
    monkeypatch.setattr(CIFAR10, "meta", {"filename": meta[0], "key": "label_names", "md5": meta[1]})


def use_folders(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Keep the user's data sets and addresses in `folder`, and know no address of the Internet."""
    for kind in ("user_data_dir", "user_config_dir"):
        monkeypatch.setattr(platformdirs, kind, lambda *names, **options: str(folder))
    monkeypatch.setattr(catalogue, "_roots", lambda: [folder / "datasets"])
    monkeypatch.setitem(CATALOGUE, "fashion-mnist", replace(CATALOGUE["fashion-mnist"], places=("fashion-mnist",)))
    monkeypatch.setattr(addresses, "resource", lambda *parts: folder / "known.toml")


def set_addresses(folder: Path, name: str, *addresses: str, own: bool = False) -> None:
    (folder / ("addresses.toml" if own else "known.toml")).write_text(f"{name} = {list(addresses)}\n", encoding="utf-8")
