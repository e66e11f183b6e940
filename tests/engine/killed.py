"""A run in a process of its own, made to be killed: forked from one that has torch loaded already."""

import multiprocessing
import os
from pathlib import Path

from explorer.architecture.plan import plan_network
from explorer.engine import worker
from explorer.engine.kernels.rewrites import promised
from explorer.engine.referee import referee
from explorer.engine.runs import preparation
from explorer.engine.training import fit as fit_module
from explorer.runs.commands import ResumeRun, Train
from tests.engine.small import DESIGN

referee(plan_network(DESIGN))  # what it imports, every child would import again


def context() -> multiprocessing.context.ForkServerContext:
    """Starts processes in some milliseconds."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload([__name__])
    return found


def work(command: Train | ResumeRun, out: Path, save_every: float) -> None:
    """What a worker does with `command`; its lines go to the file `out`, its complaints beside it."""
    for descriptor, path in ((1, out), (2, out.with_suffix(".errors"))):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), descriptor)
    fit_module.READ_EVERY, fit_module.SAVE_EVERY = 0.0, save_every
    preparation.tuned = promised  # as in every test of the engine
    worker.NICE = 0  # who gives way on a busy machine is long in coming to what it is killed at
    os._exit(worker.train(command, events=True, detach=True))
