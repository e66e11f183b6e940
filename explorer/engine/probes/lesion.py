"""Lesions: a trained network compared with itself after a branch is zeroed or an identity block inserted. No Qt.

The comparison is on images of the validation set, in full precision. Veit et al. 2016 (arXiv 1605.06431): a residual
network tolerates the loss of a block, a plain one does not.
"""

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, nn

from explorer.architecture.identity import deepened, insertion
from explorer.architecture.plan import plan_network
from explorer.engine.kernels.rewrites import exact_rewrites, make_network
from explorer.engine.model import ResidualBlock, set_branch_to_zero
from explorer.engine.probes.effect import measure_effect, spread_images
from explorer.engine.probes.probed_network import ProbedNetwork
from explorer.engine.training.growth import grow
from explorer.runs.questions.blocks import Comparison, Insert, Inserted, Zero, Zeroed
from explorer.validation import Complaint, Refused, refuse

_MAX_IMAGES, MIN_IMAGES = 2000, 50
_BATCH = 100

_Found = TypeVar("_Found", bound=Comparison)


def zero(probed: ProbedNetwork, question: Zero) -> Zeroed:
    """Compare the network with one whose named blocks have their branches at zero. Raises Refused."""
    if not question.blocks:
        raise refuse("blocks", "must name at least one block")
    network = copy.deepcopy(probed.network)
    blocks = {name: each for name, each in network.named_modules() if isinstance(each, ResidualBlock)}
    for path in question.blocks:
        if path not in blocks:
            raise refuse("blocks", "{path!r} is not a block of this design", path=path[:40])
        set_branch_to_zero(blocks[path])
    return _compare(probed, network, Zeroed, question.blocks)


def insert(probed: ProbedNetwork, question: Insert) -> Inserted:
    """Compare the network with one that has an identity block inserted. Raises Refused."""
    verdict = insertion(probed.plan, question.block)
    if not verdict.holds:
        raise Refused(Complaint("block", verdict.why))
    plan = plan_network(deepened(probed.plan.design, question.block))
    network = make_network(plan, probed.device, exact_rewrites(probed.recipe)).eval()
    grow(network, probed.network.state_dict(), [question.block])
    return _compare(probed, network, Inserted, (question.block,))


@contextmanager
def _watch(network: nn.Module, paths: Iterable[str]) -> Iterator[list[str]]:
    """Watch the blocks at `paths`; the list keeps those whose output equals their input, bit for bit, in every pass."""
    identities = list(paths)

    def hook(path: str, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        if path in identities and not torch.equal(inputs[0], output):
            identities.remove(path)

    hooks = [
        network.get_submodule(path).register_forward_hook(
            lambda _, inputs, output, path=path: hook(path, inputs, output)
        )
        for path in identities
    ]
    try:
        yield identities
    finally:
        for each in hooks:
            each.remove()


def _compare(probed: ProbedNetwork, changed: nn.Module, kind: type[_Found], paths: tuple[str, ...]) -> _Found:
    """Run the network and the one `changed` at the blocks `paths` on the same images. Raises Refused."""
    images = spread_images(probed, MIN_IMAGES, _MAX_IMAGES)
    with _watch(changed, paths) as identities:
        effect = measure_effect(probed.network, changed, images, _BATCH)
    return kind(blocks=paths, identities=tuple(identities), effect=effect)
