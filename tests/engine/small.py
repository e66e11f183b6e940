"""A network and images so small that an epoch takes some milliseconds."""

from pathlib import Path

import torch

from explorer.architecture.design import Design, Stage
from explorer.architecture.plan import plan_network
from explorer.engine.data.loader import PlacedLoader, batch_bounds
from explorer.engine.training.checkpoint import load_checkpoint
from explorer.engine.training.fit import fit
from explorer.engine.training.state import Training
from explorer.runs import events
from explorer.runs.commands import Control
from explorer.runs.events import Event
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.recipe import Recipe

CPU = torch.device("cpu")
DESIGN = Design((1, 6, 6), 3, (Stage(1, 4), Stage(1, 8, 2)), stem="cifar", stem_width=4)
RECIPE = Recipe(epochs=4, batch_size=8, lr=0.05, device="cpu")
STEPS = 5  # an epoch


def images(count: int) -> PlacedLoader:
    """Random images of three classes that differ in brightness."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(count) % 3
    pixels = torch.randint(0, 80, (count, 1, 6, 6), generator=generator) + 80 * labels.reshape(-1, 1, 1, 1)
    return PlacedLoader(pixels.to(torch.uint8), labels)


TRAIN, VALIDATION = images(40), images(15)


def training(recipe: Recipe = RECIPE) -> Training:
    steps = len(batch_bounds(len(TRAIN), recipe.batch_size))
    return Training(plan_network(DESIGN), recipe, CPU, steps)


def resumed(folder: RunFolder, recipe: Recipe = RECIPE) -> Training:
    """Another process's view: nothing but what is on the disk."""
    torch.rand(7)  # the random state of that process is anything
    again = training(recipe)
    found = load_checkpoint(folder.path, folder.manifest["hashes"])
    assert found is not None
    again.restore(found.state)
    return again


def new_folder(root: Path, recipe: Recipe = RECIPE) -> RunFolder:
    return RunFolder.create(root, DESIGN, recipe, 1)


def state(step: int) -> dict[str, object]:
    """What a checkpoint has of a training, as far as it is read without one."""
    return {"model": {}, "optimizer": {}, "schedule": {}, "counters": {"step": step}}


def run(work: Training, folder: RunFolder, orders: dict[int, list[Control]] | None = None) -> list[Event]:
    """All events of a fit; `orders` says what to command when the step with that number has been read back."""
    steps = fit(work, TRAIN, VALIDATION, folder)
    found, control = [], None
    waiting = {step: list(commands) for step, commands in (orders or {}).items()}
    while True:
        try:
            event = steps.send(control)
        except StopIteration:
            return found
        found.append(event)
        queue = waiting.get(work.counters.step)
        asks = isinstance(event, events.Step | events.Paused)
        control = queue.pop(0) if asks and queue else None
