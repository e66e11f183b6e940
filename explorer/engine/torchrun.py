"""torchrun: PyTorch's own launcher, which starts the processes that train one run. No Qt."""

import logging
import os
import shlex
import signal
import sys
from collections.abc import Sequence

import torch

from explorer.engine.devices import choose_device
from explorer.runs.launch import launch_local
from explorer.sentences import Sentence, system_words, translatable
from explorer.validation import refuse

_FAILED, _REFUSED, _SIGNALLED = 1, 2, 128
_PORT = 29400  # torchrun's own


def train_on_devices(words: Sequence[str], processes: int, device: str, threads: int) -> int:
    """Train as the command line `words` says, by so many `processes` on this computer; return the exit status.

    On NVIDIA GPUs each has one; on a processor they share the `threads`, by default all that torch would use. Raises
    Refused.
    """
    if not torch.distributed.is_available():
        raise refuse("devices", translatable("this build of torch has no torch.distributed"))
    if choose_device(device).type == "cuda" and processes > torch.cuda.device_count():
        what = translatable("{count} processes need as many NVIDIA GPUs; this computer has {cards}")
        raise refuse("devices", what, count=processes, cards=torch.cuda.device_count())
    from torch.distributed.elastic.multiprocessing import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.run import parse_args, run

    share = max(1, (threads or torch.get_num_threads()) // processes)
    module = ["--max-restarts", "0", "-m", "explorer", *words]
    here = ["--standalone", "--local-addr", "localhost", "--nproc-per-node", str(processes)]
    print(f"several machines: on each of them {_line_for_several(processes, share, module)}", file=sys.stderr)
    os.environ.update(launch_local().environment)
    os.environ["OMP_NUM_THREADS"] = str(share)
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")  # a computer need not know its own name
    logging.getLogger("torch.distributed.elastic").setLevel(logging.CRITICAL)  # what happens is said below
    options = parse_args([*here, *module])  # type: ignore[no-untyped-call]
    if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:  # as nohup has it
        options.signals_to_handle = "SIGTERM,SIGINT,SIGQUIT"
    try:
        run(options)  # type: ignore[no-untyped-call]
    except SignalException as stopped:
        return _SIGNALLED + stopped.sigval
    except ChildFailedError as failed:
        return _status_of({rank: each.exitcode for rank, each in failed.failures.items()})
    except Exception as error:
        words_of_error = system_words(error) if isinstance(error, OSError) else str(error) or type(error).__name__
        what = translatable("torchrun could not start: {error}")
        raise refuse("devices", what, error=words_of_error.splitlines()[0]) from None
    return 0


def _line_for_several(processes: int, threads: int, module: Sequence[str]) -> str:
    """Return the command line that does the same on several machines, started on each of them."""
    place = ["--nnodes", "MACHINES", "--nproc-per-node", str(processes)]
    meeting = ["--rdzv-backend", "c10d", "--rdzv-endpoint", f"FIRST_MACHINE:{_PORT}", "--rdzv-id", "RUN"]
    return f"OMP_NUM_THREADS={threads} " + shlex.join(["torchrun", *place, *meeting, *module])


def _status_of(statuses: dict[int, int]) -> int:
    """Return the exit status of the whole by those of the ranks that failed; say which were killed.

    Rank 0 says itself why it failed, and a run that it refuses is refused.
    """
    for rank, status in sorted(statuses.items()):
        if status < 0:
            what = Sentence("rank {rank} was ended by {name}", {"rank": rank, "name": signal.Signals(-status).name})
            print(what, file=sys.stderr)
    return _REFUSED if statuses.get(0) == _REFUSED else _FAILED
