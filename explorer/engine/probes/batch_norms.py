"""Batch norms: what a network makes of the same images by the statistics of their batch and by running ones. No Qt.

A norm subtracts a mean and divides by a standard deviation per channel: in training those of the batch (Ioffe and
Szegedy 2015, arXiv 1502.03167), else running averages of what it saw in training, so that one image can be classified.
"""

import copy

from torch import Tensor, nn

from explorer.engine.model import ResidualBlock
from explorer.engine.probes.effect import measure_effect, spread_images
from explorer.engine.probes.probed_network import ProbedNetwork
from explorer.engine.training.state import refuse_single_values
from explorer.runs.questions.blocks import BatchStatistics, Norms, NormStatistics
from explorer.validation import refuse

MIN_IMAGES = 16
_EPSILON = 1e-5  # that of torch's norms


def compare_norms(probed: ProbedNetwork, question: Norms) -> BatchStatistics:
    """Run one batch of the recipe's size, smaller for large networks, both ways. Raises Refused."""
    names = _norms_in(probed.network, question.block)
    most = probed.recipe.batch_size
    images = spread_images(probed, min(MIN_IMAGES, most), most)
    if len(images) == 1:
        refuse_single_values(probed.plan)
    changed = copy.deepcopy(probed.network).train()
    for norm in _norms_of(changed):
        norm.momentum = 1.0  # the running statistics of the copy become those of the batch
    norms = _norms_of(probed.network)
    steps = max(int(norm.num_batches_tracked) for norm in norms if norm.num_batches_tracked is not None)
    effect = measure_effect(probed.network, changed, images, len(images))
    return BatchStatistics(
        effect=effect,
        norms=tuple(_statistics(name, probed.network, changed) for name in names),
        steps=steps,
        initial_share=(1 - (norms[0].momentum or 0.0)) ** steps,
    )


def _norms_in(network: nn.Module, path: str) -> list[str]:
    """Return the names of the norms in the block at `path`. Raises Refused."""
    block = dict(network.named_modules()).get(path)
    if not isinstance(block, ResidualBlock):
        raise refuse("block", "{path!r} is not a block of this design", path=path[:40])
    return [f"{path}.{name}" for name, module in block.named_modules() if isinstance(module, nn.BatchNorm2d)]


def _norms_of(network: nn.Module) -> list[nn.BatchNorm2d]:
    return [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]


def _statistics(name: str, network: nn.Module, changed: nn.Module) -> NormStatistics:
    """Return the statistics of the norm called `name`: running ones of `network`, those of the batch in `changed`."""
    (batch_mean, batch_variance), (mean, variance) = map(_buffers, (changed, network), (name, name))
    return NormStatistics(
        name=name,
        batch_mean=float(batch_mean.mean()),
        running_mean=float(mean.mean()),
        batch_variance=float(batch_variance.mean()),
        running_variance=float(variance.mean()),
        distance=float(((batch_mean - mean).abs() / (variance + _EPSILON).sqrt()).mean()),
    )


def _buffers(network: nn.Module, name: str) -> tuple[Tensor, Tensor]:
    """Return the running mean and variance, (channels,) each, of the norm called `name`."""
    return network.get_buffer(f"{name}.running_mean"), network.get_buffer(f"{name}.running_var")
