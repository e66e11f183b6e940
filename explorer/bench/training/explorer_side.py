"""ExplorerSide: this program's side of `bench train`, a real run with its folder, events and checkpoints. No Qt."""

from dataclasses import replace

import torch
from torch import Tensor, nn

from explorer.architecture.plan import plan_network
from explorer.bench.training.entry import Entry
from explorer.engine.data.datasets import load_data
from explorer.engine.data.loader import PlacedLoader, batch_bounds, epoch_order, place_images
from explorer.engine.referee import referee
from explorer.engine.runs.training_run import TrainingRun
from explorer.engine.training.state import Training
from explorer.engine.training.tuning import tuned
from explorer.runs.folder.run_folder import RunFolder


class _Double(Training):
    """Training in 64 bits, where equal arithmetic gives equal losses."""

    def scores(self, network: nn.Module, pixels: Tensor) -> Tensor:
        scores: Tensor = network.double()(pixels.double())
        return scores


class ExplorerSide:
    """The side of `bench train` that trains a real run of this program."""

    def __init__(self, entry: Entry, device: torch.device) -> None:
        self.entry, self.device = entry, device
        self.plan = plan_network(entry.design)

    def place(self) -> tuple[int, int]:
        data = load_data(self.entry.recipe.data, self.entry.design)
        self.train, self.test = (place_images(part, self.entry.design, self.device) for part in data)
        return len(self.train), len(self.test)

    def tune(self) -> tuple[str, ...]:
        self.rewrites = tuned(self.plan, self.entry.recipe, self.device)
        return self.rewrites.names

    def losses(self, steps: int, batch_size: int, double: bool) -> list[float]:
        training = self.training(len(self.train), 1, _Double if double else Training)
        order = epoch_order(len(self.train), training.recipe.seed, 1, self.device)
        bounds = batch_bounds(len(self.train), batch_size)[:steps]
        found = torch.stack([training.learn(*self.train.batch(order[each]))[0] for each in bounds])
        values: list[float] = found.tolist()
        return values

    def set_up(self, images: int, tests: int, turns: int) -> None:
        train, test = _first(self.train, images), _first(self.test, tests)
        training = self.training(images, turns)
        folder = RunFolder.create(self.entry.runs, self.entry.design, training.recipe, self.plan.params)
        self.training_run = TrainingRun(
            training=training, train=train, validation=test, folder=folder, verdict=referee(self.plan)
        )
        self.events = self.training_run.events()

    def turn(self) -> None:
        counters = self.training_run.training.counters
        epoch = counters.epoch
        for event in self.events:
            self.training_run.record(event)
            if counters.epoch > epoch:  # the checkpoint has been written
                return
        raise RuntimeError(f"the run ended in epoch {epoch}")

    def prepare(self, images: int, tests: int) -> None:
        self.spare, size = self.training(images, 1), self.entry.recipe.batch_size
        self.ready, self.ready_tests = (
            [part.batch(bounds) for bounds in batch_bounds(count, size)]
            for part, count in ((self.train, images), (self.test, tests))
        )

    def compute(self) -> None:
        losses, hits = zip(*(self.spare.learn(*batch) for batch in self.ready), strict=True)
        tested = [self.spare.test(*batch).sums for batch in self.ready_tests]
        for values in (losses, hits, tested):  # read back, as a run does
            torch.stack(list(values)).tolist()

    def training(self, images: int, epochs: int, kind: type[Training] = Training) -> Training:
        recipe = self.entry.recipe.change(epochs=epochs)
        steps = len(batch_bounds(images, recipe.batch_size))
        rewrites = replace(self.rewrites, graph=self.rewrites.graph and kind is Training)
        return kind(self.plan, recipe, self.device, steps, rewrites)


def _first(images: PlacedLoader, count: int) -> PlacedLoader:
    return PlacedLoader(images.pixels[:count], images.labels[:count])
