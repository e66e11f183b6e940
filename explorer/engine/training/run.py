"""TrainingRun: one run from its command to its end, with network, data and folder. No Qt."""

import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import torch

from explorer.architecture.checks import find_problems
from explorer.architecture.design import Design
from explorer.architecture.plan import Plan, plan_network
from explorer.architecture.twins import kind_of, twin_of
from explorer.engine.data.datasets import load_data
from explorer.engine.data.loader import Loader, batch_bounds, place_images
from explorer.engine.devices import choose_device
from explorer.engine.kernels.rewrites import Rewrites
from explorer.engine.referee import referee
from explorer.engine.training.checkpoint import load_checkpoint
from explorer.engine.training.failure import failure
from explorer.engine.training.fit import Changes, Events, fit
from explorer.engine.training.growth import inherit
from explorer.engine.training.memory import refuse_too_large
from explorer.engine.training.state import Training, single_valued_norm
from explorer.engine.training.threads import Cores, RunThreads
from explorer.engine.training.tuning import tuned
from explorer.engine.training.weights import BEST
from explorer.paths import is_file
from explorer.runs import events
from explorer.runs.commands import Control, ResumeRun, Train
from explorer.runs.events import Event, Threads
from explorer.runs.folder import Run, RunFolder, RunState, find_run, read_paths, unwritable
from explorer.runs.json_lines import MISREAD, record_table
from explorer.runs.recipe import Recipe, read_recipe, recipe_table
from explorer.sentences import NOTHING, Sentence, joined, system_words, translatable
from explorer.validation import Complaint, Refused, refuse

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
    """A run that is ready to start; `warning` is shown to the user first, `twin` is the id of the run beside it.

    `changes` wait for their steps; the order to resume it has `added` epochs.
    """

    training: Training
    train: Loader
    validation: Loader
    folder: RunFolder
    verdict: events.Verdict
    threads: RunThreads = field(default_factory=RunThreads)
    warning: Sentence = NOTHING
    twin: str = ""
    changes: Changes = field(default_factory=deque)
    added: int = 0

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
            kind=kind_of(training.plan.design),
            rewrites=training.rewrites.names,
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
        yield from self._with_free_threads(fit(training, self.train, self.validation, self.folder, self.changes))

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
            self.folder.update(state=_STATES[type(event)], **_progress_entries(self.training))
        elif isinstance(event, events.Epoch):
            self.folder.update(**_progress_entries(self.training))
        elif isinstance(event, Threads):
            self._record_threads(event)
        elif isinstance(event, events.Changed):
            changes = [*self.folder.manifest.get("changes", ()), record_table(event)]
            self.folder.update(changes=changes, recipe=recipe_table(self.training.recipe))
        elif isinstance(event, events.Started) and self.twin:
            self.folder.update(twin=self.twin)

    def _record_threads(self, event: Threads) -> None:
        """Write the number of threads into the manifest, and that it changed: sums are then rounded differently."""
        known = self.folder.manifest.get("threads") or {"changes": []}
        changes = known["changes"]
        if event.threads != known.get("count", event.threads):
            changes = [*changes, {"step": event.step, "count": event.threads, "reason": event.reason}]
        fixed = self.threads.cores is None
        self.folder.update(threads={"count": event.threads, "fixed": fixed, "changes": changes})


def _progress_entries(training: Training) -> dict[str, object]:
    """Return the entries of the manifest that change during training."""
    counters = training.counters
    best = counters.best_accuracy if counters.best_epoch else None
    done = counters.step // training.steps_per_epoch
    return {
        "epochs_done": done,
        "best_epoch": counters.best_epoch,
        "best_accuracy": best,
        "batches": counters.batches,
    }


def open_runs(command: Train | ResumeRun, cores: Cores | None = None) -> tuple[TrainingRun, ...]:
    """Open the run of a command, or both runs of twins, and check everything before the first step. Raises Refused.

    On a processor they compute on `cores`, by default all that torch would use.
    """
    cores = cores or Cores()
    return _new_runs(command, cores) if isinstance(command, Train) else (_resumed_run(command, cores),)


def _new_runs(command: Train, cores: Cores) -> tuple[TrainingRun, ...]:
    """Create a new run in its own folder, and its twin in another if asked for. Raises Refused."""
    designs = (command.design, twin_of(command.design)) if command.twin else (command.design,)
    threads = _threads_of(command.recipe, cores, command.threads)
    train, validation, trainings = prepare(command.recipe, *designs, anyway=command.anyway)
    parent, warning = None, NOTHING
    if command.init_from:
        run = find_run(command.init_from, command.runs)
        for training in trainings:
            warning = inherit(training, run, command.grown)
        parent = run.id
    elif command.grown:
        raise refuse("grown", "needs init_from, the run whose design was grown")
    plans = [training.plan for training in trainings]
    verdicts = [referee(plan) for plan in plans]
    folders: list[RunFolder] = []
    try:
        for plan in plans:
            folders.append(
                RunFolder.create(command.runs, plan.design, command.recipe, plan.params, parent, command.grown)
            )
    except Refused:
        for folder in folders:
            folder.discard()
        raise
    if command.anyway:  # a resume need not be told again
        for folder in folders:
            folder.update(anyway=True)
    twins = [folder.path.name for folder in reversed(folders)] if command.twin else [""]
    return tuple(
        TrainingRun(
            training=training,
            train=train,
            validation=validation,
            folder=folder,
            verdict=verdict,
            threads=threads.copy(),
            warning=warning,
            twin=twin,
        )
        for training, folder, verdict, twin in zip(trainings, folders, verdicts, twins, strict=True)
    )


def _resumed_run(command: ResumeRun, cores: Cores) -> TrainingRun:
    """Continue a run from its checkpoint, in the same folder. Raises Refused."""
    run = find_run(command.run, command.runs)
    changes = {"epochs": command.epochs, "device": command.device}
    given = {key: value for key, value in changes.items() if value is not None}
    recipe = read_recipe(recipe_table(run.recipe) | given)
    folder = RunFolder(run.folder)
    try:
        found = load_checkpoint(run.folder, folder.hashes)
        if found is None:
            _refuse_restart(run)
        with _usable_checkpoint():
            done = found.state["counters"]["epoch"] - 1 if found else 0
            rewrites = found and _rewrites_of(found.state, recipe)
        if done >= recipe.epochs:
            what = translatable("run {run} has already done {done} epochs; set a larger number")
            raise refuse("epochs", what, run=run.id, done=done)
        before = _known_threads(folder, found and found.state)
        wanted = before.fixed if command.threads is None else command.threads
        threads = _threads_of(recipe, cores, wanted, before)
        train, validation, (training,) = prepare(
            recipe,
            run.design,
            rewrites=rewrites,
            anyway=command.anyway or folder.manifest.get("anyway", False),
        )
        warnings = [NOTHING if found is None else found.warning]
        if found is not None:
            with _usable_checkpoint():
                training.restore(found.state)
            if before.count and before.count != threads.count and training.device.type == "cpu":
                what = translatable("continues with {now} threads instead of {before}: sums are rounded differently")
                warnings.append(Sentence(what, {"now": threads.count, "before": before.count}))
        else:
            warnings.append(Sentence(translatable("no checkpoint was saved: the run starts again")))
            if run.parent:
                parent = find_run(run.parent, run.folder.parent)
                inherit(training, parent, read_paths(folder.manifest.get("grown", ())))
        verdict = referee(training.plan)
        folder.mark_running(recipe=recipe_table(recipe), **_progress_entries(training))
    except OSError as error:
        folder.close()
        raise unwritable(run.folder, error) from None
    except BaseException:
        folder.close()
        raise
    return TrainingRun(
        training=training,
        train=train,
        validation=validation,
        folder=folder,
        verdict=verdict,
        threads=threads,
        warning=joined("\n", filter(None, warnings)),
        added=max(0, recipe.epochs - run.recipe.epochs),
    )


@contextmanager
def _usable_checkpoint() -> Iterator[None]:
    """Raise Refused where a checkpoint is whole but has other content, as that of another version may have."""
    try:
        yield
    except Refused:
        raise
    except MISREAD as error:
        what = translatable("cannot be used by this version: {error}")
        raise refuse("checkpoint", what, error=f"{type(error).__name__} {error}") from None


def _refuse_restart(run: Run) -> None:
    """Raise Refused for a run without checkpoints that has weights: if it began again, it would replace them."""
    if is_file(run.folder / BEST):
        what = translatable("run {run} has no checkpoint; start a new run with its weights (--init-from)")
        raise refuse("checkpoint", what, run=run.id)


@dataclass(frozen=True, slots=True)
class _KnownThreads:
    """The last number of threads of a saved run, 0 if unknown; `fixed` is that of the user, 0 for auto."""

    count: int = 0
    fixed: int = 0
    changed: bool = False


_NONE_KNOWN = _KnownThreads()


def _known_threads(folder: RunFolder, state: dict[str, Any] | None) -> _KnownThreads:
    """Return what is known of a run's threads, from its manifest, or from the checkpoint of an older version."""
    entry = folder.manifest.get("threads")
    if entry is None:
        return _KnownThreads((state or {}).get("threads", 0))
    return _KnownThreads(entry["count"], entry["count"] if entry["fixed"] else 0, bool(entry["changes"]))


def _threads_of(recipe: Recipe, cores: Cores, wanted: int, known: _KnownThreads = _NONE_KNOWN) -> RunThreads:
    """Return the threads of a run, `wanted` or one per free core; from now on torch computes with so many.

    A run that never had another number of threads than `known` gets no more than these, so that it continues exactly.
    """
    if choose_device(recipe.device).type != "cpu":
        return RunThreads(cores.most)
    cores.join()
    threads = RunThreads(wanted) if wanted else cores.start(known.count, fewer=not known.changed)
    torch.set_num_threads(threads.count)
    return threads


def prepare(
    recipe: Recipe, *designs: Design, rewrites: Rewrites | None = None, anyway: bool = False
) -> tuple[Loader, Loader, list[Training]]:
    """Load the data onto the device and build the networks that share it. Raises Refused.

    `rewrites` are by default the fastest for the first network. What does not fit into memory is refused before
    anything is read, unless `anyway`.
    """
    plans = [buildable_plan(design) for design in designs]
    device = choose_device(recipe.device)
    if not anyway:
        refuse_too_large(plans, recipe, device)
    torch.backends.cudnn.benchmark = True  # sizes hardly change: the fastest algorithms are worth finding
    train, validation = (place_images(part, designs[0], device) for part in load_data(recipe.data, designs[0]))
    for plan in plans:
        if len(train) == 1 and (layer := single_valued_norm(plan)):
            what = translatable("has one training image; {layer} has 1×1 maps, and a norm needs two values")
            raise refuse("data", what, layer=layer)
    steps = len(batch_bounds(len(train), recipe.batch_size))
    chosen = rewrites or tuned(plans[0], recipe, device)
    return train, validation, [Training(plan, recipe, device, steps, chosen) for plan in plans]


def _rewrites_of(state: dict[str, Any], recipe: Recipe) -> Rewrites | None:
    """Return the rewrites of a saved run, since others round sums differently; None on another device."""
    here = choose_device(recipe.device).type
    return Rewrites(**state["rewrites"]) if state.get("device") == here else None


def buildable_plan(design: Design) -> Plan:
    """Return the plan of `design`. Raises Refused with every problem that keeps torch from building the network."""
    plan = plan_network(design)
    if fatal := [problem for problem in find_problems(plan) if problem.fatal]:
        raise Refused(*(Complaint(problem.where, problem.what) for problem in fatal))
    return plan


_LISTENING = (events.Step, events.Progress, events.Paused)  # where a run receives a control
_ENDINGS = (events.Finished, events.Stopped, events.Failed)


class RunInProgress:
    """A run driven event by event; `event` is the last one, `controls` wait until the run can receive them.

    `questions` are answered in the thread that trains, before the next event is computed; one that returns nothing has
    been passed to another process.
    `unrecorded` says why the last event that belongs into the folder is not there.
    """

    def __init__(self, training_run: TrainingRun) -> None:
        self.training_run = training_run
        self.steps = training_run.events()
        self.controls: deque[Control] = deque()
        self.questions: deque[Callable[[], Event | None]] = deque()
        self.pace = 0.0  # seconds of a step
        self._answers: list[Event] | None = None  # None: the last `advance` computed an event
        self.event: Event | None = None
        self._unrecorded = NOTHING
        self._saved = self.step
        self._warnings: set[tuple[str, ...]] = set()

    @property
    def run(self) -> str:
        return self.training_run.folder.path.name

    @property
    def step(self) -> int:
        return self.training_run.training.counters.step

    def has_ended(self) -> bool:
        return isinstance(self.event, _ENDINGS)

    def has_failed(self) -> bool:
        return isinstance(self.event, events.Failed)

    def is_stored(self) -> bool:
        """Return whether the folder has the run's last checkpoint and its last event."""
        return self._saved == self.step and not self._unrecorded

    def waits(self) -> bool:
        """Return whether the run is paused, and no control, change or question is waiting."""
        changes = self.training_run.changes
        is_due = bool(changes) and changes[0][0] <= self.step
        return isinstance(self.event, events.Paused) and not (self.controls or self.questions or is_due)

    def answer(self) -> Iterator[Event]:
        """Answer what was asked, by the weights as they are now."""
        while self.questions:
            if answer := self.questions.popleft()():
                yield answer

    def advance(self) -> Event | None:
        """Compute and return the next event, or None after answers to what was asked.

        An unexpected error ends this run and no other.
        """
        threads = self.training_run.threads.count
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)
        if self.questions:
            self._answers = list(self.answer())
            return None
        listens = isinstance(self.event, _LISTENING)
        control = self.controls.popleft() if listens and self.controls else None
        try:
            self.event = self.steps.send(control)
        except Exception as error:
            traceback.print_exc()
            training = self.training_run.training
            self.event = failure(error, training.recipe, training.plan)
        if isinstance(self.event, events.Checkpoint):
            self._saved = self.event.step
        if isinstance(self.event, events.Step):
            self.pace = self.training_run.training.recipe.batch_size / self.event.examples_per_second
        return self.event

    def reports(self) -> Iterator[Event]:
        """Yield what the last `advance` has computed; an event is recorded first."""
        answers, self._answers = self._answers, None
        return self.record() if answers is None else iter(answers)

    def record(self) -> Iterator[Event]:
        """Record the last event and yield it, after a warning if it could not be recorded.

        What is wrong with a disk is wrong at every event, so a warning that differs in nothing but how much of it is
        free is not repeated until a checkpoint could be written.
        """
        event = self.event
        assert event is not None
        if isinstance(event, events.Checkpoint):
            self._warnings.clear()
        if isinstance(event, events.Warned) and not self._is_new(event):
            return
        try:
            self.training_run.record(event)
        except OSError as error:
            what = translatable("could not write to {path!r}: {error}")
            values = {"path": str(self.training_run.folder.path), "error": system_words(error)}
            self._unrecorded = Sentence(what, values)
            if self._is_new(warning := events.Warned(self._unrecorded)):
                yield warning
        else:
            self._unrecorded = NOTHING
        yield event

    def _is_new(self, warning: events.Warned) -> bool:
        """Return whether a warning has not been given yet, and note that it is given now."""
        reason = warning.reason
        known = (reason.template, *(str(value) for name, value in reason.values.items() if name != "free"))
        is_new = known not in self._warnings
        self._warnings.add(known)
        return is_new
