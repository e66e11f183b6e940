"""EventLog: a run's events.jsonl, appended line by line and read back. No torch, no Qt."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from explorer.runs.events import Event, Started, Step, event_line, read_event

EVENTS = "events.jsonl"
_NUMBER = r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)"  # one that is not finite is null
_STEP = re.compile(
    rf'^{{"event": "step", "step": {_NUMBER}, "epoch": \d+, "loss": {_NUMBER}, "loss_min": [^,]+, "loss_max": [^,]+, '
    rf'"steps": \d+, "accuracy": {_NUMBER}, [^{{}}]*}}$',
    re.MULTILINE,
)


class EventLog:
    """A log open for appending; its last line may be torn, as a killed worker or a full disk leaves it."""

    def __init__(self, folder: Path) -> None:
        """Open the log of a run's folder. Raises OSError."""
        self.file = (folder / EVENTS).open("a+b", buffering=0)
        self._torn = False
        if self.file.tell():
            self.file.seek(-1, os.SEEK_END)
            self._torn = self.file.read(1) != b"\n"

    def append(self, event: Event) -> None:
        """Append one line, which never continues a torn one. Raises OSError."""
        rest = b"\n" * self._torn + event_line(event).encode() + b"\n"
        self._torn = True
        while rest:  # the system writes as much as fits, and raises only when nothing does
            rest = rest[self.file.write(rest) :]
        self._torn = False

    def close(self) -> None:
        self.file.close()


def read_events(folder: Path, *kinds: type[Event]) -> Iterator[Event]:
    """Yield the events of a run in order, without those that a later resume superseded; bad lines are skipped.

    With `kinds` only these, many times as fast: most lines are steps.
    """
    path = folder / EVENTS
    if not path.is_file():
        return
    last = _resumed_steps(path)
    starts = tuple(map(_start_of, {*kinds, Started} if kinds else ()))
    part = -1  # every `started` begins a part; what comes before the first belongs to it
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if (starts and not line.startswith(starts)) or (event := read_event(line)) is None:
                continue
            part += isinstance(event, Started)
            if getattr(event, "step", 0) <= last[max(part, 0)] and isinstance(event, kinds or object):
                yield event


class Steps(NamedTuple):
    """Steps that follow one another in a log: of each its number, loss and accuracy, written as numbers."""

    rows: list[tuple[str, str, str]]


def read_curves(folder: Path) -> Iterator[Event | Steps]:
    """Yield the events of a run in order, many steps at once; those that a later `started` superseded are among them.

    A log of thousands of steps is read ten times as fast as by `read_events`. Raises OSError.
    """
    start, steps = _start_of(Step), list[str]()
    with (folder / EVENTS).open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith(start):
                steps.append(line)
                continue
            yield from _read_steps(steps)
            steps = []
            if event := read_event(line):
                yield event
    yield from _read_steps(steps)


def _read_steps(lines: list[str]) -> Iterator[Event | Steps]:
    rows = _STEP.findall("".join(lines))
    if len(rows) == len(lines):
        yield Steps(rows)
    else:  # a torn line, or a value that is not known
        yield from filter(None, map(read_event, lines))


def _start_of(kind: type[Event]) -> str:
    """Return what the line of an event begins with."""
    return f'{{"event": "{kind.__name__.lower()}"'


def _resumed_steps(path: Path) -> list[float]:
    """Return, for each part from one `started` to the next, the last step that no later part repeated."""
    starts = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith(_start_of(Started)) and isinstance(event := read_event(line), Started):
                starts.append(event.step)
    last = [float("inf")]
    for step in reversed(starts[1:]):
        last.append(min(last[-1], step))
    return last[::-1]
