"""Opening: runs are made ready to start or to be resumed, and refused before anything is written. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from explorer.architecture.checks import buildable_plan
from explorer.engine.data.progress import Report, unreported
from explorer.engine.devices import choose_device
from explorer.engine.kernels.rewrites import Rewrites
from explorer.engine.referee import referee
from explorer.engine.runs.preparation import prepare
from explorer.engine.runs.training_run import TrainingRun, arithmetic_entries, progress_entries
from explorer.engine.training.checkpoint import Unwritten, load_checkpoint, save_checkpoint, usable_checkpoint
from explorer.engine.training.growth import inherit
from explorer.engine.training.known_weights import known_weights, read_to_end
from explorer.engine.training.ranks import ALONE, Ranks
from explorer.engine.training.shared_weights import share_weights
from explorer.engine.training.state import Training, refuse_other_ranks
from explorer.engine.training.threads import Cores, RunThreads
from explorer.engine.training.weights import BEST
from explorer.engine.weights.statistics import weights_statistics
from explorer.paths import exists, expand_user, is_file
from explorer.runs.again import again
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.data.record import DataRecord
from explorer.runs.folder.manifest import read_paths, unwritable
from explorer.runs.folder.run import Run, RunState, Siblings
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.folder.survey import find_run
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import Recipe, read_recipe, recipe_table
from explorer.runs.sides import Side, differences, labels, weights_in_words
from explorer.sentences import NOTHING, Sentence, joined, translatable
from explorer.validation import Complaint, Refused, refuse


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
            entries = {**arithmetic_entries(training), **insisted, **repeats, **studied}
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
            if done < run.epochs_done:  # the disk was full when a later checkpoint was to be written
                what = translatable("the checkpoint has {done} of {known} trained epochs; the run goes on there")
                warnings.append(Sentence(what, {"done": done, "known": run.epochs_done}))
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
        entries = {**progress_entries(training), **arithmetic_entries(training)}
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


def _rewrites_of(state: dict[str, Any], recipe: Recipe) -> Rewrites | None:
    """Return the rewrites of a saved run, since others round sums differently; None on another device."""
    here = choose_device(recipe.device).type
    return Rewrites(**state["rewrites"]) if state.get("device") == here else None
