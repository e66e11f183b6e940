"""`train --devices`: one run by several processes, which PyTorch's torchrun starts. No Qt."""

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence

from explorer.cli.flags import whole_number
from explorer.runs.commands import ResumeRun, Train
from explorer.runs.folder.survey import find_run
from explorer.validation import refuse

_FLAG = "--devices"
_MAX = 1024
_LEAST = 2  # images of a batch for each process: a norm of 1×1 maps needs two values


def train_on_devices(options: Namespace, order: Train | ResumeRun) -> int:
    """Start the processes that train what is ordered; return the exit status of the whole. Raises Refused."""
    processes = whole_number("devices", options.devices, 1, _MAX)
    if sys.platform != "linux":
        raise refuse("devices", "several processes train one run on Linux only")
    if isinstance(order, Train) and order.beside:
        raise refuse("devices", "several processes train one network; leave out --twin, --beside and --seeds")
    recipe = order.recipe if isinstance(order, Train) else find_run(order.run, order.runs).recipe
    device = recipe.device if isinstance(order, Train) else order.device or recipe.device
    if ":" in device:
        raise refuse("devices", "each process has a GPU of its own: --device must be cuda, not {device}", device=device)
    if recipe.batch_size < _LEAST * processes:
        what = "{count} processes need a batch size of at least {least}, not {size}"
        raise refuse("devices", what, count=processes, least=_LEAST * processes, size=recipe.batch_size)
    from explorer.engine.torchrun import train_on_devices

    return train_on_devices(tuple(_without_flag(options.words)), processes, device, order.threads or 0)


def _without_flag(words: Sequence[str]) -> Iterator[str]:
    """Yield the words of a command line but --devices and its value, which the processes know from torchrun."""
    rest = iter(("train", *words))
    for word in rest:
        if word == _FLAG:
            next(rest, None)
        elif not word.startswith(f"{_FLAG}="):
            yield word
