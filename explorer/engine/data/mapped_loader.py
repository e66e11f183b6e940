"""MappedLoader: images in a file that is mapped into memory, read ahead by threads. No Qt."""

import copy
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from explorer.engine.data.cache import Places, Stored
from explorer.engine.data.loader import Loader
from explorer.engine.data.preprocessing import Preprocessing

_AHEAD = 2  # batches


class MappedLoader(Loader):
    """Images that stay on the disk, or in the system's cache of it; `content` is their fingerprint.

    For a CUDA device they pass through pinned memory, so that a copy need not wait for the step before it.
    """

    def __init__(self, stored: Stored, labels: Tensor, preprocessing: Preprocessing, content: str) -> None:
        self._pixels, self._places = np.asarray(stored.pixels), stored.places
        self.labels, self.preprocessing, self._content = labels, preprocessing, content
        _, height, width, _ = self._pixels.shape
        self.stored = height, width
        self._reset()

    def _reset(self) -> None:
        self._expected: deque[tuple[Tensor | slice, Places]] = deque()
        self._ahead: deque[tuple[Tensor | slice, Future[Tensor]]] = deque()
        self._reader = ThreadPoolExecutor(_AHEAD, "read-ahead")  # its threads start with the first batch

    def apart(self) -> "MappedLoader":
        other = copy.copy(self)
        other._reset()
        return other

    def expect(self, batches: Sequence[Tensor | slice]) -> None:
        self._ahead.clear()
        self._expected = deque(zip(batches, places_of(batches, self._places), strict=True))
        self._read_ahead()

    def _read_ahead(self) -> None:
        while self._expected and len(self._ahead) < _AHEAD:
            batch, places = self._expected.popleft()
            self._ahead.append((batch, self._reader.submit(self._gather, places)))

    def read(self, chosen: Tensor | slice) -> Tensor:
        if self._ahead and is_same(self._ahead[0][0], chosen):
            pixels = self._ahead.popleft()[1].result()
            self._read_ahead()
        else:
            (places,) = places_of([chosen], self._places)
            pixels = self._gather(places)
        return pixels.to(self.device, non_blocking=True).permute(0, 3, 1, 2)

    def _gather(self, places: Places) -> Tensor:
        """Return a copy of some images, uint8 (n, height, width, channels), in main memory."""
        pinned = self.device.type == "cuda"
        pixels = torch.empty((len(places), *self._pixels.shape[1:]), dtype=torch.uint8, pin_memory=pinned)
        np.take(self._pixels, places, axis=0, out=pixels.numpy(), mode="clip")  # "raise" would need a second copy
        return pixels

    def fingerprint(self) -> str:
        return self._content


def places_of(batches: Sequence[Tensor | slice], places: Places) -> list[Places]:
    """Return the places of the images of each batch; what is on a device is fetched from it at once."""
    chosen = [batch for batch in batches if isinstance(batch, Tensor)]
    fetched = iter(torch.split(torch.cat(chosen).cpu(), [len(batch) for batch in chosen]) if chosen else ())
    return [places[next(fetched).numpy() if isinstance(batch, Tensor) else batch] for batch in batches]


def is_same(expected: Tensor | slice, chosen: Tensor | slice) -> bool:
    """Return whether both choose the same images, as far as that is known without fetching them from a device."""
    if isinstance(expected, Tensor) and isinstance(chosen, Tensor):
        return (expected.data_ptr(), len(expected)) == (chosen.data_ptr(), len(chosen))
    return isinstance(expected, slice) and expected == chosen
