"""`data FOLDER --save-as OUT`: the user's images as decided, as a table or as a copy. No torch, no Qt."""

import os
import threading
import time
from argparse import Namespace
from collections.abc import Callable

from explorer.cli.progress_line import ProgressLine
from explorer.cli.terminal import DONE, FAILED, complain
from explorer.paths import expand_user, storable
from explorer.runs.data.catalogue import describe_data
from explorer.runs.data.cleaned import Report, save_cleaned
from explorer.runs.data.decisions import Decisions, read_decisions
from explorer.runs.events import Event, Failed, Progress, Saved, event_line
from explorer.validation import Refused

_WORK = "save"
_EVERY = 0.1  # seconds between two events


class _Cancelled(Exception):
    pass


def save_images(options: Namespace) -> int:
    """Save what the user's decisions leave of the named data, and print where. Raises Refused."""
    if options.events:
        return _save_with_events(options)
    line = ProgressLine(lambda progress: f"{progress.done:,} of {progress.total:,} images")
    try:
        saved = _save(options, lambda done, total: line.show(Progress(_WORK, done, total)))
    finally:
        line.clear()
    if saved.missing:
        complain([f"data: {saved.missing:,} files could not be read and are not in the copy"])
    print(f"{saved.path}: {saved.images:,} images", flush=True)
    return DONE


def _save(options: Namespace, report: Report) -> Saved:
    data = describe_data(storable(options.what))
    decisions = read_decisions(data.images.root) if data.images else Decisions()
    return save_cleaned(data, decisions, expand_user(_WORK, options.save_as), report)


def _save_with_events(options: Namespace) -> int:
    """Print events; the last one says how it ended. The end of a piped standard input cancels it without one."""
    from explorer.engine.pipes import is_pipe

    is_over, last = threading.Event(), 0.0
    if is_pipe(0):
        threading.Thread(target=_wait_for_end, args=(is_over.set,), daemon=True).start()

    def report(done: int, total: int) -> None:
        nonlocal last
        if is_over.is_set():
            raise _Cancelled
        if (now := time.monotonic()) - last >= _EVERY:
            last = now
            _print_event(Progress(_WORK, done, total))

    try:
        _print_event(_save(options, report))
    except Refused as refused:
        _print_event(Failed(refused.sentence, of=_WORK))
        return FAILED
    except _Cancelled:
        return FAILED
    return DONE


def _wait_for_end(then: Callable[[], None]) -> None:
    while os.read(0, 1024):
        pass
    then()


def _print_event(event: Event) -> None:
    print(event_line(event), flush=True)
