"""Ranks: the processes that train one run together, each on its part of every batch. No Qt.

torchrun starts them and tells each its rank in the environment. Gradients travel by torch's DistributedDataParallel,
between processors through gloo and between NVIDIA GPUs through NCCL. Rank 0 alone reads commands, speaks and writes;
whatever depends on a clock, a person or a file is its decision, and the others follow.
"""

import ctypes
import io
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import chain, zip_longest
from math import ceil
from typing import Any, NamedTuple, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.rendezvous import rendezvous

from explorer.runs.launch import torchrun_rank
from explorer.sentences import Sentence, translatable
from explorer.validation import Complaint, Refused, refuse

State = dict[str, Any]  # of a training
_Value = TypeVar("_Value")

_STEP = timedelta(minutes=10)  # until a rank that hangs in a step ends the run; one that dies ends it at once
_PAUSE = timedelta(days=365)  # how long the others may wait for a decision: a run may be paused
_SHORT = 256  # bytes of a message that travels at once
_ASK_EVERY = 0.1  # seconds
_DEATH_OF_PARENT = 1  # PR_SET_PDEATHSIG of Linux
_NORM_NEEDS = 2  # images in a part: a norm of 1×1 maps needs two values per channel


class Part(NamedTuple):
    """The positions of one rank's images in an epoch, and the share of their mean loss in that of the whole batch."""

    bounds: slice
    share: float


class Ranks:
    """A run's only process: `ALONE` decides, has all images, and shares with nobody."""

    rank, size, local_size = 0, 1, 1

    def part(self, batch: slice) -> Part:
        """Return the part of a batch that this rank computes; all parts of a batch are apart and make it whole."""
        return Part(batch, 1.0)

    def owns(self, number: int) -> bool:
        """Return whether this rank evaluates the batch with this number, of which no other one does."""
        return True

    def agree(self, value: _Value) -> _Value:
        """Return what rank 0 has for `value`."""
        return value

    def sum(self, values: Tensor) -> Tensor:
        """Return the sums over all ranks."""
        return values

    def collect(self, found: list[_Value]) -> list[_Value]:
        """Return what all ranks found for the batches that they own, in the order of these."""
        return found

    def device(self, chosen: torch.device) -> torch.device:
        """Return the device of this rank where rank 0 has the `chosen` one. Raises Refused."""
        return chosen

    def parallel(self, network: nn.Module) -> nn.Module:
        """Return what computes as `network` does and leaves the mean over all ranks in its gradients.

        All ranks go on with the weights and statistics of rank 0.
        """
        return network

    def share_statistics(self, network: nn.Module) -> None:
        """Use the norms' statistics of rank 0, which alone are kept."""

    def open(self, order: Any, state: Callable[[], State], report: Callable[[int, int], None]) -> None:
        """Let the other ranks open the run of an order, and then have its state. Raises Refused, and as `report`."""

    def leave(self) -> None:
        """Let the other ranks end if they have not begun."""

    def close(self) -> None:
        """Close the connections to the other ranks, after a run that has ended well."""


ALONE = Ranks()


def part_of(batch: slice, rank: int, size: int) -> Part:
    """Return the part of one of `size` ranks in a batch, as equal as possible and in their order.

    Of a batch that has not two images for each of them, as the last of an epoch may, the first ranks have two or three
    each. The others compute two of these again and count for nothing, since gradients are added up by all.
    """
    images = batch.stop - batch.start
    able = max(1, min(size, images // _NORM_NEEDS))
    if rank >= able:
        return Part(slice(batch.start, min(batch.stop, batch.start + _NORM_NEEDS)), 0.0)
    first, end = (batch.start + images * each // able for each in (rank, rank + 1))
    return Part(slice(first, end), (end - first) / images)


class Group(Ranks):
    """Several processes of one run, joined by torch's process group; each has to call the same methods in turn."""

    def __init__(self) -> None:
        """Join the others that torchrun has started, and end if it ends."""
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_DEATH_OF_PARENT, signal.SIGTERM)
        self.store, self.rank, self.size = next(rendezvous("env://"))
        self.local_rank, self.local_size = (int(os.environ[name]) for name in ("LOCAL_RANK", "LOCAL_WORLD_SIZE"))
        dist.init_process_group(store=self.store, rank=self.rank, world_size=self.size, timeout=_STEP)
        self._decisions: Any = dist.new_group(backend="gloo", timeout=_PAUSE)

    def part(self, batch: slice) -> Part:
        return part_of(batch, self.rank, self.size)

    def owns(self, number: int) -> bool:
        return number % self.size == self.rank

    def agree(self, value: _Value) -> _Value:
        message = pickle.dumps(value) if self.rank == 0 else b""
        head = torch.zeros(_SHORT, dtype=torch.uint8)
        room = _SHORT - 8
        packed = len(message).to_bytes(8, "little") + message[:room]
        head[: len(packed)] = torch.frombuffer(bytearray(packed), dtype=torch.uint8)
        dist.broadcast(head, 0, self._decisions)
        if self.rank == 0:
            rest = message[room:]
        else:
            found = head.numpy().tobytes()
            length = int.from_bytes(found[:8], "little")
            message, rest = found[8 : 8 + length], bytes(max(0, length - room))
        if rest:
            values = torch.frombuffer(bytearray(rest), dtype=torch.uint8)
            dist.broadcast(values, 0, self._decisions)
            message = message[:room] + values.numpy().tobytes()
        agreed: _Value = pickle.loads(message)
        return agreed

    def sum(self, values: Tensor) -> Tensor:
        dist.all_reduce(values)
        return values

    def collect(self, found: list[_Value]) -> list[_Value]:
        lists: list[Any] = [None] * self.size
        dist.all_gather_object(lists, found, self._decisions)
        rounds = zip_longest(*lists)
        return [each for each in chain.from_iterable(rounds) if each is not None]

    def device(self, chosen: torch.device) -> torch.device:
        if chosen.type != "cuda":
            return chosen
        if self.local_size > torch.cuda.device_count():
            what = translatable("{count} processes need as many NVIDIA GPUs; this computer has {cards}")
            raise refuse("devices", what, count=self.local_size, cards=torch.cuda.device_count())
        torch.cuda.set_device(self.local_rank)
        return torch.device("cuda", self.local_rank)

    def parallel(self, network: nn.Module) -> nn.Module:
        device = next(network.parameters()).device
        places = [device] if device.type == "cuda" else None
        return nn.parallel.DistributedDataParallel(network, device_ids=places, gradient_as_bucket_view=True)

    def share_statistics(self, network: nn.Module) -> None:
        for values in network.buffers():
            dist.broadcast(values, 0)

    def open(self, order: Any, state: Callable[[], State], report: Callable[[int, int], None]) -> None:
        self.store.set("order", pickle.dumps(order))
        remaining = list(range(1, self.size))
        while remaining:
            report(self.size - len(remaining), self.size)
            if not self.store.check([_answer_of(remaining[0])]):
                time.sleep(_ASK_EVERY)
            elif reason := self.store.get(_answer_of(remaining[0])).decode():
                what = translatable("does not join the run: {reason}")
                raise Refused(Complaint(f"rank {remaining[0]}", Sentence(what, {"reason": reason})))
            else:
                del remaining[0]
        saved = io.BytesIO()
        torch.save(state(), saved)
        self.agree(saved.getvalue())

    def received(self) -> Any:
        """Return the order of rank 0, once it has opened its run; None if it has none."""
        while not self.store.check(["order"]):
            if self.store.check(["end"]):
                return None
            time.sleep(_ASK_EVERY)
        return pickle.loads(self.store.get("order"))

    def refuse(self, reason: str) -> None:
        """Tell rank 0 why this rank cannot open the run."""
        self.store.set(_answer_of(self.rank), reason)

    def state(self) -> State:
        """Tell rank 0 that this rank has opened the run, and return the state to start from."""
        self.store.set(_answer_of(self.rank), "")
        found: State = torch.load(io.BytesIO(self.agree(b"")), map_location="cpu", weights_only=True)
        return found

    def leave(self) -> None:
        self.store.set("end", "")

    def close(self) -> None:
        dist.destroy_process_group()  # else its threads may be at work when the process ends

    def has_ended(self) -> bool:
        """Return whether rank 0 has ended its run, however it ended."""
        try:
            return bool(self.store.check(["end"]))
        except RuntimeError:  # the store was torchrun's, which is gone
            return False


def _answer_of(rank: int) -> str:
    return f"answer of {rank}"


def join() -> Ranks:
    """Return the ranks of the run that this process trains: those that torchrun has started it with, or it alone."""
    several = torchrun_rank() is not None and int(os.environ["WORLD_SIZE"]) > 1
    return Group() if several else ALONE


def largest_part(batch_size: int, size: int) -> int:
    """Return the most images that one of `size` ranks computes in a step."""
    return ceil(batch_size / size)
