"""Lesions: what each block of a run's network is worth, by switching them off one after the other. No Qt.

Veit et al. 2016 (arXiv 1605.06431): a residual network tolerates the loss of a block, a plain one does not.
"""

import copy
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from explorer.engine.data.loader import batch_bounds
from explorer.engine.data.progress import Report, Warn
from explorer.engine.data.training_data import open_gallery
from explorer.engine.model import ResidualBlock, set_branch_to_zero
from explorer.engine.results.trained_network import TrainedNetwork, open_trained
from explorer.engine.training.tally import Outcome, Tally, evaluation_size, judge
from explorer.runs.questions.results import BlockWorths, Lesions
from explorer.validation import refuse

_Layer = Callable[[Tensor], Tensor]


def find_lesions(question: Lesions, report: Report, warn: Warn) -> BlockWorths:
    """Evaluate the network as the run does, then without each block. Raises Refused, and what `report` raises."""
    trained = open_trained(question)
    whole, without = _outcomes(trained, question.images, report)
    return BlockWorths(
        run=trained.run.id,
        epoch=trained.epoch,
        images=len(whole.predicted),
        accuracy=whole.accuracy,
        loss=whole.loss,
        blocks=tuple(name for name, _ in _blocks(trained.network)),
        accuracies=tuple(each.accuracy for each in without),
        losses=tuple(each.loss for each in without),
        warning=trained.warning,
    )


def _outcomes(trained: TrainedNetwork, most: int, report: Report) -> tuple[Outcome, list[Outcome]]:
    """Return what the network makes of at most so many validation images, whole and without each block."""
    loader = open_gallery(trained.recipe, trained.run.design, trained.device, trained.run.data).loader
    images = len(loader)
    if not images:
        raise refuse("data", "has no validation images")
    chosen = torch.linspace(0, images - 1, min(most, images)).round().long().to(loader.device)
    network = _LayerRow(trained)
    tallies = [Tally() for _ in range(len(network.places) + 1)]
    with trained.computing():
        for bounds in batch_bounds(len(chosen), evaluation_size(trained.recipe)):
            inputs = loader.preprocessing.inputs(loader.read(chosen[bounds]))
            labels = loader.labels[chosen[bounds]]
            report(bounds.start, len(chosen))
            for tally, scores in zip(tallies, network.scores(inputs), strict=True):
                tally.add(judge(scores, labels))
        whole, *without = [tally.read() for tally in tallies]
    return whole, without


class _LayerRow:
    """A network as a row of layers: what comes before a block is computed once, whatever becomes of the block.

    `places` are those of its blocks in the row.
    """

    def __init__(self, trained: TrainedNetwork) -> None:
        self._trained = trained
        *features, classifier = trained.network.children()
        self._layers: list[_Layer] = []
        for part in features:
            self._layers += part if isinstance(part, nn.Sequential) else [part]
        self._layers += [lambda x: x.flatten(1), classifier]
        self.places = [place for place, layer in enumerate(self._layers) if isinstance(layer, ResidualBlock)]
        self._switched_off = {place: _switched_off(self._layers[place]) for place in self.places}

    def scores(self, x: Tensor) -> list[Tensor]:
        """Return the logits (n, classes), float32, of the whole network, then those without each block."""
        trained, without = self._trained, []
        with torch.autocast(trained.device.type, torch.bfloat16, enabled=trained.rewrites.bf16):
            for place, layer in enumerate(self._layers):
                if place in self._switched_off:
                    without.append(_run(self._layers[place + 1 :], self._switched_off[place](x)).float())
                x = layer(x)
        return [x.float(), *without]


def _blocks(network: nn.Module) -> list[tuple[str, ResidualBlock]]:
    return [(name, each) for name, each in network.named_modules() if isinstance(each, ResidualBlock)]


def _switched_off(block: _Layer) -> ResidualBlock:
    assert isinstance(block, ResidualBlock)
    other = copy.deepcopy(block)
    set_branch_to_zero(other)
    return other


def _run(layers: Sequence[_Layer], x: Tensor) -> Tensor:
    for layer in layers:
        x = layer(x)
    return x
