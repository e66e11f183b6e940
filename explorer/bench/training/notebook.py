"""Notebook: the chapter's network trained as in its notebook, the baseline of `bench train`. No Qt.

After Dive into Deep Learning, sections "The Image Classification Dataset", "Softmax Regression from Scratch" and
"LeNet", in our own words: every image becomes a PIL image, is resized and made a tensor whenever it is asked for, in
four loading processes; loss and hits are read back after every batch. Left out is the animated plot, which would only
make it slower.
"""

import itertools
from collections.abc import Iterable, Iterator

import torch
from PIL import Image
from torch import Tensor, nn, optim
from torch.utils.data import DataLoader, Dataset, Sampler, Subset
from torchvision import transforms

from explorer.architecture.plan import plan_network
from explorer.bench.training.entry import Entry
from explorer.engine.data.datasets import Images, load_data
from explorer.engine.data.loader import epoch_order
from explorer.engine.model import build_model

_LOADERS = 4  # processes

_Batches = Iterable[tuple[Tensor, Tensor]]


class Pictures(Dataset[tuple[Tensor, int]]):
    """Grey images and their labels, each picture made again whenever it is asked for."""

    def __init__(self, images: Images, size: tuple[int, int]) -> None:
        self.images = images
        resize = [transforms.Resize(size)] if images.pixels.shape[2:] != size else []
        self._transform = transforms.Compose([*resize, transforms.ToTensor()])

    def __len__(self) -> int:
        return len(self.images.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        picture = Image.fromarray(self.images.pixels[index, 0].numpy())
        return self._transform(picture), int(self.images.labels[index])


class Shuffled(Sampler[int]):
    """Another order in every epoch, as with `shuffle=True`, but the same as the other side's."""

    def __init__(self, images: int, seed: int) -> None:
        self.images, self.seed, self.epoch = images, seed, 0

    def __len__(self) -> int:
        return self.images

    def __iter__(self) -> Iterator[int]:
        self.epoch += 1
        yield from epoch_order(self.images, self.seed, self.epoch, torch.device("cpu")).tolist()


class Accumulator:
    """Running sums of Python numbers: adding a tensor waits for its value."""

    def __init__(self, sums: int) -> None:
        self.sums = [0.0] * sums

    def add(self, *values: float | Tensor) -> None:
        self.sums = [total + float(value) for total, value in zip(self.sums, values, strict=True)]


def _first(pictures: Pictures, count: int) -> Subset[tuple[Tensor, int]]:
    return Subset(pictures, range(count))


def _hits(scores: Tensor, labels: Tensor) -> float:
    right = scores.argmax(dim=1).type(labels.dtype) == labels
    return float(right.type(labels.dtype).sum())


def _train_epoch(
    network: nn.Module, batches: _Batches, loss: nn.Module, optimizer: optim.Optimizer, device: torch.device
) -> list[float]:
    """Train one pass over `batches`; return the loss of each."""
    metric, losses = Accumulator(3), []
    network.train()
    for X, y in batches:  # noqa: N806
        optimizer.zero_grad()
        X, y = X.to(device), y.to(device)  # noqa: N806
        scores = network(X)
        value = loss(scores, y)
        value.backward()
        optimizer.step()
        before = metric.sums[0]
        with torch.no_grad():
            metric.add(value * X.shape[0], _hits(scores, y), X.shape[0])
        losses.append((metric.sums[0] - before) / X.shape[0])
    return losses


def _evaluate(network: nn.Module, batches: _Batches, device: torch.device) -> float:
    """Return the accuracy over `batches`."""
    metric = Accumulator(2)
    network.eval()
    with torch.no_grad():
        for X, y in batches:  # noqa: N806
            X, y = X.to(device), y.to(device)  # noqa: N806
            metric.add(_hits(network(X), y), y.numel())
    return metric.sums[0] / metric.sums[1]


class Notebook:
    """The notebook's side of the bench."""

    def __init__(self, entry: Entry, device: torch.device) -> None:
        self.design, self.recipe, self.device = entry.design, entry.recipe, device
        self.loss = nn.CrossEntropyLoss()

    def place(self) -> tuple[int, int]:
        self.train, self.test = (
            Pictures(part, self.design.input[1:]) for part in load_data(self.recipe.data, self.design)
        )
        return len(self.train), len(self.test)

    def tune(self) -> tuple[str, ...]:
        return ()

    def losses(self, steps: int, batch_size: int, double: bool) -> list[float]:
        self.make()
        self.network.to(torch.float64 if double else torch.float32)
        batches = itertools.islice(self._shuffled(len(self.train), batch_size), steps)
        return self.learn((X.double() if double else X, y) for X, y in batches)

    def set_up(self, images: int, tests: int, turns: int) -> None:
        self.make()
        self.batches = self._shuffled(images, self.recipe.batch_size)
        self._tests = DataLoader(_first(self.test, tests), self.recipe.batch_size, num_workers=_LOADERS)

    def turn(self) -> None:
        self.learn(self.batches)
        _evaluate(self.network, self._tests, self.device)

    def prepare(self, images: int, tests: int) -> None:
        self.make()
        self.ready, self.ready_tests = (
            [(X.to(self.device), y.to(self.device)) for X, y in DataLoader(_first(part, count), self.recipe.batch_size)]
            for part, count in ((self.train, images), (self.test, tests))
        )

    def compute(self) -> None:
        self.learn(self.ready)
        _evaluate(self.network, self.ready_tests, self.device)

    def make(self) -> None:
        torch.manual_seed(self.recipe.seed)
        self.network = build_model(plan_network(self.design)).to(self.device)
        self.optimizer = optim.SGD(self.network.parameters(), self.recipe.lr)

    def _shuffled(self, images: int, batch_size: int) -> _Batches:
        order = Shuffled(images, self.recipe.seed)
        return DataLoader(_first(self.train, images), batch_size, sampler=order, num_workers=_LOADERS)

    def learn(self, batches: _Batches) -> list[float]:
        return _train_epoch(self.network, batches, self.loss, self.optimizer, self.device)
