"""Session: one run from its command to its ending, with network, data and folder. No Qt."""

import re
from dataclasses import dataclass

import torch

from explorer.architecture.checks import find_problems
from explorer.architecture.design import Design
from explorer.architecture.plan import Plan, plan_network
from explorer.architecture.reading import Complaint, Refused, refuse
from explorer.engine.checkpoint import load_checkpoint
from explorer.engine.datasets import load_data
from explorer.engine.devices import available_memory, choose_device
from explorer.engine.fit import Events, fit
from explorer.engine.loader import Loader, batch_bounds, place_images
from explorer.engine.referee import referee
from explorer.engine.training import Training, put_weights
from explorer.engine.weights import weights_of
from explorer.runs import events
from explorer.runs.commands import Continue, Train
from explorer.runs.events import Event
from explorer.runs.folder import RunFolder, find_run
from explorer.runs.recipe import Recipe, read_recipe, recipe_table

STATES: dict[type[Event], str] = {
    events.Paused: "paused",
    events.Resumed: "running",
    events.Finished: "finished",
    events.Stopped: "stopped",
    events.Failed: "failed",
}
PASSING = (events.Heartbeat, events.Progress)  # of interest while they happen: not kept


@dataclass(frozen=True, slots=True)
class Session:
    """A run that is ready to go; `warning` is something that a person should know first."""

    training: Training
    train: Loader
    validation: Loader
    folder: RunFolder
    verdict: events.Verdict
    warning: str = ""

    def events(self) -> Events:
        """The run itself; the last event is its ending."""
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
        )
        if self.warning:
            yield events.Warned(self.warning)
        yield from fit(training, self.train, self.validation, self.folder)

    def record(self, event: Event) -> None:
        """Keep `event` in the run's folder. Raises OSError."""
        if isinstance(event, PASSING):
            return
        self.folder.log(event)
        if type(event) in STATES:
            self.folder.update(state=STATES[type(event)])
        elif isinstance(event, events.Epoch):
            self.folder.update(**standing(self.training))


def standing(training: Training) -> dict[str, object]:
    """What a list of runs shows of it."""
    counters = training.counters
    best = counters.best_accuracy if counters.best_epoch else None
    done = counters.step // training.steps_per_epoch
    return {"epochs_done": done, "best_epoch": counters.best_epoch, "best_accuracy": best}


def open_session(command: Train | Continue) -> Session:
    """Everything that can be refused is refused here, before a step is made. Raises Refused."""
    return begin(command) if isinstance(command, Train) else go_on(command)


def begin(command: Train) -> Session:
    """A new run in a folder of its own. Raises Refused."""
    training, train, validation = prepare(command.design, command.recipe)
    parent = None
    if command.init_from:
        run = find_run(command.init_from, command.runs)
        put_weights(training.network, weights_of(run))
        parent = run.id
    verdict = referee(training.plan)
    folder = RunFolder.create(command.runs, command.design, command.recipe, training.plan.params, parent)
    return Session(training, train, validation, folder, verdict)


def go_on(command: Continue) -> Session:
    """A run from its checkpoint, in the same folder. Raises Refused."""
    run = find_run(command.run, command.runs)
    changes = {"epochs": command.epochs, "device": command.device}
    wanted = {key: value for key, value in changes.items() if value is not None}
    recipe = read_recipe(recipe_table(run.recipe) | wanted)
    folder = RunFolder(run.folder)
    try:
        found = load_checkpoint(run.folder, folder.manifest["hashes"])
        if found is not None and found.state["counters"]["epoch"] > recipe.epochs:
            done = found.state["counters"]["epoch"] - 1
            raise refuse("epochs", f"the run {run.id} has done {done} already; ask for more")
        training, train, validation = prepare(run.design, recipe)
        warning = "" if found is None else found.warning
        if found is not None:
            training.restore(found.state)
        else:
            warning = "no checkpoint had been written: the run begins anew"
            if run.parent:
                put_weights(training.network, weights_of(find_run(run.parent, run.folder.parent)))
        verdict = referee(training.plan)
        folder.take(recipe=recipe_table(recipe), **standing(training))
    except OSError as error:
        folder.close()
        raise refuse("runs", f"{str(run.folder)!r} cannot be written: {error.strerror}") from None
    except BaseException:
        folder.close()
        raise
    return Session(training, train, validation, folder, verdict, warning)


def prepare(design: Design, recipe: Recipe) -> tuple[Training, Loader, Loader]:
    """The network and its data on the device. Raises Refused."""
    plan = buildable_plan(design)
    device = choose_device(recipe.device)
    data = load_data(recipe.data, design)
    train, validation = (place_images(part, design, device) for part in data)
    return Training(plan, recipe, device, len(batch_bounds(len(train), recipe.batch_size))), train, validation


def buildable_plan(design: Design) -> Plan:
    """Raises Refused with every problem that keeps torch from making the network."""
    plan = plan_network(design)
    if fatal := [problem for problem in find_problems(plan) if problem.fatal]:
        raise Refused(*(Complaint(problem.where, str(problem.what)) for problem in fatal))
    return plan


def failure(error: Exception, recipe: Recipe | None) -> events.Failed:
    """An error that nobody foresaw, or the lack of memory, which somebody always does."""
    text = str(error).strip() or type(error).__name__
    if not isinstance(error, torch.OutOfMemoryError) and "allocate memory" not in text:
        return events.Failed(f"{type(error).__name__}: {text.splitlines()[0]}")
    wanted = re.search(r"allocate ([\d.]+ ?[KMG]i?B|\d+ bytes)", text)
    needed = f"{wanted[1]} more were needed" if wanted else "more was needed than there is"
    device = torch.device("cuda" if isinstance(error, torch.OutOfMemoryError) else "cpu")
    free = available_memory(device)
    rest = f", {free / 2**20:,.0f} MiB are free" if free is not None else ""
    batch_size = recipe.batch_size if recipe else 1
    advice = f"Try a batch size of {batch_size // 2}." if batch_size > 1 else "Make the network or its input smaller."
    return events.Failed(f"out of memory on {device.type} at batch size {batch_size}: {needed}{rest}", advice=advice)
