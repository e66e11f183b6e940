"""Plain arithmetic on an NVIDIA GPU: the same numbers at every repetition, and none of fewer than 32 bits. No Qt.

A processor computes so anyway, if the number of threads is the same.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from explorer.runs.recipe import Recipe

_WORKSPACE = {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"}  # without it torch refuses cuBLAS where all must be deterministic


@contextmanager
def arithmetic_of(recipe: Recipe, device: torch.device) -> Iterator[None]:
    """Compute as the recipe says until the context ends: all else in this process does so too."""
    if device.type != "cuda" or recipe.arithmetic != "plain":
        yield
        return
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    before = torch.are_deterministic_algorithms_enabled(), cudnn.benchmark, cudnn.allow_tf32, matmul.allow_tf32
    os.environ |= _WORKSPACE
    try:
        _use(True, False, False, False)
        yield
    finally:
        _use(*before)


def _use(deterministic: bool, benchmark: bool, convolutions_tf32: bool, products_tf32: bool) -> None:
    torch.use_deterministic_algorithms(deterministic)
    torch.backends.cudnn.benchmark = benchmark
    torch.backends.cudnn.allow_tf32 = convolutions_tf32
    torch.backends.cuda.matmul.allow_tf32 = products_tf32
