"""Passes over all images of a folder, one per process, timed from the first file to the last batch. No Qt.

Each returns seconds, and how many bytes of private memory it took at most beyond those before it began.
"""

import json
import re
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path

import torch

from explorer.engine.data.cache import Source, Stored, store
from explorer.engine.data.images.image_index import index_images
from explorer.engine.data.mapped_loader import MappedLoader
from explorer.engine.data.parallel import usable_cores
from explorer.engine.data.preprocessing import Preprocessing
from explorer.engine.data.progress import unreported
from explorer.runs.data.cache_folder import folder_of
from explorer.runs.data.image_list import list_images

SHAPE = (3, 224, 224)
_BATCH = 64
_LOOK_EVERY = 0.05  # seconds, at the memory


def torchvisions_pass(root: Path) -> float:
    """Read every image with ImageFolder and a DataLoader of as many processes as there are cores."""
    from torch.utils.data import DataLoader
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import CenterCrop, Compose, PILToTensor, Resize

    start = time.perf_counter()
    transform = Compose([Resize(SHAPE[1]), CenterCrop(SHAPE[1:]), PILToTensor()])
    for pixels, _ in DataLoader(ImageFolder(root, transform), _BATCH, num_workers=usable_cores()):
        assert pixels.shape[1:] == SHAPE
    return time.perf_counter() - start


def first_pass(root: Path) -> float:
    """Decode every image into the cache, and read them all, in order."""
    for path in folder_of(root).glob("*-white*"):
        path.unlink()
    return _timed_pass(root, shuffled=False)


def later_pass(root: Path) -> float:
    """Read every image from the cache, in random order."""
    return _timed_pass(root, shuffled=True)


def _timed_pass(root: Path, shuffled: bool) -> float:
    start = time.perf_counter()
    _read(_stored(root), shuffled)
    return time.perf_counter() - start


def reader(root: Path) -> float:
    """Read every image from the cache, which has just been read, in random order."""
    stored = _stored(root)
    _read(stored, shuffled=True)
    start = time.perf_counter()
    _read(stored, shuffled=True)
    return time.perf_counter() - start


def scan(root: Path) -> float:
    """Examine every image with all checks."""
    shutil.rmtree(folder_of(root), ignore_errors=True)
    start = time.perf_counter()
    index_images(list_images(root), unreported)
    return time.perf_counter() - start


def _stored(root: Path) -> Stored:
    images = list_images(root)
    found = [(image.file, images.status(image)) for image in images.images]
    sources = [Source(file, status.st_size, status.st_mtime_ns) for file, status in found]
    return store(images.root, sources, SHAPE, "white", unreported)


def _read(stored: Stored, shuffled: bool) -> None:
    """Read every image in batches, as training does on a processor."""
    count = len(stored.places)
    loader = MappedLoader(stored, torch.zeros(count, dtype=torch.long), Preprocessing(SHAPE[1:]), "")
    order = torch.randperm(count) if shuffled else torch.arange(count)
    batches = torch.split(order, _BATCH)
    loader.expect(batches)
    for batch in batches:
        assert loader.read(batch).shape[1:] == SHAPE


PASSES: dict[str, Callable[[Path], float]] = {
    "torchvision": torchvisions_pass,
    "first": first_pass,
    "cached": later_pass,
    "reader": reader,
    "scan": scan,
}


def _private_bytes() -> int:
    """Return the bytes of memory that this process and those it has started have to themselves.

    It is 0 where the system does not tell.
    """
    kilobytes = 0
    with suppress(OSError):  # a thread or a process that has just ended
        started = [path.read_text().split() for path in Path("/proc/self/task").glob("*/children")]
        for process in ("self", *chain.from_iterable(started)):
            status = Path("/proc", process, "status").read_text()
            kilobytes += sum(map(int, re.findall(r"^(?:RssAnon|VmSwap):\s+(\d+) kB", status, re.MULTILINE)))
    return 1024 * kilobytes


@contextmanager
def _watched_memory() -> Iterator[list[int]]:
    """Yield a list whose first entry is the most private memory seen, beyond what there was before."""
    before, seen, ended = _private_bytes(), [0], threading.Event()

    def watch() -> None:
        while not ended.wait(_LOOK_EVERY):
            seen[0] = max(seen[0], _private_bytes() - before)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


def main() -> None:
    """Run the pass and the folder that the command line names, and print its figures."""
    name, root = sys.argv[1:]
    with _watched_memory() as memory:
        seconds = PASSES[name](Path(root))
    print(json.dumps({"seconds": seconds, "private_bytes": memory[0]}))
