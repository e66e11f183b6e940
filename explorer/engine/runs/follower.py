"""Follower: a process that computes its part of every batch of a run, and leaves all else to rank 0. No Qt."""

import os
import signal
import sys

import torch

from explorer.engine.kernels.plain_arithmetic import arithmetic_of
from explorer.engine.runs.opening import SharedRun
from explorer.engine.runs.preparation import prepare
from explorer.engine.training.failure import failure
from explorer.engine.training.fit import fit
from explorer.engine.training.ranks import Group
from explorer.validation import Refused

_DONE, _FAILED = 0, 1


def follow() -> int:
    """Train in the run of rank 0 until it ends; return the exit status. Nothing is written, or printed to stdout."""
    os.dup2(2, 1)
    ranks = Group()
    order: SharedRun | None = ranks.received()
    if order is None:
        return _DONE
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # rank 0 has it too, and says when to stop
        signal.signal(number, signal.SIG_IGN)
    try:
        _train_part(order, ranks)
        ranks.close()
    except Refused as refused:
        ranks.refuse(refused.sentence)
        return _FAILED
    except Exception as error:
        if ranks.has_ended():
            return _DONE
        print(f"rank {ranks.rank}: {failure(error, order.side.recipe).reason}", file=sys.stderr, flush=True)
        return _FAILED
    return _DONE


def _train_part(order: SharedRun, ranks: Group) -> None:
    """Open the run as rank 0 has opened it, and train to its end. Raises Refused, and whatever goes wrong."""
    torch.set_num_threads(order.threads)
    data, (training,) = prepare(order.side, rewrites=order.rewrites, anyway=True, known=order.data, ranks=ranks)
    training.restore(ranks.state())
    with arithmetic_of(order.side.recipe, training.device):
        for _ in fit(training, data.train, data.validation, None):
            pass
