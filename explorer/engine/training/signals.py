"""SignalNorms: how strong what a block adds is beside what its shortcut passes on. No Qt."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import torch
from torch import Tensor, nn

from explorer.engine.model import ResidualBlock

_IMAGES = 32  # of the batch: enough for a ratio, and less than a hundredth of a step that takes seconds


class SignalNorms:
    """The norms of the outputs of branch and shortcut of each block, in a forward pass that happens anyway.

    `names` are the measured blocks, in order: those with a shortcut; a plain network has none.
    """

    def __init__(self, network: nn.Module) -> None:
        self._blocks = {name: each for name, each in network.named_modules() if isinstance(each, ResidualBlock)}
        self._measured: dict[str, Tensor] = {}
        self._none = next(network.parameters()).new_empty(0)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._measured)

    @contextmanager
    def measuring(self) -> Iterator[None]:
        """Measure in the forward pass within the context; a recorded graph would not call the blocks."""
        self._measured.clear()
        for name, block in self._blocks.items():
            block.watch_sum = partial(self._note, name)
        try:
            yield
        finally:
            for block in self._blocks.values():
                block.watch_sum = None

    @torch.no_grad()
    def _note(self, name: str, branch: Tensor, shortcut: Tensor) -> None:
        norms = (torch.linalg.vector_norm(maps.float()) for maps in (branch[:_IMAGES], shortcut[:_IMAGES]))
        self._measured[name] = torch.stack(tuple(norms))

    def norms(self) -> Tensor:
        """Return the norms over the first images, one per block: of the branches, then the shortcuts, (2 blocks,)."""
        return torch.stack(tuple(self._measured.values()), dim=1).flatten() if self._measured else self._none
