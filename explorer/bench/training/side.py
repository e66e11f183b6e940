"""Side: one side of `bench train` in a process of its own, which answers one request at a time. No Qt."""

import json
import os
import sys
import time
from typing import Protocol

import torch

from explorer.bench.training.entry import Entry, read_entry
from explorer.engine.devices import choose_device

_PRODUCTS = 5
SIDES_OF_PRODUCTS = {"cpu": 2048, "cuda": 8192}  # of square matrices: some tenths of a second, and near the peak


class Side(Protocol):
    """The methods of both sides; the caller waits for what still runs on the device."""

    def place(self) -> tuple[int, int]:
        """Read the data; return the numbers of images to train and to test with."""

    def tune(self) -> tuple[str, ...]:
        """Find out how to compute; return the names of the rewrites that help."""

    def losses(self, steps: int, batch_size: int, double: bool) -> list[float]:
        """Return the losses of the first `steps` steps of a new network; `double` computes them in 64 bits."""

    def set_up(self, images: int, tests: int, turns: int) -> None:
        """Make the network that will train for `turns` epochs of the first `images` images and test with `tests`."""

    def turn(self) -> None:
        """Train the next epoch, with everything that belongs to one."""

    def prepare(self, images: int, tests: int) -> None:
        """Move the batches of so many images to the device."""

    def compute(self) -> None:
        """Train and test with the prepared batches: an epoch without its loading."""


def _make_side(entry: Entry, device: torch.device) -> Side:
    """Make the side of `entry`, which imports no more than it needs: imports count as its set-up."""
    if entry.side == "notebook":
        from explorer.bench.training.notebook import Notebook

        return Notebook(entry, device)
    from explorer.bench.training.explorer_side import ExplorerSide

    return ExplorerSide(entry, device)


def peak(device: torch.device, kind: str) -> float:
    """Return the highest speed of a product of large matrices, in GFLOP/s; `kind` is fp32, tf32 or bf16."""
    size = SIDES_OF_PRODUCTS.get(device.type, 4096)
    dtype = torch.bfloat16 if kind == "bf16" else torch.float32
    left, right = (torch.rand(size, size, device=device).to(dtype) for _ in range(2))
    precision = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high" if kind == "tf32" else "highest")
    times = []
    for _ in range(1 + _PRODUCTS):
        start = time.perf_counter()
        left @ right
        _wait_for(device)
        times.append(time.perf_counter() - start)
    torch.set_float32_matmul_precision(precision)
    return 2 * size**3 / min(times[1:]) / 1e9


def _wait_for(device: torch.device) -> None:
    """Wait until the device has finished its work."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()


def _serve(entry: Entry) -> None:
    """Answer each line, [what, *arguments], with [seconds, value], until standard input ends.

    The first answer comes unasked: everything is imported.
    """
    stream = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed must not stand between the answers
    device = choose_device(entry.recipe.device)
    side = _make_side(entry, device)
    print(json.dumps([0, None]), file=stream, flush=True)
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        start = time.perf_counter()
        value = peak(device, *arguments) if what == "peak" else getattr(side, what)(*arguments)
        _wait_for(device)
        print(json.dumps([time.perf_counter() - start, value]), file=stream, flush=True)


if __name__ == "__main__":
    _serve(read_entry(sys.argv[1]))
