"""Fit: a generator of events that trains a network and receives controls by `send`. No callbacks. No Qt.

Losses and hits stay on the device and are read back at most every 50 ms, which also bounds the number of step events;
after each read-back the generator yields and receives a control. Controls are received at Step, Progress and Paused;
at Paused nothing happens until one comes. The time between two calls is not the run's working time, so two generators
may be driven by turns.
"""

import math
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import nullcontext, suppress
from typing import assert_never

import torch
from torch import Tensor, nn

from explorer.architecture.plan import Plan
from explorer.engine.data.augment import Feed
from explorer.engine.data.loader import Loader, batch_bounds, evenly_spaced, seen_after
from explorer.engine.training.checkpoint import Unwritten, save_checkpoint, unwritten
from explorer.engine.training.signals import SignalNorms
from explorer.engine.training.state import Training
from explorer.engine.training.tally import Outcome, Tally, evaluation_bounds, evaluation_size
from explorer.engine.training.weights import save_best
from explorer.runs import events
from explorer.runs.commands import AddEpochs, Change, ChangeRate, Control, Pause, StepOnce, Stop, Unpause
from explorer.runs.data.image_list import Part
from explorer.runs.data.record import class_names
from explorer.runs.events import Event
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.results.predictions import FOLDER, EvaluatedImages, numbered_files, write_images, write_predictions
from explorer.runs.studies.study import Measure
from explorer.sentences import Sentence, translatable

Events = Generator[Event, Control | None, None]
Changes = deque[tuple[int, Change]]  # each after which step

READ_EVERY = 0.05  # seconds
SAVE_EVERY = 60.0
MEASURE_EVERY = 2.0  # gradients and signals
SHOW_EVERY = 0.5  # progress of a validation


class _Halted(Exception):
    """The user stops the run."""


class _Diverged(Exception):
    """A loss is NaN or infinite."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def fit(
    training: Training,
    train: Loader,
    validation: Loader,
    folder: RunFolder | None,
    changes: Changes | None = None,
    files: Sequence[str] = (),
) -> Events:
    """Train from where `training` stands to the end of its recipe; the last event is Finished, Stopped or Failed.

    `changes` may be filled between two events, each with a step that is not past. `files` are the names of the images
    to validate with; those of a named set have none, and are numbered. Only rank 0 has a `folder` and is sent controls.
    """
    loop = _Loop(training, train, validation, folder, deque() if changes is None else changes, files)
    steps, command = loop.events(), None
    with suppress(StopIteration):
        while True:
            event = steps.send(command)
            left = time.monotonic()
            command = yield event
            loop.mark += time.monotonic() - left


class _Loop:
    """The state of one `fit`: losses not read back yet, times, and whether to pause after the next step."""

    def __init__(
        self,
        training: Training,
        train: Loader,
        validation: Loader,
        folder: RunFolder | None,
        changes: Changes,
        files: Sequence[str],
    ) -> None:
        self.training, self.train, self.validation, self.folder = training, train, validation, folder
        self._ranks = training.ranks
        self._changes, self._files = changes, files
        self._has_named_images = False  # in the folder
        self._bounds = batch_bounds(len(train), training.recipe.batch_size)
        self._single_step = False  # after the next step, pause again
        self._pending: list[tuple[Tensor, Tensor, int, float]] = []  # loss, hits, images, learning rate of each step
        self._images = train.fingerprint()
        self._gradients = _GradientNorms(training.plan, training.network)
        self._signals = SignalNorms(training.network)
        self._measured = -math.inf
        self.mark = self._saved = time.monotonic()

    def events(self) -> Events:
        """Yield the whole run and its ending."""
        training, counters = self.training, self.training.counters
        try:
            yield from self._make_changes()
            while counters.epoch <= training.recipe.epochs and not training.has_stalled():
                yield from self._let_blocks_join()
                yield from self._train_epoch()
                yield from self._finish_epoch()
                yield from self._make_changes()
            trial = self._ranks.agree(self.folder and self.folder.trial)
            if trial and trial.measure is Measure.TRAINING_LOSS:
                yield from self._measure_learned()
            yield events.Finished(
                step=counters.step,
                best_epoch=counters.best_epoch,
                best_accuracy=counters.best_accuracy,
                seconds=counters.seconds,
                stalled=counters.epoch <= training.recipe.epochs,
            )
        except _Halted:
            yield self._save()
            yield events.Stopped(self.training.counters.step)
        except _Diverged as error:
            advice = translatable("Lower the learning rate, or start with smaller weights.")
            yield events.Failed(error.sentence, advice=Sentence(advice))

    def _let_blocks_join(self) -> Iterator[Event]:
        """Let the blocks learn whose epochs are done, and save a checkpoint: a run that is killed resumes with them."""
        training, counters = self.training, self.training.counters
        if joined := training.join_blocks():
            yield events.Changed(
                step=counters.step,
                learning_rate=training.learning_rate,
                epochs=training.recipe.epochs,
                joined=joined,
            )
            yield self._save()

    def _train_epoch(self) -> Events:
        training, counters = self.training, self.training.counters
        feed = Feed(self.train, training.recipe, counters.epoch, training.plan.design.classes)
        if not counters.position:
            counters.batches = seen_after(counters.batches, self._images, feed.order, self._bounds)
        bounds = self._bounds[counters.position :]
        parts = [self._ranks.part(each) for each in bounds]
        batches = feed.batches(bounds, [part.bounds for part in parts])
        for batch, part, (pixels, targets) in zip(bounds, parts, batches, strict=True):
            rate = training.learning_rate
            ends = counters.epoch == training.recipe.epochs and batch is bounds[-1]
            due = self._ranks.agree(ends or time.monotonic() - self._measured >= MEASURE_EVERY)
            with self._signals.measuring() if due else nullcontext():
                learned = training.learn(pixels, targets, eagerly=due, share=part.share)
            self._pending.append((*learned, batch.stop - batch.start, rate))
            last = counters.position == len(self._bounds)
            waits = time.monotonic() - self.mark < READ_EVERY
            if self._ranks.agree(waits and not (due or last or self._single_step or self._has_change())):
                continue
            command = yield from self._read_back(due)
            if self._ranks.agree(time.monotonic() - self._saved >= SAVE_EVERY):
                yield self._save()
            yield from self._apply(command)
            yield from self._make_changes()

    def _finish_epoch(self) -> Events:
        """Validate, keep the weights if they are the best so far, write a checkpoint."""
        training, counters = self.training, self.training.counters
        bounds = evaluation_bounds(len(self.validation), training.recipe)
        outcome = yield from self._test("validation", self.validation, bounds)
        loss, accuracy = outcome.loss, outcome.accuracy
        self._count_working_time()
        if not math.isfinite(loss):
            what = translatable("the validation loss became {loss} after step {step}, with learning rate {rate:g}")
            values = {"loss": str(loss), "step": counters.step, "rate": training.learning_rate}
            raise _Diverged(Sentence(what, values))
        yield from self._keep(outcome)  # before the event, whose readers look for them
        best = accuracy > counters.best_accuracy
        if best:
            counters.best_epoch, counters.best_accuracy = counters.epoch, accuracy
        yield events.Epoch(
            epoch=counters.epoch,
            step=counters.step,
            train_loss=counters.loss_sum / counters.images,
            train_accuracy=counters.hits / counters.images,
            validation_loss=loss,
            validation_accuracy=accuracy,
            seconds=counters.epoch_seconds,
        )
        if best and self.folder:
            try:
                save_best(self.folder, training.evaluated, epoch=str(counters.epoch), accuracy=str(accuracy))
            except Unwritten as error:
                yield events.Warned(error.sentence)
        counters.next_epoch()
        yield self._save()

    def _measure_learned(self) -> Events:
        """Measure the loss of the last weights on a fixed part of the training images, which changes no state."""
        training, counters = self.training, self.training.counters
        chosen = evenly_spaced(len(self.train), events.MAX_LEARNED).to(training.device)
        batches = torch.split(chosen, evaluation_size(training.recipe))
        outcome = yield from self._test("training loss", self.train, batches)
        yield events.Learned(
            epoch=counters.last_epoch,
            step=counters.step,
            images=len(chosen),
            loss=outcome.loss,
            accuracy=outcome.accuracy,
        )

    def _test(
        self, work: str, images: Loader, batches: Sequence[Tensor | slice]
    ) -> Generator[Event, Control | None, Outcome]:
        """Return what the network makes of the `batches` of images; how far that has come is told as `work`."""
        training, ranks, tally = self.training, self._ranks, Tally(self._ranks)
        sizes = [len(images.labels[batch]) for batch in batches]
        done, shown = 0, time.monotonic()
        ranks.share_statistics(training.evaluated)
        images.expect([batch for number, batch in enumerate(batches) if ranks.owns(number)])
        for number, batch in enumerate(batches):
            if ranks.owns(number):
                tally.add(training.test(*images.batch(batch)))
            done += sizes[number]
            if ranks.agree(time.monotonic() - shown >= SHOW_EVERY):
                shown = time.monotonic()
                yield from self._apply((yield from self._listen(events.Progress(work, done, sum(sizes)))))
        return tally.read()

    def _listen(self, event: Event) -> Generator[Event, Control | None, Control | None]:
        """Yield an event and return the control that rank 0 receives."""
        return self._ranks.agree((yield event))

    def _keep(self, outcome: Outcome) -> Iterator[Event]:
        """Write the predictions into the run's folder; training goes on if that fails."""
        if self.folder is None:
            return
        folder, epoch = self.folder.path, self.training.counters.epoch
        try:
            if not self._has_named_images:
                write_images(folder, Part.VALIDATION, self._evaluated_images(self.folder))
                self._has_named_images = True
            write_predictions(folder, Part.VALIDATION, epoch, outcome.predicted, outcome.confidence, outcome.loss)
        except OSError as error:
            yield events.Warned(unwritten(folder / f"{FOLDER}.part", FOLDER, error).sentence)

    def _evaluated_images(self, folder: RunFolder) -> EvaluatedImages:
        labels = self.validation.labels.tolist()
        return EvaluatedImages(
            class_names=class_names(folder.data, self.training.plan.design.classes),
            files=tuple(self._files) or numbered_files(labels, self.train.labels.tolist()),
            labels=tuple(labels),
        )

    def _read_back(self, measured: bool) -> Generator[Event, Control | None, Control | None]:
        """Yield the steps since the last read-back; return the control received.

        If signals were `measured` in the last step, they follow, and its gradients. Raises _Diverged.
        """
        counters, count = self.training.counters, len(self._pending)
        on_device, on_device_hits, images, rates = zip(*self._pending, strict=True)
        norms = [self._gradients.measure(), self._signals.norms()] if measured else []
        learned = self._ranks.sum(torch.cat([torch.stack(on_device), torch.stack(on_device_hits)]))
        values = torch.cat([learned, *norms]).tolist()
        losses, hits = values[:count], values[count : 2 * count]
        self._pending.clear()
        first = counters.step - count + 1
        for step, (loss, rate) in enumerate(zip(losses, rates, strict=True), first):
            if not math.isfinite(loss):
                what = translatable("the loss became {loss} at step {step}, with learning rate {rate:g}")
                raise _Diverged(Sentence(what, {"loss": str(loss), "step": step, "rate": rate}))
        for loss, size in zip(losses, images, strict=True):  # one by one: a resumed run adds up the same way
            counters.loss_sum += loss * size
        counters.hits += int(sum(hits))
        counters.images += sum(images)
        step_event = events.Step(
            step=counters.step,
            epoch=counters.epoch,
            loss=sum(losses) / count,
            loss_min=min(losses),
            loss_max=max(losses),
            steps=count,
            accuracy=sum(hits) / sum(images),
            learning_rate=rates[-1],
            examples_per_second=sum(images) / max(self._count_working_time(), 1e-9),
        )
        command = yield from self._listen(step_event)
        if measured:
            self._measured = time.monotonic()
            yield from self._measurements(values[2 * count :])
        return command

    def _measurements(self, norms: list[float]) -> Iterator[Event]:
        """Yield the measured `norms`, of gradients and then of signals, if the network has shortcuts."""
        step, gradients, signals = self.training.counters.step, self._gradients.names, self._signals.names
        yield events.Gradients(step, gradients, tuple(norms[: len(gradients)]))
        if signals:
            branches, shortcuts = norms[len(gradients) :][: len(signals)], norms[-len(signals) :]
            yield events.Signals(step, signals, tuple(branches), tuple(shortcuts))

    def _apply(self, command: Control | None) -> Events:
        """Apply a control; while the run is paused, wait for the next one. Raises _Halted."""
        if isinstance(command, Stop):
            raise _Halted
        if not self._single_step and not isinstance(command, Pause):
            return
        if not self._single_step:
            yield self._save()
        while True:
            yield from self._make_changes()
            command = yield from self._listen(events.Paused(self.training.counters.step))
            if not isinstance(command, Pause | None):
                break
        if isinstance(command, Stop):
            raise _Halted
        self._single_step = isinstance(command, StepOnce)
        if isinstance(command, Unpause):
            yield events.Resumed(self.training.counters.step)

    def _has_change(self) -> bool:
        """Return whether a change comes before the next step."""
        return bool(self._changes) and self._changes[0][0] <= self.training.counters.step

    def _make_changes(self) -> Events:
        """Make the changes that are due, and save a checkpoint: a run that is killed resumes with them."""
        training, counters = self.training, self.training.counters
        while change := self._ranks.agree(self._changes.popleft()[1] if self._has_change() else None):
            factor, added = 1.0, 0
            match change:
                case ChangeRate():
                    factor = change.factor
                    counters.rate_factor *= factor
                case AddEpochs():
                    added = change.count
                    training.add_epochs(added)
                case _:
                    assert_never(change)
            yield events.Changed(
                step=counters.step,
                learning_rate=training.learning_rate,
                epochs=training.recipe.epochs,
                factor=factor,
                added=added,
            )
            yield self._save()

    def _save(self) -> Event:
        """Write a checkpoint; training goes on if that fails."""
        counters = self.training.counters
        self._count_working_time()
        try:
            if self.folder:
                save_checkpoint(self.folder, self.training.state())
        except Unwritten as error:
            return events.Warned(error.sentence)
        finally:
            self._saved = time.monotonic()
        self._count_working_time()
        return events.Checkpoint(counters.step, counters.last_epoch, counters.batches)

    def _count_working_time(self) -> float:
        """Add the seconds since the last call to the working time, and return them."""
        now = time.monotonic()
        passed, self.mark = now - self.mark, now
        self.training.counters.seconds += passed
        self.training.counters.epoch_seconds += passed
        return passed


class _GradientNorms:
    """The norm of the gradient per part; `names` are the stem, every block by its name, and the head."""

    def __init__(self, plan: Plan, network: nn.Module) -> None:
        loose = {layer.name: section.name for section in plan.sections for layer in section.loose}
        parts: dict[str, int] = {}
        self._owners: list[int] = []
        for name, _ in network.named_parameters():
            layer, *rest = name.split(".")
            part = loose[layer] if layer in loose else f"{layer}.{rest[0]}"
            self._owners.append(parts.setdefault(part, len(parts)))
        self.names = tuple(parts)
        self.parameters = list(network.parameters())

    def measure(self) -> Tensor:
        """Return the norms of the last step, one per part, (parts,), on the device."""
        pairs = zip(self._owners, self.parameters, strict=True)
        found = [(owner, values.grad) for owner, values in pairs if values.grad is not None]
        norms = torch.stack(torch._foreach_norm([gradient for _, gradient in found]))
        owners = torch.tensor([owner for owner, _ in found], device=norms.device)
        return norms.new_zeros(len(self.names)).index_add_(0, owners, norms.square()).sqrt()
