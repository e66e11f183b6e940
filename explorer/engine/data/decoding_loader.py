"""DecodingLoader: images that are decoded whenever they are asked for, since they fit nowhere. No Qt."""

import copy
import signal
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from explorer.engine.data.cache import Shape
from explorer.engine.data.images.decoding import Pixels, decode
from explorer.engine.data.loader import Loader
from explorer.engine.data.mapped_loader import is_same, places_of
from explorer.engine.data.parallel import usable_cores
from explorer.engine.data.preprocessing import Preprocessing
from explorer.validation import Complaint, Refused


class DecodingLoader(Loader):
    """Images at `paths`, decoded at `shape` by processes of torch's DataLoader; `content` is their fingerprint.

    Raises Refused from `read` where a file has changed so much that it is no image any more.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        shape: Shape,
        background: str,
        labels: Tensor,
        preprocessing: Preprocessing,
        content: str,
    ) -> None:
        self.labels, self.preprocessing, self._content = labels, preprocessing, content
        self.stored = shape[1:]
        self._files = _Files(tuple(paths), shape, background)
        self._reset()

    def _reset(self) -> None:
        self._expected: deque[Tensor | slice] = deque()
        self._batches: list[list[int]] = []  # what the processes of `_loader` decode next
        self._loader: DataLoader[_Batch] | None = None
        self._ahead: Iterator[_Batch] = iter(())

    def apart(self) -> "DecodingLoader":
        other = copy.copy(self)
        other._reset()
        return other

    def expect(self, batches: Sequence[Tensor | slice]) -> None:
        self._batches[:] = [places.tolist() for places in places_of(batches, np.arange(len(self)))]
        self._expected = deque(batches)
        if self._loader is None:  # the processes stay; elsewhere than on Linux they take seconds to start
            self._loader = DataLoader(
                self._files,
                batch_sampler=self._batches,
                num_workers=usable_cores(),
                collate_fn=_as_it_is,
                worker_init_fn=_ignore_interrupts,
                multiprocessing_context="spawn",  # a fork of a process with threads may hang
                persistent_workers=True,
            )
        self._ahead = iter(self._loader)

    def read(self, chosen: Tensor | slice) -> Tensor:
        if self._expected and is_same(self._expected[0], chosen):
            self._expected.popleft()
            batch = next(self._ahead)
        else:
            (places,) = places_of([chosen], np.arange(len(self)))
            batch = self._files.__getitems__(places.tolist())
        if not isinstance(batch, np.ndarray):
            raise Refused(*batch)
        pixels = torch.from_numpy(batch)
        if self.device.type == "cuda":
            pixels = pixels.pin_memory()
        return pixels.to(self.device, non_blocking=True).permute(0, 3, 1, 2)

    def fingerprint(self) -> str:
        return self._content


_Batch = Pixels | tuple[Complaint, ...]  # images, or why one cannot be decoded


class _Files(Dataset[Pixels]):
    """The files, as a process decodes them.

    It returns numpy's arrays: torch's tensors would pass through shared memory, of which containers have little.
    """

    def __init__(self, paths: tuple[Path, ...], shape: Shape, background: str) -> None:
        self._paths, self._shape, self._background = paths, shape, background

    def __len__(self) -> int:
        return len(self._paths)

    def __getitem__(self, index: int) -> Pixels:
        return decode(self._paths[index], self._shape, self._background)

    def __getitems__(self, indices: Sequence[int]) -> _Batch:
        try:
            return np.stack([self[index] for index in indices])
        except Refused as refused:  # which another process could not raise again
            return refused.complaints


def _as_it_is(batch: Any) -> Any:
    return batch


def _ignore_interrupts(_: int) -> None:
    """Leave Ctrl-C to the process that trains: it needs more batches before it ends in good order."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
