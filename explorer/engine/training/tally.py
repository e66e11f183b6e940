"""Tally: what a network makes of images, batch by batch; it stays on the device and is read back once. No Qt."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.typing import NDArray
from torch import Tensor

from explorer.engine.data.loader import batch_bounds
from explorer.engine.training.ranks import ALONE, Ranks
from explorer.runs.recipe import Recipe


class Tested(NamedTuple):
    """What a network makes of a batch, on the device.

    `sums` are that of the losses, without weights of classes, and the number of hits, (2,). `predicted` (n,) are the
    most likely classes, `confidence` (n,) their probabilities.
    """

    sums: Tensor
    predicted: Tensor
    confidence: Tensor


def judge(scores: Tensor, labels: Tensor) -> Tested:
    """Return what logits (n, classes) say of images with these `labels` (n,)."""
    loss = F.cross_entropy(scores, labels, reduction="sum")
    predicted = scores.argmax(1)
    sums = torch.stack((loss, (predicted == labels).sum().float()))
    return Tested(sums, predicted, scores.softmax(1).amax(1))


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """Mean loss and accuracy of all images, and `predicted`, int32 (n,), and `confidence`, float32 (n,), of each."""

    loss: float
    accuracy: float
    predicted: NDArray[np.int32]
    confidence: NDArray[np.float32]


def evaluation_bounds(images: int, recipe: Recipe) -> list[slice]:
    """Return the bounds of each batch."""
    return batch_bounds(images, evaluation_size(recipe))


def evaluation_size(recipe: Recipe) -> int:
    """Return the number of images of a batch: without gradients it may be twice as large as in training."""
    return 2 * recipe.batch_size


class Tally:
    """Adds up batches. A run and who evaluates it later add in the same order, and so round alike."""

    def __init__(self, ranks: Ranks = ALONE) -> None:
        self._ranks = ranks
        self._tested: list[Tested] = []

    def add(self, tested: Tested) -> None:
        self._tested.append(tested)

    def read(self) -> Outcome:
        """Fetch what was added from the device, by all ranks."""
        own = self._tested
        if self._ranks.size > 1:  # a tensor on a device would arrive on the sender's
            own = [Tested(*(values.cpu() for values in each)) for each in own]
        found = self._ranks.collect(own)
        sums = torch.zeros_like(found[0].sums)
        for tested in found:
            sums += tested.sums
        predicted = torch.cat([each.predicted for each in found]).int().cpu().numpy()
        confidence = torch.cat([each.confidence for each in found]).cpu().numpy()
        loss, hits = sums.tolist()
        return Outcome(loss / len(predicted), hits / len(predicted), predicted, confidence)
