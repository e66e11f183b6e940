"""Fit: which tensors of known weights a design can take, and what becomes of every other one. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explorer.architecture.plan import Plan
from explorer.engine.model import build_model
from explorer.engine.weights.files import Group
from explorer.engine.weights.names import unwrapped, vocabularies
from explorer.runs.answers import WeightFit, WeightRow
from explorer.sentences import translatable
from explorer.validation import refuse

_COUNTER, _VARIANCE = ".num_batches_tracked", ".running_var"
_HEAD = "fc."
_TAKEN = (WeightFit.MATCHED, WeightFit.FITTED)


@dataclass(frozen=True, slots=True)
class Fit:
    """What becomes of each tensor, and the values of those that are taken, by their names in the design."""

    rows: tuple[WeightRow, ...]
    values: Mapping[str, Tensor]

    @property
    def matched(self) -> int:
        return sum(row.fit in _TAKEN for row in self.rows)

    def load(self, network: nn.Module) -> None:
        """Load what is taken into the design's network; the rest keeps its values. Raises Refused."""
        for name, values in self.values.items():
            if not values.isfinite().all():
                raise refuse("weights", translatable("{name} contains values that are not finite"), name=name)
        network.load_state_dict(self.values, strict=False)


class _Naming:
    """A group of tensors under the names that a vocabulary gives them in the design: `names` has those in the group."""

    def __init__(self, group: Group, layers: Mapping[str, str], own: Mapping[str, Tensor]) -> None:
        bare: dict[str, str] = {}
        for name in sorted(group.tensors, key=len):  # of two with one bare name, the one with fewer wrappers
            bare.setdefault(unwrapped(name), name)
        there = {name: bare.get(_renamed(name, layers), "") for name in own}
        self.group, self.names = group, {name: found for name, found in there.items() if found}
        taken = {*self.names.values()}
        self.unknown = [name for name in group.tensors if name not in taken]
        self._equal = sum(self.tensor(name).shape == own[name].shape for name in self.names)

    @property
    def rank(self) -> tuple[int, int]:
        """How much of the design is in the group, then how little else, without counters."""
        return self._equal, -sum(self.group.tensors[name].dim() > 0 for name in self.unknown)

    def tensor(self, name: str) -> Tensor:
        """Return the tensor with this name in the design."""
        return self.group.tensors[self.names[name]]


def _renamed(name: str, layers: Mapping[str, str]) -> str:
    layer, _, kind = name.rpartition(".")
    return f"{layers[layer]}.{kind}"


def fit_weights(plan: Plan, groups: Sequence[Group]) -> Fit:
    """Fit the group, under the names, of which most tensors fit.

    Where one tensor of the head does not fit, the whole head is a new one. A first convolution for colour is summed
    over its channels for grey, which computes the same of a grey image, and one for grey is shared out among them.
    """
    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        own = build_model(plan).state_dict()
    namings = (_Naming(group, layers, own) for group in groups for layers in vocabularies(plan))
    best = max(namings, key=lambda naming: naming.rank)
    first = next(name for name, mine in own.items() if mine.dim() == 4)
    head = [name for name in best.names if name.startswith(_HEAD)]
    if all(best.tensor(name).shape == own[name].shape for name in head):
        head = []
    rows, values = [], {}
    for name, mine in own.items():
        if name.endswith(_COUNTER):
            continue
        if name not in best.names:
            rows.append(WeightRow(WeightFit.MISSING, name, shape=tuple(mine.shape)))
            continue
        known = best.tensor(name)
        if name in head:
            fit = WeightFit.NEW_HEAD
        elif known.shape == mine.shape:
            fit, values[name] = WeightFit.MATCHED, known
        elif name == first and _differs_in_channels(known, mine):
            fit, values[name] = WeightFit.FITTED, _with_channels(known, mine.shape[1])
        else:
            fit = WeightFit.OTHER_SHAPE
        there = best.group.full_name(best.names[name])
        rows.append(WeightRow(fit, name, there, tuple(mine.shape), tuple(known.shape)))
    for name in best.unknown:
        if not name.endswith(_COUNTER):
            shape = tuple(best.group.tensors[name].shape)
            rows.append(WeightRow(WeightFit.UNKNOWN, "", best.group.full_name(name), shape_there=shape))
    for name in own:  # torchvision's first versions have no counters; a norm with statistics has seen images
        if name.endswith(_COUNTER) and name.removesuffix(_COUNTER) + _VARIANCE in values:
            values[name] = best.tensor(name) if name in best.names else torch.ones((), dtype=torch.long)
    return Fit(tuple(rows), values)


def _differs_in_channels(known: Tensor, mine: Tensor) -> bool:
    """Return whether a convolution of either has one input channel, and they are alike in everything else."""
    one, other = list(known.shape), list(mine.shape)
    return len(one) == 4 and 1 in (one.pop(1), other.pop(1)) and one == other


def _with_channels(weight: Tensor, channels: int) -> Tensor:
    """Return the weight of a convolution that computes the same of images whose channels are all equal."""
    return weight.float().sum(1, keepdim=True).expand(-1, channels, -1, -1) / channels
