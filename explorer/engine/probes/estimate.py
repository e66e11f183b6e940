"""Estimate: how long an epoch takes and what memory and disk training needs, measured on a few steps. No Qt."""

import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace

import torch

from explorer.architecture.checks import buildable_plan
from explorer.architecture.design import Design
from explorer.architecture.plan import Plan
from explorer.engine.data.augment import Feed
from explorer.engine.data.images.decoding import decode
from explorer.engine.data.loader import PlacedLoader
from explorer.engine.data.parallel import usable_cores
from explorer.engine.data.preprocessing import Preprocessing
from explorer.engine.devices import available_memory, choose_device
from explorer.engine.training.failure import answered, lacks_memory
from explorer.engine.training.memory import checkpoint_bytes, data_bytes, memory_needed
from explorer.engine.training.tuning import trial, trial_batch, tuned
from explorer.runs.data.cache_folder import cached_sets, folder_of
from explorer.runs.data.catalogue import DataSet, describe_data
from explorer.runs.data.image_list import Part
from explorer.runs.data.split import divide
from explorer.runs.data.storage import stored_bytes, stored_size
from explorer.runs.events import Failed
from explorer.runs.questions.estimate import Estimate, Estimated
from explorer.runs.questions.question import Answer
from explorer.runs.recipe import Recipe
from explorer.validation import Refused

_AFFORDABLE = 10**10  # multiply–accumulates of one forward: some tenths of a second for a step on two cores
_TRIALS = 2
_FORWARD = 1 / 3  # of the work of a step, which is all that a validation image takes
_MAX_BATCH = 2**16
_DECODED = 12  # images that are decoded to see how long that takes


def estimate(question: Estimate) -> Answer | Failed:
    """Estimate seconds per epoch and bytes of memory and disk; a design that does not fit is not tried."""
    return answered(question, lambda: measure(question))


def measure(question: Estimate) -> Estimated:
    """Compute the memory and time some steps. Raises Refused."""
    design, recipe = question.design, question.recipe
    plan, device = buildable_plan(design), choose_device(recipe.device)
    data = _divided(describe_data(recipe.data), recipe)
    needed, free = memory_needed(plan, recipe, recipe.batch_size), available_memory(device)
    found = Estimated(
        device=str(device),
        memory=replace(needed, data=_placed_bytes(data, design, recipe, device, (free or 0) - needed.total)),
        available_bytes=free or 0,
        checkpoint_bytes=checkpoint_bytes(plan, recipe),
    )
    if data.images and not _is_cached(data, design, recipe):
        size = stored_size(design, recipe)
        seconds = _time_decoding(data, (design.input[0], *size), recipe.background)
        cached = stored_bytes(data.train + data.validation, design.input[0], size)
        found = replace(found, cache_bytes=cached, decoding_seconds=seconds)
    if free is not None:
        room = free - data_bytes(data, design)
        most = min(_MAX_BATCH, 1 << data.train.bit_length() >> 1)
        found = replace(found, largest_batch=_largest_batch(plan, recipe, device, room, most))
    batch_size = trial_batch(plan, recipe, _AFFORDABLE)
    if free is not None and memory_needed(plan, recipe, batch_size).total > free:
        return found  # nothing to measure: the figures above say why
    recipe = recipe.change(batch_size=batch_size)
    reading, step = _time_reading(design, recipe, device), _time_step(plan, recipe, device)
    images = data.train + _FORWARD * data.validation
    return replace(found, seconds_per_epoch=(step * images + reading * (data.train + data.validation)) / batch_size)


def _divided(data: DataSet, recipe: Recipe) -> DataSet:
    """Return own images as the recipe divides them, so far as that is known before they are looked at."""
    if not data.images:
        return data
    shares = recipe.split_seed, recipe.validation_share, recipe.test_share
    counts = Counter(divide(data.images, range(len(data.images.images)), *shares)[1])
    return replace(data, train=counts[Part.TRAIN], validation=counts[Part.VALIDATION], test=counts[Part.TEST])


def _placed_bytes(data: DataSet, design: Design, recipe: Recipe, device: torch.device, room: int) -> int:
    """Return the bytes of the images that will lie in the device's memory.

    Those of a folder do on a card with so much `room`; else they are read from the disk, batch by batch.
    """
    if not data.images:
        return data_bytes(data, design)
    whole = stored_bytes(data.train + data.validation, design.input[0], stored_size(design, recipe))
    return whole if device.type != "cpu" and whole <= room else 0


def _is_cached(data: DataSet, design: Design, recipe: Recipe) -> bool:
    """Return whether the images of a folder seem to have been decoded at this size before."""
    assert data.images
    folder, shape = folder_of(data.images.root), (design.input[0], *stored_size(design, recipe))
    with suppress(Refused):
        return any((each.path.parent, each.shape) == (folder, shape) for each in cached_sets())
    return False


def _time_decoding(data: DataSet, shape: tuple[int, int, int], background: str) -> float:
    """Return the seconds that decoding the images of a folder will take on all cores, judged by some of them."""
    assert data.images
    images = data.images.images
    start = time.monotonic()
    sample = images[:: -(-len(images) // _DECODED)]
    for image in sample:
        with suppress(Refused):  # it will be left out
            decode(data.images.path(image), shape, background)
    each = (time.monotonic() - start) / max(1, len(sample)) / usable_cores()
    return each * (data.train + data.validation)


def _largest_batch(plan: Plan, recipe: Recipe, device: torch.device, room: int, most: int) -> int:
    """Return the largest power of two, up to `most`, of images that fit into so much `room`, 0 if none do.

    On a card a step has shown that they do.

    A card's own libraries take room as well, and it may be in pieces.
    """

    batch_size = most
    while batch_size and not (
        memory_needed(plan, recipe, batch_size).total <= room
        and (device.type != "cuda" or _can_step(plan, recipe.change(batch_size=batch_size), device))
    ):
        batch_size //= 2
    return batch_size


def _can_step(plan: Plan, recipe: Recipe, device: torch.device) -> bool:
    """Take a step, and return whether memory was enough."""
    try:
        trial(plan, recipe, device, tuned(plan, recipe, device))()
    except (RuntimeError, MemoryError) as error:
        if not lacks_memory(error):
            raise
        return False
    finally:
        torch.cuda.empty_cache()
    return True


def _time_step(plan: Plan, recipe: Recipe, device: torch.device) -> float:
    """Return the seconds of one training step, after one to warm up."""
    step = trial(plan, recipe, device, tuned(plan, recipe, device))
    step()
    return sum(step() for _ in range(_TRIALS)) / _TRIALS


def _time_reading(design: Design, recipe: Recipe, device: torch.device) -> float:
    """Return the seconds from the stored images of a batch to what the network sees."""
    stored = torch.zeros(recipe.batch_size, design.input[0], *stored_size(design, recipe), dtype=torch.uint8)
    labels = torch.zeros(len(stored), dtype=torch.long, device=device)
    loader = PlacedLoader(stored.to(device), labels, Preprocessing(design.input[1:]))
    feed, whole = Feed(loader, recipe, 1, design.classes), slice(0, len(stored))
    feed[whole]
    start = time.monotonic()
    for _ in range(_TRIALS):
        feed[whole][0].flatten()[0].item()  # waits until the device has done it
    return (time.monotonic() - start) / _TRIALS
