"""Growth: a trained network with additional blocks that start as identities and so change nothing at first. No Qt.

Net2Net (Chen et al., arXiv 1511.05641) deepens networks like this; torchvision's `zero_init_residual` starts like this.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from explorer.architecture.compare import design_changes
from explorer.architecture.design import Design
from explorer.architecture.identity import deepened, insertion, name_before
from explorer.architecture.plan import plan_network
from explorer.engine.model import ResidualBlock, build_model, set_branch_to_zero
from explorer.engine.training.checkpoint import load_checkpoint
from explorer.engine.training.optimizers import make_optimizer
from explorer.engine.training.state import Training, averaged_steps, evaluated_weights, put_weights
from explorer.engine.training.weights import weights_of
from explorer.runs.folder.manifest import read_hashes
from explorer.runs.folder.run import Run
from explorer.sentences import NOTHING, Sentence, joined, translatable
from explorer.validation import Complaint, Refused, refuse


def grow(network: nn.Module, weights: Mapping[str, Tensor], inserted: Sequence[str]) -> None:
    """Load the `weights` of the network before the blocks `inserted`; these keep their own, with a zeroed branch.

    Raises Refused with every weight that does not fit.
    """
    values = {}
    for name, own in network.state_dict().items():
        before = name_before(name, inserted)
        if before is None:
            values[name] = own
        elif before in weights:
            values[name] = weights[before]
    put_weights(network, values)
    for name, block in network.named_modules():
        if isinstance(block, ResidualBlock) and name_before(name, inserted) is None:
            set_branch_to_zero(block)


def fill(
    network: nn.Module, design: Design, parent: Design, weights: Mapping[str, Tensor], inserted: Sequence[str]
) -> None:
    """Load the `weights` of `parent`, which lacks the blocks `inserted`, into `network` of `design`. Raises Refused."""
    if inserted:
        check_growth(parent, design, inserted)
        grow(network, weights, inserted)
    else:
        put_weights(network, weights)


def check_growth(parent: Design, design: Design, inserted: Sequence[str]) -> None:
    """Raise Refused unless `design` is `parent` with the blocks `inserted`, each of which can be an identity."""
    grown = parent
    for path in inserted:
        verdict = insertion(plan_network(grown), path)
        if not verdict.holds:
            raise Refused(Complaint("grown", verdict.why))
        grown = deepened(grown, path)
    if grown != design:
        what = translatable("the design is not its parent's design plus {blocks}: {changes}")
        changes = joined(", ", design_changes(grown, design))
        raise refuse("grown", what, blocks=", ".join(inserted), changes=changes)


def inherit(training: Training, parent: Run, inserted: Sequence[str]) -> Sentence:
    """Start from the weights of `parent`: its best ones, or those of its end if blocks were `inserted` since.

    In the second case its tensors keep their momentum, and averages go on from its averages, so that what is validated
    begins as the same function; counters and schedule start from zero in both. Returns what is wrong with a newer
    checkpoint, or nothing. Raises Refused.
    """
    found = load_checkpoint(parent.folder, read_hashes(parent.folder)) if inserted else None
    weights = found.state["model"] if found else weights_of(parent)
    fill(training.network, training.plan.design, parent.design, weights, inserted)
    if found is None:
        return NOTHING
    steps = averaged_steps(found.state)
    if training.average and steps is not None:
        grow(training.average.module, evaluated_weights(found.state), inserted)
        training.average.n_averaged.copy_(steps)
    if parent.recipe.optimizer == training.recipe.optimizer:
        _keep_momentum(training, parent, found.state["optimizer"]["state"], inserted)
    return found.warning


def _keep_momentum(
    training: Training, parent: Run, states: Mapping[int, Mapping[str, Any]], inserted: Sequence[str]
) -> None:
    """Copy the state of the parent's optimizer to the tensors that have its values now."""
    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        network = build_model(plan_network(parent.design))
        names = tensor_names(network, make_optimizer(network, parent.recipe))
    known = {name: states[number] for number, name in enumerate(names) if number in states}
    kept = {}
    for number, name in enumerate(tensor_names(training.network, training.optimizer)):
        before = name_before(name, inserted)
        if before in known:
            kept[number] = known[before]
        elif states and training.recipe.optimizer == "sgd":  # at rest; SGD wants all of a group to have one, or none
            kept[number] = {"momentum_buffer": torch.zeros_like(training.network.get_parameter(name))}
    groups = training.optimizer.state_dict()["param_groups"]
    training.optimizer.load_state_dict({"state": kept, "param_groups": groups})


def tensor_names(network: nn.Module, optimizer: Optimizer) -> list[str]:
    """Return the names of the parameters of `network` in the order of its `optimizer`."""
    names = {values: name for name, values in network.named_parameters()}
    return [names[values] for group in optimizer.param_groups for values in group["params"]]
