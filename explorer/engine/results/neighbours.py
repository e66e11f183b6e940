"""Neighbours: the training images that are nearest to an image, by the features before the head. No Qt.

Features are what the last layer of the head gets. Those of all training images are computed once, and kept as long as
the weights stay.
"""

from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

from explorer.engine.data.loader import batch_bounds
from explorer.engine.data.progress import Report, Warn
from explorer.engine.data.training_data import open_gallery
from explorer.engine.results.kept_networks import kept_network
from explorer.engine.results.trained_network import TrainedNetwork
from explorer.runs.data.image_list import Part
from explorer.runs.questions.results import NearestImages, Neighbours

_AT_ONCE, _MACS = 100, 2 * 10**10  # most images between two reports, and most work: half a second on two cores
_MAX_BYTES = 2**28  # of features that are kept: those of 130,000 images in a ResNet-18


def find_neighbours(question: Neighbours, report: Report, warn: Warn) -> NearestImages:
    """Return the nearest training images. Raises Refused, and what `report` raises."""
    network = kept_network(question)
    with torch.inference_mode():
        own = _features(network, network.images.inputs([question.file]))[0]
        images = next((each for each in _kept if each.network is network), None)
        if images is None:
            _kept[:] = [images := _TrainingImages(network, report)]
        similar = torch.cat([part @ own for part in images.features(report)])
        if (same := images.place(question.file)) is not None:
            similar[same] = -torch.inf
        nearest = similar.sort(descending=True, stable=True)
    count = min(question.count, len(similar) - (same is not None))
    chosen = nearest.indices[:count].tolist()
    return NearestImages(
        files=tuple(images.files[place] for place in chosen),
        labels=tuple(images.labels[place] for place in chosen),
        similarities=tuple(nearest.values[:count].tolist()),
    )


class _TrainingImages:
    """The training images of a run's network: their `files`, `labels`, and features."""

    def __init__(self, network: TrainedNetwork, report: Report) -> None:
        """Open them as training does. Raises Refused, and what `report` raises."""
        run, self.network = network.run, network
        gallery = open_gallery(network.recipe, run.design, network.device, run.data, Part.TRAIN, report)
        self._loader, self._root, self.files = gallery.loader, gallery.root, gallery.files
        self.labels: list[int] = self._loader.labels.tolist()
        self._kept: list[Tensor] = []

    def place(self, file: str) -> int | None:
        """Return which of the images a file is, if it is one."""
        path = Path(file)
        if path.is_absolute() and self._root and path.is_relative_to(self._root):
            file = path.relative_to(self._root).as_posix()
        return self.files.index(file) if file in self.files else None

    def features(self, report: Report) -> Iterator[Tensor]:
        """Yield the features of all images in order, (n, channels) at a time, as unit vectors on the CPU."""
        if self._kept:
            yield from self._kept
            return
        found: list[Tensor] = []
        images = len(self._loader)
        for bounds in batch_bounds(images, max(1, min(_AT_ONCE, _MACS // self.network.plan.macs))):
            pixels = self.network.images.preprocessing.inputs(self._loader.read(bounds))
            found.append(_features(self.network, pixels))
            yield found[-1]
            if images * found[-1][0].nbytes > _MAX_BYTES:
                found.clear()
            report(bounds.stop, images)
        self._kept = found


_kept: list[_TrainingImages] = []  # of the network that was asked about last


def _features(network: TrainedNetwork, x: Tensor) -> Tensor:
    """Return what the last layer gets of images (n, channels, height, width) as the network sees them."""
    *before, _ = network.network.children()
    with torch.autocast(network.device.type, torch.bfloat16, enabled=network.rewrites.bf16):
        for part in before:
            x = part(x)
    return F.normalize(x.flatten(1).float()).cpu()
