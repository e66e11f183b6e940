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


class _Found:
    """The tensors of a group by the names that they have in the design, of those that have one."""

    def __init__(self, group: Group, layers: Mapping[str, str], own: Mapping[str, Tensor]) -> None:
        bare: dict[str, str] = {}
        for name in sorted(group.tensors, key=len):  # of two with one bare name, the one with fewer wrappers
            bare.setdefault(unwrapped(name), name)
        self.group, self.names = group, dict[str, str]()
        for name in own:
            layer, _, kind = name.rpartition(".")
            if (there := bare.get(f"{layers[layer]}.{kind}")) is not None:
                self.names[name] = there
        self.equal = sum(group.tensors[there].shape == own[name].shape for name, there in self.names.items())

    def unknown(self) -> list[str]:
        return [name for name in self.group.tensors if name not in {*self.names.values()}]


def fit_weights(plan: Plan, groups: Sequence[Group]) -> Fit:
    """Fit the group, under the names, of which most tensors fit.

    Where one tensor of the head does not fit, the whole head is a new one. A first convolution for colour is summed
    over its channels for grey, which computes the same of a grey image, and one for grey is shared out among them.
    """
    with torch.random.fork_rng(devices=[]), torch.device("meta"):
        own = build_model(plan).state_dict()
    found = max(
        (_Found(group, layers, own) for group in groups for layers in vocabularies(plan)),
        key=lambda each: (each.equal, -len(each.group.tensors)),
    )
    first = next(name for name, values in own.items() if values.dim() == 4)
    new_head = any(name in found.names and not _has_shape(found, name, own) for name in own if name.startswith(_HEAD))
    rows, values = [], {}
    for name, mine in own.items():
        there = found.names.get(name)
        known = None if there is None else found.group.tensors[there]
        if name.endswith(_COUNTER):  # torchvision's first versions have none; what has statistics has seen images
            if name.removesuffix(_COUNTER) + _VARIANCE in values:
                values[name] = torch.ones((), dtype=torch.long) if known is None else known
            continue
        if known is None:
            rows.append(WeightRow(WeightFit.MISSING, name, shape=tuple(mine.shape)))
            continue
        if new_head and name.startswith(_HEAD):
            fit = WeightFit.NEW_HEAD
        elif known.shape == mine.shape:
            fit, values[name] = WeightFit.MATCHED, known
        elif name == first and _differs_in_channels(known, mine):
            fit, values[name] = WeightFit.FITTED, _with_channels(known, mine.shape[1])
        else:
            fit = WeightFit.OTHER_SHAPE
        rows.append(WeightRow(fit, name, found.group.full_name(there or ""), tuple(mine.shape), tuple(known.shape)))
    for name in found.unknown():
        if not name.endswith(_COUNTER):
            shape = tuple(found.group.tensors[name].shape)
            rows.append(WeightRow(WeightFit.UNKNOWN, "", found.group.full_name(name), shape_there=shape))
    return Fit(tuple(rows), values)


def _has_shape(found: _Found, name: str, own: Mapping[str, Tensor]) -> bool:
    return found.group.tensors[found.names[name]].shape == own[name].shape


def _differs_in_channels(known: Tensor, mine: Tensor) -> bool:
    """Return whether a convolution of either has one input channel, and they are alike in everything else."""
    one, other = list(known.shape), list(mine.shape)
    return len(one) == 4 and 1 in (one.pop(1), other.pop(1)) and one == other


def _with_channels(weight: Tensor, channels: int) -> Tensor:
    """Return the weight of a convolution that computes the same of images whose channels are all equal."""
    return weight.float().sum(1, keepdim=True).expand(-1, channels, -1, -1) / channels
