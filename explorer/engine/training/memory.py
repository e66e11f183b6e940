"""How much memory training needs, without trying. No Qt.

Within 5 % of what torch allocates on a processor for the presets, with and without rewrites, and 14 % on an H100.
"""

from collections.abc import Iterable, Sequence
from math import prod
from typing import NamedTuple

import torch

from explorer.architecture.design import Design
from explorer.architecture.layers import Layer, Saved, Shape
from explorer.architecture.plan import Plan
from explorer.engine.devices import available_memory, choose_device, library_bytes
from explorer.engine.kernels import dense, winograd
from explorer.engine.kernels.fast_layers import dense_convolutions, winograd_convolutions
from explorer.engine.kernels.rewrites import promised
from explorer.runs.data.catalogue import DataSet, describe_data
from explorer.runs.data.storage import image_count, stored_bytes
from explorer.runs.questions.estimate import Memory
from explorer.runs.recipe import Recipe
from explorer.runs.sides import MAX_AT_ONCE
from explorer.sentences import translatable
from explorer.validation import refuse

_FLOAT, _HALF, _INDEX = 4, 2, 8  # bytes


def memory_needed(plan: Plan, recipe: Recipe, batch_size: int) -> Memory:
    """Return what training needs in mid-step, when it needs most; the images of the data are not counted."""
    tape = _Tape(plan, recipe, batch_size)
    frozen = sum(section.params for section in plan.sections[: recipe.frozen_stages])
    weights, learned = _FLOAT * plan.params, _FLOAT * (plan.params - frozen)
    kept = 2 if recipe.optimizer == "adamw" else int(recipe.momentum > 0)
    return Memory(
        weights=weights,
        gradients=learned,
        optimizer=kept * learned + (recipe.ema > 0) * weights,
        activations=tape.peak() - learned,
    )


def checkpoint_bytes(plan: Plan, recipe: Recipe) -> int:
    """Return the bytes on the disk of two checkpoints and the best weights, and of a third while it is written."""
    needed = memory_needed(plan, recipe, 0)
    return 3 * (needed.weights + needed.optimizer) + needed.weights


class _Signal(NamedTuple):
    """A tensor on its way through the network; a layer in place passes the same one on."""

    number: int
    bytes: int


class _Backward(NamedTuple):
    """Bytes of one layer: its gradients, what autograd keeps for it and no earlier one, and what backward works with.

    That is the gradients of its output and its input, and room for its own kernels.
    """

    gradients: int
    kept: int
    work: int


class _Tape:
    """What autograd keeps of a step's forward.

    Layers keep what they saw, but a ReLU what it outputs, in place of what it saw; sums are in place too. A max pool
    keeps indices as well, a dense convolution its padded input, and Winograd's the tiles of it.
    """

    def __init__(self, plan: Plan, recipe: Recipe, batch_size: int) -> None:
        device = choose_device(recipe.device)
        rewrites = promised(plan, recipe, device)
        self._libraries = library_bytes(device)
        self._images, self._value = batch_size, _HALF if rewrites.bf16 else _FLOAT
        self._dense = {layer.name for layer in dense_convolutions(plan)} if rewrites.dense else set()
        self._tiled = {layer.name for layer in winograd_convolutions(plan)} if rewrites.winograd else set()
        self._signals, self._kept = 0, set[int]()
        self._layers: list[_Backward] = []
        # under autocast the images and the weights are there in both precisions
        self._both = _HALF * (plan.params + batch_size * prod(plan.design.input)) if rewrites.bf16 else 0
        self._record(plan, recipe.frozen_stages)

    def _record(self, plan: Plan, frozen: int) -> None:
        """Go through the network; what comes before the first part that learns keeps nothing."""
        signal = self._signal(plan.design.input, _FLOAT)
        for place, section in enumerate(plan.sections):
            if place < frozen:
                signal = self._signal(section.output)
                continue
            signal = self._pass(section.loose, signal)
            for block in section.blocks():
                start = self._pass(block.before, signal)
                out = self._pass(block.branch, start)
                self._pass(block.shortcut, start)
                signal = self._pass(block.after, out)

    def _signal(self, shape: Shape, value: int = 0) -> _Signal:
        self._signals += 1
        return _Signal(self._signals, self._images * prod(shape) * (value or self._value))

    def _pass(self, layers: Iterable[Layer], signal: _Signal) -> _Signal:
        for layer in layers:
            out = signal if layer.kind.saved is Saved.OUTPUT else self._signal(layer.output)
            kept, work = self._extra(layer)
            if layer.kind.saved is not Saved.NOTHING:
                kept += signal.bytes * (signal.number not in self._kept)
                self._kept.add(signal.number)
            self._layers.append(_Backward(_FLOAT * layer.kind.params, kept, work + signal.bytes + out.bytes))
            signal = out
        return signal

    def _extra(self, layer: Layer) -> tuple[int, int]:
        """Return the bytes that a layer keeps beside its input, and that its kernels need in backward."""
        images, kind = self._images, layer.kind
        if kind.saved is Saved.INPUT_AND_INDICES:
            return _INDEX * images * prod(layer.output), 0
        if layer.name in self._dense | self._tiled:
            channels, height, width = layer.input
            if layer.name in self._dense:
                assert kind.kernel
                kept = dense.values_kept(images, channels, height, width, kind.kernel, kind.stride)
                return self._value * kept, 0
            work = winograd.values_of_taps(channels, layer.output[0], height, width)
            return _FLOAT * winograd.values_kept(images, channels, height, width), _FLOAT * work
        return 0, 0

    def peak(self) -> int:
        """Return the most bytes of gradients, kept and worked with at any time.

        During forward the gradients of the step before are there still; in backward new ones take the place of what
        was kept.
        """
        held, gradients = sum(layer.kept for layer in self._layers), 0
        most = held + sum(layer.gradients for layer in self._layers)
        for layer in reversed(self._layers):
            gradients += layer.gradients
            most = max(most, held + gradients + layer.work)
            held -= layer.kept
        return most + self._both + self._libraries


def data_bytes(data: DataSet, design: Design) -> int:
    """Return the bytes of all images of a named set, which stay on the device; a folder's stay on the disk, so 0."""
    return 0 if data.images else stored_bytes(image_count(data), design.input[0], design.input[1:])


def refuse_too_large(networks: Sequence[tuple[Plan, Recipe]], device: torch.device) -> None:
    """Raise Refused with the numbers if training all these networks on the same images takes more than is free.

    Those that wait until one of the first `MAX_AT_ONCE` has ended take no more than their weights.
    """
    plan, recipe = networks[0]
    needs = [memory_needed(plan, recipe, recipe.batch_size) for plan, recipe in networks]
    at_once = sorted((each.activations for each in needs), reverse=True)[:MAX_AT_ONCE]
    training = sum(each.lasting for each in needs) + sum(at_once)
    data = data_bytes(describe_data(recipe.data), plan.design)
    # the images are read into main memory first
    for place, needed in {torch.device("cpu"): data, device: data + training}.items():
        free = available_memory(place)
        if free is not None and needed > free:
            what = translatable("training needs {needed:,.0f} MiB on {device}; {free:,.0f} MiB are free")
            raise refuse("memory", what, needed=needed / 2**20, free=free / 2**20, device=place.type)
