"""Work in a process of its own, which ends at once when its result is not wanted any more. No Qt."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

import torch

from explorer.engine.data.progress import Report
from explorer.engine.export.source import Source
from explorer.runs.events import Progress
from explorer.sentences import Sentence, translatable
from explorer.validation import Complaint, Refused, refuse

_LOOK_EVERY = 0.2  # seconds

_Work = Callable[[Source, Report], bytes]


@dataclass(frozen=True, slots=True)
class _Ended:
    """What was made, or why there is nothing."""

    content: bytes
    complaints: tuple[Complaint, ...] = ()


def do_apart(work: _Work, source: Source, report: Report) -> bytes:
    """Return what `work`, a function of a module, makes of `source`. Raises Refused, and what `report` raises."""
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_do, args=(work, source, torch.get_num_threads(), there), daemon=True)
    process.start()
    there.close()
    latest = Progress(work.__name__, 0, 0)
    try:
        while True:
            report(latest.done, latest.total)
            if here.poll(_LOOK_EVERY):
                match here.recv():
                    case Progress() as latest:
                        pass
                    case _Ended(content, complaints):
                        if complaints:
                            raise Refused(*complaints)
                        return content
    except EOFError:
        what = translatable("the process that exports has ended; memory may have run out")
        raise refuse("export", what) from None
    finally:
        process.kill()
        process.join()
        here.close()


def _do(work: _Work, source: Source, threads: int, there: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who waits for the result ends this process
    os.dup2(2, 1)  # standard output may be a pipe for events
    torch.set_num_threads(threads)
    try:
        there.send(_Ended(work(source, lambda done, total: there.send(Progress(work.__name__, done, total)))))
    except Refused as refused:
        there.send(_Ended(b"", refused.complaints))
    except Exception as error:  # torch's exporter raises many kinds
        first = (str(error) or type(error).__name__).splitlines()[0]
        there.send(_Ended(b"", (Complaint("export", Sentence(first[:200])),)))
