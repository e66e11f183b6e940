"""TrainingRun: one run with its network, data and folder, ready to train. No Qt."""

import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from explorer.engine.data.loader import Loader
from explorer.engine.data.training_data import Gallery
from explorer.engine.training.fit import Changes, Events, fit
from explorer.engine.training.state import Training
from explorer.engine.training.threads import RunThreads
from explorer.runs import events
from explorer.runs.events import Event, Threads
from explorer.runs.folder.run import RunState, Siblings
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import recipe_table
from explorer.sentences import NOTHING, Sentence

_STATES: dict[type[Event], RunState] = {
    events.Paused: RunState.PAUSED,
    events.Resumed: RunState.RUNNING,
    events.Finished: RunState.FINISHED,
    events.Stopped: RunState.STOPPED,
    events.Failed: RunState.FAILED,
}
_NOT_KEPT = (events.Heartbeat, events.Card, events.Progress)  # of interest only while they happen


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A run that is ready to start; `warning` is shown to the user first.

    It is the number `side` of those that are trained together, its `siblings`; there are none if it is alone. `changes`
    wait for their steps; the order to resume it has `added` epochs. `weights` says what of known
    weights it starts with.
    """

    training: Training
    train: Loader
    validation: Loader
    folder: RunFolder
    verdict: events.Verdict
    threads: RunThreads = field(default_factory=RunThreads)
    warning: Sentence = NOTHING
    side: int = 0
    siblings: Siblings = field(default_factory=Siblings)
    weights: Sentence = NOTHING
    changes: Changes = field(default_factory=deque)
    added: int = 0
    validation_files: tuple[str, ...] = ()
    root: Path | None = None  # of the files

    @property
    def gallery(self) -> Gallery:
        """The images to validate with."""
        return Gallery(self.validation, self.validation_files, self.root)

    def events(self) -> Events:
        """Yield the events of the run; the last one is its ending."""
        training, folder = self.training, self.folder.path
        yield events.Started(
            run=folder.name,
            folder=str(folder),
            params=training.plan.params,
            referee=self.verdict,
            device=str(training.device),
            steps_per_epoch=training.steps_per_epoch,
            epochs=training.recipe.epochs,
            step=training.counters.step,
            side=self.side,
            label=self.siblings.label,
            difference=self.siblings.difference,
            begins=self.siblings.begins,
            rewrites=training.rewrites.names,
            weights=self.weights,
        )
        if self.added:
            yield events.Changed(
                step=training.counters.step,
                learning_rate=training.learning_rate,
                epochs=training.recipe.epochs,
                added=self.added,
            )
        if training.device.type == "cpu":
            yield self.threads.event(training.counters.step)
        if self.warning:
            yield events.Warned(self.warning)
        steps = fit(training, self.train, self.validation, self.folder, self.changes, self.validation_files)
        yield from self._with_free_threads(steps)

    def _with_free_threads(self, steps: Events) -> Events:
        """Yield the events of `steps`; between batches, continue with as many threads as cores are free."""
        control, validated, spent = None, 0, 0.0
        with suppress(StopIteration):
            while True:
                start = time.monotonic()
                event = steps.send(control)
                spent += time.monotonic() - start
                control = yield event
                if isinstance(event, events.Step):
                    rate, validated = event.examples_per_second, 0
                    seconds = event.steps * self.training.recipe.batch_size / rate
                elif isinstance(event, events.Progress):  # a validation that takes long
                    seconds, images = spent, event.done - validated
                    rate, validated = images / max(seconds, 1e-9), event.done
                else:
                    validated = 0 if isinstance(event, events.Epoch) else validated
                    continue
                spent = 0.0
                if self.threads.has_changed(rate, seconds):
                    yield self.threads.event(self.training.counters.step)

    def record(self, event: Event) -> None:
        """Write `event` to the run's folder. Raises OSError."""
        if isinstance(event, _NOT_KEPT):
            return
        self.folder.log(event)
        if type(event) in _STATES:
            self.folder.update(state=_STATES[type(event)], **progress_entries(self.training))
        elif isinstance(event, events.Epoch):
            self.folder.update(**progress_entries(self.training))
        elif isinstance(event, events.Learned):
            self.folder.update(learned=record_table(event))
        elif isinstance(event, Threads):
            self._record_threads(event)
        elif isinstance(event, events.Changed):
            known, change = self.folder.manifest.get("changes", ()), record_table(event)
            changes = [*known, change] if change not in known else known  # one that joined twice if killed in between
            self.folder.update(changes=changes, recipe=recipe_table(self.training.recipe))

    def _record_threads(self, event: Threads) -> None:
        """Write the number of threads into the manifest, and that it changed: sums are then rounded differently."""
        known = self.folder.manifest.get("threads") or {"changes": []}
        changes = known["changes"]
        if event.threads != known.get("count", event.threads):
            changes = [*changes, {"step": event.step, "count": event.threads, "reason": event.reason}]
        fixed = self.threads.cores is None
        self.folder.update(threads={"count": event.threads, "fixed": fixed, "changes": changes})


def progress_entries(training: Training) -> dict[str, object]:
    """Return the entries of the manifest that change during training."""
    counters = training.counters
    best = counters.best_accuracy if counters.best_epoch else None
    done = counters.step // training.steps_per_epoch
    return {
        "epochs_done": done,
        "best_epoch": counters.best_epoch,
        "best_accuracy": best,
        "batches": counters.batches,
        "seconds": counters.seconds,
    }


def arithmetic_entries(training: Training) -> dict[str, object]:
    """Return the entries of the manifest that say how the network is computed: other ways round differently."""
    alone = training.ranks.size == 1
    several = {} if alone else {"processes": training.ranks.size}
    return {"rewrites": training.rewrites.names, "device": training.device.type, **several}
