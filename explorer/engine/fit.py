"""Fit: a generator of events that trains a network and takes commands by `send`. No callbacks. No Qt.

Losses and hits stay on the device and are read back at most every 50 ms, which also bounds the number of step events;
after each read-back the generator yields and takes a command. Commands are taken at Step, Progress and Paused; at
Paused nothing happens until one comes.
"""

import math
import time
from collections.abc import Generator

import torch
from torch import Tensor

from explorer.engine.checkpoint import Unwritten, save_checkpoint
from explorer.engine.loader import Loader, batch_bounds, epoch_order
from explorer.engine.training import Training
from explorer.engine.weights import save_best
from explorer.runs import events
from explorer.runs.commands import Control, Pause, Resume, StepOnce, Stop
from explorer.runs.events import Event
from explorer.runs.folder import RunFolder

Events = Generator[Event, Control | None, None]

READ_EVERY = 0.05  # seconds
SAVE_EVERY = 60.0
SHOW_EVERY = 0.5  # progress of a validation


class Halted(Exception):
    """A person wants the run to stop."""


class Diverged(Exception):
    """A loss that is not a number, or infinite; its text is a sentence."""


def fit(training: Training, train: Loader, validation: Loader, folder: RunFolder) -> Events:
    """Train from where `training` stands to the end of its recipe; the last event is Finished, Stopped or Failed."""
    loop = Loop(training, train, validation, folder)
    try:
        yield from loop.run()
    except Halted:
        yield loop.save()
        yield events.Stopped(training.counters.step)
    except Diverged as error:
        yield events.Failed(str(error), advice="Lower the learning rate, or begin with weights that do less.")


class Loop:
    """The state of one `fit`: losses not read back yet, and what was asked for."""

    def __init__(self, training: Training, train: Loader, validation: Loader, folder: RunFolder) -> None:
        self.training, self.train, self.validation, self.folder = training, train, validation, folder
        self.bounds = batch_bounds(len(train), training.recipe.batch_size)
        self.single = False  # after the next step, pause again
        self.pending: list[tuple[Tensor, Tensor, int, float]] = []  # loss, hits, images, learning rate of each step
        self.mark = self.saved = time.monotonic()

    def run(self) -> Events:
        training, counters = self.training, self.training.counters
        while counters.epoch <= training.recipe.epochs:
            yield from self.train_epoch()
            yield from self.finish_epoch()
        yield events.Finished(counters.step, counters.best_epoch, counters.best_accuracy, counters.seconds)

    def train_epoch(self) -> Events:
        training, counters = self.training, self.training.counters
        order = epoch_order(len(self.train), training.recipe.seed, counters.epoch, training.device)
        for bounds in self.bounds[counters.position :]:
            rate = training.learning_rate
            pixels, labels = self.train.batch(order[bounds])
            self.pending.append((*training.learn(pixels, labels), len(labels), rate))
            last = counters.position == len(self.bounds)
            if not (last or self.single or time.monotonic() - self.mark >= READ_EVERY):
                continue
            command = yield self.read_back()
            if time.monotonic() - self.saved >= SAVE_EVERY:
                yield self.save()
            yield from self.obey(command)

    def finish_epoch(self) -> Events:
        """Validate, keep the weights if they are the best so far, write a checkpoint."""
        training, counters = self.training, self.training.counters
        loss, accuracy = yield from self.validate()
        self.tick()
        if not math.isfinite(loss):
            raise Diverged(
                f"the validation loss became {loss} after step {counters.step}, "
                f"with learning rate {training.learning_rate:g}"
            )
        best = accuracy > counters.best_accuracy
        if best:
            counters.best_epoch, counters.best_accuracy = counters.epoch, accuracy
        yield events.Epoch(
            counters.epoch,
            counters.step,
            counters.loss_sum / counters.images,
            counters.hits / counters.images,
            loss,
            accuracy,
            counters.epoch_seconds,
        )
        if best:
            try:
                save_best(self.folder, training.network)
            except Unwritten as error:
                yield events.Warned(str(error))
        counters.next_epoch()
        yield self.save()

    def validate(self) -> Generator[Event, Control | None, tuple[float, float]]:
        """Mean loss and accuracy over all validation images. Without gradients a batch may be twice as large."""
        training, count = self.training, len(self.validation)
        total = torch.zeros(2, device=training.device)
        shown = time.monotonic()
        for bounds in batch_bounds(count, 2 * training.recipe.batch_size):
            total += training.test(*self.validation.batch(bounds))
            if time.monotonic() - shown >= SHOW_EVERY:
                shown = time.monotonic()
                yield from self.obey((yield events.Progress("validation", bounds.stop, count)))
        loss, hits = total.tolist()
        return loss / count, hits / count

    def read_back(self) -> events.Step:
        """The steps since the last time in one event. Raises Diverged."""
        counters = self.training.counters
        losses, hits, images, rates = zip(*self.pending, strict=True)
        values = torch.stack([torch.stack(losses), torch.stack(hits)]).tolist()
        self.pending.clear()
        first = counters.step - len(losses) + 1
        for step, (loss, rate) in enumerate(zip(values[0], rates, strict=True), first):
            if not math.isfinite(loss):
                raise Diverged(f"the loss became {loss} at step {step}, with learning rate {rate:g}")
        for loss, count in zip(values[0], images, strict=True):  # one by one: a resumed run adds up the same way
            counters.loss_sum += loss * count
        counters.hits += int(sum(values[1]))
        counters.images += sum(images)
        return events.Step(
            counters.step,
            counters.epoch,
            sum(values[0]) / len(losses),
            min(values[0]),
            max(values[0]),
            len(losses),
            sum(values[1]) / sum(images),
            rates[-1],
            sum(images) / max(self.tick(), 1e-9),
        )

    def obey(self, command: Control | None) -> Events:
        """Do what was asked, staying here as long as the run is paused. Raises Halted."""
        if isinstance(command, Stop):
            raise Halted
        if not self.single and not isinstance(command, Pause):
            return
        self.tick()
        if not self.single:
            yield self.save()
        while True:
            command = yield events.Paused(self.training.counters.step)
            if not isinstance(command, Pause | None):
                break
        self.mark = time.monotonic()  # a pause is not working time
        if isinstance(command, Stop):
            raise Halted
        self.single = isinstance(command, StepOnce)
        if isinstance(command, Resume):
            yield events.Resumed(self.training.counters.step)

    def save(self) -> Event:
        """Write a checkpoint; training goes on if that fails."""
        counters = self.training.counters
        self.tick()
        try:
            save_checkpoint(self.folder, self.training.state())
        except Unwritten as error:
            return events.Warned(str(error))
        finally:
            self.saved = time.monotonic()
        self.tick()
        return events.Checkpoint(counters.step, counters.last_epoch)

    def tick(self) -> float:
        """Seconds since the last tick, counted as working time."""
        now = time.monotonic()
        passed, self.mark = now - self.mark, now
        self.training.counters.seconds += passed
        self.training.counters.epoch_seconds += passed
        return passed
