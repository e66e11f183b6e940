"""Speed: images per second of a network, training and inference, by plain PyTorch, the same for every one. No Qt."""

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from explorer.architecture.checks import buildable_plan
from explorer.architecture.layers import Shape
from explorer.engine.devices import available_memory, choose_device
from explorer.engine.model import build_model
from explorer.engine.probes.outside import build_outside, summarise
from explorer.engine.training.failure import unanswered
from explorer.runs.events import Event, Progress
from explorer.runs.questions.networks import MeasuredSpeed, Speed
from explorer.sentences import translatable
from explorer.validation import refuse

_AFFORDABLE = 4 * 10**9  # multiply–accumulates of one forward on a processor: some tenths of a second on two cores
_MIN_BATCH = 2  # images: a norm of 1×1 maps cannot train on one
_ROUNDS = 4  # after one to warm up; the fastest counts, for other work only slows
_TOTAL = 2 * (1 + _ROUNDS)
_FLOATS = 4  # bytes of a number, and for each weight: itself, its gradient, its momentum, and one for the update


class _Subject(NamedTuple):
    """A network to measure and what it takes; `image_bytes` are those of all its layers' outputs."""

    build: Callable[[], nn.Module]
    shape: Shape
    classes: int
    params: int
    macs: int
    image_bytes: int


def speed(question: Speed) -> Iterator[Event]:
    """Yield progress, and at the end the answer, or why there is none."""
    try:
        with torch.random.fork_rng():
            yield from _measure(question)
    except Exception as error:
        yield unanswered(question, error)


def _measure(question: Speed) -> Iterator[Event]:
    """Time training steps, then forward passes, on random images. Raises Refused."""
    subject, device = _subject_of(question), choose_device(question.recipe.device)
    batch_size = max(_MIN_BATCH, question.recipe.batch_size)
    if device.type != "cuda":  # a power of two, as larger batches are no faster per image
        batch_size = min(batch_size, max(_MIN_BATCH, 1 << (_AFFORDABLE // subject.macs).bit_length() >> 1))
    _refuse_too_large(subject, batch_size, device)
    network = subject.build().to(device)
    images = torch.rand(batch_size, *subject.shape, device=device)
    labels = torch.zeros(batch_size, dtype=torch.long, device=device)
    rates, done = [], 0
    for step in (_training_step(network, images, labels), _inference(network, images)):
        seconds = []
        for _ in range(1 + _ROUNDS):
            start = time.perf_counter()
            step().item()  # waits until the device has done it
            seconds.append(time.perf_counter() - start)
            done += 1
            yield Progress(question.name, done, _TOTAL, question.id)
        rates.append(batch_size / min(seconds[1:]))
    training, inference = rates
    yield MeasuredSpeed(
        device=str(device), batch_size=batch_size, training=training, inference=inference, id=question.id
    )


def _subject_of(question: Speed) -> _Subject:
    if not question.network:
        plan = buildable_plan(question.design)
        design = plan.design
        return _Subject(
            build=lambda: build_model(plan),
            shape=design.input,
            classes=design.classes,
            params=plan.params,
            macs=plan.macs,
            image_bytes=plan.activation_bytes,
        )
    found = summarise(question.network, question.design)
    return _Subject(
        build=lambda: build_outside(found.network, found.input, found.classes, "cpu"),
        shape=found.input,
        classes=found.classes,
        params=found.params,
        macs=found.macs,
        image_bytes=found.activation_bytes,
    )


def _refuse_too_large(subject: _Subject, batch_size: int, device: torch.device) -> None:
    needed, free = _FLOATS**2 * subject.params + batch_size * subject.image_bytes, available_memory(device)
    if free is not None and needed > free:
        what = translatable("measuring needs {needed:,.0f} MiB on {device}; {free:,.0f} MiB are free")
        raise refuse("memory", what, needed=needed / 2**20, free=free / 2**20, device=device.type)


def _training_step(network: nn.Module, images: Tensor, labels: Tensor) -> Callable[[], Tensor]:
    """Return a function that takes one step of SGD and returns the loss."""
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-9, momentum=0.9)

    def step() -> Tensor:
        network.train()
        optimizer.zero_grad()
        loss = F.cross_entropy(network(images), labels)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        return loss

    return step


def _inference(network: nn.Module, images: Tensor) -> Callable[[], Tensor]:
    """Return a function that sends the images through and returns one logit."""

    @torch.inference_mode()
    def step() -> Tensor:
        logits: Tensor = network.eval()(images)
        return logits[0, 0]

    return step
