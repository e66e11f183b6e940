"""Pipes between a worker and the process that started it: events out and commands in, as JSON lines. No Qt."""

import json
import os
import queue
import stat
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from explorer.runs.commands import Command, read_command
from explorer.runs.events import MAX_CHARACTERS, Event, Failed, Heartbeat, event_line
from explorer.runs.json_lines import MISREAD
from explorer.sentences import Sentence, translatable
from explorer.streams import silence
from explorer.validation import Refused

_BEAT_INTERVAL = 1.0  # seconds between heartbeats
END = None  # no more commands will come: end of file, or a signal

Message = Command | Failed | None


class Outbox:
    """Writer of events to what was standard output; from now on all other prints go to standard error.

    `on_loss` is called when the reader is gone.
    """

    def __init__(self) -> None:
        sys.stdout.flush()
        self.stream = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
        os.dup2(2, 1)
        self._lock = threading.Lock()
        self.on_loss: Callable[[], None] = lambda: None

    def send(self, event: Event, run: str = "") -> None:
        """Write `event` as one line; `run` is the id of its run."""
        try:
            with self._lock:
                self.stream.write(event_line(event, run) + "\n")
                self.stream.flush()
        except BrokenPipeError:
            silence(self.stream)
            self.on_loss()
        except OSError:  # of a full disk, for example; the run's folder has the events too
            pass


class Inbox(queue.SimpleQueue[Message]):
    """Queue of commands, filled by a thread that reads standard input; a bad line becomes the Failed to answer with.

    That thread first asks `takes` whether a message is dealt with at once, and then does not queue it.
    """

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self.takes: Callable[[Message], bool] = lambda message: False
        # a stream of its own: Python's must not be busy when the interpreter ends
        self.stream = os.fdopen(os.dup(0), "rb")
        threading.Thread(target=self._read, name="commands", daemon=True).start()

    def _read(self) -> None:
        try:
            while line := self.stream.readline(MAX_CHARACTERS):
                if len(line) == MAX_CHARACTERS:
                    self.put(self._too_long(line))
                elif text := line.decode("utf-8", "replace").strip():
                    message = self._message(text)
                    if not self.takes(message):
                        self.put(message)
        finally:  # whatever happens to this thread, no reader of the queue waits for ever
            self.put(END)

    def _too_long(self, line: bytes) -> Failed:
        """Skip the rest of the line that begins with `line`."""
        while line and not line.endswith(b"\n"):
            line = self.stream.readline(MAX_CHARACTERS)
        what = translatable("ignored a line of more than {most:,} characters")
        return Failed(Sentence(what, {"most": MAX_CHARACTERS}), of="command")

    def _message(self, text: str) -> Message:
        try:
            return read_command(text, self._runs)
        except Refused as refused:
            command, number = _refused_command(text)
            return Failed(refused.sentence, of=command, id=number)


def _refused_command(text: str) -> tuple[str, int]:
    """Return the name and the id of the command in a refused line, as far as they can be read."""
    try:
        table = json.loads(text)
        number = table.get("id")
        return str(table.get("command", "command"))[:40], number if type(number) is int else 0
    except MISREAD:
        return "command", 0


def is_pipe(descriptor: int) -> bool:
    """Return whether `descriptor` has another process at its other end, and not a terminal, a file or nothing."""
    try:
        mode = os.fstat(descriptor).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


class HeartbeatThread:
    """Thread that sends heartbeats during a run: `with HeartbeatThread(outbox) as heartbeat: heartbeat.step = …`.

    With each heartbeat it sends the reading of `meter`, if there is one.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox, self.step = outbox, 0
        self.meter: Callable[[], Event | None] | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._send_heartbeats, name="heartbeat", daemon=True)

    def _send_heartbeats(self) -> None:
        while not self._ended.wait(_BEAT_INTERVAL):
            self._outbox.send(Heartbeat(self.step))
            if self.meter and (reading := self.meter()):
                self._outbox.send(reading)

    def __enter__(self) -> "HeartbeatThread":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
