"""Effect: what a change of a network does to its answers, on the same images before and after. No Qt."""

import math
from collections.abc import Iterator
from heapq import nlargest
from typing import NamedTuple

import torch
from torch import Tensor, nn

from explorer.engine.data.loader import PlacedLoader, batch_bounds
from explorer.engine.probes.pictures import shrink, write_sheets
from explorer.engine.probes.probed_network import ProbedNetwork
from explorer.runs.questions.blocks import Effect, Example
from explorer.runs.questions.pictures import Sheet
from explorer.sentences import translatable
from explorer.validation import refuse

AFFORDABLE = 10**11  # multiply–accumulates of one pass: some seconds on two cores
_EXAMPLES, _CLASSES = 6, 5


def spread_images(probed: ProbedNetwork, least: int, most: int) -> PlacedLoader:
    """Return as many validation images as a few seconds allow, spread over the set: folders are sorted by class.

    While a run waits, as many as it can wait for.
    """
    validation = probed.gallery.loader
    affordable = AFFORDABLE // probed.plan.macs
    if probed.images is not None:
        affordable = min(affordable, probed.images // 2)  # each passes both networks
    count = min(most, len(validation), max(least, affordable))
    chosen = torch.linspace(0, len(validation) - 1, count).round().long().to(validation.device)
    pixels = validation.preprocessing.crop(validation.read(chosen))
    return PlacedLoader(pixels, validation.labels[chosen], validation.preprocessing)


class _Shift(NamedTuple):
    """How far the probabilities of an image moved, its number, and its probabilities of all classes."""

    distance: float
    number: int
    before: Tensor
    after: Tensor


def measure_effect(before: nn.Module, after: nn.Module, images: PlacedLoader, batch_size: int) -> Effect:
    """Run two networks on the same `images`, in batches. Raises Refused where logits are not finite."""
    difference, equal, moved, hits = 0.0, True, 0, [0, 0]
    shifts: list[_Shift] = []
    for bounds in batch_bounds(len(images), batch_size):
        pixels, labels = images.batch(bounds)
        logits = before(pixels), after(pixels)
        largest = (logits[1] - logits[0]).abs().max().item()
        if not math.isfinite(largest):
            raise refuse("logits", translatable("are no longer finite"))
        difference = max(difference, largest)
        equal = equal and torch.equal(*logits)
        found = [each.argmax(1) for each in logits]
        moved += int((found[0] != found[1]).sum())
        for index, classes in enumerate(found):
            hits[index] += int((classes == labels).sum())
        shifts = nlargest(_EXAMPLES, [*shifts, *_shifts(bounds.start, *logits)], key=lambda shift: shift.distance)
    file, pictures = write_sheets(("", shrink(images.pixels[shift.number])) for shift in shifts)
    return Effect(
        images=len(images),
        accuracy_before=hits[0] / len(images),
        accuracy_after=hits[1] / len(images),
        moved=moved,
        difference=difference,
        equal=equal,
        file=file,
        examples=tuple(
            _example(picture, int(images.labels[shift.number]), shift)
            for picture, shift in zip(pictures, shifts, strict=True)
        ),
    )


def _shifts(start: int, before: Tensor, after: Tensor) -> Iterator[_Shift]:
    """Yield the shift of each image of a batch, whose first image has the number `start`; logits are (n, classes)."""
    before, after = before.softmax(1).cpu(), after.softmax(1).cpu()
    distances = (after - before).abs().sum(1)
    for row in distances.topk(min(_EXAMPLES, len(distances))).indices.sort().values.tolist():
        yield _Shift(distances[row].item(), start + row, before[row], after[row])


def _example(picture: Sheet, label: int, shift: _Shift) -> Example:
    """Return the image with its most likely classes, and its own."""
    likely = torch.maximum(shift.before, shift.after).sort(descending=True, stable=True).indices[:_CLASSES].tolist()
    tops = [int(each.argmax()) for each in (shift.before, shift.after)]
    classes = list(dict.fromkeys([*tops, *likely]))[:_CLASSES]
    if label not in classes and label < len(shift.before):
        classes = [*classes[: _CLASSES - 1], label]
    return Example(
        picture,
        label,
        tuple(classes),
        *(tuple(each[classes].tolist()) for each in (shift.before, shift.after)),
    )
