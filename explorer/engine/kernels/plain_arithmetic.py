"""Plain arithmetic on an NVIDIA GPU: the same numbers at every repetition, and none of fewer than 32 bits. No Qt.

A processor computes so anyway, if the number of threads is the same.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from explorer.runs.recipe import Recipe

_WORKSPACE = "CUBLAS_WORKSPACE_CONFIG"


@contextmanager
def arithmetic_of(recipe: Recipe, device: torch.device) -> Iterator[None]:
    """Compute as the recipe says until the context ends: all else in this process does so too."""
    if device.type != "cuda" or recipe.arithmetic != "plain":
        yield
        return
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    before = torch.are_deterministic_algorithms_enabled(), cudnn.benchmark, cudnn.allow_tf32, matmul.allow_tf32
    workspace = os.environ.get(_WORKSPACE)
    os.environ[_WORKSPACE] = ":4096:8"
    try:
        _use(True, False, False, False)
        yield
    finally:
        _use(*before)
        os.environ.pop(_WORKSPACE)
        if workspace is not None:
            os.environ[_WORKSPACE] = workspace


def _use(deterministic: bool, benchmark: bool, convolutions_tf32: bool, products_tf32: bool) -> None:
    """Set torch's switches.

    It only warns: the workspace is read at a process's first product of matrices, which may be long ago. On one stream
    cuBLAS is deterministic all the same (its documentation, "Results reproducibility").
    """
    torch.use_deterministic_algorithms(deterministic, warn_only=deterministic)
    torch.backends.cudnn.benchmark = benchmark
    torch.backends.cudnn.allow_tf32 = convolutions_tf32
    torch.backends.cuda.matmul.allow_tf32 = products_tf32
