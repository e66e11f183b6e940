"""Fit: which tensors of known weights a design can take, and what becomes of every other one. No Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explorer.architecture.layers import Shape
from explorer.architecture.plan import Plan
from explorer.engine.weights.files import Group
from explorer.engine.weights.names import unwrapped, vocabularies
from explorer.runs.questions.weights import WeightFit, WeightRow
from explorer.sentences import translatable
from explorer.validation import refuse

_HEAD, _COUNTER, _VARIANCE = "fc.", "num_batches_tracked", "running_var"
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

    def __init__(self, group: Group, layers: Mapping[str, str], own: Mapping[str, Shape]) -> None:
        bare: dict[str, str] = {}
        for name in sorted(group.tensors, key=len):  # of two with one bare name, the one with fewer wrappers
            bare.setdefault(unwrapped(name), name)
        there = {name: bare.get(_renamed(name, layers), "") for name in own}
        self.group, self.names = group, {name: found for name, found in there.items() if found}
        taken = {*self.names.values()}
        self.unknown = [name for name in group.tensors if name not in taken]
        self._equal = sum(self.shape(name) == own[name] for name in self.names)

    @property
    def rank(self) -> tuple[int, int]:
        """How much of the design is in the group, then how little else, without counters."""
        return self._equal, -sum(self.group.tensors[name].dim() > 0 for name in self.unknown)

    def shape(self, name: str) -> Shape:
        """Return the shape that the tensor with this name in the design has in the group."""
        return tuple(self.group.tensors[self.names[name]].shape)


def _renamed(name: str, layers: Mapping[str, str]) -> str:
    layer, _, kind = name.rpartition(".")
    return f"{layers[layer]}.{kind}"


def fit_weights(plan: Plan, groups: Sequence[Group]) -> Fit:
    """Fit the group, under the names, of which most tensors fit.

    Where one tensor of the head does not fit, the whole head is a new one. A first convolution for colour is summed
    over its channels for grey, which computes the same of a grey image, and one for grey is shared out among them.
    """
    own = plan.tensors()
    namings = (_Naming(group, layers, own) for group in groups for layers in vocabularies(plan))
    best = max(namings, key=lambda naming: naming.rank)
    first = next(name for name, shape in own.items() if len(shape) == 4)
    keeps_head = all(best.shape(name) == own[name] for name in best.names if name.startswith(_HEAD))
    rows = []
    for name, shape in own.items():
        there = best.shape(name) if name in best.names else None
        if there is None:
            fit = WeightFit.MISSING
        elif name.startswith(_HEAD) and not keeps_head:
            fit = WeightFit.NEW_HEAD
        elif there == shape:
            fit = WeightFit.MATCHED
        else:
            fit = WeightFit.FITTED if name == first and _differs_in_channels(there, shape) else WeightFit.OTHER_SHAPE
        full_name = "" if there is None else best.group.full_name(best.names[name])
        rows.append(WeightRow(fit, name, full_name, shape, there or ()))
    for name in best.unknown:
        there = tuple(best.group.tensors[name].shape)
        rows.append(WeightRow(WeightFit.UNKNOWN, "", best.group.full_name(name), shape_there=there))
    rows = [row for row in rows if not (row.name or row.there).endswith(_COUNTER)]
    values = {row.name: _value(best, row) for row in rows if row.fit in _TAKEN}
    for name in own:  # a norm with statistics has seen images; torchvision's first versions have no counters
        if name.endswith(_COUNTER) and name.removesuffix(_COUNTER) + _VARIANCE in values:
            values[name] = best.group.tensors[best.names[name]] if name in best.names else torch.tensor(1)
    return Fit(tuple(rows), values)


def _value(naming: _Naming, row: WeightRow) -> Tensor:
    """Return what a row takes."""
    tensor = naming.group.tensors[naming.names[row.name]]
    if row.fit is WeightFit.MATCHED:
        return tensor
    channels = row.shape[1]  # it computes the same of images whose channels are all equal
    return tensor.float().sum(1, keepdim=True).expand(-1, channels, -1, -1) / channels


def _differs_in_channels(known: Shape, shape: Shape) -> bool:
    """Return whether a convolution of either shape has one input channel, and they are alike in everything else."""
    one, other = list(known), list(shape)
    return len(one) == 4 and 1 in (one.pop(1), other.pop(1)) and one == other
