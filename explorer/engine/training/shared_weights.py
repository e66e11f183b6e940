"""Shared weights: networks that are compared begin equal wherever both have a tensor of one name and shape. No Qt."""

from typing import NamedTuple

import torch
from torch import Tensor

from explorer.engine.training.state import Training


class Shared(NamedTuple):
    """How many of a network's `tensors`, its parameters, are `equal` to another's; `own` names those that are not."""

    equal: int
    tensors: int
    own: tuple[str, ...]

    @property
    def own_parts(self) -> tuple[str, ...]:
        """The layers that the tensors in `own` belong to, in order."""
        return tuple(dict.fromkeys(name.rpartition(".")[0] for name in self.own))


@torch.no_grad()
def share_weights(first: Training, other: Training) -> Shared:
    """Copy what both networks have by name and shape from `first` to `other`, statistics of norms too.

    Where the designs differ in how they draw initial weights, nothing is copied, and where they differ in what starts
    at zero, not that: it is what is compared. Blocks that join only one of them late begin as they are.
    """
    one, another = first.plan.design, other.plan.design
    late = {each.path for each in (*first.late, *other.late) if (each in first.late) != (each in other.late)}

    def is_compared(there: Tensor, here: Tensor) -> bool:
        zeroed = one.zero_init != another.zero_init and bool(there.any()) != bool(here.any())
        return zeroed or one.init != another.init

    known, own = first.network.state_dict(), []
    for name, values in other.network.state_dict().items():
        there = None if ".".join(name.split(".")[:2]) in late else known.get(name)
        if there is None or there.shape != values.shape or is_compared(there, values):
            own.append(name)
        else:
            values.copy_(there)
    parameters = [name for name, _ in other.network.named_parameters()]
    found = tuple(name for name in parameters if name in own)
    return Shared(len(parameters) - len(found), len(parameters), found)
