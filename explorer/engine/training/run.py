"""TrainingRun: one run with its network, data and folder, made ready to start or to be resumed. No Qt."""

import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from explorer.architecture.checks import find_problems
from explorer.architecture.design import Design
from explorer.architecture.plan import Plan, plan_network
from explorer.engine.data.loader import Loader, batch_bounds
from explorer.engine.data.progress import Report, unreported
from explorer.engine.data.training_data import Gallery, TrainingData, open_data
from explorer.engine.devices import available_memory, choose_device
from explorer.engine.kernels.rewrites import Rewrites
from explorer.engine.referee import referee
from explorer.engine.training.checkpoint import Unwritten, load_checkpoint, save_checkpoint, usable_checkpoint
from explorer.engine.training.fit import Changes, Events, fit
from explorer.engine.training.growth import inherit
from explorer.engine.training.known_weights import known_weights, read_to_end
from explorer.engine.training.memory import memory_needed, refuse_too_large
from explorer.engine.training.ranks import ALONE, Ranks, largest_part, part_of
from explorer.engine.training.shared_weights import share_weights
from explorer.engine.training.state import Training, refuse_other_ranks, single_valued_norm
from explorer.engine.training.threads import Cores, RunThreads
from explorer.engine.training.tuning import tuned
from explorer.engine.training.weights import BEST
from explorer.engine.weights.statistics import Statistics, weights_statistics
from explorer.paths import exists, expand_user, is_file
from explorer.runs import events
from explorer.runs.again import again
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.data.record import DataRecord
from explorer.runs.events import Event, Threads
from explorer.runs.folder.manifest import read_paths, unwritable
from explorer.runs.folder.run import Run, RunState, Siblings
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.folder.survey import find_run
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import Recipe, read_recipe, recipe_table
from explorer.runs.sides import Side, differences, labels, weights_in_words
from explorer.sentences import NOTHING, Sentence, joined, translatable
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
            self.folder.update(state=_STATES[type(event)], **_progress_entries(self.training))
        elif isinstance(event, events.Epoch):
            self.folder.update(**_progress_entries(self.training))
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
        "seconds": counters.seconds,
    }


def _arithmetic_entries(training: Training) -> dict[str, object]:
    """Return the entries of the manifest that say how the network is computed: other ways round differently."""
    alone = training.ranks.size == 1
    several = {} if alone else {"processes": training.ranks.size}
    return {"rewrites": training.rewrites.names, "device": training.device.type, **several}


def open_runs(
    command: Train | ResumeRun,
    cores: Cores | None = None,
    report: Report = unreported,
    fetched: Report = unreported,
    ranks: Ranks = ALONE,
) -> tuple[TrainingRun, ...]:
    """Open the run of a command, or one per side, and check everything before the first step.

    On a processor they compute on `cores`, by default all that torch would use. `report` is told how far reading has
    come, and `fetched` how many bytes of known weights. Of several `ranks` this is the first, and the others open the
    run after it. Raises Refused, and what these raise.
    """
    cores = cores or Cores()
    if isinstance(command, Train):
        return _new_runs(command, cores, report, fetched, ranks)
    return (_resumed_run(command, cores, report, ranks),)


@dataclass(frozen=True, slots=True)
class SharedRun:
    """What the other ranks have to know of a run that rank 0 has opened, beside its state."""

    side: Side
    rewrites: Rewrites
    data: DataRecord
    threads: int


def _let_others_open(training: Training, seed: int, data: DataRecord, threads: RunThreads, report: Report) -> None:
    """Wait until all ranks have opened the run, and give them its state. Raises Refused, and what `report` raises."""
    side = Side(training.plan.design, training.recipe, seed)
    training.ranks.open(SharedRun(side, training.rewrites, data, threads.count), training.state, report)


def _new_runs(command: Train, cores: Cores, report: Report, fetched: Report, ranks: Ranks) -> tuple[TrainingRun, ...]:
    """Create a run in its own folder for each side of the command. Raises Refused."""
    repeated = find_run(command.again, command.runs) if command.again else None
    threads = _threads_of(command.recipe, cores, command.threads, ranks=ranks)
    parent, known, statistics = None, None, None
    if command.weights:
        if not command.grown:
            plan = buildable_plan(command.design)
            known = read_to_end(known_weights(command.weights, plan, command.runs), fetched)
            known.check()
            parent = known.parent
        statistics = weights_statistics(command.weights, command.runs)
    elif command.grown:
        raise refuse("grown", "needs weights, the run whose design was grown")
    data, trainings = prepare(*command.sides, anyway=command.anyway, report=report, statistics=statistics, ranks=ranks)
    warnings = [data.warning]
    if known:
        known.fit.load(trainings[0].network)
    elif command.weights:
        run = find_run(command.weights, command.runs)
        warnings.append(inherit(trainings[0], run, command.grown))
        parent = run.id
    siblings = _introduced(command.sides, trainings)
    verdicts = {training.plan.design: referee(training.plan) for training in trainings}
    _let_others_open(trainings[0], command.recipe.seed, data.record, threads, report)
    folders: list[RunFolder] = []
    try:
        for side, training in zip(command.sides, trainings, strict=True):
            params = training.plan.params
            folder = RunFolder.create(command.runs, side.design, side.recipe, params, parent, command.grown, side.seed)
            folders.append(folder)
        for folder, training in zip(folders, trainings, strict=True):
            insisted = {"anyway": True} if command.anyway else {}  # a resume need not be told again
            repeats = {"again": record_table(again(repeated, data.record))} if repeated else {}
            studied = {"trial": record_table(command.trial)} if command.trial else {}
            entries = {**_arithmetic_entries(training), **insisted, **repeats, **studied}
            folder.update(data=record_table(data.record), **entries)
        if known:
            folders[0].update(weights=known.record())
        if command.beside:
            ids = [folder.path.name for folder in folders]
            siblings = [replace(sibling, beside=_without(ids, place)) for place, sibling in enumerate(siblings)]
            for folder, sibling in zip(folders, siblings, strict=True):
                folder.update(**record_table(sibling))
        if command.beside or known:  # it resumes from weights that are shared or known, whenever it ends
            for folder, training in zip(folders, trainings, strict=True):
                save_checkpoint(folder, training.state())
    except (Refused, OSError, Unwritten) as error:
        for folder in folders:
            folder.discard()
        if isinstance(error, Unwritten):
            raise Refused(Complaint("runs", error.sentence)) from None
        raise unwritable(command.runs, error) if isinstance(error, OSError) else error from None
    return tuple(
        TrainingRun(
            training=training,
            train=data.train.apart(),
            validation=data.validation.apart(),
            folder=folder,
            verdict=verdicts[training.plan.design],
            threads=threads.copy(),
            warning=_listed(warnings),
            side=place,
            siblings=sibling,
            weights=known.table.sentence if known and not place else NOTHING,
            validation_files=data.validation_files,
            root=data.root,
        )
        for place, (training, folder, sibling) in enumerate(zip(trainings, folders, siblings, strict=True))
    )


def _introduced(sides: Sequence[Side], trainings: Sequence[Training]) -> list[Siblings]:
    """Let sides of one seed begin equal where they can, and return what each is called and how it differs."""
    firsts: dict[int, Training] = {}
    found = []
    for side, training, label, words in zip(sides, trainings, labels(sides), differences(sides), strict=True):
        known = Siblings(label=label, difference=words)
        if (first := firsts.setdefault(side.seed, training)) is not training:
            shared = share_weights(first, training)
            begins = weights_in_words(shared.equal, shared.tensors, shared.own_parts)
            known = replace(known, begins=begins, own=shared.own)
        found.append(known)
    return found


def _listed(warnings: Sequence[Sentence]) -> Sentence:
    return joined("\n", filter(None, warnings))


def _without(ids: Sequence[str], place: int) -> tuple[str, ...]:
    return (*ids[:place], *ids[place + 1 :])


def _resumed_run(command: ResumeRun, cores: Cores, report: Report, ranks: Ranks) -> TrainingRun:
    """Continue a run from its checkpoint, in the same folder. Raises Refused, and what `report` raises."""
    run = find_run(command.run, command.runs)
    changes = {"epochs": command.epochs, "device": command.device, "data": moved_data(run, command.data)}
    given = {key: value for key, value in changes.items() if value is not None}
    recipe = read_recipe(recipe_table(run.recipe) | given)
    folder = RunFolder(run.folder)
    try:
        refuse_other_ranks(folder.manifest.get("processes", 1), ranks)
        found = load_checkpoint(run.folder, folder.hashes)
        if found is None:
            _refuse_restart(run)
        with usable_checkpoint():
            done = found.state["counters"]["epoch"] - 1 if found else 0
            rewrites = found and _rewrites_of(found.state, recipe)
        if done >= recipe.epochs and (command.epochs or run.state is RunState.FINISHED):  # else it died before it ended
            what = translatable("run {run} has already done {done} epochs; set a larger number")
            raise refuse("epochs", what, run=run.id, done=done)
        before = _known_threads(folder, found and found.state)
        wanted = before.fixed if command.threads is None else command.threads
        threads = _threads_of(recipe, cores, wanted, before, ranks)
        data, (training,) = prepare(
            Side(run.design, recipe, run.seed),
            rewrites=rewrites,
            anyway=command.anyway or folder.manifest.get("anyway", False),
            report=report,
            known=run.data,
            ranks=ranks,
        )
        warnings = [data.warning, NOTHING if found is None else found.warning]
        if found is not None:
            with usable_checkpoint():
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
        _let_others_open(training, run.seed, data.record, threads, report)
        entries = {**_progress_entries(training), **_arithmetic_entries(training)}
        folder.mark_running(recipe=recipe_table(recipe), data=record_table(data.record), **entries)
    except OSError as error:
        folder.close()
        raise unwritable(run.folder, error) from None
    except BaseException:
        folder.close()
        raise
    return TrainingRun(
        training=training,
        train=data.train,
        validation=data.validation,
        folder=folder,
        verdict=verdict,
        threads=threads,
        warning=_listed(warnings),
        added=max(0, recipe.epochs - run.recipe.epochs),
        validation_files=data.validation_files,
        root=data.root,
    )


def moved_data(run: Run, place: str | None) -> str | None:
    """Return where a run's images are now if they have moved to `place`. Raises Refused if they cannot be compared."""
    if run.recipe.data in CATALOGUE:
        if place is not None:
            what = translatable("run {run} was trained on {data}, which is always found by its name")
            raise refuse("data", what, run=run.id, data=run.recipe.data)
        return None
    if run.data is None:
        what = translatable(
            "run {run} is of an older version, which did not note its images: they may have changed; start a new run "
            "with its weights (--weights)"
        )
        raise refuse("data", what, run=run.id)
    path = expand_user("data", place or run.recipe.data)
    if not exists(path):
        what = translatable("{path!r} is not there; if the images have moved, --data says where they are")
        raise refuse("data", what, path=str(path))
    return str(path.resolve())


def _refuse_restart(run: Run) -> None:
    """Raise Refused for a run without checkpoints that has weights: if it began again, it would replace them."""
    if is_file(run.folder / BEST):
        what = translatable("run {run} has no checkpoint; start a new run with its weights (--weights)")
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


def _threads_of(
    recipe: Recipe, cores: Cores, wanted: int, known: _KnownThreads = _NONE_KNOWN, ranks: Ranks = ALONE
) -> RunThreads:
    """Return the threads of a run, `wanted` or one per free core; from now on torch computes with so many.

    A run that never had another number of threads than `known` gets no more than these, so that it continues exactly.
    Plain arithmetic keeps its number: with another one, sums are rounded differently. So does a run of several
    processes, which each have their number from who started them.
    """
    if choose_device(recipe.device).type != "cpu":
        return RunThreads(cores.most)
    cores.join()
    if ranks.size > 1:
        return RunThreads(cores.most)
    threads = RunThreads(wanted) if wanted else cores.start(known.count, fewer=not known.changed)
    if recipe.arithmetic == "plain":
        threads = RunThreads(threads.count)
    torch.set_num_threads(threads.count)
    return threads


def prepare(
    *sides: Side,
    rewrites: Rewrites | None = None,
    anyway: bool = False,
    report: Report = unreported,
    known: DataRecord | None = None,
    statistics: Statistics | None = None,
    ranks: Ranks = ALONE,
) -> tuple[TrainingData, list[Training]]:
    """Open the data and build the networks that share it. Raises Refused, and what `report` raises.

    `rewrites` are by default the fastest for the first network, and for the first one of another precision. What does
    not fit into memory is refused before anything is read, unless `anyway`. `known` and `statistics` are as for
    `open_data`. Each of the `ranks` computes a part of every batch.
    """
    plans = [buildable_plan(side.design) for side in sides]
    first, recipe = sides[0].design, sides[0].recipe
    device = ranks.device(choose_device(recipe.device))
    if not anyway:
        parts = [_part_of_recipe(side.recipe, ranks) for side in sides]
        beside = ranks.local_size if device.type == "cpu" else 1
        refuse_too_large(list(zip(plans, parts, strict=True)) * beside, device)
    torch.backends.cudnn.benchmark = True  # sizes hardly change: the fastest algorithms are worth finding
    largest = recipe.change(resized_crop=max(side.recipe.resized_crop for side in sides))  # all share stored images
    data = open_data(
        largest, first, device, report, known=known, statistics=statistics, room=_room(plans, sides, device)
    )
    for plan in plans:
        if len(data.train) == 1 and (layer := single_valued_norm(plan)):
            what = translatable("has one training image; {layer} has 1×1 maps, and a norm needs two values")
            raise refuse("data", what, layer=layer)
    bounds = batch_bounds(len(data.train), recipe.batch_size)
    steps, last = len(bounds), bounds[-1].stop - bounds[-1].start
    if recipe.sync_norms and not part_of(bounds[-1], ranks.size - 1, ranks.size).share:  # it would count images twice
        what = translatable("the last batch of an epoch has {count} images, too few for norms over {size} GPUs")
        raise refuse("batch_size", what, count=last, size=ranks.size)
    counts = data.train.labels.bincount(minlength=first.classes).tolist()
    chosen: dict[str, Rewrites] = {}
    trainings = []
    for plan, side in zip(plans, sides, strict=True):
        if side.recipe.precision not in chosen:
            chosen[side.recipe.precision] = rewrites or tuned(plan, _part_of_recipe(side.recipe, ranks), device)
        rewritten = chosen[side.recipe.precision]
        if ranks.size > 1:
            rewritten = _for_several(rewritten, side.recipe)
        trainings.append(Training(plan, side.recipe, device, steps, rewritten, side.seed, counts, ranks))
    return data, trainings


def _for_several(rewrites: Rewrites, recipe: Recipe) -> Rewrites:
    """Return the rewrites for several ranks: a recorded step would leave out what they tell each other.

    Norms that share their statistics know nothing of a bias that a convolution leaves out.
    """
    return replace(rewrites, graph=False, folded=rewrites.folded and not recipe.sync_norms)


def _part_of_recipe(recipe: Recipe, ranks: Ranks) -> Recipe:
    """Return a recipe with the batches that one rank computes."""
    return recipe.change(batch_size=largest_part(recipe.batch_size, ranks.size))


def _room(plans: Sequence[Plan], sides: Sequence[Side], device: torch.device) -> int | None:
    """Return how many bytes images may take on the device, beside what training takes; None if nobody knows."""
    free = available_memory(device)
    if free is None:
        return None
    needs = (memory_needed(plan, side.recipe, side.recipe.batch_size) for plan, side in zip(plans, sides, strict=True))
    return max(0, free - sum(each.total for each in needs))


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
