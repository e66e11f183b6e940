"""Gradients: how strongly the loss still pulls at each part of a network, from stem to head. No Qt."""

import torch
from torch import Tensor, nn

from explorer.architecture.plan import Plan


class GradientNorms:
    """The norm of the gradient by part; `names` are the stem, every block by its name, and the head."""

    def __init__(self, plan: Plan, network: nn.Module) -> None:
        loose = {layer.name: section.name for section in plan.sections for layer in section.loose}
        parts: dict[str, int] = {}
        self.owners: list[int] = []
        for name, _ in network.named_parameters():
            layer, *rest = name.split(".")
            part = loose[layer] if layer in loose else f"{layer}.{rest[0]}"
            self.owners.append(parts.setdefault(part, len(parts)))
        self.names = tuple(parts)
        self.parameters = list(network.parameters())

    def measure(self) -> Tensor:
        """Of the step taken last: one number a part, left on the device."""
        pairs = zip(self.owners, self.parameters, strict=True)
        found = [(owner, values.grad) for owner, values in pairs if values.grad is not None]
        norms = torch.stack(torch._foreach_norm([gradient for _, gradient in found]))
        owners = torch.tensor([owner for owner, _ in found], device=norms.device)
        return norms.new_zeros(len(self.names)).index_add_(0, owners, norms.square()).sqrt()
